"""Writes on call devices and on the times of alarms."""

from django.utils import timezone

from grids.models import Dwelling
from portal.accounts.permissions import Permission
from portal.core.actions import action, row_create, row_update
from portal.core.errors import DomainError, OutOfScope
from residents.models import Household
from services.models import AlarmRules, CallDevice

NOT_HERE = "这个人不在这一户，请从这一户的成员里选。"


@action(Permission.DEVICE_UPDATE)
def device_create(*, by, household: Household, values: dict) -> CallDevice:
    """``values``: number, kind, spot, resident, from_on, supplier, note. It hangs where the
    household lives now."""
    if household.closed_on:
        raise DomainError("这一户已销户，不能登记呼叫器。")
    row = CallDevice(
        community_id=household.community_id, dwelling=household.dwelling, household=household,
        **values,
    )  # fmt: skip
    _check_user(row.resident, household)
    return row_create(by, row)


@action(Permission.DEVICE_UPDATE)
def device_update(*, by, device: CallDevice, version: int, values: dict) -> CallDevice:
    """``values`` as in ``device_create``; alarms that are there keep what they say."""
    _in_service(device)
    _check_user(values.get("resident"), device.household)
    return row_update(by, device, version, values)


@action(Permission.DEVICE_UPDATE)
def device_move(*, by, device: CallDevice, version: int, household: Household) -> CallDevice:
    """It hangs in another home now, or another household lives behind its door."""
    _in_service(device)
    dwelling = Dwelling.objects.get(pk=household.dwelling_id)
    if household.closed_on or household.community_id != device.community_id:
        raise OutOfScope
    values = {"household": household, "dwelling": dwelling}
    if device.resident and device.resident.household_id != household.pk:
        values["resident"] = None
    return row_update(by, device, version, values)


@action(Permission.DEVICE_UPDATE)
def device_end(*, by, device: CallDevice, version: int, to_on) -> CallDevice:
    """Out of service from that day on; its number is free again."""
    _in_service(device)
    if to_on > timezone.localdate():
        raise DomainError("停用日期不能晚于今天。", field="to_on")
    return row_update(by, device, version, {"to_on": to_on})


@action(Permission.ALARM_PLAN)
def alarm_rules_set(*, by, community_id, version: int, values: dict) -> AlarmRules:
    found = AlarmRules.objects.filter(community=community_id).first()
    if found is None:
        return row_create(by, AlarmRules(community_id=community_id, **values))
    return row_update(by, found, version, values)


def _in_service(device: CallDevice) -> None:
    if not device.is_in_service:
        raise DomainError("这个呼叫器已经停用。")


def _check_user(resident, household: Household) -> None:
    if resident and resident.household_id != household.pk:
        raise DomainError(NOT_HERE, field="resident")
