"""One's own duty: the next shift, swaps, wishes, the calendar, the hand-over."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from portal.accounts.permissions import Permission
from portal.core.access import access_of, allow
from portal.core.errors import DomainError
from portal.core.once import once
from portal.duty import forms
from portal.duty.actions import changes, checkin, feeds, handover, setup
from portal.duty.calendar import feed_bytes
from portal.duty.models import (
    CalendarFeed,
    ChangeState,
    DutyMatter,
    DutyNote,
    DutyRules,
    Shift,
    ShiftChange,
    Wish,
)
from portal.duty.now import on_duty
from portal.duty.people import approvers, decides
from portal.duty.views.steps import find, form_page, posted, step, tenant_of

NOTES = 20
ANSWERED = {
    ChangeState.DONE: "已同意，调班已生效。",
    ChangeState.ACCEPTED: "已同意，等主任批准。",
    ChangeState.REFUSED: "已回复不同意。",
}


@require_GET
@allow(Permission.DUTY_VIEW)
def mine(request):
    """My shifts, what colleagues ask of me and I of them, my wishes, my calendar."""
    community, user, now = tenant_of(request), request.user, timezone.now()
    own = {"community": community, "user": user}
    shifts = Shift.objects.visible_to(user).published().filter(ends_at__gt=now, **own)
    wishes = Wish.objects.visible_to(user).filter(on__gte=timezone.localdate(), **own)
    context = {
        "shifts": shifts.order_by("starts_at"),
        "wishes": wishes,
        "feed": CalendarFeed.objects.filter(user=user, revoked_at=None).first(),
        "feed_url": request.session.pop("duty_feed", ""),
        "soon": now + checkin.EARLY,
        "now": now,
    }
    return render(request, "duty/mine.html", context | _open_changes(user, community))


def _open_changes(user, community) -> dict:
    """What waits for the person's word, what they asked, what they have to approve."""
    rows = ShiftChange.objects.visible_to(user).filter(community=community)
    rows = rows.waiting(timezone.now())
    rows = list(rows.select_related("shift", "other_shift", "giver", "taker"))
    may_approve = access_of(user).can(Permission.DUTY_APPROVE, community)
    approving = approvers(community) if may_approve else {}
    return {
        "asked": [c for c in rows if c.taker_id == user.pk and c.state == ChangeState.ASKED],
        "asking": [c for c in rows if c.giver_id == user.pk],
        "deciding": [
            c for c in rows if c.state == ChangeState.ACCEPTED and decides(user.pk, c, approving)
        ],
    }


@require_POST
@allow(Permission.DUTY_VIEW)
def shift_check_in(request, shift_id: UUID):
    return _done(
        request,
        lambda: checkin.shift_check_in(by=request.user, shift=find(request, Shift, shift_id)),
        "已签到，辛苦了。",
    )


@form_page
@allow(Permission.DUTY_VIEW)
@once
def swap_ask(request, shift_id: UUID):
    shift, back = find(request, Shift, shift_id), reverse("duty:mine")
    if shift.user_id != request.user.pk:
        raise Http404
    form = forms.SwapForm(posted(request), shift=shift)

    def act():
        return changes.swap_ask(by=request.user, shift=shift, **form.cleaned_data)

    return step(
        request,
        form,
        act,
        saying="申请已发出，等对方确认。",
        title=f"调班：{shift}",
        verb="发出申请",
        done=back,
        back=back,
        lead=f"{_steps_of(shift.community_id)}后生效；排班规则（休息时间、连班）由系统核对。",
    )


@require_POST
@allow(Permission.DUTY_VIEW)
def swap_answer(request, change_id: UUID):
    row, agrees = find(request, ShiftChange, change_id), "yes" in request.POST

    def act():
        done = changes.swap_answer(by=request.user, change=row, agrees=agrees)
        return ANSWERED[done.state]

    return _done(request, act)


@require_POST
@allow(Permission.DUTY_APPROVE)
def swap_approve(request, change_id: UUID):
    row, agrees = find(request, ShiftChange, change_id), "yes" in request.POST
    return _done(
        request,
        lambda: changes.swap_approve(by=request.user, change=row, agrees=agrees),
        "已批准，双方班次已对换。" if agrees else "已回复不同意。",
    )


@require_POST
@allow(Permission.DUTY_VIEW)
def change_cancel(request, change_id: UUID):
    row = find(request, ShiftChange, change_id)
    return _done(
        request, lambda: changes.change_cancel(by=request.user, change=row), "已撤回申请。"
    )


@form_page
@allow(Permission.DUTY_VIEW)
@once
def wish_set(request):
    community, back = tenant_of(request), reverse("duty:mine")
    form = forms.WishForm(posted(request))

    def act():
        return setup.wish_set(by=request.user, community_id=community, values=form.cleaned_data)

    return step(
        request,
        form,
        act,
        saying="愿望已登记，排班时尽量照顾。",
        title="登记愿望",
        done=back,
        back=back,
        lead="愿望尽量满足，不能保证；没有满足的，排班表会写明原因。",
    )


@require_POST
@allow(Permission.DUTY_VIEW)
def wish_remove(request, wish_id: UUID):
    row = find(request, Wish, wish_id)
    return _done(request, lambda: setup.wish_remove(by=request.user, wish=row), "愿望已撤销。")


# --- The calendar


@require_POST
@allow(Permission.DUTY_VIEW)
def calendar_feed_make(request):
    """The address is shown on the next page, once."""
    token = feeds.calendar_feed_make(by=request.user)
    address = request.build_absolute_uri(reverse("duty:calendar_feed", args=[token]))
    request.session["duty_feed"] = address
    return redirect("duty:mine")


@require_POST
@allow(Permission.DUTY_VIEW)
def calendar_feed_revoke(request):
    feeds.calendar_feed_revoke(by=request.user)
    messages.success(request, "日历地址已停用。")
    return redirect("duty:mine")


@require_GET
@login_not_required
def calendar_feed(request, token: str):
    """Shifts of the person whose private address it is; 404 for every other one."""
    feed = feeds.feed_of(token)
    if feed is None:
        raise Http404
    page = request.build_absolute_uri(reverse("duty:mine"))
    answer = HttpResponse(
        feed_bytes(feed.user, lambda shift: page), content_type="text/calendar; charset=utf-8"
    )
    answer.headers["Content-Disposition"] = 'inline; filename="duty.ics"'
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


# --- Hand-over


@require_GET
@allow(Permission.DUTY_VIEW)
def handover_show(request):
    """Who is on duty, what the last shifts have told, what is open."""
    community, now = tenant_of(request), timezone.now()
    notes = DutyNote.objects.visible_to(request.user).filter(community=community)
    own = (
        Shift.objects.visible_to(request.user)
        .published()
        .filter(community=community, user=request.user, starts_at__lte=now)
    )
    return render(
        request,
        "duty/handover.html",
        {
            "now": on_duty(community),
            "matters": handover.matters_open(community),
            "notes": notes.select_related("shift", "created_by")[:NOTES],
            "shift": own.order_by("-starts_at").first(),
        },
    )


@form_page
@allow(Permission.DUTY_VIEW)
@once
def duty_note_add(request, shift_id: UUID):
    return _told(request, shift_id, handover.duty_note_add, "写交接记录", "交接记录已保存。")


@form_page
@allow(Permission.DUTY_VIEW)
@once
def duty_matter_open(request, shift_id: UUID):
    return _told(
        request, shift_id, handover.duty_matter_open, "登记未了事项", "已登记，会一直交到办结。"
    )


@form_page
@allow(Permission.DUTY_VIEW)
def duty_matter_close(request, matter_id: UUID):
    row, back = find(request, DutyMatter, matter_id), reverse("duty:handover_show")
    form = forms.CloseForm(posted(request), initial={"version": row.version})

    def act():
        return handover.duty_matter_close(by=request.user, matter=row, **form.cleaned_data)

    return step(
        request,
        form,
        act,
        saying="已办结。",
        title="办结未了事项",
        verb="办结",
        done=back,
        back=back,
        lead=row.text,
    )


def _told(request, shift_id: UUID, write, title: str, saying: str):
    shift, back = find(request, Shift, shift_id), reverse("duty:handover_show")
    form = forms.TextForm(posted(request))

    def act():
        return write(by=request.user, shift=shift, text=form.cleaned_data["text"])

    return step(
        request, form, act, saying=saying, title=title, done=back, back=back, lead=f"{shift}"
    )


def _steps_of(community) -> str:
    return "对方同意、主任批准" if DutyRules.of(community).is_swap_approved else "对方同意"


def _done(request, act, told: str = ""):
    """A press of a button: say what came of it (``act`` may give the words) and show the page
    again."""
    try:
        answer = act()
        messages.success(request, told or answer)
    except DomainError as error:
        if type(error) is not DomainError:
            raise
        messages.error(request, error.message)
    return redirect("duty:mine")
