"""Households: set up, changed, with another head, closed and opened again."""

from datetime import date
from uuid import UUID

from django.db.models import F, Max

from grids.models import Dwelling
from portal.accounts.permissions import Permission
from portal.core.actions import action, row_create, row_update
from portal.core.errors import Conflict, DomainError
from residents.actions.rows import address_of, day_check, locked, open_refuse
from residents.actions.visit_changes import tasks_drop, tasks_hold
from residents.models import HEAD_RELATIONS, Household, Resident

FIELDS = ("number", "note")


@action(Permission.RESIDENT_CREATE)
def household_create(*, by, dwelling: Dwelling, values: dict) -> Household:
    """Set up an empty household in a dwelling; ``values`` are number and note."""
    plain = {name: values[name] for name in FIELDS if values.get(name)}
    return row_create(by, Household(dwelling=dwelling, **address_of(dwelling), **plain))


@action(Permission.RESIDENT_UPDATE)
def household_update(*, by, household: Household, version: int, values: dict) -> Household:
    """Change number and note."""
    plain = {name: values[name] for name in FIELDS if name in values}
    return row_update(by, household, version, plain)


@action(Permission.RESIDENT_UPDATE)
def household_head_change(*, by, household: Household, version: int, head: Resident,
                          relations: dict[UUID, str]) -> Household:  # fmt: skip
    """Make another member the head; ``relations`` are the others' relations to the new one."""
    (household,) = locked(Household, household.pk)
    members = locked(Resident, *household.members.living().values_list("pk", flat=True))
    if household.version != version:
        raise Conflict(household, {"head_id": head.pk})
    open_refuse(household)
    if head.pk not in {member.pk for member in members}:
        raise DomainError("新户主要是这一户的在册成员。", field="head")
    for member in members:
        relation = "02" if member.pk == head.pk else relations.get(member.pk, member.relation)
        if relation in HEAD_RELATIONS and member.pk != head.pk:
            text = f"请选择 {member.name} 与新户主的关系。"
            raise DomainError(text, field=f"relation_{member.pk}")
        row_update(by, member, member.version, {"relation": relation})
    return row_update(by, household, version, {"head_id": head.pk})


@action(Permission.RESIDENT_UPDATE)
def household_close(*, by, household: Household, version: int, on: date) -> Household:
    """Close a household in which nobody is left, not before the last one left it;
    nobody is visited there any more."""
    (household,) = locked(Household, household.pk)
    tasks_hold(household.pk)
    ended = household.stays.exclude(from_on=F("to_on")).aggregate(last=Max("to_on"))["last"]
    day_check(on, earliest=ended, saying="最后一位成员离开的日期")
    left = household.members.living().count()
    if left:
        raise DomainError(f"这一户还有 {left} 位在册成员，请先登记他们的去向。")
    household = row_update(by, household, version, {"closed_on": on, "head_id": None})
    tasks_drop(by, household.visit_tasks.waiting())
    return household


@action(Permission.RESIDENT_UPDATE)
def household_reopen(*, by, household: Household, version: int) -> Household:
    """Open a closed household again."""
    return row_update(by, household, version, {"closed_on": None})
