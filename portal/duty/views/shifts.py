"""Desk pages of one shift: move and pin it in a draft, replace or call in sick afterwards."""

from uuid import UUID

from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from portal.accounts.permissions import Permission
from portal.core import steps
from portal.core.access import access_of, allow
from portal.core.errors import Conflict, DomainError
from portal.core.once import once
from portal.duty import month as months
from portal.duty.actions import changes
from portal.duty.actions.moves import shifts_swap
from portal.duty.actions.rosters import shift_pin as pin
from portal.duty.actions.rosters import shift_set as set_user
from portal.duty.checks import takers_of
from portal.duty.grid import day_of, hours_of, why_of
from portal.duty.models import Shift
from portal.duty.roster_forms import MoveForm, PinForm, ReplaceForm, SickForm
from portal.duty.views.rosters import sheet
from portal.duty.views.steps import find, form_page

PAGE = "duty/shift_show.html"
STALE = "这一班刚刚有人改动过，请再看一遍。"
UNKNOWN = "没有看懂这次改动，请刷新页面再试。"


@require_GET
@allow(Permission.DUTY_VIEW)
def shift_show(request, shift_id: UUID):
    """Facts, what may be done with it, and what has happened to it."""
    return render(request, PAGE, _context(request, find_shift(request, shift_id)))


@require_GET
@allow(Permission.DUTY_PLAN)
def shift_takers(request, shift_id: UUID):
    """Who could take the shift, for the grid: what is picked up shows where it may go."""
    takers = takers_of(find_shift(request, shift_id))
    return JsonResponse({"takers": [[one.user_id, one.name, one.why] for one in takers]})


@require_POST
@allow(Permission.DUTY_PLAN)
def shift_set(request, shift_id: UUID):
    """In a draft: to another person, to nobody, or changed over with another shift."""
    shift, form = find_shift(request, shift_id), MoveForm(request.POST)

    def act():
        if not form.is_valid():
            raise DomainError(UNKNOWN)
        asked, version = form.cleaned_data, form.cleaned_data["version"]
        if asked["other"]:
            other = find_shift(request, asked["other"])
            shifts_swap(by=request.user, shift=shift, version=version, other=other,
                        other_version=asked["other_version"] or 0)  # fmt: skip
            return f"已对调：{shift}与{other}。"
        user = months.member_of(shift, asked["user"])
        set_user(by=request.user, shift=shift, version=version, user=user, is_pinned=True)
        return f"{shift}已交给{user.name}，并固定。" if user else f"{shift}已空出。"

    return _done(request, shift, act)


@require_POST
@allow(Permission.DUTY_PLAN)
def shift_pin(request, shift_id: UUID):
    shift, form = find_shift(request, shift_id), PinForm(request.POST)

    def act():
        if not form.is_valid():
            raise DomainError(UNKNOWN)
        pin(by=request.user, shift=shift, **form.cleaned_data)
        return f"{shift}已{'固定' if form.cleaned_data['is_pinned'] else '取消固定'}。"

    return _done(request, shift, act)


@form_page
@allow(Permission.DUTY_PLAN)
@once
def shift_replace(request, shift_id: UUID):
    """Give a published shift to somebody whom the rules allow."""
    shift = find_shift(request, shift_id)
    if request.method == "GET":
        return redirect("duty:shift_show", shift.pk)
    form = ReplaceForm(request.POST, takers=takers_of(shift))

    def act():
        return changes.shift_replace(
            by=request.user, shift=shift, user=months.member_of(shift, form.cleaned_data["user"]),
            reason=form.cleaned_data["reason"],
        )  # fmt: skip

    return _step(request, shift, "replace", form, act, "已安排替班，两人的累计已更新。")


@form_page
@allow(Permission.DUTY_VIEW)
@once
def shift_sick(request, shift_id: UUID):
    """Somebody cannot come: said by the person or by who plans."""
    shift = find_shift(request, shift_id)
    if request.method == "GET":
        return redirect("duty:shift_show", shift.pk)
    form = SickForm(request.POST)

    def act():
        return changes.shift_sick(by=request.user, shift=shift, **form.cleaned_data)

    return _step(request, shift, "sick", form, act, "已登记，这一班现在空缺，请安排替班。")


# --- Inside


def find_shift(request, key: UUID) -> Shift:
    return find(request, Shift, key, "roster", "template", "user")


def _done(request, shift: Shift, act):
    """The grid again for a script, the shift's page otherwise; a refusal is told in both."""
    say = refused = ""
    try:
        say = act()
    except Conflict:
        refused = STALE
    except DomainError as error:
        refused = error.message.removesuffix("。") + "。"
    if request.htmx:
        context = sheet(request, shift.roster, request.POST.get("by", ""))
        context |= {"say": say, "refused": refused}
        return render(request, "duty/_roster_grid.html", context, status=422 if refused else 200)
    (messages.error if refused else messages.success)(request, refused or say)
    return redirect("duty:shift_show", shift.pk)


def _step(request, shift: Shift, name: str, form, act, saying: str):
    address = reverse("duty:shift_show", args=[shift.pk])
    return steps.step(request, form, act, saying=saying, template=PAGE, done=address,
                      back=address, context=_context(request, shift) | {name: form})  # fmt: skip


def _may_sick(request, shift: Shift) -> bool:
    """The person of the shift, or who plans."""
    may_plan = access_of(request.user).can(Permission.DUTY_PLAN, shift.community_id)
    return bool(shift.user_id) and (may_plan or shift.user_id == request.user.pk)


def _context(request, shift: Shift) -> dict:
    may_plan = access_of(request.user).can(Permission.DUTY_PLAN, shift.community_id)
    is_open, is_ahead = not shift.roster.is_published, not shift.is_over
    takers = takers_of(shift) if may_plan and (is_open or is_ahead) else []
    return {
        "shift": shift, "day": day_of(shift.on, timezone.localdate()), "hours": hours_of(shift),
        "why": why_of(shift, may_plan),
        "free": [one for one in takers if not one.why],
        "barred": [one for one in takers if one.why],
        "may_move": may_plan and is_open,
        "replace": ReplaceForm(takers=takers) if may_plan and not is_open and is_ahead else None,
        "sick": SickForm() if _may_sick(request, shift) and not is_open and is_ahead else None,
        "changes": months.changes_of(shift),
    }  # fmt: skip
