"""Duty of the demo community."""

import pytest

from portal.duty.models import Roster, Shift
from portal.duty.now import on_duty
from tests.duty.rows import at

pytestmark = pytest.mark.django_db


def test_this_month_is_published_and_the_next_one_a_draft(demo):
    states = list(Roster.objects.order_by("month").values_list("state", flat=True))
    assert states == ["published", "draft"]


def test_nothing_is_left_empty(demo):
    assert Shift.objects.filter(community=demo).count() > 150
    assert not Shift.objects.gaps().exists()


def test_somebody_is_on_duty_in_the_night(demo):
    month = Roster.objects.order_by("month").first().month
    (one,) = on_duty(demo.pk, at(f"{month:%Y-%m}-15 23:00"))
    assert one.kind == "night"
