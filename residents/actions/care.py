"""Care tags: a need with a validity."""

from datetime import date

from django.utils import timezone

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
                 from_on: date | None = None, to_on: date | None = None) -> CareTag:  # fmt: skip
    """Add a need; a disability carries its category and grade (GB/T 26341).

    ``to_on`` is the first day on which it is no longer valid. A need without a start counts
    as always there; where an earlier one of the kind has ended, as there from today.
    """
    (resident,) = locked(Resident, resident.pk)
    kind_require(by, kind, resident)
    if resident.status != ResidentStatus.LIVING:
        raise DomainError("这位居民已不在册，不能再加标签。")
    if from_on:
        day_check(from_on, earliest=resident.born_on, saying="出生日期", field="from_on")
    if kind != CareKind.DISABILITY and (category or grade):
        raise DomainError("只有残疾标签才有类别和等级。", field="category")
    if to_on and to_on <= timezone.localdate():
        raise DomainError("有效期已经过了，不用再添加。", field="to_on")
    others = list(CareTag.objects.filter(resident=resident, kind=kind))
    if others and from_on is None:
        from_on = timezone.localdate()
    _overlap_refuse(others, from_on, to_on)
    return row_create(by, CareTag(
        resident=resident, kind=kind, category=category, grade=grade, from_on=from_on, to_on=to_on,
        community_id=resident.community_id, cell_id=resident.cell_id,
    ))  # fmt: skip


@action(Permission.CARE_UPDATE)
def care_tag_end(*, by, tag: CareTag, on: date) -> CareTag:
    """End a need on a day, also on one to come; the tag stays in the history. A planned end
    can be put off or brought forward until it is reached."""
    kind_require(by, tag.kind, tag)
    locked(Resident, tag.resident_id)
    (tag,) = locked(CareTag, tag.pk)
    if tag.to_on and tag.to_on <= timezone.localdate():
        raise DomainError("这个标签已经结束。")
    day_check(on, earliest=tag.from_on, saying="标签开始的日期", ahead=True)
    others = CareTag.objects.filter(resident=tag.resident_id, kind=tag.kind).exclude(pk=tag.pk)
    _overlap_refuse(others, tag.from_on, on)
    return row_update(by, tag, tag.version, {"to_on": on})


def _overlap_refuse(others, from_on: date | None, to_on: date | None) -> None:
    """Two of a kind at one time would be two truths; the resident is locked meanwhile.

    Raises DomainError.
    """
    for tag in others:
        never = tag.from_on and tag.from_on == tag.to_on
        before = to_on and tag.from_on and to_on <= tag.from_on
        after = tag.to_on and from_on and tag.to_on <= from_on
        if not (never or before or after):
            since = f"{tag.from_on} 起" if tag.from_on else ""
            until = f"至 {tag.until}" if tag.to_on else ""
            period = " ".join(filter(None, [since, until]))
            more = f"（{period}），期间不能重叠" if period else ""
            raise DomainError(f"这位居民已有同类的关爱标签{more}。")


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
