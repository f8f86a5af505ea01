"""What was found at a door: written at once where it is plain, else left for the desk."""

from django.utils import timezone

from portal.accounts.permissions import Permission
from portal.core.actions import action, row_create, row_update
from portal.core.errors import Conflict, DomainError
from portal.core.ids import new_id
from residents.actions.care import care_tag_add, care_tag_end
from residents.actions.people import resident_update
from residents.actions.rows import locked
from residents.actions.visit_changes import change_task
from residents.models import (
    CareKind,
    ChangeKind,
    FindingKind,
    FindingState,
    Resident,
    ResidentStatus,
    Visit,
    VisitFinding,
    visit_text,
)

VALUE_LENGTH = 500
STALE = "名单下载到手机后，这位居民的资料已被别人修改，请核对后再写入。"
TASKS = {FindingKind.DISCHARGE: ChangeKind.DISCHARGE, FindingKind.HOSPITAL: ChangeKind.HOSPITAL}


def finding_add(by, visit: Visit, people: dict, values: dict) -> VisitFinding:
    """Keep a finding, sealed, and do at once what needs nobody's confirmation.

    What refuses stays open with the reason: the visit itself is never lost for it.
    """
    kind, text = values.get("kind"), (values.get("value") or "").strip()
    if kind not in FindingKind.values:
        raise DomainError("变化的种类不对，请更新手机页面后再试。", field="findings")
    if len(text) > VALUE_LENGTH:
        raise DomainError(f"每条变化最多 {VALUE_LENGTH} 字。", field="findings")
    person = _person(people, values.get("resident"))
    key = values.get("id") or new_id()
    if VisitFinding.objects.filter(pk=key).exists():
        key = new_id()
    finding = VisitFinding(id=key, visit=visit, resident=person, kind=kind)
    finding.value_sealed = visit_text("finding", key, text)
    finding.state, finding.settled_note = _settle(by, visit, finding, text, values.get("version"))
    return row_create(by, finding)


def findings_replace(by, old: Visit) -> None:
    """The open findings of a visit that is corrected: the new one says them again."""
    for row in old.findings.filter(state=FindingState.OPEN):
        row_update(by, row, row.version, {
            "state": FindingState.DISMISSED, "settled_note": "由更正后的走访记录代替。",
        })  # fmt: skip


@action(Permission.RESIDENT_UPDATE)
def finding_apply(*, by, finding: VisitFinding, version: int, note: str = "") -> VisitFinding:
    """Say that the registers hold what was found; telephone and needs are written now."""
    stored = _open(finding)
    if stored.resident_id:
        locked(Resident, stored.resident_id)
    if stored.version != version:
        raise Conflict(stored, {"state": FindingState.APPLIED})
    if stored.kind in _AT_ONCE and stored.resident_id:
        said = _AT_ONCE[stored.kind](by, stored.visit, stored.resident, stored.value,
                                     stored.resident.version)  # fmt: skip
        note = note or said
    return row_update(by, stored, version, {
        "state": FindingState.APPLIED, "settled_note": note[:200],
    })  # fmt: skip


@action(Permission.RESIDENT_UPDATE)
def finding_dismiss(*, by, finding: VisitFinding, version: int, note: str) -> VisitFinding:
    """Leave the registers as they are, with the reason."""
    stored = _open(finding)
    if not note.strip():
        raise DomainError("请写明为什么不采纳。", field="note")
    return row_update(by, stored, version, {
        "state": FindingState.DISMISSED, "settled_note": note[:200],
    })  # fmt: skip


def _open(finding: VisitFinding) -> VisitFinding:
    (stored,) = locked(VisitFinding, finding.pk)
    if stored.state != FindingState.OPEN:
        raise DomainError(f"这条变化已经处理过：{stored.get_state_display()}。")
    return stored


def _person(people: dict, key) -> Resident | None:
    """Whom it is about; in a household of one it needs no saying."""
    living = [row for row in people.values() if row.status == ResidentStatus.LIVING]
    return people.get(key) if key else living[0] if len(living) == 1 else None


def _settle(by, visit, finding, text, version) -> tuple[str, str]:
    if finding.kind in TASKS:
        task = change_task(by, visit.household, TASKS[finding.kind])
        return (FindingState.APPLIED, "已安排走访。") if task else (FindingState.OPEN, "")
    write, person = _AT_ONCE.get(finding.kind), finding.resident
    if write is None:
        return FindingState.OPEN, ""
    if person is None:
        return FindingState.OPEN, "没有写明是哪一位，请核实。"
    if person.status != ResidentStatus.LIVING or person.household_id != visit.household_id:
        return FindingState.OPEN, "这位居民已不在这一户，请核实。"
    try:
        return FindingState.APPLIED, write(by, visit, person, text, version)
    except Conflict:
        return FindingState.OPEN, STALE
    except DomainError as error:
        return FindingState.OPEN, error.message[:200]


def _phone(by, visit, person, text, version) -> str:
    if not text:
        raise DomainError("没有填电话号码，请核实。")
    if version is None and person.changed_at > visit.started_at:
        raise DomainError(STALE)
    resident_update(by=by, resident=person, version=version or person.version,
                    values={"phone": text})  # fmt: skip
    return "电话已更新。"


def _tag(by, visit, person, text, version, kind) -> str:
    if person.care_tags.unended(timezone.localdate()).filter(kind=kind).exists():
        return "原来已有这个标签。"
    care_tag_add(by=by, resident=person, kind=kind, from_on=visit.visited_on)
    return "标签已添加。"


def _alone(*known) -> str:
    return _tag(*known, kind=CareKind.LIVING_ALONE)


def _needs_care(*known) -> str:
    return _tag(*known, kind=CareKind.NEEDS_CARE)


def _not_alone(by, visit, person, text, version) -> str:
    tags = person.care_tags.unended(timezone.localdate())
    tag = tags.filter(kind=CareKind.LIVING_ALONE).first()
    if tag is None:
        return "原来没有这个标签。"
    care_tag_end(by=by, tag=tag, on=min(visit.visited_on, timezone.localdate()))
    return "标签已结束。"


_AT_ONCE = {
    FindingKind.PHONE: _phone,
    FindingKind.ALONE: _alone,
    FindingKind.NEEDS_CARE: _needs_care,
    FindingKind.NOT_ALONE: _not_alone,
}
