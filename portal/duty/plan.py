"""From rows to the solver's problem and back: a month's shifts, who may take them, what the
year holds already. A constant number of queries, however many people take part."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, NamedTuple
from uuid import UUID

from django.db.models import Q

from portal.accounts.models import Membership
from portal.core.workdays import day_kind, zone
from portal.duty.models import (
    DayKind,
    DutyKind,
    DutyMember,
    DutyRules,
    Leave,
    Roster,
    Shift,
    ShiftTemplate,
    Wish,
)
from portal.duty.solver import Busy, Person, Problem, Rules, Slot, Solution
from portal.duty.solver import Wish as Hope
from portal.duty.year import Past, year_before

DAY = timedelta(days=1)
AROUND = timedelta(days=9)  # shifts this near may break rest or make nights in a row (at most 7)
NIGHT_ENDS = time(5)
REASON = 300  # characters
ELSEWHERE = "别的社区的班"
DAYS = {
    DayKind.WORKDAY: {"workday"},
    DayKind.WEEKEND: {"weekend"},
    DayKind.HOLIDAY: {"holiday"},
    DayKind.DAY_OFF: {"weekend", "holiday"},
    DayKind.EVERY: {"workday", "weekend", "holiday"},
}


class Kept(NamedTuple):
    """What a solution means for the rows: {shift id: (user id or None, reason)} of every shift
    that was free, and the roster's ``outcome``."""

    shifts: dict[UUID, tuple[UUID | None, str]]
    outcome: dict


# --- Shifts of a month


def month_days(month: date) -> list[date]:
    """The days of the month whose first day is given."""
    return [month + number * DAY for number in range(monthrange(month.year, month.month)[1])]


def shifts_make(roster: Roster) -> list[Shift]:
    """The month's shifts, one for each seat, unsaved and empty, from the templates in force."""
    days = month_days(roster.month)
    templates = ShiftTemplate.objects.filter(
        Q(to_on=None) | Q(to_on__gte=days[0]), community=roster.community_id, from_on__lte=days[-1]
    )
    return [
        shift
        for template in templates
        for day in days
        if _is_kept(template, day)
        for shift in _seats(roster, template, day)
    ]


def _is_kept(template: ShiftTemplate, day: date) -> bool:
    is_valid = template.from_on <= day and (template.to_on is None or day <= template.to_on)
    return is_valid and day_kind(day) in DAYS[template.days]


def _seats(roster: Roster, template: ShiftTemplate, day: date) -> list[Shift]:
    starts_at, ends_at = moments(day, template.starts, template.ends)
    kind = day_kind(day)
    return [
        Shift(
            community_id=roster.community_id, roster=roster, template=template, on=day, seat=seat,
            name=template.name, kind=template.kind, starts_at=starts_at, ends_at=ends_at,
            is_night=template.kind == DutyKind.NIGHT or touches_night(starts_at, ends_at),
            is_weekend=kind == "weekend", is_holiday=kind == "holiday",
        )
        for seat in range(1, template.head_count + 1)
    ]  # fmt: skip


def moments(day: date, starts: time, ends: time) -> tuple[datetime, datetime]:
    """Local hours of a day as UTC; an end at or before the start lies on the next day."""
    last = day if ends > starts else day + DAY
    return (
        datetime.combine(day, starts, zone()).astimezone(UTC),
        datetime.combine(last, ends, zone()).astimezone(UTC),
    )


def touches_night(starts_at: datetime, ends_at: datetime) -> bool:
    """Whether any of it lies between 0:00 and 5:00 by our clock, the ends excluded."""
    day, last = starts_at.astimezone(zone()).date(), ends_at.astimezone(zone()).date()
    while day <= last:
        midnight = datetime.combine(day, time(), zone())
        if starts_at < datetime.combine(day, NIGHT_ENDS, zone()) and ends_at > midnight:
            return True
        day += DAY
    return False


# --- The problem of a month


def problem_of(roster: Roster, keep: Literal["pinned", "all"] = "pinned") -> Problem:
    """The month as it stands; pins stay, with "all" whoever is on a shift already stays too."""
    days = month_days(roster.month)
    shifts = list(roster.shifts.select_related("template").order_by("starts_at", "name", "seat"))
    members = members_between(roster.community_id, days[0], days[-1])
    past = year_before(roster, {key: member.row for key, member in members.items()})
    wishes = defaultdict(list)
    for wish in Wish.objects.filter(
        community=roster.community_id, on__range=(days[0], days[-1]), user__in=members
    ).order_by("on", "kind"):
        wishes[wish.user_id].append(Hope(wish.on, wish.kind, wish.is_wanted))
    busy = busy_between(roster.community_id, members, days, Q(roster=roster))
    return Problem(
        slots=tuple(slot_of(shift) for shift in shifts),
        people=tuple(
            _person(key, member, past[key], tuple(wishes[key]), tuple(busy[key]))
            for key, member in members.items()
        ),
        rules=solver_rules(roster.community_id), eligible=eligible_of(shifts, members),
        pinned={
            str(shift.pk): str(shift.user_id) for shift in shifts
            if shift.user_id and (shift.is_pinned or (keep == "all" and shift.user_id in members))
        },
        present={str(shift.pk): str(shift.user_id) for shift in shifts if shift.user_id},
    )  # fmt: skip


def solver_rules(community_id: UUID) -> Rules:
    stored = DutyRules.of(community_id)
    return Rules(stored.rest_hours, stored.nights_in_row)


def slot_of(shift: Shift) -> Slot:
    return Slot(
        str(shift.pk), shift.on, shift.starts_at, shift.ends_at, str(shift.kind), shift.is_night,
        shift.is_weekend, shift.is_holiday, shift.name, shift.get_kind_display(),
    )  # fmt: skip


class Member(NamedTuple):
    """A member with their posts in the community and the days of their leave."""

    row: DutyMember
    posts: list[Membership]
    away: frozenset[date]

    def is_in_force(self, on: date, roles: Iterable[str]) -> bool:
        """On that day a member with one of the roles (any, when none is named)."""
        return _covers(self.row, on) and any(
            _covers(post, on) and (not roles or post.role in roles) for post in self.posts
        )


def _covers(row, on: date) -> bool:
    return row.from_on <= on and (row.to_on is None or on <= row.to_on)


def members_between(community_id: UUID, first: date, last: date) -> dict[UUID, Member]:
    """{user id: member} of those in force on some of these days, in a steady order."""

    during = Q(Q(to_on=None) | Q(to_on__gte=first), from_on__lte=last)
    rows = DutyMember.objects.filter(during, community=community_id, user__is_active=True)
    found = {row.user_id: row for row in rows.order_by("pk")}
    posts, away = defaultdict(list), defaultdict(set)
    for post in Membership.objects.filter(during, community=community_id, user__in=found):
        posts[post.user_id].append(post)
    # The last shift may end on the day after.
    for leave in Leave.objects.filter(
        community=community_id, user__in=found, to_on__gte=first, from_on__lte=last + DAY
    ):
        begin, end = max(leave.from_on, first), min(leave.to_on, last + DAY)
        away[leave.user_id] |= {begin + n * DAY for n in range((end - begin).days + 1)}
    return {
        key: Member(row, posts[key], frozenset(away[key]))
        for key, row in found.items() if posts[key]
    }  # fmt: skip


def eligible_of(shifts: list[Shift], members: Mapping[UUID, Member]) -> dict[str, frozenset[str]]:
    """Who may take each shift by role and time; worked out once for a template and day."""
    known: dict = {}
    for shift in shifts:
        place = shift.template_id, shift.on
        if place not in known:
            known[place] = frozenset(
                str(key) for key, member in members.items()
                if member.is_in_force(shift.on, shift.template.roles)
            )  # fmt: skip
    return {str(shift.pk): known[shift.template_id, shift.on] for shift in shifts}


def busy_between(community_id: UUID, users: Iterable, days: list[date],
                 without: Q) -> dict[UUID, list[Busy]]:  # fmt: skip
    """{user: shifts in and around these days}, those of another community too, whose names
    stay there."""
    rows = Shift.objects.filter(user__in=users, on__range=(min(days) - AROUND, max(days) + AROUND))
    found = defaultdict(list)
    for row in rows.exclude(without).order_by("starts_at", "pk"):
        name = str(row) if row.community_id == community_id else ELSEWHERE
        found[row.user_id].append(Busy(row.starts_at, row.ends_at, row.is_night, name))
    return found


def _person(key: UUID, member: Member, past: Past, wishes: tuple, busy: tuple) -> Person:
    return Person(
        str(key), frozenset(member.row.kinds), member.away, member.row.share, *past, wishes, busy
    )


# --- Back to rows


def solution_keep(problem: Problem, solution: Solution) -> Kept:
    """What to write for a solution; pinned shifts are left as they are."""
    bent = {}
    for who, wish, reason in solution.bent:
        for slot in problem.slots:
            if solution.assigned.get(slot.key) == who and wish.means(slot):
                bent[slot.key] = f"未能照顾愿望：{reason}"
    shifts = {}
    for slot in problem.slots:
        if slot.key not in problem.pinned:
            who = solution.assigned.get(slot.key)
            reason = bent.get(slot.key, "") if who else solution.unfilled[slot.key]
            shifts[UUID(slot.key)] = (UUID(who) if who else None, reason[:REASON])
    outcome = {
        "status": solution.status, "seconds": solution.seconds, "spread": solution.spread,
        "filled": len(solution.assigned), "unfilled": list(solution.unfilled.values()),
        "bent": [
            {"user": who, "on": wish.on.isoformat(), "kind": wish.kind,
             "is_wanted": wish.is_wanted, "reason": reason}
            for who, wish, reason in solution.bent
        ],
        "faults": [{"shift": fault.slot, "user": fault.person, "text": fault.text}
                   for fault in solution.faults],
    }  # fmt: skip
    return Kept(shifts, outcome)
