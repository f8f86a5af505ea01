"""Pages of households."""

from uuid import UUID

from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from portal.accounts.permissions import Permission
from portal.core.access import allow
from portal.core.once import once
from residents import actions, sheets
from residents.above import cards_of
from residents.forms import (
    CloseForm,
    HeadForm,
    HouseholdCreateForm,
    HouseholdForm,
    HouseholdMoveForm,
    MergeForm,
    VersionForm,
)
from residents.models import Household
from residents.views.steps import (
    dwelling_asked,
    find,
    household_url,
    list_url,
    look,
    rights,
    step,
    tenant_id,
)
from residents.visits.sheets import findings_of, household_visits

RECORD = "residents/record.html"


@require_GET
@allow(Permission.RESIDENT_VIEW)
def household_show(request, household_id: UUID):
    """Everybody in the household with what each needs, and what happened in it."""
    rows = Household.objects.visible_to(request.user)
    rows = rows.select_related("dwelling__building", "cell", "head")
    household = find(request, rows, household_id)
    may = rights(request)
    members = sheets.members_of(request.user, household, may)
    look(request, household, "household_view", "household", [m.resident.pk for m in members])
    context = {
        "household": household,
        "members": [m for m in members if m.is_here],
        "gone": [m for m in members if not m.is_here],
        "may": may,
        "reasons": sheets.REASONS,
        "others": sheets.neighbours_of(request.user, household),
        "timeline": sheets.household_timeline(request.user, household),
        "waiting": findings_of(request.user, household) if may.visits else 0,
        "above": cards_of(request.user, household),
        "visited": household_visits(request.user, household, may.care) if may.visits else None,
    }
    return render(request, "residents/household_show.html", context)


@allow(Permission.RESIDENT_CREATE)
@once
def household_create(request):
    """An empty household in a dwelling; people follow."""
    form = HouseholdCreateForm(
        request.POST or None, by=request.user, tenant=tenant_id(request),
        initial={"address": dwelling_asked(request)},
    )  # fmt: skip

    def act():
        return form.household or actions.household_create(
            by=request.user, dwelling=form.dwelling, values=form.values()
        )

    return step(
        request, form, act, saying="已有这一户：{row}，请接着登记成员。", template=RECORD,
        title="登记家庭户", verb="登记这一户", back=list_url("households"),
        done=lambda row: reverse("residents:resident_create", args=[row.pk]),
        lead="先选房屋，再登记成员。",
    )  # fmt: skip


@allow(Permission.RESIDENT_UPDATE)
def household_update(request, household_id: UUID):
    household = find(request, Household.objects.visible_to(request.user), household_id)
    form = HouseholdForm(request.POST or None, instance=household)

    def act():
        return actions.household_update(
            by=request.user, household=household, values=form.changed_values(),
            version=form.cleaned_data["version"],
        )  # fmt: skip

    return step(
        request, form, act, saying="已保存。", template=RECORD, title=f"修改 {household} 这一户",
        verb="保存", back=household_url(household), done=household_url(household),
        household=household,
    )  # fmt: skip


@allow(Permission.RESIDENT_UPDATE)
def household_head_change(request, household_id: UUID):
    household = find(request, Household.objects.visible_to(request.user), household_id)
    members = household.members.living().order_by("relation", "born_on")
    form = HeadForm(request.POST or None, members=members, initial={"version": household.version})

    def act():
        return actions.household_head_change(
            by=request.user, household=household, version=form.cleaned_data["version"],
            head=form.new_head, relations=form.relations(),
        )  # fmt: skip

    return step(
        request, form, act, saying="户主已变更。", template=RECORD, title="变更户主",
        verb="变更户主", back=household_url(household), done=household_url(household),
        household=household, lead="换了户主，其他人与户主的关系也要跟着改。",
    )  # fmt: skip


@allow(Permission.RESIDENT_UPDATE)
@once
def household_move(request, household_id: UUID):
    household = find(request, Household.objects.visible_to(request.user), household_id)
    form = HouseholdMoveForm(
        request.POST or None, by=request.user, tenant=tenant_id(request), on_label="搬家日期",
        initial={"version": household.version},
    )  # fmt: skip

    def act():
        return actions.household_move(
            by=request.user, household=household, version=form.cleaned_data["version"],
            dwelling=form.dwelling, on=form.day(), note=form.cleaned_data["note"],
        )  # fmt: skip

    return step(
        request, form, act, saying="这一户现在住 {row}。", template=RECORD, verb="整户搬家",
        title=f"{household} 整户搬家", back=household_url(household), done=household_url,
        household=household, lead="户里的在册成员一起搬到社区内的另一套房屋，每人记一条变动。",
    )  # fmt: skip


@allow(Permission.RESIDENT_UPDATE)
@once
def household_merge(request, household_id: UUID, into_id: UUID):
    """Two households of one dwelling become one."""
    rows = Household.objects.visible_to(request.user).filter(closed_on=None).select_related("head")
    household = find(request, rows, household_id)
    others = rows.filter(dwelling=household.dwelling_id).exclude(pk=household.pk)
    into = find(request, others, into_id)
    members = list(household.members.living().order_by("relation", "born_on"))
    form = MergeForm(request.POST or None, members=members, head=into.head,
                     initial={"version": household.version})  # fmt: skip

    def act():
        return actions.household_merge(
            by=request.user, household=household, into=into,
            version=form.cleaned_data["version"], relations=form.relations(),
        )  # fmt: skip

    whose = f"{into.head.name} 户" if into.head else "另一户"
    names = "、".join(member.name for member in members) or "没有在册成员"
    return step(
        request, form, act, saying="两户已合并为一户。", template=RECORD, verb="合并两户",
        title=f"并入{whose}", danger=True, back=household_url(into), done=household_url,
        household=household, lead=f"{household} 的这一户（{names}）并入{whose}：没有人搬家，"
        "居住记录、标签和历史都跟着人过去；空出来的一户今天销户，以前的走访仍记在它名下。"
        "并错了，可给其中的人登记“社区内搬家”，在同一套房屋重新立户。",
    )  # fmt: skip


@allow(Permission.RESIDENT_UPDATE)
def household_close(request, household_id: UUID):
    household = find(request, Household.objects.visible_to(request.user), household_id)
    form = CloseForm(request.POST or None, initial={"version": household.version})

    def act():
        return actions.household_close(by=request.user, household=household, **form.cleaned_data)

    return step(
        request, form, act, saying="这一户已销户。", template=RECORD, title=f"{household} 销户",
        verb="销户", back=household_url(household), done=household_url(household),
        household=household, lead="全部成员都已迁出或去世的户可以销户，历史记录都会保留。",
    )  # fmt: skip


@allow(Permission.RESIDENT_UPDATE)
def household_reopen(request, household_id: UUID):
    household = find(request, Household.objects.visible_to(request.user), household_id)
    form = VersionForm(request.POST or None, initial={"version": household.version})

    def act():
        return actions.household_reopen(
            by=request.user, household=household, version=form.cleaned_data["version"]
        )

    return step(
        request, form, act, saying="这一户已恢复。", template=RECORD, title=f"恢复 {household}",
        verb="恢复这一户", back=household_url(household), done=household_url(household),
        household=household, lead="误销户的，可以恢复；恢复后再登记成员。",
    )  # fmt: skip
