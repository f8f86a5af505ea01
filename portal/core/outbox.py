"""Messages to telephones wait here, in the transaction of their cause; ``portal.messaging``
sends them. A message is queued once by its key, and may be lost at no point after commit."""

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from portal.core.crypto import seal, unseal
from portal.core.models import Outgoing, OutgoingState

PURPOSES: dict[str, str] = {}  # code: what the list of messages calls it
ADDRESS, TEXT = "core.outgoing.address", "core.outgoing.text"


def purpose(code: str, words: str) -> str:
    """Register what messages of a kind are for; those of codes ``alarm…`` ring at night too."""
    PURPOSES[code] = words
    return code


def message_queue(*, key: str, purpose: str, address: str, text: str, recipient=None,
                  tenant: UUID | None = None, send_at: datetime | None = None,
                  not_after: datetime | None = None) -> bool:  # fmt: skip
    """Leave a message once; False when the key is taken. ``address`` is a telephone number,
    ``send_at`` the earliest and ``not_after`` the last moment at which it is of use."""
    row = Outgoing(
        key=key, purpose=purpose, recipient=recipient, tenant=tenant, not_after=not_after,
        next_at=send_at or timezone.now(), mask=masked(address),
    )  # fmt: skip
    row.address, row.text = (
        seal(value, f"{where}:{row.pk}") for value, where in ((address, ADDRESS), (text, TEXT))
    )
    Outgoing.objects.bulk_create([row], ignore_conflicts=True)
    return Outgoing.objects.filter(pk=row.pk).exists()


def masked(number: str) -> str:
    """All but the last two digits starred."""
    return ("*" * max(len(number) - 2, 0) + number[-2:])[-20:]


def message_open(row: Outgoing) -> tuple[str, str]:
    """(number, text) of a message, for its gateway."""
    return (unseal(bytes(row.address), f"{ADDRESS}:{row.pk}"),
            unseal(bytes(row.text), f"{TEXT}:{row.pk}"))  # fmt: skip


def messages_drop(key_prefix: str) -> int:
    """Take back what nobody has begun to send, because its cause is gone."""
    waiting = Outgoing.objects.filter(key__startswith=key_prefix, state=OutgoingState.QUEUED)
    return waiting.update(state=OutgoingState.DROPPED, error="原因已取消")
