"""Plain ``make_*`` functions for call devices and alarms."""

import datetime as dt
import json
from itertools import count
from uuid import uuid4

from django.test import Client
from django.utils import timezone

from services.models import Alarm, AlarmRules, CallDevice
from tests.duty.rows import make_roster, make_shift

URL = "/api/v1/alarms/"
_numbers = count(1)


def make_device(home, number="", **values):
    values = {"kind": "button", "from_on": dt.date(2026, 1, 1)} | values
    return CallDevice.objects.create(
        community=home.community, dwelling=home.dwelling, household=home,
        number=number or f"A-{next(_numbers)}", **values,
    )  # fmt: skip


def make_alarm(device, minutes=1, **values):
    """One that rang some minutes ago and that nobody has taken."""
    at = timezone.now() - dt.timedelta(minutes=minutes)
    row = Alarm.objects.create(
        community=device.community, cell=device.dwelling.cell, device=device,
        household=device.household, number=device.number, kind=device.kind, spot=device.spot,
        addr_key=device.dwelling.addr_key, rang_at=at, received_at=at, last_rang_at=at, **values,
    )  # fmt: skip
    row.steps.create(kind="ring", at=at)
    return row


def alarm_rows(home) -> dict:
    """One row of each kind, for the guards."""
    device = make_device(home)
    AlarmRules.objects.get_or_create(community=home.community)
    return {"device_id": device.pk, "alarm_id": make_alarm(device).pk}


def put_on_duty(user, community, minutes=-60, until=180):
    """A published shift of the person from ``minutes`` from now on."""
    now = timezone.localtime().replace(microsecond=0)
    month = f"{now:%Y-%m}-01"
    roster = community_roster(community, month)
    row = make_shift(roster, f"{now:%Y-%m-%d} 00:00", f"{now:%Y-%m-%d} 01:00", user)
    row.starts_at = now + dt.timedelta(minutes=minutes)
    row.ends_at = now + dt.timedelta(minutes=until)
    row.save()
    return row


def community_roster(community, month):
    from portal.duty.models import Roster

    found = Roster.objects.filter(community=community, month=month).first()
    return found or make_roster(community, month, state="published")


def ring(token, device="A-1", key=None, **body):
    """What a platform sends."""
    return Client().post(
        URL, json.dumps({"device": device} | body), content_type="application/json",
        headers={"authorization": f"Bearer {token}", "Idempotency-Key": str(key or uuid4())},
    )  # fmt: skip
