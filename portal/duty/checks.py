"""May somebody take a shift? The solver's own rules, asked of stored shifts."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Q

from portal.accounts.models import Membership
from portal.duty.actions.setup import rules_of
from portal.duty.models import DutyMember, Leave, Shift
from portal.duty.solver import Person, Problem, Rules, Slot, faults

MARGIN = timedelta(days=10)  # more than the longest row of nights and the longest rest


def taking_faults(taken: dict[Shift, object]) -> list[str]:
    """What speaks against it when each of the shifts passes to the user beside it, all at
    once: sentences that name day, shift and rule; none when all is well. What the users have
    otherwise stays, but for the shifts that pass on here."""
    shifts = list(taken)
    if not shifts:
        return []
    community = shifts[0].community_id
    rules = rules_of(community)
    problem = Problem(
        slots=tuple(map(slot_of, shifts)),
        people=tuple(_people(community, {user.pk for user in taken.values()}, shifts)),
        rules=Rules(rules.rest_hours, rules.nights_in_row),
        eligible=_eligible(community, shifts, {user.pk for user in taken.values()}),
    )
    given = {str(shift.pk): str(user.pk) for shift, user in taken.items()}
    names = {str(user.pk): user.name for user in taken.values()}
    return [f"{names[fault.person]}：{fault.text}" for fault in faults(problem, given)]


def slot_of(shift: Shift) -> Slot:
    return Slot(
        key=str(shift.pk), on=shift.on, starts_at=shift.starts_at, ends_at=shift.ends_at,
        kind=shift.kind, is_night=shift.is_night, is_weekend=shift.is_weekend,
        is_holiday=shift.is_holiday, name=shift.name, kind_name=shift.get_kind_display(),
    )  # fmt: skip


def _people(community, users: set, shifts: list[Shift]) -> Iterable[Person]:
    first = min(shift.on for shift in shifts) - MARGIN
    last = max(shift.on for shift in shifts) + MARGIN
    busy, away, kinds = defaultdict(list), defaultdict(set), {}
    others = Shift.objects.filter(user__in=users, on__range=(first, last))
    for row in others.exclude(pk__in=[shift.pk for shift in shifts]):
        busy[row.user_id].append((row.starts_at, row.ends_at, row.is_night))
    for leave in Leave.objects.filter(user__in=users, from_on__lte=last, to_on__gte=first):
        days = (leave.to_on - leave.from_on).days + 1
        away[leave.user_id] |= {leave.from_on + timedelta(days=n) for n in range(days)}
    for member in _members(community, users, shifts):
        kinds[member.user_id] = frozenset(member.kinds)
    for user in users:
        yield Person(key=str(user), kinds=kinds.get(user, frozenset()),
                     away=frozenset(away[user]), busy=tuple(busy[user]))  # fmt: skip


def _members(community, users: set, shifts: list[Shift]):
    """Who takes part in duty on all of these days."""
    first, last = min(s.on for s in shifts), max(s.on for s in shifts)
    return DutyMember.objects.filter(
        Q(to_on=None) | Q(to_on__gte=last), community=community, user__in=users,
        user__is_active=True, from_on__lte=first,
    )  # fmt: skip


def _eligible(community, shifts: list[Shift], users: set) -> dict[str, frozenset[str]]:
    """Shifts whose template asks for a post, and who holds one on that day."""
    asked = {shift: set(shift.template.roles) for shift in shifts if shift.template.roles}
    if not asked:
        return {}
    posts = list(Membership.objects.filter(community=community, user__in=users))
    return {
        str(shift.pk): frozenset(
            str(post.user_id) for post in posts
            if post.role in roles and post.from_on <= shift.on
            and (post.to_on is None or post.to_on >= shift.on)
        )
        for shift, roles in asked.items()
    }  # fmt: skip


def free_people(shift: Shift) -> list:
    """Who could take the shift under all rules, for a replacement; by name."""
    members = DutyMember.objects.filter(community=shift.community_id).select_related("user")
    users = [member.user for member in members if member.user_id != shift.user_id]
    return [user for user in users if not taking_faults({shift: user})]
