"""Two households of one dwelling that are one family: a ledger often splits it."""

from uuid import UUID

from django.utils import timezone

from grids.above import touch
from portal.accounts.permissions import Permission
from portal.core.actions import action, row_update
from portal.core.errors import Conflict, DomainError
from residents.actions.rows import address_of, locked, open_refuse
from residents.actions.visit_changes import tasks_drop, tasks_hold
from residents.models import HEAD_RELATIONS, Household, Resident, ResidentStatus, Stay, VisitCause


@action(Permission.RESIDENT_UPDATE)
def household_merge(*, by, household: Household, version: int, into: Household,
                    relations: dict[UUID, str]) -> Household:  # fmt: skip
    """Put everybody of a household into another one of the same dwelling and close the empty one.

    Nobody moved: the stays become stays in the other household, also those of people who have
    left. ``relations`` are the living members' relations to its head; where it has none, the
    household's own head stays head. Returns the household that all are in now.
    """
    household, into = locked(Household, household.pk, into.pk)
    members = list(household.members.values_list("pk", flat=True))
    members = locked(Resident, *members)
    stays = locked(Stay, *household.stays.values_list("pk", flat=True))
    for home in (household, into):
        tasks_hold(home.pk)
    if household.version != version:
        raise Conflict(household, {"closed_on": timezone.localdate()})
    open_refuse(household)
    open_refuse(into)
    if household.pk == into.pk or household.dwelling_id != into.dwelling_id:
        raise DomainError("只能合并同一套房屋里的两户。")
    head_id = into.head_id or household.head_id
    said = {m.pk: _relation(m, head_id, into, relations) for m in members}
    _tasks_carry(by, household, into)
    place = {**address_of(into), "household_id": into.pk}
    values = {"closed_on": timezone.localdate(), "head_id": None}
    row_update(by, household, version, values, reason=f"并入同一套房屋的另一户（{into.pk}）")
    for member in members:
        row_update(by, member, member.version, {**place, "relation": said[member.pk]})
    for stay in stays:
        row_update(by, stay, stay.version, {"household_id": into.pk})
    into = row_update(by, into, into.version, {"head_id": head_id})
    tasks_drop(by, household.visit_tasks.waiting())
    return into


def _relation(member, head_id, into, relations) -> str:
    """What the person is to the head of the household that stays. Raises DomainError."""
    if member.status != ResidentStatus.LIVING or into.head_id is None:
        return relations.get(member.pk) or member.relation
    relation = relations.get(member.pk, "")
    if not relation or relation in HEAD_RELATIONS:
        text = f"请选择 {member.name} 与户主的关系。"
        raise DomainError(text, field=f"relation_{member.pk}")
    return relation


def _tasks_carry(by, household, into) -> None:
    """A visit that a big change made due is still wanted; the others are due by the plan."""
    known = into.visit_tasks.values("key")
    rows = household.visit_tasks.waiting().filter(cause=VisitCause.CHANGE)
    rows.exclude(key__in=known).update(household=into, **touch(by))
