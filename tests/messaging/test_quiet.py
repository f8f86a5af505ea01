"""When a message may ring, and how long to wait after failures."""

import datetime as dt

import pytest

from portal.messaging.quiet import is_urgent, quiet_until, wait_after
from tests.messaging.outbox import at


def test_waits_grow_to_an_hour():
    waits = [wait_after(tries) // dt.timedelta(minutes=1) for tries in range(1, 21)]
    assert waits == [1, 2, 5, 15, 30] + [60] * 15


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (at(6, 59), at(7)), (at(7), None), (at(12), None), (at(21, 59), None),
        (at(22), at(7, day=3)), (at(23, 59), at(7, day=3)), (at(0, day=3), at(7, day=3)),
        (at(0, 1, day=3), at(7, day=3)), (at(22, day=31), at(7, day=31) + dt.timedelta(days=1)),
    ],
)  # fmt: skip
def test_quiet_hours_end_at_seven(now, until):
    assert quiet_until(now) == until
    assert quiet_until(now.astimezone(dt.UTC)) == until


@pytest.mark.parametrize(
    ("purpose", "urgent"), [("alarm", True), ("alarm-fall", True), ("值班提醒", False)]
)
def test_alarms_are_urgent(purpose, urgent):
    assert is_urgent(purpose) is urgent
