"""A phone's record in words, as the desk reads it."""

from typing import NamedTuple
from uuid import UUID

from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware, localtime

from grids.models import Asset, Building, IncidentCategory
from residents.models import (
    AnswerState,
    FindingKind,
    Household,
    Resident,
    VisitOutcome,
    VisitWay,
)

KINDS = {"visit": "走访", "incident": "事件", "incident_check": "事件核查"}
WORDS = {
    "way": ("方式", dict(VisitWay.choices)),
    "outcome": ("结果", dict(VisitOutcome.choices)),
    "started_at": ("开始（手机时间）", {}),
    "ended_at": ("结束（手机时间）", {}),
    "note": ("备注", {}),
    "text": ("情况", {}),
    "place": ("地点", {}),
    "reporter_name": ("反映人", {}),
    "reporter_phone": ("反映人电话", {}),
    "is_urgent": ("紧急", {True: "是", False: "否"}),
    "ok": ("核查结果", {True: "已解决", False: "没解决"}),
}
ROWS = (("household", "户", Household, "residents:household_show"),
        ("building", "楼栋", Building, "grids:building_show"),
        ("category", "类别", IncidentCategory, ""), ("asset", "设施", Asset, ""))  # fmt: skip


class Said(NamedTuple):
    label: str
    text: str
    url: str = ""


def kind_label(kind: str) -> str:
    return KINDS.get(kind, kind)


def body_rows(viewer, body: dict) -> list[Said]:
    """Labels and texts; names of people and places only where the viewer may see the rows."""
    said = []
    for name, label, model, page in ROWS:
        if key := _uuid(body.get(name)):
            row = model.objects.visible_to(viewer).filter(pk=key).first()
            url = reverse(page, args=[key]) if row and page else ""
            said.append(Said(label, str(row) if row else "不在您的范围内", url))
    for name, (label, words) in WORDS.items():
        value = body.get(name)
        if value not in (None, ""):
            said.append(Said(label, _text(words, value)))
    return said + _people(viewer, body)


def _text(words: dict, value) -> str:
    if words and isinstance(value, str | bool):
        return str(words.get(value, value))
    try:
        at = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        at = None
    return f"{localtime(at):%Y-%m-%d %H:%M}" if at and is_aware(at) else str(value)


def _people(viewer, body: dict) -> list[Said]:
    rows = [row for name in ("answers", "findings") for row in body.get(name) or ()
            if isinstance(row, dict)]  # fmt: skip
    keys = {key for row in rows if (key := _uuid(row.get("resident")))}
    names = {str(r.pk): r.name for r in Resident.objects.visible_to(viewer).filter(pk__in=keys)}
    said = []
    for row in rows:
        who = names.get(str(row.get("resident")), "家庭")
        if "kind" in row:
            what = dict(FindingKind.choices).get(row["kind"], row["kind"])
            said.append(Said(who, f"{what} {row.get('value') or ''}".strip()))
        elif row.get("state") != AnswerState.SAME:
            said.append(Said(who, str(dict(AnswerState.choices).get(row.get("state"), "无变化"))))
    return said


def _uuid(text) -> UUID | None:
    try:
        return UUID(str(text)) if text else None
    except ValueError:
        return None
