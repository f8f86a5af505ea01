"""Taking a wrong life event back by a second record: one person's, or a whole household's move."""

from uuid import UUID

from django.utils import timezone

from grids.models import Dwelling
from portal.accounts.permissions import Permission
from portal.core.actions import action, row_create, row_update
from portal.core.errors import Conflict, DomainError, OutOfScope
from residents.actions.moves import VISITED
from residents.actions.people import stay_void
from residents.actions.rows import address_of, head_check, head_set, locked, records_carry
from residents.actions.visit_changes import change_take_back, tasks_carry, tasks_hold
from residents.models import (
    HEAD_RELATIONS,
    Household,
    LifeEvent,
    LifeEventKind,
    Resident,
    ResidentStatus,
    Stay,
)


@action(Permission.RESIDENT_UPDATE)
def event_correct(*, by, event: LifeEvent, version: int, note: str) -> Resident:
    """Take a wrongly entered event back by a second record; ``version`` is the resident's.

    Only a person's last event can be taken back: later ones stand on it. A person whom the
    event brought onto the books leaves them again as entered by mistake. One member's event
    of a whole household's move takes back the move of all.
    """
    if not note.strip():
        raise DomainError("请写明错在哪里。", field="note")
    if event.kind == LifeEventKind.MOVE_WITHIN and _with_all(event):
        return _move_take_back(by, event, version, note)
    resident = event.resident
    homes = {resident.household_id, *map(UUID, filter(None, [event.was.get("household")]))}
    households = {row.pk: row for row in locked(Household, *homes)}
    (resident,) = locked(Resident, resident.pk)
    stays = {s.pk: s for s in locked(Stay, *resident.stays.values_list("pk", flat=True))}
    if change := VISITED.get(event.kind):
        tasks_hold(event.household_id)
    _last_require(resident, event)
    values, household = _restored(resident, event, households)
    records_carry(by, resident, values.get("cell_id", resident.cell_id))
    resident = row_update(by, resident, version, values, reason=note)
    _stays_restore(by, event, stays)
    _head_restore(by, resident, event, households, household)
    if change:
        change_take_back(by, event.household_id, change, event.on)
    _correction(by, resident, event, note)
    return resident


def moved_together(event: LifeEvent) -> list[LifeEvent]:
    """The standing events of the household's move that this one is a part of; else none."""
    if not event.was.get("move"):
        return []
    rows = LifeEvent.objects.standing().filter(
        household=event.household_id, was__move=event.was["move"]
    )
    return list(rows.select_related("resident").order_by("pk"))


def _with_all(event: LifeEvent) -> bool:
    """Whether a whole household moved, which kept its members."""
    return event.was.get("household") == str(event.household_id)


def _move_take_back(by, event, version: int, note: str) -> Resident:
    """Everybody who moved along, and the household, back to the dwelling of before."""
    if not event.was.get("move"):  # moves recorded before the dwelling was kept
        raise DomainError("这是整户搬家，请用“整户搬家”改回原来的房屋。")
    (household,) = locked(Household, event.household_id)
    events = {row.resident_id: row for row in moved_together(event)}
    if event.resident_id not in events:
        raise DomainError("这次整户搬家已经更正过。")
    living = household.members.living().values_list("pk", flat=True)
    people = locked(Resident, *{*events, *living})
    stays = Stay.objects.filter(resident__in=events).values_list("pk", flat=True)
    stays = {row.pk: row for row in locked(Stay, *stays)}
    dwelling = Dwelling.objects.filter(pk=event.was["dwelling"]).first()
    if dwelling is None or dwelling.community_id != household.community_id:
        raise OutOfScope
    for person in people:
        if person.pk not in events:
            raise DomainError(f"搬家以后 {person.name} 也到了这一户，请先登记其去向。")
        _last_require(person, events[person.pk], name=person.name)
        if person.pk == event.resident_id and person.version != version:
            raise Conflict(person, address_of(dwelling))
    for person in people:
        records_carry(by, person, dwelling.cell_id)
    tasks_carry(by, household, dwelling)
    values = {**address_of(dwelling), "dwelling_id": dwelling.pk}
    household = row_update(by, household, household.version, values, reason=note)
    for person in people:
        _back(by, person, household, events[person.pk], stays, note)
    return Resident.objects.get(pk=event.resident_id)


def _back(by, person, household, event, stays, note) -> None:
    person = row_update(by, person, person.version, address_of(household), reason=note)
    _stays_restore(by, event, stays, {"cell_id": household.cell_id})
    _correction(by, person, event, note)


def _last_require(resident, event, name: str = "") -> None:
    last = resident.events.standing().order_by("-id").first()
    if last is None or last.pk != event.pk:
        whose = f"{name} 后来又有变动：" if name else ""
        raise DomainError(f"{whose}只能更正最后一条变动，请先更正它后面的变动。")


def _stays_restore(by, event, stays: dict, place: dict | None = None) -> None:
    """The stay that the event began never was; the one that it ended goes on."""
    if event.opened_stay_id:
        stay_void(by, stays[event.opened_stay_id])
    if event.closed_stay_id:
        stay = stays[event.closed_stay_id]
        row_update(by, stay, stay.version, {"to_on": None, **(place or {})})


def _correction(by, resident, event, note) -> LifeEvent:
    return row_create(by, LifeEvent(
        resident=resident, household_id=resident.household_id, kind=LifeEventKind.CORRECTION,
        on=timezone.localdate(), note=note, corrects=event, community_id=resident.community_id,
        cell_id=resident.cell_id,
    ))  # fmt: skip


def _restored(resident, event, households):
    """Column values from before the event, and the household of that time."""
    if not event.was:
        return {"status": ResidentStatus.VOID, "id_blind": None}, None
    household = households[UUID(event.was["household"])]
    if household.closed_on:
        raise DomainError("原来的那一户已经销户，请先恢复那一户。")
    values = {name: event.was[name] for name in ("status", "residence", "relation")}
    if values["relation"] in HEAD_RELATIONS and event.was["status"] == ResidentStatus.LIVING:
        head_check(household, values["relation"], resident.pk)
    values |= {**address_of(household), "household_id": household.pk}
    values.pop("community_id")
    before, after = event.was.get("registered_address", (None, None))
    if before is not None and resident.registered_address == after:  # else it was mended since
        values["registered_address"] = before
    return values, household


def _head_restore(by, resident, event, households, household) -> None:
    for home in households.values():
        if home.head_id == resident.pk and (household is None or home.pk != household.pk):
            head_set(by, home, None)
    if household and event.was["head"] and household.head_id != resident.pk:
        head_set(by, household, resident.pk)
