"""What the pages warn of: a year without its calendar, people who will not be there, runs."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import Membership
from portal.core.models import Notice
from portal.duty.actions import roster_solve
from portal.duty.models import Leave, ShiftChange
from tests.duty.rows import make_roster, make_shift
from tests.people import client_of

pytestmark = pytest.mark.django_db
MISSING = "节假日安排不全"


def page(user, name, *keys, **query):
    return client_of(user).get(reverse(f"duty:{name}", args=keys), query).content.decode()


@pytest.mark.parametrize("year", [2026, 2094])
def test_pages_of_a_year_without_its_calendar_say_so(community, clerk, wang, year):
    roster = make_roster(community, f"{year}-12-01")
    make_shift(roster, f"{year}-12-01 08:00", f"{year}-12-01 12:00", wang)
    shown = {
        name: MISSING in page(clerk, name, *keys, **query)
        for name, keys, query in (
            ("roster_show", [roster.pk], {}), ("roster_publish", [roster.pk], {}),
            ("fairness", [], {"year": f"{year}"}), ("hours", [], {"month": f"{year}-12"}),
        )
    }  # fmt: skip
    assert set(shown.values()) == {year == 2094}, shown


def test_published_month_lists_whose_person_will_not_be_there(clerk, guard, wang, li, early, late):
    Leave.objects.create(community=early.community, user=wang, kind="sick", from_on=early.on,
                         to_on=early.on)  # fmt: skip
    Membership.objects.filter(user=li).update(to_on=dt.date(2094, 3, 2))
    text = page(clerk, "roster_show", early.roster_id)
    for words in (f"{wang.name}请假", f"{li.name}已不在岗"):
        assert words in text
        assert words not in page(guard, "roster_show", early.roster_id)


def test_who_missed_the_check_in_is_marked_on_the_shift(clerk, roster, wang):
    past = make_shift(roster, "2025-03-01 08:00", "2025-03-01 12:00", wang)
    assert "未签到" in page(clerk, "shift_show", past.pk)
    past.checked_in_at = past.starts_at
    past.save()
    assert "未签到" not in page(clerk, "shift_show", past.pk)


def test_empty_new_draft_lists_no_gaps_without_reasons(clerk, community, wang):
    roster = make_roster(community, "2097-12-01")
    make_shift(roster, "2097-12-02 08:00", "2097-12-02 12:00")
    assert "空缺和原因" not in page(clerk, "roster_show", roster.pk)
    roster.solved_at = timezone.now()
    roster.save()
    assert "空缺和原因" in page(clerk, "roster_show", roster.pk)


def test_requests_for_what_has_begun_wait_no_more(wang, li, roster):
    past = make_shift(roster, "2025-03-01 08:00", "2025-03-01 12:00", wang)
    ahead = make_shift(roster, "2094-03-08 08:00", "2094-03-08 12:00", wang)
    for shift, reason in ((past, "太晚"), (ahead, "还早")):
        ShiftChange.objects.create(community=roster.community, shift=shift, giver=wang, taker=li,
                                   kind="replace", reason=reason)  # fmt: skip
    text = page(li, "mine")
    assert ("还早" in text, "太晚" in text) == (True, False)


def test_stale_page_moves_nothing_while_a_run_is_under_way(clerk, community, wang):
    roster = make_roster(community, "2097-12-01")
    shift = make_shift(roster, "2097-12-02 08:00", "2097-12-02 12:00", wang)
    roster_solve(by=clerk, roster=roster)
    client = client_of(clerk)
    answer = client.post(reverse("duty:shift_set", args=[shift.pk]), {"version": 1}, follow=True)
    assert "正在自动排班" in answer.content.decode()
    shift.refresh_from_db()
    assert shift.user == wang


def test_sick_call_from_the_desk_leads_to_the_shift(wang, director, early):
    client = client_of(wang)
    assert f"/duty/shifts/{early.pk}/#sick" in client.get(reverse("duty:mine")).content.decode()
    client.post(reverse("duty:shift_sick", args=[early.pk]), {"reason": "因病不能到岗"})
    assert Notice.objects.get(recipient=director).url == f"/duty/shifts/{early.pk}/"
