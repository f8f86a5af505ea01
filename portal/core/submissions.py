"""What phones send, once each.

A record gets its key (UUIDv7) on the phone, where it waits until it was answered. A room
registers what it takes::

    @submission("visit")
    def visit_submit(by, key, body, moments) -> dict: ...   # calls one action

The key is stored in the transaction of the change. The same key with the same body gives
the first answer again, another body 409. A refusal is kept with its sealed body, so that
somebody at a desk can settle what the phone cannot, or carry it out again.
"""

import hashlib
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid5

import orjson
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from portal.core.access import SIGNED_IN, access_of, access_then
from portal.core.actions import action, domain_error, record_change, require_place
from portal.core.crypto import seal_bytes, unseal_bytes
from portal.core.errors import DomainError, NotAllowed, OutOfScope
from portal.core.json_pages import status_of
from portal.core.models import Submission, SubmissionState

CREATED, REFUSED, OTHER_BODY, SETTLED = 201, 422, 409, 200
VIEW = "SUBMISSION_VIEW"
OPEN_LIMIT = 500  # refused records of one person that wait for a desk
OFF_LIMIT = 2_000_000_000  # seconds that the column holds: 63 years
DAMAGED = "记录的内容不完整，没有收下。"
NO_POST = "报送人记录那天没有在这里任职，不能按原记录办理，请核对后人工处理。"
# What a body that does not fit makes a room's function raise; anything else is our fault and
# answered with 500, so that the phone keeps the record and tries again.
MALFORMED = (LookupError, TypeError, ValueError, AttributeError, OverflowError, DataError)

logger = logging.getLogger(__name__)


class Moments(NamedTuple):
    """When the record was made by the phone's clock, when it came, and how far the clock is
    off (seconds, positive when the phone is ahead)."""

    made_at: datetime
    received_at: datetime
    clock_off: int

    def true(self, moment: datetime) -> datetime:
        """A moment of the phone by our clock; nothing happened after it was received."""
        try:
            return min(moment - timedelta(seconds=self.clock_off), self.received_at)
        except OverflowError:
            return self.received_at

    def press(self, text: str) -> datetime:
        """The moment of a press as the record writes it, by our clock; raises what a body that
        does not fit makes raise."""
        at = parse_datetime(text)
        if at is None or at.tzinfo is None:
            raise ValueError(text)
        return self.true(at)


@dataclass(frozen=True)
class Answer:
    """Status and JSON text; a repetition gets the very same."""

    status: int
    text: str


_kinds: dict[str, Callable] = {}


def submission(kind: str) -> Callable:
    """Register ``function(by, key, body, moments) -> answer`` for a kind of record."""

    def register(function):
        _kinds[kind] = function
        return function

    return register


def submit(by, key: UUID, kind: str, body: bytes, moments: Moments,
           tenant: UUID | None = None,
           tell: Callable[[Submission], None] | None = None) -> Answer:  # fmt: skip
    """Carry out a record once. ``body`` is JSON, an object; ``tenant`` is whose supervisors see
    it when it is refused: ``tell(row)`` lets them know, in the transaction that keeps it, so
    once however often it is repeated. Raises Full when too many of this person wait."""
    tenant = tenant or next(iter(access_of(by).names), None)
    sent = _Sent(by, key, kind, body, moments, tenant, tell)
    if earlier := _earlier(sent):
        return earlier
    try:
        return _taken(sent)
    except _Doubled:
        return _earlier(sent)
    except DomainError as error:
        return _refused(sent, error)


class Full(DomainError):
    """Too many refused records wait; the phone keeps this one."""

    def __init__(self):
        super().__init__("未收下的记录太多，请联系社区处理。记录仍在手机里。")


@dataclass(frozen=True)
class _Sent:
    by: object
    key: UUID
    kind: str
    body: bytes
    moments: Moments
    tenant: UUID | None
    tell: Callable[[Submission], None] | None = None

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.kind.encode() + b"\n" + self.body).hexdigest()


@action(SIGNED_IN)
def submission_refuse(*, by, sent: _Sent, status: int, text: str, reason: str) -> Answer:
    """Keep what was refused, sealed, for the supervisors of the sender's place."""
    waiting = Submission.objects.filter(owner=by, state=SubmissionState.REFUSED)
    if waiting.count() >= OPEN_LIMIT:
        raise Full
    row = _row(sent, SubmissionState.REFUSED, status, text)
    row.reason = reason[:300]
    row.sealed = seal_bytes(sent.body, _place(row))
    _insert(row)
    record_change(by=by, model="core.submission", row_id=row.pk, tenant=row.tenant,
                  after={"kind": row.kind, "status": status})  # fmt: skip
    if sent.tell:
        sent.tell(row)
    return Answer(status, text)


@action(VIEW)
def submission_settle(*, by, row: Submission, note: str) -> Submission:
    """Say what was done about a refused record. Its phone gets the note when it asks again."""
    row = _locked(by, row)
    note = note.strip()[:200]
    if not note:
        raise DomainError("请写明怎样处理的。", field="note")
    row.settled_note = note
    text = _json({"ok": True, "settled": True, "note": note})
    return _close(by, row, SubmissionState.SETTLED, SETTLED, text)


@action(VIEW)
def submission_repeat(*, by, row: Submission) -> Submission:
    """Carry a refused record out again, in its sender's name and by the posts of the day on
    which it was made: one that has ended since does not undo what was done in it."""
    row = _locked(by, row)
    if row.status == OTHER_BODY:
        raise DomainError("这份与先到的一份编号相同而内容不同，请人工核对后处理。")
    answer = _as_then(row)
    return _close(by, row, SubmissionState.ACCEPTED, CREATED, _json({"ok": True, **answer}))


def body_of(row: Submission) -> dict:
    """What a refused record said; whoever shows it logs the look."""
    try:
        return _object(_body(row))
    except DomainError:
        return {}


def made_on(row: Submission) -> date:
    """The day on which it was made, by the true clock."""
    moments = Moments(row.made_at, row.received_at, row.clock_off)
    return timezone.localdate(moments.true(row.made_at))


class _Doubled(Exception):
    """The same record is being carried out by a parallel request, which was first."""


def _taken(sent: _Sent) -> Answer:
    with transaction.atomic():
        row = _row(sent, SubmissionState.ACCEPTED, CREATED, "")
        _insert(row)
        answer = _carried_out(sent.by, sent.key, sent.kind, sent.body, sent.moments)
        row.answer = _json({"ok": True, **answer})
        row.save(update_fields=["answer"])
    return Answer(CREATED, row.answer)


def _carried_out(by, key: UUID, kind: str, body: bytes, moments: Moments) -> dict:
    function, values = _kinds.get(kind), _object(body)
    if function is None:
        raise DomainError("这个版本的系统还不认识这种记录，请联系社区。记录仍在手机里。")
    try:
        with transaction.atomic():
            return function(by, key, values, moments)
    except ValidationError as error:
        raise domain_error(error) from error
    except MALFORMED as error:
        logger.exception("submission %s of kind %s", key, kind)
        raise DomainError(DAMAGED) from error


def _as_then(row: Submission) -> dict:
    """The answer of a refused record under the sender's access of today or of its day. Cells are
    drawn anew and households move: where in the community it lay then, the desk vouches for."""
    sender, refusal = row.owner, None
    then = access_then(sender, made_on(row))
    moments = Moments(row.made_at, row.received_at, row.clock_off)
    for access in (access_of(sender), then, then.throughout(row.tenant)):
        if row.tenant not in access.names:
            continue
        sender.access = access
        try:
            return _carried_out(sender, row.key, row.kind, _body(row), moments)
        except (NotAllowed, OutOfScope) as error:
            refusal = error
    raise refusal or DomainError(NO_POST)


def _refused(sent: _Sent, error: DomainError) -> Answer:
    status = status_of(error)
    text = _json({"ok": False, "reason": error.message, "field": error.field})
    try:
        return submission_refuse(by=sent.by, sent=sent, status=status, text=text,
                                 reason=error.message)  # fmt: skip
    except _Doubled:
        return _earlier(sent)


def _earlier(sent: _Sent) -> Answer | None:
    row = Submission.objects.filter(owner=sent.by, key=sent.key).first()
    if row is None:
        return None
    if row.body_hash == sent.digest:
        return Answer(row.status, row.answer)
    return _other_body(sent)


def _other_body(sent: _Sent) -> Answer:
    """The first one stays; the second is kept beside it under a key made of both."""
    reason = "同一编号的记录内容不同，先到的一份已经收下，请重新填写后再报。"
    text = _json({"ok": False, "reason": reason, "field": ""})
    beside = replace(sent, key=uuid5(sent.key, sent.digest))
    if not Submission.objects.filter(owner=sent.by, key=beside.key).exists():
        with suppress(_Doubled):
            submission_refuse(by=sent.by, sent=beside, status=OTHER_BODY, text=text, reason=reason)
    return Answer(OTHER_BODY, text)


def _row(sent: _Sent, state: str, status: int, text: str) -> Submission:
    moments = sent.moments
    return Submission(
        owner=sent.by, key=sent.key, kind=sent.kind[:30], body_hash=sent.digest,
        tenant=sent.tenant, state=state, status=status, answer=text, made_at=moments.made_at,
        received_at=moments.received_at, clock_off=moments.clock_off, created_by=sent.by,
        changed_by=sent.by,
    )  # fmt: skip


def _locked(by, row: Submission) -> Submission:
    stored = Submission.objects.select_for_update(no_key=True).get(pk=row.pk)
    require_place(by, stored)
    if stored.state != SubmissionState.REFUSED:
        raise DomainError("这条记录已经处理过了。")
    return stored


def _close(by, row: Submission, state: str, status: int, text: str) -> Submission:
    row.state, row.status, row.answer = state, status, text
    row.version, row.changed_at, row.changed_by = row.version + 1, timezone.now(), by
    row.save()
    record_change(by=by, model="core.submission", row_id=row.pk, tenant=row.tenant,
                  before={"state": SubmissionState.REFUSED}, after={"state": state})  # fmt: skip
    return row


def _insert(row: Submission) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise _Doubled from error


def _object(body: bytes) -> dict:
    try:
        values = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise DomainError(DAMAGED) from error
    if not isinstance(values, dict):
        raise DomainError(DAMAGED)
    return values


def moments_of(made_at: datetime, sent_at: datetime | None = None) -> Moments:
    """``sent_at`` is the phone's clock at sending: against ours it tells how far it is off."""
    now = timezone.now()
    off = round((sent_at - now).total_seconds()) if sent_at else 0
    return Moments(made_at, now, max(-OFF_LIMIT, min(OFF_LIMIT, off)))


def _json(values: dict) -> str:
    return orjson.dumps(values).decode()


def _body(row: Submission) -> bytes:
    return unseal_bytes(row.sealed, _place(row)) if row.sealed else b""


def _place(row: Submission) -> str:
    return f"core.submission.sealed:{row.pk}"
