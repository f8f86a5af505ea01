"""Visits as phones send them: what a record looks like, and the action it calls.

Shape of a record of kind ``visit``: {id, household, way, outcome, started_at, ended_at,
answers: [{resident, state}], findings: [{id, resident, version, kind, value}], note, corrects}.
A finding's ``version`` is the resident's on the phone's list; without it the resident must
not have been changed since the visit began.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from portal.accounts.permissions import Permission
from portal.core.errors import DomainError, OutOfScope
from portal.core.submissions import Moments, submission
from residents.actions import visit_create
from residents.models import Household

MOST = 100
ODD = timedelta(days=366)  # a phone that says more was not set to the day


@submission("visit")
def visit_submit(by, key: UUID, body: dict, moments: Moments) -> dict:
    """One visit; the answer says what became of tasks and findings."""
    values = visit_values(body, moments)
    rows = Household.objects.visible_to(by, Permission.VISIT_CREATE)
    household = rows.filter(pk=_uuid(body.get("household"), "household")).first()
    if household is None:
        raise OutOfScope("这一户不在您现在负责的网格里，记录已留存，社区会处理。")
    visit = visit_create(by=by, household=household, values=values, received_at=moments.received_at)
    found = visit.findings.order_by("pk").values("pk", "kind", "state", "settled_note")
    return {
        "id": visit.pk,
        "visited_on": visit.visited_on,
        "tasks_done": visit.tasks.count(),
        "findings": [
            {"id": f["pk"], "kind": f["kind"], "state": f["state"], "note": f["settled_note"]}
            for f in found
        ],
    }


def visit_values(body: dict, moments: Moments) -> dict:
    """What the action takes. Raises DomainError with what is wrong, in words."""
    started, ended = _period(body, moments)
    return {
        "id": _uuid(body.get("id"), "id"),
        "way": _text(body, "way", 10),
        "outcome": _text(body, "outcome", 10),
        "started_at": started,
        "ended_at": ended,
        "answers": [
            {"resident": _uuid(row.get("resident"), "answers"), "state": _text(row, "state", 10)}
            for row in _rows(body, "answers")
        ],
        "findings": [_finding(row) for row in _rows(body, "findings")],
        "note": _text(body, "note", 1000),
        "corrects": _uuid(body["corrects"], "corrects") if body.get("corrects") else None,
    }


def _finding(row: dict) -> dict:
    version = row.get("version")
    return {
        "id": _uuid(row["id"], "findings") if row.get("id") else None,
        "resident": _uuid(row["resident"], "findings") if row.get("resident") else None,
        "version": version if type(version) is int else None,
        "kind": _text(row, "kind", 12),
        "value": _text(row, "value", 500),
    }


def _period(body: dict, moments: Moments) -> tuple[datetime, datetime]:
    """Start and end by the true clock. However wrong the phone's clock is, the record is taken:
    it cannot have ended after it came, and one from another year ended when it came."""
    off = timedelta(seconds=moments.clock_off)
    started, ended = _moment(body, "started_at"), _moment(body, "ended_at")
    try:
        started, ended = started - off, max(ended - off, started - off)
    except OverflowError:
        started = ended = moments.received_at
    if ended > moments.received_at or moments.received_at - ended > ODD:
        shift = moments.received_at - ended
        started, ended = started + shift, ended + shift
    return max(started, ended - ODD), ended


def _moment(body: dict, name: str) -> datetime:
    try:
        moment = parse_datetime(str(body.get(name, "")))
    except ValueError:
        moment = None
    if moment is None:
        raise DomainError("记录里没有走访的起止时间。", field=name)
    try:
        return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
    except OverflowError as error:
        raise DomainError("记录里的走访时间不对。", field=name) from error


def _uuid(value, field: str) -> UUID:
    try:
        return UUID(str(value))
    except ValueError as error:
        raise DomainError("记录里的编号不对，请更新手机页面后重报。", field=field) from error


def _text(row: dict, name: str, most: int) -> str:
    value = row.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise DomainError("记录的内容不对，请更新手机页面后重报。", field=name)
    if len(value) > most:
        raise DomainError(f"内容太长，最多 {most} 字。", field=name)
    return value.replace("\x00", "")


def _rows(body: dict, name: str) -> list[dict]:
    rows = body.get(name) or []
    if not isinstance(rows, list) or len(rows) > MOST or not all(isinstance(r, dict) for r in rows):
        raise DomainError("记录的内容不对，请更新手机页面后重报。", field=name)
    return rows
