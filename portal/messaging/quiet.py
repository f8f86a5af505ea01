"""When a message may ring, and how long to wait after a failure. Pure rules."""

from datetime import datetime, time, timedelta

from django.utils import timezone

NIGHT, MORNING = time(22), time(7)  # local; people sleep in between
WAITS = (1, 2, 5, 15, 30, 60)  # minutes after the first failure, the second …
TRIES = 20
URGENT = "alarm"


def wait_after(tries: int) -> timedelta:
    """How long to wait after so many failures; the last step of the table repeats."""
    return timedelta(minutes=WAITS[min(max(tries, 1), len(WAITS)) - 1])


def is_urgent(purpose: str) -> bool:
    """Alarms ring at night too."""
    return purpose.startswith(URGENT)


def quiet_until(now: datetime) -> datetime | None:
    """The end of the quiet hours that ``now`` lies in; None by day."""
    local = timezone.localtime(now)
    if MORNING <= local.time() < NIGHT:
        return None
    day = local.date() + timedelta(days=local.time() >= NIGHT)
    return timezone.make_aware(datetime.combine(day, MORNING))
