"""What phones send, once each.

A record gets its key (UUIDv7) on the phone, where it waits until it was answered. A room
registers what it takes::

    @submission("visit")
    def visit_submit(by, key, body, moments) -> dict: ...   # calls one action

The key is stored in the transaction of the change. The same key with the same body gives
the first answer again, another body 409. A refusal is kept with its sealed body, so that
somebody at a desk can settle what the phone cannot.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import orjson
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.core.access import SIGNED_IN, access_of
from portal.core.actions import action, record_change
from portal.core.crypto import seal_bytes, unseal_bytes
from portal.core.errors import DomainError, NotAllowed, OutOfScope
from portal.core.models import Submission, SubmissionState

CREATED, REFUSED, FORBIDDEN, MISSING, OTHER_BODY = 201, 422, 403, 404, 409
CLOCK_TOLERATED = 300  # seconds by which a phone's clock may differ before it is told


class Moments(NamedTuple):
    """When the record was made by the phone's clock, when it came, and how far the clock is
    off (seconds, positive when the phone is ahead)."""

    made_at: datetime
    received_at: datetime
    clock_off: int


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


def submit(by, key: UUID, kind: str, body: bytes, moments: Moments) -> Answer:
    """Carry out a record once. ``body`` is JSON, an object."""
    digest = hashlib.sha256(kind.encode() + b"\n" + body).hexdigest()
    if earlier := _earlier(by, key, digest):
        return earlier
    try:
        return _taken(by, key, kind, body, digest, moments)
    except _Doubled:
        return _earlier(by, key, digest)
    except DomainError as error:
        try:
            return submission_refuse(by=by, key=key, kind=kind, body=body, digest=digest,
                                     moments=moments, error=error)  # fmt: skip
        except _Doubled:
            return _earlier(by, key, digest)


@action(SIGNED_IN)
def submission_refuse(*, by, key: UUID, kind: str, body: bytes, digest: str, moments: Moments,
                      error: DomainError) -> Answer:  # fmt: skip
    """Keep what was refused, sealed, for the supervisors of the sender's place."""
    status = _status(error)
    text = _json({"ok": False, "reason": error.message, "field": error.field})
    row = _row(by, key, kind, digest, moments, SubmissionState.REFUSED, status, text)
    row.reason = error.message[:300]
    row.sealed = seal_bytes(body, _place(row))
    _insert(row)
    record_change(by=by, model="core.submission", row_id=row.pk, tenant=row.tenant,
                  after={"kind": kind, "status": status})  # fmt: skip
    return Answer(status, text)


def body_of(row: Submission) -> dict:
    """What a refused record said; whoever shows it logs the look."""
    return orjson.loads(unseal_bytes(row.sealed, _place(row))) if row.sealed else {}


class _Doubled(Exception):
    """The same record is being carried out by a parallel request, which was first."""


def _taken(by, key, kind, body, digest, moments) -> Answer:
    function, values = _kinds.get(kind), _object(body)
    if function is None:
        raise DomainError("这个版本的系统还不认识这种记录，请联系社区。记录仍在手机里。")
    with transaction.atomic():
        row = _row(by, key, kind, digest, moments, SubmissionState.ACCEPTED, CREATED, "")
        _insert(row)
        answer = function(by, key, values, moments)
        row.answer = _json({"ok": True, **answer})
        row.save(update_fields=["answer"])
    return Answer(CREATED, row.answer)


def _earlier(by, key, digest) -> Answer | None:
    row = Submission.objects.filter(owner=by, key=key).first()
    if row is None:
        return None
    if row.body_hash != digest:
        reason = "同一编号的记录内容不同，先到的一份已经收下，请重新填写后再报。"
        return Answer(OTHER_BODY, _json({"ok": False, "reason": reason, "field": ""}))
    return Answer(row.status, row.answer)


def _row(by, key, kind, digest, moments, state, status, text) -> Submission:
    tenant = next(iter(access_of(by).names), None)
    return Submission(
        owner=by, key=key, kind=kind[:30], body_hash=digest, tenant=tenant, state=state,
        status=status, answer=text, made_at=moments.made_at, received_at=moments.received_at,
        clock_off=moments.clock_off, created_by=by, changed_by=by,
    )  # fmt: skip


def _insert(row: Submission) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise _Doubled from error


def _status(error: DomainError) -> int:
    if isinstance(error, NotAllowed):
        return FORBIDDEN
    return MISSING if isinstance(error, OutOfScope) else REFUSED


def _object(body: bytes) -> dict:
    try:
        values = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise DomainError("记录的内容不完整，没有收下。") from error
    if not isinstance(values, dict):
        raise DomainError("记录的内容不完整，没有收下。")
    return values


def moments_of(made_at: datetime, sent_at: datetime | None = None) -> Moments:
    """``sent_at`` is the phone's clock at sending: against ours it tells how far it is off."""
    now = timezone.now()
    off = round((sent_at - now).total_seconds()) if sent_at else 0
    return Moments(made_at, now, off)


def _json(values: dict) -> str:
    return orjson.dumps(values).decode()


def _place(row: Submission) -> str:
    return f"core.submission.sealed:{row.pk}"
