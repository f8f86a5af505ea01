"""Call devices of the demo community: with elders who live alone, one alarm that is open and
one of yesterday that is closed. Numbers and supplier are invented."""

from datetime import date, timedelta

from django.utils import timezone

from grids.models import Community, PostKind
from grids.posts import people_of
from portal.accounts.models import User
from portal.accounts.permissions import Permission
from portal.core.actions import action, record_change
from residents.models import CareKind, CareTag
from services.models import Alarm, AlarmStep, CallDevice

KINDS = (("button", "床头"), ("cord", "卫生间"), ("button", "客厅"), ("smoke", "厨房"),
         ("gas", "厨房"), ("door", "入户门"))  # fmt: skip
SUPPLIER = "安康呼叫设备公司"
DEVICES = 12


@action(Permission.DEVICE_UPDATE)
def alarms_seed(*, by, community: Community, today: date) -> int:
    """Fill a community that has no device; returns how many there are now."""
    devices = _devices(community, today)
    CallDevice.objects.bulk_create(devices)
    desk = User.objects.filter(username="clerk").first()
    now = timezone.now()
    if len(devices) > 1:
        _open(devices[0], now - timedelta(minutes=2))
        _closed(devices[1], now - timedelta(days=1), desk)
    record_change(by=by, model="services.calldevice", tenant=community.pk,
                  after={"devices": len(devices)})  # fmt: skip
    return len(devices)


def _devices(community: Community, today: date) -> list[CallDevice]:
    tags = CareTag.objects.filter(community=community, kind=CareKind.LIVING_ALONE)
    tags = tags.valid_on(today).select_related("resident__household__dwelling")
    found, homes = [], set()
    for tag in tags.order_by("resident__addr_sort", "resident"):
        home = tag.resident.household
        if home.pk in homes or home.closed_on:
            continue
        homes.add(home.pk)
        kind, spot = KINDS[len(found) % len(KINDS)]
        found.append(CallDevice(
            community=community, dwelling=home.dwelling, household=home, resident=tag.resident,
            number=f"AK-{1001 + len(found)}", kind=kind, spot=spot, supplier=SUPPLIER,
            from_on=date(today.year, 1, 15) if today.month > 1 else today,
        ))  # fmt: skip
        if len(found) == DEVICES:
            break
    return found


def _alarm(device: CallDevice, at, **values) -> Alarm:
    return Alarm.objects.create(
        community_id=device.community_id, cell_id=device.dwelling.cell_id, device=device,
        household=device.household, number=device.number, kind=device.kind, spot=device.spot,
        addr_key=device.dwelling.addr_key, rang_at=at, received_at=at, last_rang_at=at, **values,
    )  # fmt: skip


def _open(device: CallDevice, at) -> None:
    cells = people_of([device.dwelling.cell_id], PostKind.LEADER, timezone.localdate())
    names = "、".join(user.name for people in cells.values() for user in people)
    _steps(_alarm(device, at), ("ring", at, {}), ("call", at, {"told": names}))


def _closed(device: CallDevice, at, user) -> None:
    went, done = at + timedelta(minutes=2), at + timedelta(minutes=14)
    alarm = _alarm(
        device, at, state="closed", taken_by=user, taken_at=went, is_in_time=True, version=3,
        closed_by=user, closed_at=done, outcome="safe",
    )  # fmt: skip
    _steps(alarm, ("ring", at, {}), ("take", went, {"created_by": user}),
           ("close", done, {"created_by": user, "outcome": "safe"}))  # fmt: skip


def _steps(alarm: Alarm, *steps) -> None:
    AlarmStep.objects.bulk_create(
        AlarmStep(alarm=alarm, kind=kind, at=at, **values) for kind, at, values in steps
    )
