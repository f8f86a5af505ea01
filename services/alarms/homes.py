"""What a household's page shows of this room."""

from django.urls import reverse
from django.utils import timezone

from grids.above import Word
from portal.accounts.permissions import Permission
from portal.core.access import access_of
from residents.above import Card, home_card
from services.models import OPEN, Alarm, CallDevice


@home_card
def devices_card(viewer, household) -> Card | None:
    """Its call devices and what the last alarms were."""
    if not access_of(viewer).can(Permission.ALARM_VIEW, household.community_id):
        return None
    devices = CallDevice.objects.visible_to(viewer).in_service().filter(household=household)
    alarms = Alarm.objects.visible_to(viewer).filter(household=household).order_by("-rang_at")
    rows = [
        Word(f"{row.get_kind_display()} {row.number}{f'（{row.spot}）' if row.spot else ''}",
             reverse("services:device_show", args=[row.pk]))
        for row in devices.order_by("number")
    ] + [
        Word(f"{timezone.localtime(row.rang_at):%Y-%m-%d %H:%M} 报警，{row.get_state_display()}",
             reverse("services:alarm_show", args=[row.pk]))
        for row in alarms[:5]
    ]  # fmt: skip
    act = None
    may = access_of(viewer).can(Permission.DEVICE_UPDATE, household.community_id)
    if may and household.closed_on is None:
        url = f"{reverse('services:device_create')}?household={household.pk}"
        act = Word("登记呼叫器", url)
    if not rows and act is None:
        return None
    urgent = alarms.filter(state__in=OPEN).exists()
    return Card("呼叫器", "bell-ring", rows, act, "还没有登记呼叫器。", urgent)
