"""Visits: recorded once, never changed; a correction is a new visit that points back."""

from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from grids.above import touch
from portal.accounts.permissions import Permission
from portal.core.access import access_of
from portal.core.actions import action, record_change, row_create
from portal.core.errors import DomainError, NotAllowed, OutOfScope
from portal.core.ids import new_id
from residents.actions.rows import locked
from residents.actions.visit_findings import finding_add, findings_replace
from residents.models import (
    AnswerState,
    CareTag,
    Household,
    Resident,
    Stay,
    TaskState,
    Visit,
    VisitAnswer,
    VisitCause,
    VisitOutcome,
    VisitTask,
    VisitWay,
    visit_text,
)
from residents.visits.due import counted

NOTE_LENGTH = 1000
MOST_FINDINGS = 50
AHEAD = timedelta(minutes=5)  # clocks differ a little


@action(Permission.VISIT_CREATE)
def visit_create(*, by, household: Household, values: dict,
                 received_at: datetime | None = None) -> Visit:  # fmt: skip
    """Record a visit to a whole household.

    ``values``: id (born on the phone, or none), way, outcome, started_at, ended_at, answers
    ([{resident, state}]), findings ([{id, resident, version, kind, value}]), note, corrects
    (the id of the visit that this one replaces). Raises DomainError, OutOfScope.
    """
    (home,) = locked(Household, household.pk)
    people = _people(home, values)
    old = _old(by, home, values.get("corrects"))
    tasks = _tasks(home, old)
    _check(values)
    visit = Visit(
        id=values.get("id") or new_id(), community_id=home.community_id, cell_id=home.cell_id,
        household=home, by=by, way=values["way"], outcome=values["outcome"], corrects=old,
        started_at=values["started_at"], ended_at=values["ended_at"],
        visited_on=timezone.localdate(values["started_at"]),
        received_at=received_at or timezone.now(), is_unchanged=_unchanged(values),
    )  # fmt: skip
    if Visit.objects.filter(pk=visit.pk).exists():
        raise DomainError("这次走访已经收到过，不用再报。")
    visit.note_sealed = visit_text("note", visit.pk, values.get("note", "").strip())
    row_create(by, visit)
    VisitAnswer.objects.bulk_create(
        VisitAnswer(visit=visit, resident_id=key, state=state, created_by=by, changed_by=by)
        for key, state in _answers(values).items()
    )
    _tasks_settle(by, visit, tasks, old)
    if old:
        findings_replace(by, old)
    for finding in values.get("findings", ()):
        finding_add(by, visit, people, finding)
    return visit


def _answers(values: dict) -> dict[UUID, str]:
    return {answer["resident"]: answer["state"] for answer in values.get("answers", ())}


def _people(home: Household, values: dict) -> dict[UUID, Resident]:
    """Everybody the record names and whoever lives here, locked. People who moved away in the
    meantime belong to it all the same, and so do those whose household was put into another one
    behind the same door; who never lived here does not."""
    findings = values.get("findings", ())
    named = {*_answers(values), *(f["resident"] for f in findings if f.get("resident"))}
    here = set(home.members.values_list("pk", flat=True))
    here |= set(Stay.objects.filter(household=home).values_list("resident", flat=True))
    if named - here:
        door = Resident.objects.filter(household__dwelling=home.dwelling_id)
        here |= set(door.filter(pk__in=named - here).values_list("pk", flat=True))
    if named - here:
        raise DomainError("记录里有不是这一户的人，请核对是不是选错了户。", field="answers")
    living = set(home.members.living().values_list("pk", flat=True))
    keys = sorted(named | living)
    people = dict(zip(keys, locked(Resident, *keys), strict=True))
    if findings:
        tags = CareTag.objects.unended(timezone.localdate()).filter(resident__in=keys)
        tags = tags.order_by("pk")
        locked(CareTag, *tags.values_list("pk", flat=True))
    return people


def _old(by, home: Household, key) -> Visit | None:
    """The visit to be corrected, by its author or by those who answer for the records."""
    if not key:
        return None
    old = Visit.objects.select_for_update(no_key=True).filter(pk=key, household=home).first()
    if old is None:
        raise OutOfScope("没有找到要更正的走访记录。")
    may = access_of(by).covers(Permission.SUBMISSION_VIEW, *old.place())
    if old.by_id != by.pk and not may:
        raise NotAllowed("只能更正自己的走访记录，别人的请联系社区。")
    return old


def _tasks(home: Household, old: Visit | None) -> list[VisitTask]:
    rows = VisitTask.objects.waiting().filter(household=home)
    if old:
        rows = rows | VisitTask.objects.filter(visit=old)
    return list(
        rows.select_for_update(of=("self",), no_key=True).select_related("round").order_by("pk")
    )


def _check(values: dict) -> None:
    for name, choices, saying in (
        ("way", VisitWay, "走访方式"), ("outcome", VisitOutcome, "走访结果"),
    ):  # fmt: skip
        if values.get(name) not in choices.values:
            raise DomainError(f"请选择{saying}。", field=name)
    if values["outcome"] == VisitOutcome.VOID:
        _check_void(values)
    if values["ended_at"] < values["started_at"]:
        raise DomainError("结束时间不能早于开始时间。", field="ended_at")
    if values["ended_at"] > timezone.now() + AHEAD:
        raise DomainError("走访时间不能在现在以后。", field="started_at")
    if not set(_answers(values).values()) <= set(AnswerState.values):
        raise DomainError("每位成员的情况请选“无变化”“有变化”或“不在家”。", field="answers")
    if len(values.get("findings", ())) > MOST_FINDINGS:
        raise DomainError(f"一次走访最多记 {MOST_FINDINGS} 条变化。", field="findings")
    if len(values.get("note", "")) > NOTE_LENGTH:
        raise DomainError(f"备注最多 {NOTE_LENGTH} 字。", field="note")


def _check_void(values: dict) -> None:
    """There is something to take back, and nothing else is said with it."""
    if not values.get("corrects"):
        raise DomainError("没有走访就不用登记。", field="outcome")
    if values.get("answers") or values.get("findings"):
        raise DomainError("没有走访这一户，就没有成员的情况和变化可记。", field="outcome")


def _unchanged(values: dict) -> bool:
    states = set(_answers(values).values())
    return values["outcome"] == VisitOutcome.MET and states == {AnswerState.SAME} and not (
        values.get("findings")
    )  # fmt: skip


def _tasks_settle(by, visit: Visit, tasks: list[VisitTask], old: Visit | None) -> None:
    """Close what the visit answers; open again what a corrected one had closed."""
    tenant = visit.community_id
    if visit.outcome == VisitOutcome.MET:
        newer = counted().filter(household=visit.household_id, visited_on__gt=visit.visited_on)
        is_last = not newer.exclude(pk=visit.pk).exists()
        done = [t.pk for t in tasks if t.visit_id or _is_answered(t, visit, is_last)]
        _tasks_write(
            by,
            visit.community_id,
            done,
            state=TaskState.DONE,
            visit=visit,
            done_on=visit.visited_on,
        )
    elif old:
        again = any(t.cause == VisitCause.RULE and not t.visit_id for t in tasks)
        back = [t for t in tasks if t.visit_id]
        gone = [t.pk for t in back if again and t.cause == VisitCause.RULE]
        _tasks_write(
            by, visit.community_id, gone, state=TaskState.DROPPED, visit=None, done_on=None
        )
        opened = [t.pk for t in back if t.pk not in gone]
        _tasks_write(by, tenant, opened, state=TaskState.OPEN, visit=None, done_on=None)


def _is_answered(task: VisitTask, visit: Visit, is_last: bool) -> bool:
    """A visit from before the change, before the round or before a later visit that counts
    already is none that the task asked for."""
    if task.cause == VisitCause.CHANGE:
        return task.created_at <= visit.ended_at
    if task.cause == VisitCause.ROUND:
        return task.round is None or task.round.from_on <= visit.visited_on
    return is_last


def _tasks_write(by, tenant, keys: list, **values) -> None:
    if keys:
        VisitTask.objects.filter(pk__in=keys).update(**values, **touch(by))
        record_change(by=by, model="residents.visittask", tenant=tenant,
                      after={"state": values["state"], "tasks": keys})  # fmt: skip
