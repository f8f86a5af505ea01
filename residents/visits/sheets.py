"""What the desk pages of visits show: one household's visits, findings, cells side by side."""

from collections import Counter
from datetime import date
from typing import NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from grids.models import GridCell
from portal.accounts.permissions import Permission
from portal.core.indicators import figures, scope_of
from residents.models import (
    FindingKind,
    FindingState,
    Household,
    Visit,
    VisitFinding,
    VisitStage,
    VisitTask,
)
from residents.visits.due import last_visits, next_due, rules_for, since_of
from residents.visits.words import why

SHOWN = 5
FINDINGS_SHOWN = 100
COVERED = ("coverage.all", "coverage.seen", "coverage.left")
# Where a finding that changes the books is entered: (words, url name, of the resident or home).
FORMS = {
    FindingKind.MOVED_OUT: ("登记迁出", "residents:resident_move_out", "resident"),
    FindingKind.DIED: ("登记去世", "residents:resident_death", "resident"),
    FindingKind.NEW_MEMBER: ("登记成员", "residents:resident_create", "household"),
    FindingKind.JOB: ("修改资料", "residents:resident_update", "resident"),
}
AT_ONCE = {FindingKind.PHONE, FindingKind.ALONE, FindingKind.NOT_ALONE, FindingKind.NEEDS_CARE}


class HouseholdVisits(NamedTuple):
    """Open tasks with their reasons, the last visits, and the day of the next one by the plan
    when nothing is open (None: no rule means this household)."""

    tasks: list[tuple]
    visits: list[Visit]
    last: date | None
    next_on: date | None


def household_visits(viewer, household: Household, care: bool) -> HouseholdVisits:
    tasks = VisitTask.objects.visible_to(viewer).waiting().filter(household=household)
    tasks = [
        (t, why(t, care)) for t in tasks.select_related("rule", "round").order_by("due_on", "pk")
    ]
    visits = Visit.objects.visible_to(viewer).filter(household=household)
    visits = list(
        visits.select_related("by", "corrected_by").order_by("-visited_on", "-id")[:SHOWN]
    )
    last = last_visits([household.pk]).get(household.pk)
    next_on = None
    if not household.closed_on and not tasks:
        rules = rules_for(household, timezone.localdate())
        if rules:
            since = since_of(household.created_at, rules[0])
            next_on = next_due(household.pk, since, rules[0], last)
    return HouseholdVisits(tasks, visits, last, next_on)


class Found(NamedTuple):
    """A finding as the desk sees it; ``entry`` is where it is entered (words, address)."""

    row: VisitFinding
    value: str
    entry: tuple[str, str] | None
    at_once: bool


def found_of(rows) -> list[Found]:
    """Findings with what was typed in clear; whoever shows them logs the look first."""
    return [_found(row) for row in rows]


def findings_open(viewer, tenant: UUID, cell: UUID | None = None):
    """The oldest first, perhaps those of one cell; findings about minors only for those who may
    see minors' data."""
    rows = VisitFinding.objects.visible_to(viewer).filter(
        visit__community=tenant, state=FindingState.OPEN
    )
    if cell:
        rows = rows.filter(visit__cell=cell)
    rows = rows.select_related("visit__household", "visit__by", "resident")
    return rows.order_by("created_at", "pk")


def findings_of(viewer, household: Household) -> int:
    """How many changes found at this door wait for the desk, as far as the viewer may see."""
    rows = findings_open(viewer, household.community_id).filter(visit__household=household)
    return sum(not is_shut(viewer, row) for row in rows)


def is_shut(viewer, row: VisitFinding) -> bool:
    return row.resident is not None and not row.resident.is_open_to(viewer)


def _found(row: VisitFinding) -> Found:
    entry = None
    if row.kind in FORMS:
        words, name, of = FORMS[row.kind]
        key = row.visit.household_id if of == "household" else row.resident_id
        entry = (words, reverse(name, args=[key])) if key else None
    return Found(row, row.value, entry, row.kind in AT_ONCE and row.resident_id is not None)


# --- Cells side by side


class CellLine(NamedTuple):
    name: str
    all: int
    seen: int
    left: int
    share: int
    stages: list[tuple[int, str]]
    left_url: str
    seen_url: str


STAGES = (VisitStage.DUE, VisitStage.OVERDUE, VisitStage.BACKUP, VisitStage.HEAD)


def board(viewer, tenant: UUID, on: date) -> list[CellLine]:
    """For each cell how many households were visited this year, whose doors are left, and the
    open visits by stage; every figure opens its rows."""
    scope = scope_of(viewer, Permission.VISIT_VIEW, tenant)
    if scope is None:
        return []
    covered = figures(scope, on, COVERED, by_part=True)
    stages: dict = {}
    rows = VisitTask.objects.visible_to(viewer).waiting().filter(community=tenant)
    for cell, stage, count in (
        rows.order_by().values_list("cell", "stage").annotate(n=Count("pk"))
    ):  # fmt: skip
        stages.setdefault(cell, Counter())[stage] = count
    keys = {key for figure in covered.values() for key in figure.parts} | stages.keys()
    cells = GridCell.objects.visible_to(viewer).filter(community=tenant)
    cells = cells.filter(Q(pk__in=keys - {None}) | Q(valid_to=None)).order_by("number")
    names = dict(cells.values_list("pk", "name"))
    names |= {None: "未划入网格"} if None in keys else {}
    return [
        _line(key, name, covered, stages.get(key, Counter()), on)
        for key, name in names.items()
        if key in keys
    ]


def _line(key, name, covered, stages, on) -> CellLine:
    whole, seen, left = (covered[code].parts.get(key, 0) for code in COVERED)
    part = "none" if key is None else str(key)
    tasks = reverse("core:list", args=["visit_tasks"])
    links = [
        (stages[stage], f"{tasks}?{urlencode({'stage': stage, 'cell': key or ''})}")
        for stage in STAGES
    ]
    homes = reverse("core:list", args=["households"])

    def url(code):
        return f"{homes}?{urlencode({'figure': code, 'on': on, 'part': part})}"

    share = round(100 * seen / whole) if whole else 0
    return CellLine(name, whole, seen, left, share, links, url(COVERED[2]), url(COVERED[1]))
