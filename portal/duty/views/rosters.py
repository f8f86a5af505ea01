"""Desk pages of the rosters: months, the grid, solving, publishing, the board on the wall."""

from datetime import date, timedelta
from uuid import UUID

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET, require_POST

from portal.accounts.permissions import Permission
from portal.core.access import access_of, allow
from portal.core.errors import Conflict, DomainError
from portal.core.jobs import job_progress
from portal.core.once import once
from portal.core.workdays import missing_words, year_words
from portal.duty import month as months
from portal.duty.actions import rosters as actions
from portal.duty.actions.moves import roster_run
from portal.duty.drift import drift_of
from portal.duty.grid import size_of
from portal.duty.models import Roster
from portal.duty.roster_forms import RosterForm
from portal.duty.views.steps import find, form_page, posted, tenant_of

WAYS = (("person", "按人员"), ("shift", "按班次"))
KEEPS = ("pinned", "all")
WEEK = timedelta(days=7)


@require_GET
@allow(Permission.DUTY_VIEW)
def roster_list(request):
    community, today = tenant_of(request), timezone.localdate()
    may_plan = access_of(request.user).can(Permission.DUTY_PLAN, community)
    rows = Roster.objects.visible_to(request.user).filter(community=community)
    return render(request, "duty/roster_list.html", {
        "rosters": months.rosters_of(rows),
        "may_plan": may_plan,
        "form": RosterForm(months=months.months_open(community, today)) if may_plan else None,
        "missing": missing_words(today) if may_plan else [],
    })  # fmt: skip


@require_POST
@allow(Permission.DUTY_PLAN)
@once
def roster_create(request):
    """The month's empty shifts; the grid opens."""
    community = tenant_of(request)
    form = RosterForm(request.POST, months=months.months_open(community, timezone.localdate()))
    if not form.is_valid():
        messages.error(request, "请选择还没有排班表的月份。")
        return redirect("duty:roster_list")
    try:
        row = actions.roster_create(
            by=request.user, community_id=community, month=form.cleaned_data["month"]
        )
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("duty:roster_list")
    messages.success(request, f"{row}已建立。可以先固定几班，再自动排班。")
    return redirect("duty:roster_show", row.pk)


@require_GET
@allow(Permission.DUTY_VIEW)
def roster_show(request, roster_id: UUID):
    roster = find(request, Roster, roster_id)
    context = sheet(request, roster, request.GET.get("by", ""))
    job = context["job"]
    context["progress"] = job_progress(job) if job else None
    context["is_mine"] = bool(job) and job.owner_id == request.user.pk
    shown = context["is_open"]
    context["drift"] = drift_of(roster, context["month"].shifts) if context["may_plan"] else None
    context["outcome"] = months.outcome_of(context["month"], context["before"]) if shown else None
    return render(request, "duty/roster_show.html", context)


@require_POST
@allow(Permission.DUTY_PLAN)
@once
def roster_solve(request, roster_id: UUID):
    """Begin the run; the grid's page shows its bar."""
    roster, keep = find(request, Roster, roster_id), request.POST.get("keep", "")
    try:
        roster_run(by=request.user, roster=roster, keep=keep if keep in KEEPS else "pinned")
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("duty:roster_show", roster.pk)


@require_POST
@allow(Permission.DUTY_PLAN)
@once
def roster_renew(request, roster_id: UUID):
    """The calendar or the templates have changed since the draft was made."""
    roster = find(request, Roster, roster_id)
    try:
        actions.roster_renew(by=request.user, roster=roster)
        messages.success(request, "草稿已按现在的节假日和班次安排更新。请只补空缺或重新自动排班。")
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("duty:roster_show", roster.pk)


@require_POST
@allow(Permission.DUTY_PLAN)
def roster_stop(request, roster_id: UUID):
    roster = find(request, Roster, roster_id)
    try:
        actions.roster_stop(by=request.user, roster=roster)
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("duty:roster_show", roster.pk)


@form_page
@allow(Permission.DUTY_PLAN)
@once
def roster_publish(request, roster_id: UUID):
    """Say what will stand, gaps and numbers, then freeze it."""

    def act(roster):
        actions.roster_publish(by=request.user, roster=roster, version=_version(request))

    return _confirmed(request, roster_id, act, "duty/roster_publish.html", "{row}已发布。",
                      "duty:roster_show")  # fmt: skip


@form_page
@allow(Permission.DUTY_PLAN)
@once
def roster_delete(request, roster_id: UUID):

    def act(roster):
        actions.roster_delete(by=request.user, roster=roster)

    return _confirmed(request, roster_id, act, "duty/roster_delete.html", "{row}的草稿已删除。",
                      "")  # fmt: skip


@require_GET
@allow(Permission.DUTY_VIEW)
def board(request):
    """The week for the wall, of published rosters."""
    today = timezone.localdate()
    asked = _day(request.GET.get("week", "")) or today
    first = asked - timedelta(days=asked.weekday())
    days = months.week_of(tenant_of(request), first)
    return render(request, "duty/board.html", {
        "days": days, "size": size_of(days), "first": first, "last": days[-1].day.on,
        "before": first - WEEK, "after": first + WEEK,
        "is_now": first <= today < first + WEEK,
        "is_empty": not any(day.blocks for day in days),
    })  # fmt: skip


# --- Inside


def sheet(request, roster: Roster, way: str) -> dict:
    """What the grid's fragment shows."""
    may_plan = access_of(request.user).can(Permission.DUTY_PLAN, roster.community_id)
    way = way if way in dict(WAYS) else "person"
    job = actions.job_of(roster) if may_plan and not roster.is_published else None
    running = job is not None and not job.is_over
    before = months.before_of(job)
    address = reverse("duty:roster_show", args=[roster.pk])
    return {
        "missing": year_words(roster.month.year),
        "roster": roster, "may_plan": may_plan, "way": way, "job": job, "running": running,
        "month": months.month_of(roster, way, may_plan=may_plan, before=before),
        "before": before, "is_open": may_plan and not roster.is_published and not running,
        "tabs": [{"label": label, "url": f"{address}?by={name}", "active": name == way}
                 for name, label in WAYS],
        "say": "", "refused": "",
    }  # fmt: skip


def _confirmed(request, roster_id: UUID, act, template: str, saying: str, then: str):
    """Show what it means; carry it out when the person agrees."""
    roster = find(request, Roster, roster_id)
    back = reverse("duty:roster_show", args=[roster.pk])
    if roster.is_published:
        if posted(request) is not None:
            messages.error(request, actions.FROZEN)
        return redirect(back)
    if posted(request) is not None:
        try:
            act(roster)
        except Conflict:
            messages.warning(request, "排班表刚刚被改动，请再看一遍。")
            return redirect(back)
        except DomainError as error:
            messages.error(request, error.message)
            return redirect(back)
        messages.success(request, saying.format(row=roster))
        return redirect(then, roster.pk) if then else redirect("duty:roster_list")
    month = months.month_of(roster, "person", may_plan=True)
    return render(request, template, {
        "roster": roster, "month": month, "back": back,
        "missing": year_words(roster.month.year),
        "drift": drift_of(roster, month.shifts), "running": False,
    })  # fmt: skip


def _version(request) -> int:
    """The version that the person saw; none matches a page that was made up."""
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None
