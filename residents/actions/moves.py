"""Deaths and moves as dated records; ``corrections`` takes a wrong record back.

Each record is one life event, closes the open stay, opens the next one if there is one,
and brings the resident's row up to date, all in one transaction.
"""

from datetime import date

from grids.models import Dwelling
from portal.accounts.permissions import Permission
from portal.core.actions import action, row_create, row_update
from portal.core.errors import Conflict, DomainError
from portal.core.ids import new_id
from residents.actions.households import household_create
from residents.actions.rows import (
    address_of,
    day_check,
    head_check,
    head_set,
    locked,
    open_refuse,
    records_carry,
)
from residents.actions.visit_changes import change_task, tasks_carry
from residents.models import (
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
    move = {"move": str(new_id()), "dwelling": str(household.dwelling_id)}
    household = row_update(by, household, version, {**place, "dwelling_id": dwelling.pk}, note)
    for member in members:
        _move_along(by, member, stays.get(member.pk), household, on, note, move)
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
    was = _was(stored, old_home) | _address_was(stored, values)
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


def _move_along(by, member, stay, household, on, note, move) -> None:
    """One member of a household that moves, or whose address is mended; ``move`` is what
    the events of all members share."""
    was = _was(member, household) | move
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


def _address_was(resident, values) -> dict:
    """The registered address before and after, when the event changes it."""
    old = resident.registered_address
    new = values.get("registered_address", old)
    return {} if new == old else {"registered_address": [old, new]}


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
