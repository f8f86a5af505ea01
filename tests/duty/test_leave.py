"""Leave that is entered when the month is published: who is told, and what stays."""

import datetime as dt

import pytest
from django.utils import timezone

from portal.core.models import Notice
from portal.duty.actions.setup import leave_add, leave_shifts
from portal.duty.models import Leave, Shift
from tests.duty.rows import at, make_shift

pytestmark = pytest.mark.django_db


@pytest.fixture
def night_before(roster, night, wang):
    """A night of 王 that ends on 2 March, when nobody else is away."""
    return make_shift(roster, "2094-03-01 20:00", "2094-03-02 08:00", wang, night)


def away(by, user, community, day):
    on = dt.date.fromisoformat(day)
    values = {"kind": "annual", "from_on": on, "to_on": on}
    return leave_add(by=by, community_id=community.pk, user=user, values=values)


def texts(user):
    return list(Notice.objects.filter(recipient=user).values_list("text", flat=True))


def test_leave_after_publication_tells_the_person_and_who_plans(
    wang, clerk, director, community, early, night_before
):
    row = away(clerk, wang, community, "2094-03-02")
    assert leave_shifts(row) == [night_before]
    assert texts(director) == [f"{wang.name}3月2日请假，已排的 1 班要安排替班。"]
    (own,) = texts(wang)
    assert "期间的 1 班在换人之前仍算您的" in own
    assert texts(clerk) == []
    assert Shift.objects.get(pk=night_before.pk).user == wang


def test_leave_of_somebody_without_shifts_troubles_nobody_else(wang, clerk, director, community):
    away(clerk, wang, community, "2094-03-02")
    assert texts(director) == []
    assert texts(wang) == ["已为您登记请假：3月2日。"]


def test_shifts_that_are_over_need_nobody(wang, clerk, community, night_before, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: at("2094-03-02 08:00"))
    row = Leave.objects.create(community=community, user=wang, kind="sick",
                               from_on=dt.date(2094, 3, 2), to_on=dt.date(2094, 3, 3))  # fmt: skip
    assert leave_shifts(row) == []
