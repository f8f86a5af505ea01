"""Residents: entered once, changed, taken back when they were entered by mistake."""

from datetime import date

from django.utils import timezone

from grids.models import Dwelling
from portal.accounts.permissions import Permission
from portal.core.access import access_of
from portal.core.actions import action, row_create, row_update, unchanged
from portal.core.errors import Conflict, DomainError, NotAllowed
from portal.core.ids import new_id
from residents.actions.households import household_create
from residents.actions.identity import identity_columns, known_refuse, person_hold
from residents.actions.rows import (
    address_of,
    day_check,
    head_check,
    head_set,
    locked,
    open_refuse,
)
from residents.actions.visit_changes import change_task
from residents.models import (
    HEAD_RELATIONS,
    ChangeKind,
    Household,
    LifeEvent,
    LifeEventKind,
    Resident,
    ResidentStatus,
    Stay,
)


@action(Permission.RESIDENT_CREATE)
def resident_create(*, by, household: Household, values: dict, confirmed=False) -> Resident:
    """Enter a person into a household, with an open stay.

    ``values``: name, born_on (or an id number that tells it), and what the form asks for;
    id_number and phone as typed. ``from_on`` starts the stay, and with ``moved_in`` a move
    is recorded. ``confirmed``: see ``known_refuse``. Raises AlreadyRegistered,
    LooksRegistered, DomainError.
    """
    moved = LifeEventKind.MOVE_IN if values.get("moved_in") else None
    return _enter(by, household, values, confirmed, values.get("from_on"), moved)


@action(Permission.RESIDENT_CREATE)
def resident_register(*, by, dwelling: Dwelling, values: dict, household_values=None,
                      confirmed=False) -> Resident:  # fmt: skip
    """Enter a person who starts a household of their own in a dwelling."""
    person_hold(dwelling.community_id, identity_columns(new_id(), values))
    household = household_create(by=by, dwelling=dwelling, values=household_values or {})
    return resident_create(by=by, household=household, values=values, confirmed=confirmed)


@action(Permission.RESIDENT_CREATE)
def birth_record(*, by, household: Household, values: dict, confirmed=False) -> Resident:
    """Enter a new-born child: the stay begins on the day of birth, the birth is recorded."""
    return _enter(by, household, values, confirmed, values["born_on"], LifeEventKind.BIRTH)


@action(Permission.RESIDENT_UPDATE)
def resident_update(*, by, resident: Resident, version: int, values: dict) -> Resident:
    """Change what is known about a person; a blank number or telephone stays as it is.

    Residence, household and status change by dated records (``residents.actions.moves``).
    """
    if "political" in values:
        _party_require(by, resident)
    values = {name: new for name, new in values.items() if name != "residence"}
    columns = identity_columns(resident.pk, values, resident)
    person_hold(resident.community_id, columns, resident)
    (household,) = locked(Household, resident.household_id)
    (stored,) = locked(Resident, resident.pk)
    if not any(getattr(stored, name) != new for name, new in columns.items()):
        unchanged()
        return stored
    if stored.version != version:
        raise Conflict(stored, columns)
    known_refuse(by, stored.community_id, columns, stored=stored)
    _relation_check(stored, household, columns)
    stored = row_update(by, stored, version, columns)
    if stored.is_head and stored.status == ResidentStatus.LIVING:
        head_set(by, household, stored.pk)
    return stored


@action(Permission.RESIDENT_UPDATE)
def resident_void(*, by, resident: Resident, version: int, reason: str) -> Resident:
    """Take a person off the books who was entered by mistake; the number becomes free."""
    (household,) = locked(Household, resident.household_id)
    (stored,) = locked(Resident, resident.pk)
    stays = locked(Stay, *stored.stays.values_list("pk", flat=True))
    if not reason.strip():
        raise DomainError("请写明为什么登记有误。", field="reason")
    if stored.status == ResidentStatus.VOID:
        raise DomainError("这条登记已经作废。")
    values = {"status": ResidentStatus.VOID, "id_blind": None}
    stored = row_update(by, stored, version, values, reason=reason)
    for stay in stays:
        stay_void(by, stay)
    if household.head_id == stored.pk:
        head_set(by, household, None)
    return stored


def stay_void(by, stay: Stay) -> None:
    """A stay that never was ends where it began, and so counts on no day."""
    start = stay.from_on or timezone.localdate(stay.created_at)
    row_update(by, stay, stay.version, {"from_on": start, "to_on": start})


def _enter(by, household, values, confirmed, from_on: date | None, event) -> Resident:
    if values.get("political"):
        _party_require(by, household)
    resident = Resident(id=new_id())
    columns = identity_columns(resident.pk, values)
    if not columns.get("born_on"):
        raise DomainError("请填出生日期，或填写能推出它的证件号码。", field="born_on")
    person_hold(household.community_id, columns)
    (household,) = locked(Household, household.pk)
    open_refuse(household)
    known_refuse(by, household.community_id, columns, confirmed)
    if from_on:
        day_check(from_on, earliest=columns["born_on"], saying="出生日期", field="from_on")
    for name, value in {**address_of(household), **columns}.items():
        setattr(resident, name, value)
    resident.household = household
    is_head = head_check(household, resident.relation, resident.pk)
    try:
        row_create(by, resident)
    except DomainError:  # an import, which holds no lock on persons, may have been first
        known_refuse(by, household.community_id, columns, confirmed)
        raise
    stay = row_create(by, _stay(resident, household, from_on))
    if is_head:
        head_set(by, household, resident.pk)
    if event and from_on:
        row_create(by, LifeEvent(
            resident=resident, household=household, kind=event, on=from_on, opened_stay=stay,
            note=values.get("event_note", ""), community_id=resident.community_id,
            cell_id=resident.cell_id,
        ))  # fmt: skip
    if event == LifeEventKind.MOVE_IN and from_on:
        change_task(by, household, ChangeKind.MOVE_IN, on=from_on)
    return resident


def _party_require(by, row) -> None:
    """Political status is written by those who keep the Party's records at this place."""
    if not access_of(by).covers(Permission.PARTY_UPDATE, *row.place()):
        raise NotAllowed


def _stay(resident, household, from_on) -> Stay:
    return Stay(
        resident=resident, household=household, kind=resident.residence, from_on=from_on,
        community_id=household.community_id, cell_id=household.cell_id,
    )  # fmt: skip


def _relation_check(stored, household, columns) -> None:
    new = columns.get("relation", stored.relation)
    if new == stored.relation or stored.status != ResidentStatus.LIVING:
        return
    if stored.pk == household.head_id and new not in HEAD_RELATIONS:
        raise DomainError("这位居民是户主。要换户主请用“变更户主”。", field="relation")
    head_check(household, new, stored.pk)
