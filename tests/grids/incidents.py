"""What the tests about incidents stand on: rows written directly, and moves made in short."""

import datetime as dt
import io
from itertools import count

from django.utils import timezone
from PIL import Image

from grids.actions import incident_move, incident_report
from grids.models import Asset, Handler, Incident, IncidentCategory, IncidentState

_numbers = count(1)
LATER = dt.timedelta(days=3)


def make_handler(community, name="", kind="property", users=(), **values):
    row = Handler.objects.create(
        community=community, kind=kind, name=name or f"处置单位{next(_numbers)}", **values
    )
    row.users.set(users)
    return row


def make_category(community, name="", handler=None, group="facility", **values):
    return IncidentCategory.objects.create(
        community=community, name=name or f"类别{next(_numbers)}", handler=handler, group=group,
        **values,
    )  # fmt: skip


def make_asset(community, name="", kind="lamp", **values):
    return Asset.objects.create(
        community=community, kind=kind, name=name or f"设施{next(_numbers)}", **values
    )


def make_incident(community, state=IncidentState.REPORTED, **values):
    """A row in any state, as it would stand there."""
    now = timezone.now()
    values = {"text": "三单元门口路灯不亮", "source": "leader", "reported_at": now,
              "due_at": now + LATER} | values  # fmt: skip
    if state in (IncidentState.DISPATCHED, IncidentState.HANDLING, IncidentState.HANDLED):
        values.setdefault("handler", None)
        values["handler"] = values["handler"] or make_handler(community)
        values.setdefault("handle_due_at", now + LATER)
    return Incident.objects.create(
        community=community, state=state, number=f"T-{next(_numbers):05}", **values
    )


def report(by, community, text="路灯不亮", files=(), photos=(), **values):
    return incident_report(
        by=by, community=community, values={"text": text, **values}, files=files, photos=photos
    )


def move(by, incident, name, **values):
    """The row after the move, made on what is stored."""
    row = Incident.objects.get(pk=incident.pk)
    return incident_move(by=by, incident=row, version=row.version, move=name, values=values)


def through(by, incident, *names, **values):
    """Several moves with what they usually need."""
    for name in names:
        incident = move(by, incident, name, **needed(incident, name), **values)
    return incident


def needed(incident, name):
    """Something for every field that the move needs."""
    community = incident.community
    fill = {
        "accept": lambda: {"category": make_category(community)},
        "dispatch": lambda: {"handler": make_handler(community)},
        "redispatch": lambda: {"handler": make_handler(community), "note": "找错单位"},
        "delay_ask": lambda: {"delay_to": timezone.now() + dt.timedelta(days=9), "note": "等配件"},
        "done": lambda: {"result": "已换灯泡"},
        "split": lambda: {"parts": [{"text": "路灯不亮"}, {"text": "井盖松动"}]},
        "merge": lambda: {"into": make_incident(community, cell=incident.cell)},
        "rate": lambda: {"satisfaction": 3},
        "close": dict, "start": dict, "urge": dict, "delay_grant": dict,
    }  # fmt: skip
    return fill.get(name, lambda: {"note": "说明"})()


def photo(size=(60, 40), form="JPEG", color=(200, 30, 30), **values) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, color).save(out, form, **values)
    return out.getvalue()
