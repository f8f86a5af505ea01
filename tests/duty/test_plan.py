"""From templates, people and the year so far to a month's problem, and twelve months in a row."""

import datetime as dt
from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.accounts.permissions import Role
from portal.core.access import SYSTEM
from portal.duty.actions import roster_create, roster_publish
from portal.duty.actions.rosters import roster_assign
from portal.duty.models import DutyMember, DutyRules, Leave, Roster, Shift, Wish
from portal.duty.month import month_of
from portal.duty.plan import moments, problem_of, shifts_make, touches_night
from portal.duty.solver import faults, solve
from portal.duty.solver.problem import MEASURES
from portal.duty.year import Past, year_before
from tests.duty.rows import make_member, make_roster, make_shift, make_template
from tests.people import make_community, make_membership, make_user

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def people(community, count, **values):
    users = [make_user(Role.CLERK, community) for _ in range(count)]
    for user in users:
        make_member(community, user, **values)
    return users


def days_made(community, month, **values):
    make_template(community, **values)
    shifts = shifts_make(make_roster(community, month))
    return sorted({shift.on.day for shift in shifts})


# --- Shifts of a month


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ("workday", [8, 9, 10, *range(12, 17), *range(19, 24), *range(26, 31)]),
        ("holiday", [1, 2, 3, 4, 5, 6, 7]),
        ("weekend", [11, 17, 18, 24, 25, 31]),  # the 10th, a Saturday, is worked
        ("day_off", [1, 2, 3, 4, 5, 6, 7, 11, 17, 18, 24, 25, 31]),
        ("every", list(range(1, 32))),
    ],
)
def test_shifts_fall_on_the_days_of_the_calendar(community, days, expected):
    assert days_made(community, "2026-10-01", days=days) == expected


def test_holidays_of_a_year_without_its_file_are_those_of_the_law(community):
    assert days_made(community, "2027-02-01", days="holiday") == [5, 6, 7, 8, 9, 10]


def test_shifts_keep_to_the_days_of_their_template(community):
    days = days_made(community, "2026-10-01", days="every", from_on=dt.date(2026, 10, 30),
                     to_on=dt.date(2026, 12, 1))  # fmt: skip
    assert days == [30, 31]


def test_shifts_have_a_seat_for_each_head_and_copy_their_template(community):
    make_template(community, "早班", head_count=2, days="holiday")
    make_template(make_community("150399009001"), "别处", days="every")
    shifts = shifts_make(make_roster(community, "2027-01-01"))
    assert [(s.on.day, s.seat, s.name, s.is_holiday, s.is_weekend) for s in shifts] == [
        (1, 1, "早班", True, False), (1, 2, "早班", True, False)]  # fmt: skip
    assert {s.community_id for s in shifts} == {community.pk}


def test_a_night_over_the_end_of_a_year(community):
    make_template(community, "夜间", "18:00", "08:00", kind="night", days="every")
    last = shifts_make(make_roster(community, "2026-12-01"))[-1]
    assert last.on == dt.date(2026, 12, 31)
    assert last.starts_at.isoformat() == "2026-12-31T10:00:00+00:00"
    assert last.ends_at.isoformat() == "2027-01-01T00:00:00+00:00"
    assert (last.is_night, last.is_holiday, last.hours) == (True, False, 14)


@pytest.mark.parametrize(
    ("starts", "ends", "is_night"),
    [
        ("18:00", "00:00", False),  # until midnight
        ("18:00", "00:30", True),
        ("05:00", "08:00", False),
        ("04:59", "08:00", True),
        ("08:00", "08:00", True),  # a whole day
        ("08:00", "20:00", False),
    ],
)
def test_what_lies_between_midnight_and_five_is_night(starts, ends, is_night):
    hours = map(dt.time.fromisoformat, (starts, ends))
    assert touches_night(*moments(dt.date(2026, 2, 28), *hours)) is is_night


# --- Who takes part


def test_problem_names_who_may_take_a_shift(community, other_community):
    template = make_template(community, roles=[Role.CLERK], days="every")
    clerk, guest, leaver = people(community, 2) + people(community, 1, to_on=dt.date(2026, 12, 1))
    guard = make_user(Role.GUARD, community)
    make_member(community, guard)
    gone = make_user(Role.CLERK, community, to_on=dt.date(2026, 11, 30))
    make_member(community, gone)
    disabled, stranger = people(community, 1)[0], make_user(Role.CLERK, other_community)
    type(disabled).objects.filter(pk=disabled.pk).update(is_active=False)
    make_member(community, stranger)
    roster = make_roster(community)
    first = make_shift(roster, "2026-12-01 08:00", "2026-12-01 12:00", template=template)
    second = make_shift(roster, "2026-12-02 08:00", "2026-12-02 12:00", template=template)
    problem = problem_of(roster)
    assert {who.key for who in problem.people} == {str(u.pk) for u in (clerk, guest, leaver, guard)}
    assert problem.eligible == {
        str(first.pk): {str(clerk.pk), str(guest.pk), str(leaver.pk)},
        str(second.pk): {str(clerk.pk), str(guest.pk)},
    }


def test_problem_holds_leave_wishes_rules_and_what_is_fixed_around_it(community):
    (user,) = people(community, 1, kinds=["desk", "night"], share=50)
    place = {"community": community, "user": user}
    Leave.objects.create(kind="annual", from_on=dt.date(2026, 11, 29), to_on=dt.date(2026, 12, 2),
                         **place)  # fmt: skip
    Leave.objects.create(kind="annual", from_on=dt.date(2027, 1, 1), to_on=dt.date(2027, 1, 9),
                         **place)  # fmt: skip
    Wish.objects.create(on=dt.date(2026, 12, 24), kind="night", **place)
    Wish.objects.create(on=dt.date(2027, 1, 1), **place)
    DutyRules.objects.create(community=community, rest_hours=8, nights_in_row=3)
    near = make_shift(make_roster(community, "2026-11-01"), "2026-11-30 20:00", "2026-12-01 08:00",
                      user, is_night=True)  # fmt: skip
    make_shift(near.roster, "2026-11-10 20:00", "2026-11-11 08:00", user)
    problem = problem_of(make_roster(community))
    (who,) = problem.people
    days = {dt.date(2026, 12, 1), dt.date(2026, 12, 2), dt.date(2027, 1, 1)}
    assert (who.kinds, who.share, who.away) == ({"desk", "night"}, 50, days)
    assert [(wish.on.day, wish.kind, wish.is_wanted) for wish in who.wishes] == [
        (24, "night", False)
    ]
    assert who.busy == ((near.starts_at, near.ends_at, True, "11月30日 早班"),)
    assert (problem.rules.rest_hours, problem.rules.nights_in_row) == (8, 3)


def test_a_shift_in_another_community_keeps_a_person_busy(community, other_community):
    (user,) = people(community, 1)
    make_membership(user, Role.CLERK, other_community)
    there = make_shift(make_roster(other_community), "2026-12-08 08:00", "2026-12-08 12:00", user)
    (who,) = problem_of(make_roster(community)).people
    assert who.busy == ((there.starts_at, there.ends_at, False, "别的社区的班"),)


@pytest.mark.parametrize(("keep", "kept"), [("pinned", {1}), ("all", {1, 2})])
def test_problem_keeps_pins_or_all_that_is_filled(community, keep, kept):
    (user,) = people(community, 1)
    roster = make_roster(community)
    for day, pinned, who in ((1, True, user), (2, False, user), (3, False, None)):
        make_shift(roster, f"2026-12-0{day} 08:00", f"2026-12-0{day} 12:00", who, is_pinned=pinned)
    problem = problem_of(roster, keep)
    days = {slot.on.day for slot in problem.slots if slot.key in problem.pinned}
    assert days == kept
    assert set(problem.pinned.values()) == {str(user.pk)}
    assert problem.people[0].busy == ()  # the roster's own shifts are no others


def queries_of_a_problem(community, count):
    make_template(community, f"早班{count}")
    roster = make_roster(community, f"2026-{count % 12 + 1:02}-01")
    for user in people(community, count):
        make_shift(roster, f"{roster.month} 08:00", f"{roster.month} 12:00", user)
        Leave.objects.create(community=community, user=user, from_on=roster.month,
                             to_on=roster.month, kind="annual")  # fmt: skip
    with CaptureQueriesContext(connection) as queries:
        assert len(problem_of(roster).people) >= count
    return len(queries)


def test_problem_takes_as_many_queries_for_one_as_for_thirty(community):
    assert queries_of_a_problem(community, 1) == queries_of_a_problem(community, 30) == 8


# --- The year so far


def members_of(community):
    return {row.user_id: row for row in DutyMember.objects.filter(
        community=community)}  # fmt: skip


def past_of(roster):
    return year_before(roster, members_of(roster.community))


def keep_days(roster, user, count, **values):
    for day in range(1, count + 1):
        on = roster.month.replace(day=day)
        make_shift(roster, f"{on} 08:00", f"{on} 12:00", user, **values)


def test_year_counts_published_months_but_not_this_one(community):
    (user,) = people(community, 1)
    for month, state, count in (("02", "published", 2), ("03", "draft", 9), ("04", "published", 5),
                                ("11", "published", 1)):  # fmt: skip
        keep_days(
            make_roster(community, f"2026-{month}-01", state=state), user, count, is_night=True
        )
    april = Roster.objects.get(month=dt.date(2026, 4, 1))
    assert past_of(april)[user.pk] == Past(3, 3, 0, 0)
    assert past_of(make_roster(community))[user.pk] == Past(8, 8, 0, 0)


def test_months_drafted_in_advance_level_each_other(community, monkeypatch):
    """Nights of three drafts, none published, are shared evenly; so are the totals shown."""
    monkeypatch.setattr(timezone, "localdate", lambda: dt.date(2027, 2, 20))
    users = people(community, 2)
    make_template(community, "夜间", "20:00", "07:00", kind="night", days="every")
    for month in (2, 3, 4):
        roster = roster_create(by=SYSTEM, community_id=community.pk, month=dt.date(2027, month, 1))
        if month == 3:  # one of them was favoured by hand
            keep_days_of(roster, users[0], range(1, 31, 2))
        problem = problem_of(roster, "all")
        roster_assign(by=SYSTEM, roster=roster, keep="all", problem=problem,
                      solution=solve(problem, seconds=10))  # fmt: skip
    nights = Counter(Shift.objects.filter(is_night=True).values_list("user", flat=True))
    assert sum(nights.values()) == 28 + 31 + 30
    assert abs(nights[users[0].pk] - nights[users[1].pk]) <= 1
    lines = month_of(roster, "person", may_plan=True).lines
    assert {line.key: line.year.nights for line in lines if line.key} == {
        str(key): count for key, count in nights.items()
    }  # fmt: skip


def test_a_draft_that_was_never_published_counts_no_more_when_its_month_is_over(community):
    (user,) = people(community, 1)
    keep_days(make_roster(community, "2026-10-01"), user, 4)
    assert past_of(make_roster(community))[user.pk] == Past()


def keep_days_of(roster, user, days):
    roster.shifts.filter(on__day__in=days).update(user=user, is_pinned=True)


def test_year_credits_who_joined_later(community):
    old, new = people(community, 1) + people(community, 1, from_on=dt.date(2026, 3, 1))
    for number in (1, 2, 3):
        keep_days(make_roster(community, f"2026-0{number}-01", state="published"), old, 6)
    # 18 shifts in 121 days in force (90 of one, 31 of the other); 59 days missed.
    assert past_of(make_roster(community))[new.pk].shifts == round(18 * 59 / 121)
    assert past_of(Roster.objects.get(month=dt.date(2026, 12, 1)))[old.pk].shifts == 18


def test_a_new_year_remembers_who_had_more_in_the_last(community):
    more, less, half = people(community, 2) + people(community, 1, share=50)
    roster = make_roster(community, "2026-12-01", state="published")
    for user, count in ((more, 5), (less, 3), (half, 2)):  # fair: 4, 4, 2
        keep_days(roster, user, count, is_holiday=True)
    past = past_of(make_roster(community, "2027-01-01"))
    assert past[more.pk] == Past(ahead=frozenset({"shifts", "holidays"}))
    assert past[less.pk] == past[half.pk] == Past()


def test_who_may_not_keep_nights_is_not_compared_by_them(community):
    day, night = people(community, 1, kinds=["desk"]) + people(community, 1, kinds=["night"])
    keep_days(make_roster(community, "2026-12-01", state="published"), night, 4, kind="night",
              is_night=True)  # fmt: skip
    assert past_of(make_roster(community, "2027-01-01")) == {day.pk: Past(), night.pk: Past()}


# --- Six people over twelve months, as the desk would do it


def month_solved(community, month):
    """Make, solve and publish a month; returns its problem and solution."""
    roster = roster_create(by=SYSTEM, community_id=community.pk, month=month)
    problem = problem_of(roster)
    solution = solve(problem, seconds=10)
    roster = roster_assign(by=SYSTEM, roster=roster, keep="pinned", problem=problem,
                           solution=solution)  # fmt: skip
    roster_publish(by=SYSTEM, roster=roster, version=roster.version)
    return problem, solution


def counts_of(users, year=None):
    """{measure: numbers of shifts by person} of a year, or of all."""
    found = {measure: Counter() for measure in MEASURES}
    for shift in Shift.objects.published():
        if year in (None, shift.on.year):
            found["shifts"][shift.user_id] += 1
            found["nights"][shift.user_id] += shift.is_night
            found["weekends"][shift.user_id] += shift.is_weekend
            found["holidays"][shift.user_id] += shift.is_holiday
    return {name: [count[user.pk] for user in users] for name, count in found.items()}


def test_six_people_over_twelve_months(community):
    users = people(community, 6)
    make_template(community, "早班", "08:00", "14:00")
    make_template(community, "晚班", "14:00", "20:30")
    make_template(community, "周末班", "09:00", "17:00", days="day_off")
    make_template(community, "夜间值守", "18:00", "08:00", kind="night", days="every")
    for number, user in enumerate(users):  # a week each, two of them over 国庆 and 春节
        for first in (
            dt.date(2026, 10, 3) + number * 9 * DAY,
            dt.date(2027, 2, 3) + number * 9 * DAY,
        ):
            Leave.objects.create(community=community, user=user, kind="annual", from_on=first,
                                 to_on=first + 6 * DAY)  # fmt: skip
    months = [dt.date(2026, n, 1) for n in range(7, 13)] + [
        dt.date(2027, n, 1) for n in range(1, 7)
    ]
    for month in months:
        problem, solution = month_solved(community, month)
        assert (solution.status, solution.unfilled) == ("optimal", {})
        assert faults(problem, solution.assigned) == []
    for year in (2026, 2027, None):
        counts = counts_of(users, year)
        assert all(_apart(counts[measure]) <= 1 for measure in MEASURES), (year, counts)
    assert sum(counts["holidays"]) > 40


def _apart(counts):
    """How far from the mean the farthest is."""
    mean = sum(counts) / len(counts)
    return max(abs(count - mean) for count in counts)
