"""What the pages of a roster show, gathered in a number of queries that grows neither with
people nor with days."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Count, Q
from django.utils import timezone

from portal.accounts.models import User
from portal.core.errors import DomainError
from portal.core.models import Job
from portal.duty import grid
from portal.duty.checks import absences
from portal.duty.models import (
    ChangeState,
    DutyKind,
    DutyMember,
    Leave,
    Roster,
    Shift,
    ShiftChange,
    Wish,
)
from portal.duty.totals import Totals, totals_of

AHEAD = 4  # months that may be planned: this one and the next three
MEASURES = {"shifts": "班次", "nights": "夜班", "weekends": "周末班", "holidays": "节假日班"}


@dataclass
class Month:
    """A roster with its shifts as rows of people or of shifts, and day by day."""

    roster: Roster
    days: list[grid.Day]
    lines: list[grid.Line]
    narrow: list[grid.Cell]
    legend: list[tuple[str, Shift, str]]  # (mark, a shift of the name, its hours)
    gaps: list[tuple[Shift, str]]  # with the reason
    absent: list[tuple[Shift, str]]  # published ones to come, whose person will not be there
    people: dict[UUID, str]
    shifts: list[Shift] = field(repr=False, default_factory=list)

    @property
    def has_today(self) -> bool:
        return any(day.is_today for day in self.days)

    @property
    def pinned(self) -> int:
        return sum(shift.is_pinned for shift in self.shifts)


def month_of(roster: Roster, way: str, *, may_plan: bool, before: dict | None = None) -> Month:
    """``way`` is "person" or "shift"; leave and wishes are shown to those who plan. ``before``
    gives {shift id: user id} of the assignment to compare with."""
    shifts = shifts_of(roster)
    people = _people(roster, shifts)
    days = grid.month_days(roster.month, timezone.localdate())
    names = {str(key): name for key, name in people.items()}
    chips = grid.chips_of(shifts, _others(shifts, before or {}, names), may_plan)
    if way == "shift":
        lines = grid.by_shift(days, chips)
    else:
        month, year = _totals(roster, shifts, people)
        marks = _marks(roster, people) if may_plan else {}
        lines = grid.by_person(days, chips, people, month, year, marks)
    gaps = [(shift, grid.why_of(shift, may_plan)) for shift in shifts if not shift.user_id]
    narrow = grid.day_lines(days, chips)
    absent = _absent(roster, shifts) if may_plan and roster.is_published else []
    return Month(roster, days, lines, narrow, _legend(chips), gaps, absent, people, shifts)


def shifts_of(roster: Roster) -> list[Shift]:
    return list(roster.shifts.select_related("user").order_by("starts_at", "name", "seat"))


def _people(roster: Roster, shifts: list[Shift]) -> dict[UUID, str]:
    """{id: name} of who takes part in the month, and of who has a shift all the same."""
    last = grid.month_days(roster.month, roster.month)[-1].on
    members = DutyMember.objects.filter(
        Q(to_on=None) | Q(to_on__gte=roster.month), community=roster.community_id,
        from_on__lte=last, user__is_active=True,
    ).values_list("user", "user__name")  # fmt: skip
    people = dict(members) | {s.user_id: s.user.name for s in shifts if s.user_id}
    return dict(sorted(people.items(), key=lambda one: (one[1], str(one[0]))))


def _others(shifts: list[Shift], before: dict, names: dict) -> dict[str, str]:
    """{shift id: name} of who had a shift that is somebody else's or nobody's now."""
    was = ((str(shift.pk), before.get(str(shift.pk)), shift) for shift in shifts)
    return {key: names.get(who, "别人") for key, who, shift in was
            if who and who != str(shift.user_id)}  # fmt: skip


def _totals(roster: Roster, shifts: list[Shift], people: dict) -> tuple[dict, dict]:
    """Of the month and of the year: of a draft with the other drafts, as the solver counts."""
    rows = Shift.objects.filter(
        community=roster.community_id, on__year=roster.month.year, user__in=people
    )
    rows = (
        rows.published()
        if roster.is_published
        else rows.expected(min(timezone.localdate(), roster.month))
    )
    return grid.month_totals(shifts), totals_of(rows)


def _marks(roster: Roster, people: dict) -> dict[tuple, list]:
    """{(person, day): [(word, meaning)]} of leave and wishes."""
    days = grid.month_days(roster.month, roster.month)
    first, last = days[0].on, days[-1].on
    found: dict[tuple, list] = {}
    for leave in Leave.objects.filter(
        community=roster.community_id, user__in=people, from_on__lte=last, to_on__gte=first
    ):
        for number in range((leave.to_on - leave.from_on).days + 1):
            on = leave.from_on + timedelta(days=number)
            found.setdefault((leave.user_id, on), []).append(("假", "请假"))
    for wish in Wish.objects.filter(
        community=roster.community_id, user__in=people, on__range=(first, last)
    ):
        kind = f"（{wish.get_kind_display()}）" if wish.kind else ""
        told = ("想", f"希望值班{kind}") if wish.is_wanted else ("避", f"希望不值班{kind}")
        found.setdefault((wish.user_id, wish.on), []).append(told)
    return found


def _absent(roster: Roster, shifts: list[Shift]) -> list[tuple[Shift, str]]:
    ahead = [shift for shift in shifts if shift.ends_at > timezone.now()]
    away = absences(roster.community_id, ahead)
    return [(shift, away[shift.pk]) for shift in ahead if shift.pk in away]


def _legend(chips) -> list[tuple[str, Shift, str]]:
    named = {chip.shift.name: chip for chip in chips}
    return [(chip.mark, chip.shift, chip.hours) for chip in named.values()]


# --- The list of months


def rosters_of(rows):
    """The months with their numbers of shifts and gaps, the newest first."""
    return rows.select_related("changed_by").annotate(
        places=Count("shifts"), gaps=Count("shifts", filter=Q(shifts__user=None))
    ).order_by("-month")  # fmt: skip


def months_open(community_id: UUID, today: date) -> list[date]:
    """The months that can be planned and have no roster yet."""
    months = [today.replace(day=1)]
    while len(months) < AHEAD:
        months.append((months[-1] + timedelta(days=32)).replace(day=1))
    made = Roster.objects.filter(community=community_id, month__in=months)
    taken = set(made.values_list("month", flat=True))
    return [month for month in months if month not in taken]


# --- What the last run did


@dataclass
class Outcome:
    """The last run in words. ``moved`` are (shift, who had it) of shifts that changed hands."""

    is_optimal: bool
    seconds: float
    filled: int
    moved: list[tuple[Shift, str]]
    unfilled: int
    bent: list[dict]
    faults: list[str]
    spread: list[tuple[str, str]]


def outcome_of(month: Month, before: dict) -> Outcome | None:
    """None before the first run. ``bent`` are dicts user, on, wish, reason."""
    told, names = month.roster.outcome, {str(k): name for k, name in month.people.items()}
    if not told:
        return None
    others = _others(month.shifts, before, names)
    kinds = dict(DutyKind.choices)
    return Outcome(
        is_optimal=told.get("status") == "optimal", seconds=told.get("seconds", 0),
        filled=sum(bool(s.user_id) and not before.get(str(s.pk)) for s in month.shifts),
        moved=[(s, others[str(s.pk)]) for s in month.shifts if str(s.pk) in others],
        unfilled=len(month.gaps),
        bent=[
            {"user": names.get(one["user"], ""), "on": date.fromisoformat(one["on"]),
             "wish": ("希望值" if one["is_wanted"] else "希望不值") + kinds.get(one["kind"], "班"),
             "reason": one["reason"]}
            for one in told.get("bent", [])
        ],
        faults=[one["text"] for one in told.get("faults", [])],
        spread=[(label, f"{told['spread'][name]:g}") for name, label in MEASURES.items()
                if name in told.get("spread", {})],
    )  # fmt: skip


def before_of(job: Job | None) -> dict[str, str]:
    """{shift id: user id} as it stood when the run began."""
    return job.params.get("before", {}) if job else {}


# --- One shift


def member_of(shift: Shift, key) -> User | None:
    """Who is named by id among those on duty in the community; None for nobody.

    Raises DomainError for anybody else; whether the rules allow them is not asked here.
    """
    if not key:
        return None
    members = DutyMember.objects.filter(community=shift.community_id, user=key)
    member = members.select_related("user").first()
    if member is None:
        raise DomainError("请从值班人员中选择。", field="user")
    return member.user


def changes_of(shift: Shift) -> list[tuple[ShiftChange, list]]:
    """Swaps, replacements and sick calls of the shift, the newest first, each with (name,
    Totals) of both people after it."""
    rows = ShiftChange.objects.filter(Q(shift=shift) | Q(other_shift=shift)).select_related(
        "giver", "taker", "decided_by", "created_by", "shift", "other_shift"
    )
    return [(row, [(user.name, Totals(**row.totals[str(user.pk)])) for user in _both(row)])
            for row in rows]  # fmt: skip


def _both(row: ShiftChange) -> list:
    users = {user.pk: user for user in (row.giver, row.taker) if user}
    return [user for key, user in users.items() if str(key) in row.totals]


# --- The week on the wall


def week_of(community_id: UUID, first: date) -> list[grid.BoardDay]:
    """Seven days of published shifts from a Monday on."""
    days = grid.days_of(first, 7, timezone.localdate())
    shifts = list(
        Shift.objects.published()
        .filter(community=community_id, on__range=(days[0].on, days[-1].on))
        .select_related("user").order_by("starts_at", "name", "seat")
    )  # fmt: skip
    return grid.board(days, shifts, _instead(community_id, shifts))


def _instead(community_id: UUID, shifts: list[Shift]) -> dict[UUID, str]:
    """{shift id: name} of who had a shift first, where it has changed hands."""
    keys = [shift.pk for shift in shifts]
    holders = {shift.pk: shift.user_id for shift in shifts}
    rows = ShiftChange.objects.filter(
        Q(shift__in=keys) | Q(other_shift__in=keys), community=community_id,
        state=ChangeState.DONE,
    ).select_related("giver", "taker").order_by("created_at")  # fmt: skip
    first: dict = {}
    for row in rows:
        first.setdefault(row.shift_id, row.giver)  # None: nobody had it
        if row.other_shift_id and row.taker:
            first.setdefault(row.other_shift_id, row.taker)
    return {key: user.name for key, user in first.items()
            if user and key in holders and user.pk != holders[key]}  # fmt: skip
