"""Incidents and checks as phones send them: what a record looks like, and its action.

``incident``: {id, community, category, text, building, place, x, y, asset, is_urgent, source,
reporter_name, reporter_phone, files: [uuid]}. ``incident_check``: {incident, version, ok, note}.
"""

import logging
import math
from uuid import UUID

from grids.actions.incident_files import incident_files_join
from grids.actions.incidents import incident_move, incident_report
from grids.incidents.alike import alike
from grids.models import (
    Asset,
    Building,
    Community,
    Incident,
    IncidentCategory,
    IncidentSource,
    IncidentState,
)
from portal.accounts.permissions import Permission
from portal.core.access import access_of
from portal.core.errors import DomainError, OutOfScope
from portal.core.submissions import Moments, submission
from portal.core.uploads import on_upload

TEXT, PLACE, NAME = 1000, 120, 40
logger = logging.getLogger(__name__)


@submission("incident")
def incident_submit(by, key: UUID, body: dict, moments: Moments) -> dict:
    """One incident. It is taken even when others look the same; the answer names those."""
    building = _row(Building, body, "building")
    category, asset = _row(IncidentCategory, body, "category"), _row(Asset, body, "asset")
    community = _community(by, building or asset or category, body)
    values = {
        "id": _uuid(body.get("id"), "id"),
        "text": _text(body, "text", TEXT),
        "category": category,
        "building": building,
        "asset": asset,
        "spot": _text(body, "place", PLACE),
        "x": _number(body.get("x")),
        "y": _number(body.get("y")),
        "is_urgent": bool(body.get("is_urgent")),
        "source": _source(body),
        "reporter_name": _text(body, "reporter_name", NAME),
        "reporter_phone": _text(body, "reporter_phone", 30),
        "reported_at": moments.true(moments.made_at),
    }
    row = incident_report(by=by, community=community, values=values, files=_files(body))
    others = alike(by, community.pk, category=category, building=row.building, x=row.x, y=row.y,
                   without=row.pk)  # fmt: skip
    return {
        "id": row.pk,
        "number": row.number,
        "state": row.state,
        "alike": list(map(_told, others)),
    }


@submission("incident_check")
def incident_check_submit(by, key: UUID, body: dict, moments: Moments) -> dict:
    """What the leader saw on the spot. The row's version may have grown meanwhile (urged,
    overdue); what must not have happened is a new handling after the look."""
    rows = Incident.objects.visible_to(by, Permission.INCIDENT_CHECK)
    row = rows.filter(pk=_uuid(body.get("incident"), "incident")).first()
    if row is None:
        raise OutOfScope("这件事件不在您现在负责的网格里，记录已留存，社区会处理。")
    looked = moments.true(moments.made_at)
    if row.state != IncidentState.HANDLED:
        raise DomainError(f"事件 {row.number} 现在是“{row.get_state_display()}”，不用再核查。")
    if row.version != body.get("version") and row.handled_at and row.handled_at > looked:
        raise DomainError(f"事件 {row.number} 在您核查以后又处置过，请再看一次现场。")
    move = "close" if body.get("ok") is True else "send_back"
    note = _text(body, "note", 500) or ("" if move == "close" else "现场核查未通过")
    row = incident_move(by=by, incident=row, version=row.version, move=move, values={"note": note})
    return {"id": row.pk, "number": row.number, "state": row.state}


@on_upload
def incident_file_arrived(by, key: UUID) -> None:
    """A whole file came: join it, if a record announced it. What fails here, the sweep mends."""
    try:
        incident_files_join(by=by, keys=[key])
    except DomainError:
        logger.info("upload %s was not joined", key)


def _told(row: Incident) -> dict:
    return {
        "id": row.pk, "number": row.number, "state": row.get_state_display(),
        "category": str(row.category or ""), "place": row.spot, "reported_at": row.reported_at,
    }  # fmt: skip


def _community(by, row, body: dict) -> Community:
    """That of the row it names, else the one whose list the phone showed, else the reporter's
    own; out of reach is refused by the action."""
    if row is not None:
        return row.community
    tenants = access_of(by).tenants(Permission.INCIDENT_REPORT)
    own = Community.objects.filter(pk__in=tenants).order_by("code")
    shown = own.filter(pk=_uuid(body["community"], "community")) if body.get("community") else own
    found = shown.first() or own.first()
    if found is None:
        raise OutOfScope
    return found


def _row(model, body: dict, name: str):
    """The row that the record names; one that is gone does not lose the report."""
    if not body.get(name):
        return None
    rows = model.objects.select_related("community")
    return rows.filter(pk=_uuid(body[name], name)).first()


def _source(body: dict) -> str:
    value = body.get("source") or IncidentSource.LEADER
    return value if value in IncidentSource.values else IncidentSource.LEADER


def _files(body: dict) -> list[UUID]:
    files = body.get("files") or []
    if not isinstance(files, list):
        raise DomainError("记录里的附件不对，请更新手机页面后重报。", field="files")
    return [_uuid(key, "files") for key in files]


def _number(value) -> float | None:
    if type(value) not in (int, float) or not math.isfinite(value) or abs(value) > 1e7:
        return None
    return float(value)


def _uuid(value, field: str) -> UUID:
    try:
        return UUID(str(value))
    except ValueError as error:
        raise DomainError("记录里的编号不对，请更新手机页面后重报。", field=field) from error


def _text(body: dict, name: str, most: int) -> str:
    value = body.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise DomainError("记录的内容不对，请更新手机页面后重报。", field=name)
    if len(value) > most:
        raise DomainError(f"内容太长，最多 {most} 字。", field=name)
    return value.replace("\x00", "").strip()
