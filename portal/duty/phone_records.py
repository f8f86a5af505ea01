"""What phones send of duty.

``duty_checkin``: {shift, at}. ``duty_swap``: {shift, other_shift | taker, reason}.
``duty_answer``: {change, agrees}. ``duty_cancel``: {change}. ``duty_sick``: {shift, at}.
``duty_note``: {shift, text, open} with ``open`` true for a matter that passes on.
``duty_close``: {matter, note}.
"""

from uuid import UUID

from portal.accounts.models import User
from portal.core.errors import DomainError, OutOfScope
from portal.core.submissions import Moments, submission
from portal.duty.actions import changes, checkin, handover
from portal.duty.models import DutyMatter, Shift, ShiftChange

GONE = "这一班已经变动，请看最新排班。"


@submission("duty_checkin")
def duty_checkin(by, key: UUID, body: dict, moments: Moments) -> dict:
    """The moment is the phone's, set right by our clock: it may have been offline since."""
    at = moments.press(body["at"])
    row = checkin.shift_check_in(by=by, shift=_shift(by, body["shift"]), at=at)
    return {"id": row.pk, "checked_in_at": row.checked_in_at}


@submission("duty_sick")
def duty_sick(by, key: UUID, body: dict, moments: Moments) -> dict:
    """One's own shift only. No words: an illness is nobody's business here."""
    shift, at = _shift(by, body["shift"]), moments.press(body["at"])
    if shift.user_id != by.pk:
        raise OutOfScope(changes.GONE_SHIFT)
    row = changes.shift_sick(by=by, shift=shift, reason=changes.ILL, at=at)
    return {"id": row.pk, "state": row.state}


@submission("duty_swap")
def duty_swap(by, key: UUID, body: dict, moments: Moments) -> dict:
    other = _shift(by, body["other_shift"]) if body.get("other_shift") else None
    taker = other.user if other else User.objects.filter(pk=UUID(str(body["taker"]))).first()
    if taker is None:
        raise OutOfScope(GONE)
    row = changes.swap_ask(by=by, shift=_shift(by, body["shift"]), other_shift=other, taker=taker,
                           reason=_text(body, "reason", 200))  # fmt: skip
    return {"id": row.pk, "state": row.state}


@submission("duty_answer")
def duty_answer(by, key: UUID, body: dict, moments: Moments) -> dict:
    if not isinstance(body["agrees"], bool):
        raise TypeError("agrees")
    row = changes.swap_answer(by=by, change=_change(by, body["change"]), agrees=body["agrees"])
    return {"id": row.pk, "state": row.state}


@submission("duty_cancel")
def duty_cancel(by, key: UUID, body: dict, moments: Moments) -> dict:
    row = changes.change_cancel(by=by, change=_change(by, body["change"]))
    return {"id": row.pk, "state": row.state}


@submission("duty_note")
def duty_note(by, key: UUID, body: dict, moments: Moments) -> dict:
    shift, text = _shift(by, body["shift"]), _text(body, "text", 300)
    write = handover.duty_matter_open if body.get("open") else handover.duty_note_add
    return {"id": write(by=by, shift=shift, text=text).pk}


@submission("duty_close")
def duty_close(by, key: UUID, body: dict, moments: Moments) -> dict:
    row = DutyMatter.objects.visible_to(by).filter(pk=UUID(str(body["matter"]))).first()
    if row is None:
        raise OutOfScope("这件事已经没有了。")
    note = _text(body, "note", 200) if body.get("note") else ""
    handover.duty_matter_close(by=by, matter=row, version=row.version, note=note)
    return {"id": row.pk}


def _shift(by, key) -> Shift:
    rows = Shift.objects.visible_to(by).select_related("user")
    row = rows.filter(pk=UUID(str(key))).first()
    if row is None:
        raise OutOfScope(GONE)
    return row


def _change(by, key) -> ShiftChange:
    row = ShiftChange.objects.visible_to(by).filter(pk=UUID(str(key))).first()
    if row is None:
        raise OutOfScope("这个申请已经没有了。")
    return row


def _text(body: dict, name: str, most: int) -> str:
    text = body[name]
    if not isinstance(text, str) or not text.strip():
        raise DomainError("请填写内容。", field=name)
    if len(text) > most:
        raise DomainError(f"最多 {most} 个字。", field=name)
    return text.strip()
