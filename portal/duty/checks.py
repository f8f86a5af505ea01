"""May somebody take a shift, and does who has one still keep it? The solver's own rules, asked of
stored shifts."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from portal.accounts.models import User
from portal.duty.models import Shift
from portal.duty.plan import (
    Member,
    busy_between,
    eligible_of,
    members_between,
    month_days,
    slot_of,
    solver_rules,
)
from portal.duty.solver import Person, Problem, faults

AWAY, GONE = "请假", "已不在岗"


@dataclass(frozen=True)
class Taker:
    """Somebody who takes part in the shift's month; ``why`` says what speaks against it."""

    user_id: UUID
    name: str
    why: str = ""


def taking_faults(taken: dict[Shift, User]) -> list[str]:
    """What speaks against it when each of the shifts passes to the user beside it, all at
    once: sentences that name person, day, shift and rule; none when all is well. What the
    users have otherwise stays, but for the shifts that pass on here."""
    if not taken:
        return []
    shifts, names = list(taken), {str(user.pk): user.name for user in taken.values()}
    first, last = min(shift.on for shift in shifts), max(shift.on for shift in shifts)
    members = members_between(shifts[0].community_id, first, last)
    problem = _problem(shifts, members, {user.pk for user in taken.values()})
    given = {str(shift.pk): str(user.pk) for shift, user in taken.items()}
    return [f"{names[fault.person]}：{fault.text}" for fault in faults(problem, given)]


def takers_of(shift: Shift) -> list[Taker]:
    """Everybody of the month but the holder: first those whom all rules allow, then the others
    with the rules that the shift would break for them; by name."""
    days = month_days(shift.roster.month)
    members = members_between(shift.community_id, days[0], days[-1])
    names = dict(User.objects.filter(pk__in=members).values_list("pk", "name"))
    problem, key = _problem([shift], members, set(members)), str(shift.pk)
    found = []
    for user in members.keys() - {shift.user_id}:
        rules = [fault.text.partition("：")[2] for fault in faults(problem, {key: str(user)})]
        found.append(Taker(user, names[user], "；".join(dict.fromkeys(rules))))
    return sorted(found, key=lambda one: (bool(one.why), one.name, str(one.user_id)))


def absences(community_id: UUID, shifts: Iterable[Shift]) -> dict[UUID, str]:
    """{shift id: why} of shifts whose person will not be there: AWAY, or GONE for who left the
    community or the people of duty."""
    held = [shift for shift in shifts if shift.user_id]
    if not held:
        return {}
    days = [shift.on for shift in held]
    members = members_between(community_id, min(days), max(days))
    found = {}
    for shift in held:
        member = members.get(shift.user_id)
        if member is None or not member.is_in_force(shift.on, ()):
            found[shift.pk] = GONE
        elif member.away.intersection(slot_of(shift).days):
            found[shift.pk] = AWAY
    return found


def _problem(shifts: list[Shift], members: dict[UUID, Member], users: set[UUID]) -> Problem:
    """The shifts as slots, with what these users have around them besides."""
    here, days = shifts[0].community_id, [shift.on for shift in shifts]
    busy = busy_between(here, users, days, Q(pk__in=[shift.pk for shift in shifts]))
    people = [
        Person(key=str(key), kinds=frozenset(members[key].row.kinds), away=members[key].away,
               busy=tuple(busy[key]))
        if key in members else Person(key=str(key), kinds=frozenset())
        for key in sorted(users)
    ]  # fmt: skip
    return Problem(
        slots=tuple(map(slot_of, shifts)), people=tuple(people),
        rules=solver_rules(here), eligible=eligible_of(shifts, members),
    )  # fmt: skip
