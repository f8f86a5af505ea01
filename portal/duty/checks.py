"""May somebody take a shift? The solver's own rules, asked of stored shifts."""

from collections import defaultdict
from datetime import date
from uuid import UUID

from portal.duty.models import Shift
from portal.duty.plan import AROUND, eligible_of, members_between, slot_of, solver_rules
from portal.duty.solver import Person, Problem, faults


def taking_faults(taken: dict[Shift, object]) -> list[str]:
    """What speaks against it when each of the shifts passes to the user beside it, all at
    once: sentences that name person, day, shift and rule; none when all is well. What the
    users have otherwise stays, but for the shifts that pass on here."""
    if not taken:
        return []
    names = {str(user.pk): user.name for user in taken.values()}
    problem = _problem(list(taken), {user.pk for user in taken.values()})
    given = {str(shift.pk): str(user.pk) for shift, user in taken.items()}
    return [f"{names[fault.person]}：{fault.text}" for fault in faults(problem, given)]


def _problem(shifts: list[Shift], users: set[UUID]) -> Problem:
    """The shifts as slots, with what these users have around them besides."""
    community = shifts[0].community_id
    first, last = min(shift.on for shift in shifts), max(shift.on for shift in shifts)
    members = members_between(community, first, last)
    busy = _busy(users, shifts, first, last)
    people = [
        Person(key=str(key), kinds=frozenset(members[key].row.kinds), away=members[key].away,
               busy=tuple(busy[key]))
        if key in members else Person(key=str(key), kinds=frozenset())
        for key in sorted(users)
    ]  # fmt: skip
    return Problem(
        slots=tuple(map(slot_of, shifts)), people=tuple(people), rules=solver_rules(community),
        eligible=eligible_of(shifts, members),
    )  # fmt: skip


def _busy(users, shifts: list[Shift], first: date, last: date) -> dict[UUID, list]:
    """{user: the other shifts they have around these days}, of other communities too."""
    rows = Shift.objects.filter(user__in=list(users), on__range=(first - AROUND, last + AROUND))
    found = defaultdict(list)
    for row in rows.exclude(pk__in=[shift.pk for shift in shifts]):
        found[row.user_id].append((row.starts_at, row.ends_at, row.is_night))
    return found
