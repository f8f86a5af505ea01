"""Deaths and moves as dated records, and taking a wrong record back.

Each record is one life event, closes the open stay, opens the next one if there is one,
and brings the resident's row up to date, all in one transaction.
"""

from datetime import date
from uuid import UUID

from django.utils import timezone

from grids.models import Dwelling
from portal.accounts.permissions import Permission
from portal.core.actions import action, row_create, row_update
from portal.core.errors import Conflict, DomainError
from residents.actions.households import household_create
from residents.actions.people import stay_void
from residents.actions.rows import (
    address_of,
    day_check,
    head_check,
    head_set,
    locked,
    open_refuse,
    records_carry,
)
from residents.actions.visit_changes import (
    change_take_back,
    change_task,
    tasks_carry,
    tasks_hold,
)
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

# Events after which somebody looks in soon.
VISITED = {LifeEventKind.DEATH: ChangeKind.BEREAVEMENT, LifeEventKind.MOVE_IN: ChangeKind.MOVE_IN}


@action(Permission.RESIDENT_UPDATE)
def resident_death(*, by, resident: Resident, version: int, on: date, note: str = ""):
    """Record a death; the stay ends on that day."""
    return _record(by, resident, version, LifeEventKind.DEATH, on, note,
                   {"status": ResidentStatus.DEAD})  # fmt: skip


@action(Permission.RESIDENT_UPDATE)
def resident_move_out(*, by, resident: Resident, version: int, on: date, note: str = ""):
    """Record that a person left the community; ``note`` says where to."""
    return _record(by, resident, version, LifeEventKind.MOVE_OUT, on, note,
                   {"status": ResidentStatus.MOVED})  # fmt: skip


@action(Permission.RESIDENT_UPDATE)
def resident_move_in(*, by, resident: Resident, version: int, household: Household, on: date,
                     relation: str, residence: str, note: str = ""):  # fmt: skip
    """Record that a person who had left is back, in any household."""
    return _record(by, resident, version, LifeEventKind.MOVE_IN, on, note, {
        "status": ResidentStatus.LIVING, "relation": relation, "residence": residence,
    }, household=household)  # fmt: skip


@action(Permission.RESIDENT_UPDATE)
def resident_move_within(*, by, resident: Resident, version: int, household: Household, on: date,
                         relation: str, note: str = ""):  # fmt: skip
    """Record a move to another household of the community."""
    if household.pk == resident.household_id:
        raise DomainError("已经在这一户，请选择要搬去的另一户。", field="address")
    return _record(by, resident, version, LifeEventKind.MOVE_WITHIN, on, note,
                   {"relation": relation}, household=household)  # fmt: skip


@action(Permission.RESIDENT_UPDATE)
def resident_split(*, by, resident: Resident, version: int, dwelling: Dwelling, on: date,
                   note: str = ""):  # fmt: skip
    """Record a move into a dwelling where the person starts a household of their own."""
    locked(Household, resident.household_id)
    (stored,) = locked(Resident, resident.pk)
    if stored.version != version:
        raise Conflict(stored, {"addr_key": dwelling.addr_key})
    household = household_create(by=by, dwelling=dwelling, values={})
    move = resident_move_within if stored.status == ResidentStatus.LIVING else resident_move_in
    more = {} if move is resident_move_within else {"residence": stored.residence}
    return move(by=by, resident=stored, version=version, household=household, on=on,
                relation="02", note=note, **more)  # fmt: skip


@action(Permission.RESIDENT_UPDATE)
def household_move(*, by, household: Household, version: int, dwelling: Dwelling,
                   on: date | None, note: str = "") -> Household:  # fmt: skip
    """Move a household with everybody in it to another dwelling.

    Without ``on`` the address was only written down wrongly: it is mended, nobody moved.
    """
    (household,) = locked(Household, household.pk)
    members = locked(Resident, *household.members.living().values_list("pk", flat=True))
    open_stays = Stay.objects.filter(resident__in=members, to_on=None)
    stays = {s.resident_id: s for s in locked(Stay, *open_stays.values_list("pk", flat=True))}
    if household.version != version:
        raise Conflict(household, {"addr_key": dwelling.addr_key})
    open_refuse(household)
    if dwelling.community_id != household.community_id or dwelling.pk == household.dwelling_id:
        raise DomainError("请选择本社区的另一套房屋。", field="address")
    if on:
        for member in members:
            _check(member, [stays[member.pk]] if member.pk in stays else [],
                   LifeEventKind.MOVE_WITHIN, on, household)  # fmt: skip
    for member in members:
        records_carry(by, member, dwelling.cell_id)
    tasks_carry(by, household, dwelling)
    place = address_of(dwelling)
    household = row_update(by, household, version, {**place, "dwelling_id": dwelling.pk}, note)
    for member in members:
        _move_along(by, member, stays.get(member.pk), household, on, note)
    return household


@action(Permission.RESIDENT_UPDATE)
def resident_residence_change(*, by, resident: Resident, version: int, residence: str, on: date,
                              registered_address: str | None = None, note: str = ""):  # fmt: skip
    """Record that registration and living place part or meet again (人户分离)."""
    values = {"residence": residence}
    if registered_address is not None:
        values["registered_address"] = registered_address
    if residence == resident.residence:
        raise DomainError("居住类型没有变化。", field="residence")
    return _record(by, resident, version, LifeEventKind.RESIDENCE, on, note, values)


@action(Permission.RESIDENT_UPDATE)
def event_correct(*, by, event: LifeEvent, version: int, note: str) -> Resident:
    """Take a wrongly entered event back by a second record; ``version`` is the resident's.

    Only a person's last event can be taken back: later ones stand on it. A person whom the
    event brought onto the books leaves them again as entered by mistake.
    """
    resident = event.resident
    homes = {resident.household_id, *map(UUID, filter(None, [event.was.get("household")]))}
    households = {row.pk: row for row in locked(Household, *homes)}
    (resident,) = locked(Resident, resident.pk)
    stays = {s.pk: s for s in locked(Stay, *resident.stays.values_list("pk", flat=True))}
    if change := VISITED.get(event.kind):
        tasks_hold(event.household_id)
    if not note.strip():
        raise DomainError("请写明错在哪里。", field="note")
    last = resident.events.standing().order_by("-id").first()
    if last is None or last.pk != event.pk:
        raise DomainError("只能更正最后一条变动，请先更正它后面的变动。")
    moved = event.kind == LifeEventKind.MOVE_WITHIN
    if moved and event.was.get("household") == str(event.household_id):
        raise DomainError("这是整户搬家，请用“整户搬家”改回原来的房屋。")
    values, household = _restored(resident, event, households)
    records_carry(by, resident, values.get("cell_id", resident.cell_id))
    resident = row_update(by, resident, version, values, reason=note)
    if event.opened_stay_id:
        stay_void(by, stays[event.opened_stay_id])
    if event.closed_stay_id:
        stay = stays[event.closed_stay_id]
        row_update(by, stay, stay.version, {"to_on": None})
    _head_restore(by, resident, event, households, household)
    if change:
        change_take_back(by, event.household_id, change, event.on)
    row_create(by, LifeEvent(
        resident=resident, household_id=resident.household_id, kind=LifeEventKind.CORRECTION,
        on=timezone.localdate(), note=note, corrects=event, community_id=resident.community_id,
        cell_id=resident.cell_id,
    ))  # fmt: skip
    return resident


def _record(by, resident, version, kind, on, note, values, household=None) -> LifeEvent:
    """Lock, check, write: resident first, so that a conflict shows before anything else."""
    old_home, home = _homes(resident, household)
    (stored,) = locked(Resident, resident.pk)
    stays = locked(Stay, *stored.stays.filter(to_on=None).values_list("pk", flat=True))
    if household:
        values = {**values, **address_of(home), "household_id": home.pk}
        values.pop("community_id")
    if stored.version != version:
        raise Conflict(stored, values)
    _check(stored, stays, kind, on, home)
    was = _was(stored, old_home)
    place = {"community_id": stored.community_id, "cell_id": stored.cell_id}
    is_head = bool(household) and head_check(home, values["relation"], stored.pk)
    records_carry(by, stored, home.cell_id)
    stored = row_update(by, stored, version, values)
    for stay in stays:
        row_update(by, stay, stay.version, {"to_on": on})
    opened = _stay_open(by, stored, home, on)
    leaves = stored.status != ResidentStatus.LIVING or home.pk != old_home.pk
    if was["head"] and leaves:
        head_set(by, old_home, None)
    if is_head:
        head_set(by, home, stored.pk)
    if household:
        place = {"community_id": stored.community_id, "cell_id": stored.cell_id}
    event = row_create(by, LifeEvent(
        resident=stored, household=home, kind=kind, on=on, note=note, was=was,
        closed_stay=stays[0] if stays else None, opened_stay=opened, **place,
    ))  # fmt: skip
    if kind in VISITED:
        change_task(by, home, VISITED[kind], on=on)
    return event


def _move_along(by, member, stay, household, on, note) -> None:
    """One member of a household that moves, or whose address is mended."""
    was = _was(member, household)
    member = row_update(by, member, member.version, address_of(household))
    if on is None:
        if stay:
            row_update(by, stay, stay.version, {"cell_id": household.cell_id})
        return
    if stay:
        row_update(by, stay, stay.version, {"to_on": on})
    opened = _stay_open(by, member, household, on)
    row_create(by, LifeEvent(
        resident=member, household=household, kind=LifeEventKind.MOVE_WITHIN, on=on,
        note=note or "整户搬家", was=was, closed_stay=stay, opened_stay=opened,
        community_id=member.community_id, cell_id=member.cell_id,
    ))  # fmt: skip


def _was(resident, household) -> dict:
    """What taking an event back needs to know."""
    names = ("status", "residence", "relation")
    return {name: getattr(resident, name) for name in names} | {
        "household": str(household.pk), "head": household.head_id == resident.pk
    }  # fmt: skip


def _homes(resident, household):
    """(household now, household then), both locked."""
    if household is None:
        (home,) = locked(Household, resident.household_id)
        return home, home
    old_home, home = locked(Household, resident.household_id, household.pk)
    open_refuse(home)
    if home.community_id != old_home.community_id:
        raise DomainError("只能在本社区内搬家。", field="address")
    return old_home, home


def _check(stored, stays, kind, on, home) -> None:
    back = kind == LifeEventKind.MOVE_IN
    if stored.status != (ResidentStatus.MOVED if back else ResidentStatus.LIVING):
        raise DomainError(f"这位居民现在的状态是“{stored.get_status_display()}”，不能这样登记。")
    day_check(on, earliest=stored.born_on, saying="出生日期")
    for stay in stays:
        if stay.from_on:
            day_check(on, earliest=stay.from_on, saying="这段居住开始的日期")
    if back:
        ended = stored.stays.order_by("-to_on").values_list("to_on", flat=True).first()
        if ended:
            day_check(on, earliest=ended, saying="上次离开的日期")


def _stay_open(by, resident, home, on) -> Stay | None:
    if resident.status != ResidentStatus.LIVING:
        return None
    return row_create(by, Stay(
        resident=resident, household=home, kind=resident.residence, from_on=on,
        community_id=home.community_id, cell_id=home.cell_id,
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
    return values, household


def _head_restore(by, resident, event, households, household) -> None:
    for home in households.values():
        if home.head_id == resident.pk and (household is None or home.pk != household.pk):
            head_set(by, home, None)
    if household and event.was["head"] and household.head_id != resident.pk:
        head_set(by, household, resident.pk)
