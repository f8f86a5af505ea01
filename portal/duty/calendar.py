"""One person's shifts as an iCalendar feed (RFC 5545)."""

from datetime import timedelta

from django.utils import timezone
from icalendar import Calendar, Event

from portal.duty.models import Shift

BACK, AHEAD = timedelta(days=92), timedelta(days=366)


def feed_bytes(user, url_of) -> bytes:
    """Published shifts from a quarter ago to a year ahead; ``url_of(shift)`` is a full address.
    The uid of a shift stays, so that a program moves it instead of doubling it."""
    now = timezone.now()
    feed = Calendar()
    for name, value in (
        ("prodid", "-//Linli//duty//ZH"), ("version", "2.0"), ("x-wr-calname", "值班表"),
        ("x-wr-timezone", "Asia/Shanghai"), ("refresh-interval;value=duration", "PT6H"),
    ):  # fmt: skip
        feed.add(name, value)
    rows = Shift.objects.published().filter(
        user=user, starts_at__gte=now - BACK, starts_at__lte=now + AHEAD
    )
    for shift in rows.order_by("starts_at", "pk"):
        feed.add_component(_event(shift, url_of(shift)))
    return feed.to_ical()


def _event(shift: Shift, url: str) -> Event:
    event = Event()
    event.add("uid", f"{shift.pk}@linli")
    event.add("summary", f"值班：{shift.name}")
    event.add("dtstart", shift.starts_at)
    event.add("dtend", shift.ends_at)
    event.add("dtstamp", shift.changed_at)
    event.add("sequence", shift.version)
    event.add("url", url)
    return event
