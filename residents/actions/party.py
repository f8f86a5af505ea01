"""Party membership as the community counts it."""

from datetime import date

from portal.accounts.permissions import Permission
from portal.core.actions import action, row_create, row_update
from portal.core.errors import DomainError
from residents.actions.rows import day_check, locked
from residents.models import PartyMember, Resident, ResidentStatus


@action(Permission.PARTY_UPDATE)
def party_member_add(*, by, resident: Resident, kind: str, from_on: date | None = None):
    """Enter a membership; the resident's political status follows it."""
    (resident,) = locked(Resident, resident.pk)
    if resident.status != ResidentStatus.LIVING:
        raise DomainError("这位居民已不在册。")
    if from_on:
        day_check(from_on, earliest=resident.born_on, saying="出生日期", field="from_on")
    member = row_create(by, PartyMember(
        resident=resident, kind=kind, from_on=from_on, community_id=resident.community_id,
        cell_id=resident.cell_id,
    ))  # fmt: skip
    if resident.political not in ("01", "02"):
        row_update(by, resident, resident.version, {"political": "01"})
    return member


@action(Permission.PARTY_UPDATE)
def party_member_end(*, by, member: PartyMember, on: date) -> PartyMember:
    """End a membership in this community; the political status is not touched."""
    locked(Resident, member.resident_id)
    (member,) = locked(PartyMember, member.pk)
    if member.to_on:
        raise DomainError("这条党员记录已经结束。")
    day_check(on, earliest=member.from_on, saying="开始的日期")
    return row_update(by, member, member.version, {"to_on": on})
