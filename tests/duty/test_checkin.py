"""Coming on duty; who is on duty now; what one shift tells the next."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import Membership
from portal.core.errors import DomainError, OutOfScope
from portal.duty.actions import handover
from portal.duty.actions.checkin import shift_check_in
from portal.duty.models import Roster, Shift
from portal.duty.now import on_duty
from portal.duty.totals import year_totals
from tests.duty.rows import at, make_shift
from tests.people import make_building

pytestmark = pytest.mark.django_db
MORNING = at("2094-03-01 08:00")


@pytest.mark.parametrize("minutes", [-60, 0, 239])
def test_check_in_from_an_hour_before_to_the_end(wang, early, minutes):
    when = MORNING + dt.timedelta(minutes=minutes)
    assert shift_check_in(by=wang, shift=early, at=when).checked_in_at == when


@pytest.mark.parametrize(("minutes", "words"), [(-61, "还没到"), (240, "已经结束")])
def test_check_in_is_refused_before_and_after(wang, early, minutes, words):
    with pytest.raises(DomainError, match=words):
        shift_check_in(by=wang, shift=early, at=MORNING + dt.timedelta(minutes=minutes))


def test_the_first_check_in_stands(wang, early):
    shift_check_in(by=wang, shift=early, at=MORNING)
    again = shift_check_in(by=wang, shift=early, at=MORNING + dt.timedelta(hours=1))
    assert again.checked_in_at == MORNING


def test_nobody_checks_in_for_another(li, director, early):
    for user in (li, director):
        with pytest.raises(OutOfScope):
            shift_check_in(by=user, shift=early, at=MORNING)


def test_a_draft_has_no_check_in(wang, early):
    Roster.objects.update(state="draft")
    with pytest.raises(DomainError, match="没有发布"):
        shift_check_in(by=wang, shift=early, at=MORNING)


@pytest.mark.parametrize(
    ("moment", "names"),
    [("2094-03-01 19:59", []), ("2094-03-01 20:00", ["night"]), ("2094-03-02 00:00", ["night"]),
     ("2094-03-02 07:59", ["night"]), ("2094-03-02 08:00", [])],
)  # fmt: skip
def test_on_duty_over_midnight(roster, night, wang, moment, names):
    make_shift(roster, "2094-03-01 20:00", "2094-03-02 08:00", wang, night)
    assert [one.kind for one in on_duty(roster.community_id, at(moment))] == names


def test_on_duty_takes_one_query_and_no_drafts(
    roster, early, wang, li, django_assert_num_queries, other_community
):
    make_shift(roster, "2094-03-01 08:00", "2094-03-01 12:00", li)
    shift_check_in(by=li, shift=Shift.objects.get(user=li), at=MORNING)
    with django_assert_num_queries(1):
        found = on_duty(roster.community_id, at("2094-03-01 09:00"))
    assert [one.user_id for one in found] == [li.pk, wang.pk]
    assert on_duty(roster.community_id, at("2094-03-01 09:00"), kind="night") == []
    assert on_duty(other_community.pk, at("2094-03-01 09:00")) == []
    Roster.objects.update(state="draft")
    assert on_duty(roster.community_id, at("2094-03-01 09:00")) == []


def test_who_has_left_is_not_on_duty(roster, early, wang):
    Membership.objects.filter(user=wang).update(to_on=dt.date(2026, 1, 1))
    assert on_duty(roster.community_id, at("2094-03-01 09:00")) == []


def test_totals_count_published_shifts_of_the_year(roster, night, wang, early):
    make_shift(roster, "2094-03-05 20:00", "2094-03-06 08:00", wang, night, is_night=True,
               is_weekend=True)  # fmt: skip
    total = year_totals(roster.community_id, 2094)[wang.pk]
    assert total.told() == {"shifts": 2, "nights": 1, "weekends": 1, "holidays": 0, "hours": 16.0}
    assert year_totals(roster.community_id, 2026) == {}


def test_a_matter_passes_on_until_it_is_closed(wang, li, early, late):
    matter = handover.duty_matter_open(by=wang, shift=early, text="东门灯不亮，已报修")
    assert list(handover.matters_open(early.community_id)) == [matter]
    handover.duty_matter_close(by=li, matter=matter, version=1, note="已修好")
    assert not handover.matters_open(early.community_id).exists()
    matter.refresh_from_db()
    assert (matter.closed_by, matter.closed_at <= timezone.now()) == (li, True)
    handover.duty_matter_close(by=wang, matter=matter, version=2)
    with pytest.raises(DomainError, match="由同事办结"):
        handover.duty_matter_close(by=wang, matter=matter, version=2, note="我办的")
    matter.refresh_from_db()
    assert matter.closed_by == li


def test_notes_are_written_by_who_is_on_duty_or_plans(wang, li, leader_a, director, early):
    handover.duty_note_add(by=wang, shift=early, text="一切正常")
    handover.duty_note_add(by=director, shift=early, text="补记")
    with pytest.raises(OutOfScope):
        handover.duty_note_add(by=leader_a, shift=early, text="x")
    assert early.notes.count() == 2


def test_a_draft_has_no_notes(wang, director, early):
    Roster.objects.update(state="draft")
    for user in (wang, director):
        with pytest.raises(DomainError, match="还没有发布"):
            handover.duty_note_add(by=user, shift=Shift.objects.get(pk=early.pk), text="x")


def test_public_card_names_who_is_on_duty_now(client, community, wang, early):
    url = reverse("website:building_card", args=[make_building(community).pk])
    assert wang.name not in client.get(url).content.decode()
    now, hour = timezone.now(), dt.timedelta(hours=1)
    Shift.objects.update(starts_at=now - hour, ends_at=now + hour)
    assert wang.name in client.get(url).content.decode()
