"""Sending what waits: claim, hand over outside of any transaction, write down what came of it.

A message may be handed over twice (a worker was killed in between, an answer was lost), but
always under its reference, so that the gateway carries it out once; after a first try it is
asked what it knows before anything is sent again. A row is lost at no point: whoever holds it
has a lease, and after that it is due again.
"""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from portal.accounts.people import holders
from portal.accounts.permissions import Permission
from portal.core.access import SYSTEM
from portal.core.actions import action, record_change, unchanged
from portal.core.models import Outgoing, OutgoingState
from portal.core.notices import notice_send
from portal.core.outbox import message_open
from portal.messaging.gateways import Gateway, Refused, Unreachable, gateway
from portal.messaging.quiet import TRIES, is_urgent, quiet_until, wait_after

LEASE = timedelta(seconds=120)
MOST = 500  # messages of one sweep
# A gateway's own id of a message might hold the number, so it does not go into the log.
LOGGED = ("state", "error", "gateway", "next_at", "sent_at")
LABEL = Outgoing._meta.label_lower


class Outcome(NamedTuple):
    """What becomes of a claimed row: its new state and the columns that say why."""

    state: str
    values: dict


def messages_due(now: datetime | None = None) -> list[UUID]:
    """Messages to send now, the longest waiting first: queued ones whose time has come, and
    those whose worker never came back."""
    now = now or timezone.now()
    return list(
        Outgoing.objects.filter(_ripe(now), next_at__lte=now)
        .order_by("next_at", "pk")
        .values_list("pk", flat=True)[:MOST]
    )


def message_send(reference: UUID, now: datetime | None = None) -> str | None:
    """Send one message; its state afterwards, None when somebody else has it."""
    now = now or timezone.now()
    row = _claim(reference, now)
    if row is None:
        return None
    way = gateway()
    outcome = _attempt(way, row, now)
    return message_record(by=SYSTEM, row=row, outcome=outcome, gateway=way.name)


@action(Permission.SWEEP_RUN)
def message_record(*, by, row: Outgoing, outcome: Outcome, gateway: str) -> str | None:
    """Write down what a try brought, unless the row was taken over or a receipt was first."""
    held = Outgoing.objects.filter(pk=row.pk, state=OutgoingState.SENDING, tries=row.tries)
    values = {"state": outcome.state, "error": "", "gateway": gateway, **outcome.values}
    told = {name: values[name] for name in LOGGED if name in values}
    if not held.update(
        lease_until=None, version=F("version") + 1, changed_at=timezone.now(), **values
    ):
        unchanged()
        return None
    record_change(
        by=by, model=LABEL, row_id=row.pk, tenant=row.tenant,
        before={"state": OutgoingState.SENDING}, after=told,
    )  # fmt: skip
    if outcome.state == OutgoingState.FAILED:
        failure_tell(row)
    return outcome.state


def failure_tell(row: Outgoing) -> None:
    """Tell those who see messages that one did not arrive, once each."""
    notice_send(
        holders(Permission.MESSAGE_VIEW, row.tenant) if row.tenant else [],
        f"message:{row.pk}", "有一条短信没有送达，请看短信记录，并改用电话联系。",
        f"{reverse('core:list', args=['messages'])}?state={OutgoingState.FAILED}", row.tenant,
    )  # fmt: skip


def _ripe(now: datetime) -> Q:
    return Q(state=OutgoingState.QUEUED) | Q(state=OutgoingState.SENDING, lease_until__lte=now)


def _claim(reference: UUID, now: datetime) -> Outgoing | None:
    """Take the row for the length of a lease. The count of tries is the token: who comes back
    after the row was taken over finds another one."""
    with transaction.atomic():
        due = Outgoing.objects.select_for_update(skip_locked=True)
        row = due.filter(_ripe(now), pk=reference, next_at__lte=now).first()
        if row is None:
            return None
        row.state, row.lease_until = OutgoingState.SENDING, now + LEASE
        row.tries += 1
        row.save(update_fields=["state", "lease_until", "tries"])
    return row


def _attempt(way: Gateway, row: Outgoing, now: datetime) -> Outcome:
    """Send, unless it is there already, too late, or night."""
    try:
        if row.tries > 1 and (found := way.find(row.pk)):
            return _sent(found, now)
        if outcome := _not_now(row, now):
            return outcome
        number, text = message_open(row)
        return _sent(way.send(row.pk, number, text), now)
    except Refused as refused:
        return Outcome(OutgoingState.FAILED, {"error": refused.reason[:200]})
    except Unreachable as failure:
        return _again(row, failure.reason[:200], now)


def _sent(found, now: datetime) -> Outcome:
    return Outcome(OutgoingState.SENT, {"gateway_id": found.gateway_id, "sent_at": now})


def _not_now(row: Outgoing, now: datetime) -> Outcome | None:
    """Past its use it is dropped; at night it waits for the morning if it is of use then."""
    last = row.not_after
    if last and now > last:
        return Outcome(OutgoingState.DROPPED, {"error": "已过发送时间"})
    if row.tries > TRIES:  # its workers died each time
        return Outcome(OutgoingState.FAILED, {"error": "多次发送中断"})
    morning = None if is_urgent(row.purpose) else quiet_until(now)
    if morning is None:
        return None
    if last and morning > last:
        return Outcome(OutgoingState.DROPPED, {"error": "夜间不发，早上已过时"})
    return Outcome(OutgoingState.QUEUED, {"next_at": morning, "tries": row.tries - 1})


def _again(row: Outgoing, reason: str, now: datetime) -> Outcome:
    if row.tries >= TRIES:
        return Outcome(OutgoingState.FAILED, {"error": reason})
    return Outcome(OutgoingState.QUEUED, {"error": reason, "next_at": now + wait_after(row.tries)})
