"""What a gateway reports of a message afterwards: signed, repeated, late and in any order."""

import hashlib
import hmac
from datetime import datetime
from uuid import UUID

import orjson
from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from portal.accounts.permissions import Permission
from portal.core.access import Access
from portal.core.actions import action, record_change, unchanged
from portal.core.errors import DomainError, OutOfScope
from portal.core.models import Outgoing, OutgoingState
from portal.messaging.delivery import LABEL, failure_tell

CLOCK_OFF = 300  # seconds by which a signature's moment may differ from ours
STATES = {"delivered": OutgoingState.DELIVERED, "failed": OutgoingState.FAILED}


class ByGateway:
    """Stands as ``by`` for the gateway that signed."""

    pk = id = None
    name = username = "短信平台"
    is_authenticated = True
    is_active = True
    access = Access(everywhere=frozenset({str(Permission.SWEEP_RUN)}))


def signature(stamp: str, body: bytes) -> str:
    """Hex HMAC-SHA256 of ``<stamp>.<body>``; ``stamp`` is seconds since 1970."""
    return hmac.digest(
        settings.LINLI_SMS_SECRET.encode(), stamp.encode() + b"." + body, hashlib.sha256
    ).hex()


def is_signed(stamp: str, given: str, body: bytes) -> bool:
    """Whether the gateway wrote this a moment ago. Without a secret nothing is signed."""
    if not (settings.LINLI_SMS_SECRET and stamp.isascii() and stamp.isdigit() and len(stamp) < 12):
        return False
    if abs(timezone.now().timestamp() - int(stamp)) > CLOCK_OFF:
        return False
    return hmac.compare_digest(signature(stamp, body).encode(), given.encode())


def receipt_read(body: bytes) -> dict:
    """{"which": Q, "state", "at"} of ``{"reference" | "id", "state", "at"?}``; DomainError."""
    try:
        found = orjson.loads(body)
        state, which = STATES[found["state"]], _which(found)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise DomainError("回执无法识别。") from None
    return {"which": which, "state": state, "at": _moment(found.get("at"))}


@action(Permission.SWEEP_RUN)
def receipt_take(*, by, which: Q, state: str, at: datetime | None) -> str:
    """Bring the message to where the receipt says; returns its state.

    Delivered is final. Failed ends what is not delivered, also a message that a lost answer
    made us try again. Raises OutOfScope for an unknown message.
    """
    row = Outgoing.objects.select_for_update().filter(which).first()
    if row is None:
        raise OutOfScope
    if row.state in (OutgoingState.DELIVERED, state):
        unchanged()
        return row.state
    values = {"state": state, "lease_until": None, "error": ""}
    if state == OutgoingState.DELIVERED:
        values |= {"delivered_at": _between(row, at), "sent_at": row.sent_at or _between(row, at)}
    else:
        values["error"] = "短信平台报告未送达"
    Outgoing.objects.filter(pk=row.pk).update(
        version=F("version") + 1, changed_at=timezone.now(), **values
    )
    record_change(by=by, model=LABEL, row_id=row.pk, tenant=row.tenant,
                  before={"state": row.state}, after=values)  # fmt: skip
    if state == OutgoingState.FAILED:
        failure_tell(row)
    return state


def _which(found: dict) -> Q:
    if "reference" in found:
        return Q(pk=UUID(found["reference"]))
    key = found["id"]
    if not (isinstance(key, str) and key.isprintable() and 0 < len(key) <= 80):
        raise ValueError
    return Q(gateway=settings.LINLI_SMS_GATEWAY, gateway_id=key)


def _moment(text) -> datetime | None:
    """An aware moment as it was written, None for anything else."""
    try:
        found = parse_datetime(text)
    except (ValueError, TypeError):
        return None
    return found if found and timezone.is_aware(found) else None


def _between(row: Outgoing, at: datetime | None) -> datetime:
    """The gateway's clock is believed between the message's beginning and now."""
    now = timezone.now()
    return at if at and row.created_at <= at <= now else now
