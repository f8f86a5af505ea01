"""Pages of what a roster is made from."""

from uuid import UUID

from django.forms import Form
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from portal.accounts.permissions import Permission, Role
from portal.core.access import access_of, allow
from portal.core.once import once
from portal.core.workdays import missing_words
from portal.duty import forms
from portal.duty.actions import setup as actions
from portal.duty.models import DutyKind, DutyMember, DutyRules, Leave, ShiftTemplate
from portal.duty.views.steps import find, form_page, posted, step, tenant_of

KINDS = dict(DutyKind.choices)


@require_GET
@allow(Permission.DUTY_PLAN)
def setup(request):
    """Shifts, people, leave and rules of the community."""
    community, today = tenant_of(request), timezone.localdate()
    templates = ShiftTemplate.objects.visible_to(request.user).filter(community=community)
    members = DutyMember.objects.visible_to(request.user).filter(community=community)
    leaves = Leave.objects.visible_to(request.user).filter(community=community, to_on__gte=today)
    return render(
        request,
        "duty/setup.html",
        {
            "templates": [
                (row, "、".join(Role(role).label for role in row.roles)) for row in templates
            ],
            "members": [
                (row, "、".join(KINDS.get(kind, kind) for kind in row.kinds))
                for row in members.select_related("user")
            ],
            "leaves": leaves.select_related("user"),
            "rules": DutyRules.of(community),
            "missing": missing_words(today),
            "may_approve": access_of(request.user).can(Permission.DUTY_APPROVE, community),
            "today": today,
        },
    )


@form_page
@allow(Permission.DUTY_PLAN)
@once
def template_create(request):
    community, back = tenant_of(request), reverse("duty:setup")
    form = forms.TemplateForm(posted(request))

    def act():
        values = {k: v for k, v in form.cleaned_data.items() if k != "version"}
        return actions.template_create(by=request.user, community_id=community, values=values)

    return step(
        request,
        form,
        act,
        saying="已登记班次“{row}”。",
        title="登记班次",
        done=back,
        back=back,
        lead="错时工作：早、中、晚、周末各设一个班次，按日历自动排到每一天。",
    )


@form_page
@allow(Permission.DUTY_PLAN)
def template_update(request, template_id: UUID):
    row, back = find(request, ShiftTemplate, template_id), reverse("duty:setup")
    form = forms.TemplateForm(posted(request), instance=row)

    def act():
        return actions.template_update(
            by=request.user,
            template=row,
            version=form.cleaned_data["version"],
            values=form.changed_values(),
        )

    return step(
        request,
        form,
        act,
        saying="已保存班次“{row}”。",
        title=f"修改班次 {row}",
        done=back,
        back=back,
        lead="以后建立的排班表按新的安排；已经排好的班不变。",
    )


@form_page
@allow(Permission.DUTY_PLAN)
@once
def duty_member_add(request):
    community, back = tenant_of(request), reverse("duty:setup")
    form = forms.MemberForm(posted(request), community=community)

    def act():
        values = {k: v for k, v in form.cleaned_data.items() if k not in ("version", "user")}
        return actions.duty_member_add(
            by=request.user, community_id=community, user=form.cleaned_data["user"], values=values
        )

    return step(
        request,
        form,
        act,
        saying="{row}已加入值班人员。",
        title="添加值班人员",
        done=back,
        back=back,
    )


@form_page
@allow(Permission.DUTY_PLAN)
def duty_member_update(request, duty_member_id: UUID):
    row, back = find(request, DutyMember, duty_member_id), reverse("duty:setup")
    form = forms.MemberForm(posted(request), community=row.community_id, instance=row)

    def act():
        return actions.duty_member_update(
            by=request.user,
            member=row,
            version=form.cleaned_data["version"],
            values=form.changed_values(),
        )

    return step(
        request,
        form,
        act,
        saying="已保存{row}的值班安排。",
        title=f"值班人员 {row}",
        done=back,
        back=back,
        lead="不再值班的，填上截止日期；以前的班次和累计都保留。",
    )


@form_page
@allow(Permission.DUTY_PLAN)
@once
def leave_add(request):
    community, back = tenant_of(request), reverse("duty:setup")
    form = forms.LeaveForm(posted(request), community=community)

    def act():
        values = dict(form.cleaned_data)
        row = actions.leave_add(
            by=request.user, community_id=community, user=values.pop("user"), values=values
        )
        form.warnings = [
            f"{shift}已排了{row.user.name}，请安排替班。" for shift in actions.leave_shifts(row)
        ]
        return row

    return step(
        request,
        form,
        act,
        saying="已登记请假。",
        title="登记请假",
        done=back,
        back=back,
        lead="只登记日期和类别，不写病情等私事。请假的日子不排班。",
    )


@form_page
@allow(Permission.DUTY_PLAN)
def leave_remove(request, leave_id: UUID):
    row, back = find(request, Leave, leave_id), reverse("duty:setup")
    days = f"{row.user.name}，{row.from_on:%Y-%m-%d} 至 {row.to_on:%Y-%m-%d}"

    def act():
        actions.leave_remove(by=request.user, leave=row)

    return step(
        request,
        Form(posted(request)),
        act,
        saying="请假已撤销。",
        title="撤销请假",
        verb="撤销",
        done=back,
        back=back,
        lead=days,
    )


@form_page
@allow(Permission.DUTY_APPROVE)
def duty_rules_set(request):
    community, back = tenant_of(request), reverse("duty:setup")
    form = forms.RulesForm(posted(request), instance=DutyRules.of(community))

    def act():
        values = {k: v for k, v in form.cleaned_data.items() if k != "version"}
        return actions.duty_rules_set(
            by=request.user,
            community_id=community,
            values=values,
            version=form.cleaned_data["version"],
        )

    return step(
        request, form, act, saying="值班规定已保存。", title="值班规定", done=back, back=back
    )
