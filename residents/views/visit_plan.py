"""Pages of the visit plan: rules and rounds."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from grids.models import Community
from portal.accounts.permissions import Permission
from portal.core.access import allow
from portal.core.once import once
from residents import actions
from residents.actions.visit_plan import round_households
from residents.forms.records import VersionForm
from residents.forms.visits import RoundForm, RuleForm
from residents.models import CareKind, TaskState, VisitCause, VisitRound, VisitRule, VisitTask
from residents.views.steps import find, step, tenant_id
from residents.visits.due import households_of
from residents.visits.words import every

RECORD = "residents/record.html"
ROUNDS_SHOWN = 20


def plan_url(row=None) -> str:
    return reverse("residents:visit_plan")


def community_of(request) -> Community:
    """The community at work. Raises Http404 without one."""
    rows = Community.objects.visible_to(request.user, Permission.VISIT_PLAN)
    row = rows.filter(pk=tenant_id(request)).first()
    if row is None:
        raise Http404
    return row


@require_GET
@allow(Permission.VISIT_PLAN)
def visit_plan(request):
    """The rules with whom each means, and the rounds with how far they are."""
    community, today = community_of(request), timezone.localdate()
    rules = VisitRule.objects.visible_to(request.user).filter(community=community)
    rounds = VisitRound.objects.visible_to(request.user).filter(community=community)
    rounds = rounds.prefetch_related("cells").order_by("-from_on", "name")[:ROUNDS_SHOWN]
    return render(request, "residents/visit_plan.html", {
        "rules": [
            {"row": rule, "every": every(rule.interval_days), "whom": whom(rule),
             "count": households_of(rule, today).count()}
            for rule in rules
        ],
        "rounds": [{"row": row, "whom": whom(row), "cells": row.cells.all(), **progress(row)}
                   for row in rounds],
    })  # fmt: skip


def whom(audience) -> str:
    """Whom a rule or a round means, in words."""
    words = [CareKind(kind).label for kind in audience.care_kinds if kind in CareKind.values]
    parts = ["、".join(words)] if words else []
    parts += [f"年满 {audience.age_from} 岁"] if audience.age_from else []
    return "，".join(parts) or "每户"


def progress(row: VisitRound) -> dict:
    tasks = row.tasks.exclude(state=TaskState.DROPPED)
    return {"total": tasks.count(), "done": tasks.filter(state=TaskState.DONE).count()}


@allow(Permission.VISIT_PLAN)
@once
def visit_rule_create(request):
    community = community_of(request)
    form = RuleForm(request.POST or None)

    def act():
        return actions.visit_rule_create(by=request.user, community=community, values=form.values())

    return step(
        request, form, act, saying="已登记走访规定“{row}”。", template=RECORD, title="登记走访规定",
        verb="保存规定", back=plan_url(), done=plan_url, plan=True,
        lead="一户符合几条规定时，按间隔最短的一条。",
    )  # fmt: skip


@allow(Permission.VISIT_PLAN)
def visit_rule_update(request, rule_id: UUID):
    rule = find(request, VisitRule.objects.visible_to(request.user), rule_id)
    initial = {name: getattr(rule, name) for name in RuleForm.NAMES}
    form = RuleForm(request.POST or None, initial={**initial, "version": rule.version})

    def act():
        return actions.visit_rule_update(
            by=request.user, rule=rule, version=form.cleaned_data["version"] or 0,
            values=form.values(),
        )  # fmt: skip

    return step(
        request, form, act, saying=f"已保存“{{row}}”。{what_stays(request.user, rule)}",
        template=RECORD, title=f"修改“{rule.name}”", verb="保存规定", back=plan_url(),
        done=plan_url, plan=True,
        lead="已经安排的走访日期不变，下一次起按新规定；逾期转交的天数马上按新规定。",
    )  # fmt: skip


def what_stays(user, rule: VisitRule) -> str:
    """What a changed rule leaves as it is, in words."""
    tasks = VisitTask.objects.visible_to(user).waiting()
    if count := tasks.filter(rule=rule, cause=VisitCause.RULE).count():
        return f"已经安排、还没有走访的 {count} 户日期不变，下一次起按新规定。"
    return "系统会按新规定安排走访。"


@allow(Permission.VISIT_PLAN)
def visit_rule_pause(request, rule_id: UUID):
    rule = find(request, VisitRule.objects.visible_to(request.user), rule_id)
    form = VersionForm(request.POST or None, initial={"version": rule.version})

    def act():
        return actions.visit_rule_pause(
            by=request.user, rule=rule, version=form.cleaned_data["version"],
            is_active=not rule.is_active,
        )  # fmt: skip

    verb = "停用" if rule.is_active else "启用"
    return step(
        request, form, act, saying=f"“{{row}}”已{verb}。", template=RECORD, verb=f"{verb}这条规定",
        title=f"{verb}“{rule.name}”", back=plan_url(), done=plan_url, plan=True,
        danger=rule.is_active,
        lead="停用后，它安排的、还没有走访的任务会取消；走访记录都保留。" if rule.is_active
        else "启用后，下一次检查时开始安排走访。",
    )  # fmt: skip


@require_POST
@allow(Permission.VISIT_PLAN)
def visit_rule_defaults(request):
    made = actions.visit_rule_defaults(by=request.user, community=community_of(request))
    if made:
        messages.success(request, f"已设置 {len(made)} 条常用规定，可以逐条修改。")
    return redirect(plan_url())


@allow(Permission.VISIT_PLAN)
@once
def visit_round_create(request):
    """First a count of whom it means, then the round with its tasks as a job; from the count the
    way back leads to the form as it was filled in."""
    community = community_of(request)
    form = RoundForm(request.POST or None, by=request.user, tenant=community.pk)
    shown = {
        "title": "安排专项走访", "verb": "看看有多少户", "back": plan_url(), "plan": True,
        "lead": "先显示符合的户数，确认以后才安排。",
    }  # fmt: skip
    if "edit" in request.POST:
        return render(request, RECORD, {"form": form, **shown})
    if request.method == "POST" and "confirm" not in request.POST and form.is_valid():
        return _round_preview(request, community, form)

    def act():
        return actions.visit_round_create(
            by=request.user, community=community, cells=form.cleaned_data["cells"],
            values=form.values(),
        )  # fmt: skip

    return step(
        request, form, act, saying="“{row}”已登记，走访任务正在生成，完成后收件箱会有提示。",
        template=RECORD, done=plan_url, **shown,
    )  # fmt: skip


def _round_preview(request, community: Community, form: RoundForm):
    """How many households the round means, before it is made."""
    values, cells = form.values(), form.cleaned_data["cells"]
    draft = VisitRound(community=community, **{k: values[k] for k in ("care_kinds", "age_from")})
    context = {"form": form, "count": round_households(draft, cells).count(), "whom": whom(draft),
               "cells": cells}  # fmt: skip
    return render(request, "residents/visit_round_preview.html", context)


@allow(Permission.VISIT_PLAN)
def visit_round_end(request, round_id: UUID):
    row = find(request, VisitRound.objects.visible_to(request.user), round_id)
    form = VersionForm(request.POST or None, initial={"version": row.version})

    def act():
        return actions.visit_round_end(
            by=request.user, round=row, version=form.cleaned_data["version"]
        )

    return step(
        request, form, act, saying="“{row}”已结束。", template=RECORD, title=f"结束“{row.name}”",
        verb="结束这次专项走访", back=plan_url(), done=plan_url, plan=True, danger=True,
        lead="还没有走访的任务会取消；走访记录都保留。",
    )  # fmt: skip
