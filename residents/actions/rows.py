"""What the actions of this room share: locked rows, addresses copied from above, days."""

from datetime import date

from django.utils import timezone

from grids.above import touch
from portal.core.actions import row_update
from portal.core.errors import DomainError, OutOfScope
from residents.models import (
    HEAD_RELATIONS,
    CareTag,
    Household,
    PartyMember,
    Resident,
    ResidentStatus,
)


def locked(model, *keys) -> list:
    """The rows, locked in the order of their keys.

    Every action locks what it will change before its first log row: the log's chain is a
    lock as well, and whoever holds it must not wait for anything. References to a row are
    checked when a transaction ends, so the lock lets these pass (``no_key``). Raises OutOfScope.
    """
    wanted = sorted(set(keys))
    stored = model._base_manager.select_for_update(no_key=True)
    rows = [stored.filter(pk=key).first() for key in wanted]
    if None in rows:
        raise OutOfScope
    found = dict(zip(wanted, rows, strict=True))
    return [found[key] for key in keys]


def address_of(place) -> dict:
    """The columns that a household copies from its dwelling, and a resident from both."""
    return {
        "community_id": place.community_id, "cell_id": place.cell_id,
        "addr_key": place.addr_key, "addr_sort": place.addr_sort,
    }  # fmt: skip


def records_carry(by, resident: Resident, cell_id) -> None:
    """Tags and Party records that are not over go where the person goes; ended ones stay where
    they were.

    Called before the first log row, like every other lock.
    """
    for model in (CareTag, PartyMember):
        rows = model.objects.unended(timezone.localdate()).filter(resident=resident)
        rows.exclude(cell_id=cell_id).update(cell_id=cell_id, **touch(by))


def open_refuse(household: Household) -> None:
    if household.closed_on:
        raise DomainError("这一户已经销户，请先恢复这一户或另选一户。")


def day_check(on: date, *, earliest: date | None = None, saying: str = "", field: str = "on",
              ahead=False):  # fmt: skip
    """A day that a record may carry, ``ahead`` also one to come. Raises DomainError."""
    if on > timezone.localdate() and not ahead:
        raise DomainError("日期不能在今天以后。", field=field)
    if earliest and on < earliest:
        raise DomainError(f"日期不能早于{saying}（{earliest}）。", field=field)


def head_check(household: Household, relation: str, resident_id) -> bool:
    """Whether this relation makes the person the head; one household has one.

    Raises DomainError naming the head that is there.
    """
    if relation not in HEAD_RELATIONS:
        return False
    head = household.head_id and Resident._base_manager.filter(
        pk=household.head_id, status=ResidentStatus.LIVING
    ).exclude(pk=resident_id).first()  # fmt: skip
    if head:
        raise DomainError(f"这一户的户主是 {head.name}。要换户主请用“变更户主”。", field="relation")
    return True


def head_set(by, household: Household, resident_id) -> Household:
    """Name the head of a locked household, or nobody with None."""
    return row_update(by, household, household.version, {"head_id": resident_id})
