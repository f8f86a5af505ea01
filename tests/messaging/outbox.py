"""Messages for the tests of this folder, and the moments at which they go out."""

import datetime as dt

from django.utils import timezone

from portal.core.models import Outgoing
from portal.core.outbox import message_queue

NUMBER, TEXT = "13800138042", "明早 8 点您值早班，请准时到岗。"
LOCAL = timezone.get_default_timezone()
NOON = dt.datetime(2026, 3, 2, 12, tzinfo=LOCAL)
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)


def at(hour, minute=0, day=2):
    """A local moment of March 2026."""
    return dt.datetime(2026, 3, day, hour, minute, tzinfo=LOCAL)


def make_message(key="k", send_at=NOON, purpose="值班提醒", **values):
    """A queued message, by way of the outbox."""
    assert message_queue(key=key, purpose=purpose, address=NUMBER, text=TEXT, send_at=send_at,
                         **values)  # fmt: skip
    return Outgoing.objects.get(key=key)


def stored(row):
    return Outgoing.objects.get(pk=row.pk)
