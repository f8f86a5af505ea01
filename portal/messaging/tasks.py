"""Celery: the sweep of the outbox and the sending of one message."""

from uuid import UUID

from celery import shared_task

from portal.core.sweeps import sweep
from portal.messaging.delivery import message_send, messages_due

EVERY = 30  # seconds between two sweeps


@sweep("messages-send", "发送短信", queued="交发 {} 条短信")
def messages_send() -> dict[str, int]:
    """Queue each message that is due. One that waits past the next sweep is dropped from the
    queue, never from the outbox: that sweep queues it again."""
    due = messages_due()
    for reference in due:
        message_deliver.apply_async((str(reference),), expires=EVERY)
    return {"queued": len(due)} if due else {}


@shared_task(soft_time_limit=60, time_limit=90)
def message_deliver(reference: str) -> None:
    message_send(UUID(reference))
