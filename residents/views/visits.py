"""Desk pages of visits: record one, look at one, correct it, say that something big happened."""

from uuid import UUID

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from portal.accounts.permissions import Permission
from portal.core.access import access_of, allow
from portal.core.once import once
from residents import actions
from residents.forms.visits import ChangeForm, VisitForm
from residents.models import Household, Visit
from residents.views.steps import find, household_url, list_url, look, step, tenant_id
from residents.visits.sheets import board, found_of, is_shut

FORM = "residents/visit_form.html"


def visit_url(visit) -> str:
    return reverse("residents:visit_show", args=[visit.pk])


@allow(Permission.VISIT_CREATE)
@once
def visit_create(request, household_id: UUID):
    """A visit that was not recorded on a phone."""
    rows = Household.objects.visible_to(request.user, Permission.VISIT_CREATE)
    household = find(request, rows, household_id)
    members = household.members.living().order_by("born_on", "pk")
    form = VisitForm(request.POST or None, members=members)

    def act():
        return actions.visit_create(by=request.user, household=household, values=form.values())

    return step(
        request, form, act, saying="走访已登记。", template=FORM, title="登记走访",
        verb="登记走访", back=household_url(household), done=visit_url, household=household,
        lead=f"{household}。一次记全家：没有变化的不用动，只填有变化的。",
    )  # fmt: skip


@allow(Permission.VISIT_CREATE)
@once
def visit_correct(request, visit_id: UUID):
    """The visit once more, as it should have been; the first record stays and points here."""
    rows = Visit.objects.visible_to(request.user, Permission.VISIT_CREATE)
    visit = find(request, rows.select_related("household"), visit_id)
    answers = dict(visit.answers.values_list("resident", "state"))
    members = visit.household.members.filter(pk__in=answers) | visit.household.members.living()
    local = timezone.localtime(visit.started_at)
    initial = {
        "way": visit.way, "outcome": visit.outcome, "on": local.date(), "at": local.time(),
        "minutes": max(1, round((visit.ended_at - visit.started_at).total_seconds() / 60)),
    } | {f"state_{m.pk}": answers.get(m.pk, "") for m in members}  # fmt: skip
    form = VisitForm(
        request.POST or None, members=members.distinct(), corrects=visit.pk, initial=initial
    )

    def act():
        return actions.visit_create(
            by=request.user, household=visit.household, values=form.values()
        )

    return step(
        request, form, act, saying="已更正。", template=FORM, title="更正走访记录", verb="保存更正",
        back=visit_url(visit), done=visit_url, household=visit.household,
        lead="原来的记录保留，以更正后的一次为准。备注和变化请重新填写。记错了户，结果请选“记错户，没有走访”。",
    )  # fmt: skip


@require_GET
@allow(Permission.VISIT_VIEW)
def visit_show(request, visit_id: UUID):
    """One visit with answers, findings and the note; the look is logged."""
    rows = Visit.objects.visible_to(request.user)
    rows = rows.select_related("household", "by", "cell", "corrects", "corrected_by")
    visit = find(request, rows, visit_id)
    answers = list(visit.answers.select_related("resident").order_by("resident__born_on"))
    findings = list(visit.findings.select_related("resident", "visit").order_by("pk"))
    people = {row.resident_id for row in (*answers, *findings) if row.resident_id}
    look(request, visit, "visit_view", "household care", sorted(people))
    shown = [row for row in findings if not is_shut(request.user, row)]
    access = access_of(request.user)
    return render(request, "residents/visit_show.html", {
        "visit": visit,
        "corrected": getattr(visit, "corrected_by", None),
        "answers": answers,
        "found": found_of(shown),
        "hidden": len(findings) - len(shown),
        "note": visit.note,
        "minutes": round((visit.ended_at - visit.started_at).total_seconds() / 60),
        "may_correct": not hasattr(visit, "corrected_by") and (
            visit.by_id == request.user.pk
            or access.covers(Permission.SUBMISSION_VIEW, *visit.place())
        ) and access.covers(Permission.VISIT_CREATE, *visit.place()),
        "may_settle": access.covers(Permission.RESIDENT_UPDATE, *visit.place()),
    })  # fmt: skip


@allow(Permission.VISIT_CREATE)
@once
def change_report(request, household_id: UUID):
    rows = Household.objects.visible_to(request.user, Permission.VISIT_CREATE)
    household = find(request, rows, household_id)
    form = ChangeForm(request.POST or None)

    def act():
        return actions.change_report(by=request.user, household=household, **form.cleaned_data)

    return step(
        request, form, act, saying="已安排走访，网格长会收到提醒。", title="登记重大变化",
        template="residents/record.html", verb="安排走访", back=household_url(household),
        done=household_url(household), household=household,
        lead="去世、迁入在各自的页面登记时会自动安排；这里登记别人告诉您的其他变化。",
    )  # fmt: skip


@require_GET
@allow(Permission.VISIT_VIEW)
def visit_board(request):
    """Cells side by side: who was visited this year, whose doors are left, what waits where."""
    lines = board(request.user, tenant_id(request), timezone.localdate())
    return render(request, "residents/visit_board.html", {
        "lines": lines, "tasks_url": list_url("visit_tasks"), "visits_url": list_url("visits"),
        "may_plan": access_of(request.user).can(Permission.VISIT_PLAN, tenant_id(request)),
        "total": {name: sum(getattr(line, name) for line in lines)
                  for name in ("all", "seen", "left")},
    })  # fmt: skip
