"""A phone's record in words, as the desk reads it."""

from typing import NamedTuple
from uuid import UUID

from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware, localtime

from grids.models import Asset, Building, IncidentCategory
from portal.accounts.models import User
from portal.core.models import Submission
from portal.core.submissions import made_on
from portal.duty.models import DutyMatter, Shift, ShiftChange
from residents.models import (
    AnswerState,
    FindingKind,
    Household,
    Resident,
    VisitOutcome,
    VisitWay,
)
from services.models import Alarm, AlarmOutcome

KINDS = {
    "visit": "走访", "incident": "事件", "incident_check": "事件核查", "duty_checkin": "值班签到",
    "duty_swap": "调班申请", "duty_answer": "调班答复", "duty_cancel": "调班撤回",
    "duty_note": "交接班", "duty_sick": "因病缺勤", "duty_close": "办结未了事项",
    "alarm_take": "报警响应", "alarm_close": "报警办结",
}  # fmt: skip
WORDS = {
    "way": ("方式", dict(VisitWay.choices)),
    "outcome": ("结果", dict(VisitOutcome.choices) | dict(AlarmOutcome.choices)),
    "started_at": ("开始（手机时间）", {}),
    "ended_at": ("结束（手机时间）", {}),
    "note": ("备注", {}),
    "text": ("情况", {}),
    "place": ("地点", {}),
    "reporter_name": ("反映人", {}),
    "reporter_phone": ("反映人电话", {}),
    "is_urgent": ("紧急", {True: "是", False: "否"}),
    "ok": ("核查结果", {True: "已解决", False: "没解决"}),
    "at": ("时间（手机时间）", {}),
    "reason": ("原因", {}),
    "agrees": ("答复", {True: "同意", False: "不同意"}),
    "open": ("交接内容", {True: "未了事项", False: "交接记录"}),
}
ROWS = (("household", "户", Household, "residents:household_show"),
        ("building", "楼栋", Building, "grids:building_show"),
        ("category", "类别", IncidentCategory, ""), ("asset", "设施", Asset, ""),
        ("shift", "班次", Shift, "duty:shift_show"),
        ("other_shift", "换成", Shift, "duty:shift_show"),
        ("matter", "未了事项", DutyMatter, ""),
        ("alarm", "报警", Alarm, "services:alarm_show"),
        ("taker", "对方", User, ""))  # fmt: skip


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
            said.append(Said(label, _named(row) if row else "不在您的范围内", url))
    for name, (label, words) in WORDS.items():
        value = body.get(name)
        if value not in (None, ""):
            said.append(Said(label, _text(words, value)))
    return said + _swap(viewer, body) + _people(viewer, body)


def posts_then(row: Submission) -> str:
    """As what, and where, the sender worked on the day of the record."""
    posts = row.owner.memberships.current(made_on(row)).filter(community=row.tenant)
    words = []
    for post in posts.order_by("from_on", "pk"):
        cells = "、".join(str(cell) for cell in post.cells.order_by("number"))
        until = f"，至 {post.to_on:%Y-%m-%d}" if post.to_on else ""
        words.append(post.get_role_display() + (f" {cells}" if cells else "") + until)
    return "；".join(words) or "没有任职"


def _named(row) -> str:
    """A household with the cell that it lies in today."""
    cell = row.cell if isinstance(row, Household) else None
    return f"{row}（现在{cell}）" if cell else str(row)


def _swap(viewer, body: dict) -> list[Said]:
    """The request that an answer or its withdrawal is about."""
    key = _uuid(body.get("change"))
    if not key:
        return []
    rows = ShiftChange.objects.visible_to(viewer).select_related("shift", "giver", "taker")
    row = rows.filter(pk=key).first()
    if row is None:
        return [Said("调班申请", "不在您的范围内")]
    url = reverse("duty:shift_show", args=[row.shift_id])
    return [Said("班次", str(row.shift), url), Said("申请人", row.giver.name),
            Said("对方", row.taker.name if row.taker else "")]  # fmt: skip


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
    same = sum(row.get("state") == AnswerState.SAME for row in rows)
    said = [Said("无变化", f"{same} 人")] if same else []
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
