"""Care tags: a need with a validity."""

from datetime import date

from portal.accounts.permissions import Permission
from portal.core.access import access_of
from portal.core.actions import action, row_create, row_update
from portal.core.errors import DomainError, NotAllowed
from portal.core.models import ScopedRow
from residents.actions.rows import day_check, locked
from residents.models import (
    CLASSES,
    CareKind,
    CareTag,
    Resident,
    ResidentStatus,
)


@action(Permission.CARE_UPDATE)
def care_tag_add(*, by, resident: Resident, kind: str, category: str = "", grade: str = "",
                 from_on: date | None = None) -> CareTag:  # fmt: skip
    """Add a need; a disability carries its category and grade (GB/T 26341)."""
    (resident,) = locked(Resident, resident.pk)
    kind_require(by, kind, resident)
    if resident.status != ResidentStatus.LIVING:
        raise DomainError("这位居民已不在册，不能再加标签。")
    if from_on:
        day_check(from_on, earliest=resident.born_on, saying="出生日期", field="from_on")
    if kind != CareKind.DISABILITY and (category or grade):
        raise DomainError("只有残疾标签才有类别和等级。", field="category")
    return row_create(by, CareTag(
        resident=resident, kind=kind, category=category, grade=grade, from_on=from_on,
        community_id=resident.community_id, cell_id=resident.cell_id,
    ))  # fmt: skip


@action(Permission.CARE_UPDATE)
def care_tag_end(*, by, tag: CareTag, on: date) -> CareTag:
    """End a need on a day; the tag stays in the history."""
    kind_require(by, tag.kind, tag)
    locked(Resident, tag.resident_id)
    (tag,) = locked(CareTag, tag.pk)
    if tag.to_on:
        raise DomainError("这个标签已经结束。")
    day_check(on, earliest=tag.from_on, saying="标签开始的日期")
    return row_update(by, tag, tag.version, {"to_on": on})


def kind_require(by, kind: str, row: ScopedRow) -> None:
    """Health and minors' tags need their own permission besides, at the row's place.

    Raises NotAllowed.
    """
    if kind not in kinds_open(by, row):
        raise NotAllowed


def kinds_open(by, row: ScopedRow) -> list[str]:
    """The kinds of tags that somebody may see and give at the row's place."""
    covers, place = access_of(by).covers, row.place()
    shut = {k for needed, kinds in CLASSES.items() if not covers(needed, *place) for k in kinds}
    return [kind for kind in CareKind.values if kind not in shut]
