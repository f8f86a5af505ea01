"""What the clock does to visits: due ones are made, overdue ones pass to the next person.

Both writes may run twice at the same time and may be killed at any point: a task is made
once by its unique keys, and passes a stage once because whoever moves it holds its row and
asks for the stage it comes from.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from grids.above import touch
from grids.models import Community, PostKind
from grids.posts import people_of
from portal.accounts.permissions import Permission
from portal.core.actions import action, record_change, unchanged
from portal.core.notices import notice_send
from residents.models import (
    Household,
    VisitCause,
    VisitRule,
    VisitStage,
    VisitTask,
    VisitTaskStep,
)
from residents.visits.due import (
    BACKUP_DAYS,
    HEAD_DAYS,
    last_visits,
    next_due,
    rules_of,
    since_of,
    with_rule,
)

WORDS = {
    VisitStage.OVERDUE: "有 {} 户的走访已逾期，请尽快上门。",
    VisitStage.BACKUP: "有 {} 户走访逾期，已转给您（备岗）。",
    VisitStage.HEAD: "有 {} 户走访逾期，已转给您（包片干部）。",
}
FROM = {
    VisitStage.OVERDUE: VisitStage.DUE,
    VisitStage.BACKUP: VisitStage.OVERDUE,
    VisitStage.HEAD: VisitStage.BACKUP,
}


@action(Permission.VISIT_PLAN)
def visit_tasks_make(*, by, community: Community, today: date | None = None) -> int:
    """Make the visits that the community's rules want soon; returns how many are new."""
    today = today or timezone.localdate()
    rules, stamp = rules_of(community.pk), timezone.now()
    wanted = _wanted(community, rules, today) if rules else ()
    made = [_task(community, home, rule, due, stamp) for home, rule, due in wanted]
    # In one order, so that two sweeps never wait for each other crosswise.
    made.sort(key=lambda task: task.household_id)
    VisitTask.objects.bulk_create(made, batch_size=500, ignore_conflicts=True)
    count = made and VisitTask.objects.filter(community=community, created_at=stamp).count()
    if not count:
        unchanged()
        return 0
    record_change(by=by, model="residents.visittask", tenant=community.pk, after={"made": count})
    return count


@action(Permission.VISIT_PLAN)
def visit_tasks_pass(*, by, community: Community, now: datetime | None = None) -> dict[str, int]:
    """Mark what is overdue and pass it on, stage by stage; {stage: how many}."""
    now = now or timezone.now()
    rules = list(VisitRule.objects.filter(community=community))
    moved = {
        str(stage): count
        for stage in (VisitStage.OVERDUE, VisitStage.BACKUP, VisitStage.HEAD)
        if (count := _pass(by, community, stage, _ripe(stage, rules, now), now))
    }
    if not moved:
        unchanged()
        return {}
    record_change(by=by, model="residents.visittask", tenant=community.pk, after=moved)
    return moved


def is_wanted(community: Community, today: date) -> bool:
    """Whether the plan wants a visit made: asked before the write, which holds the log."""
    rules = rules_of(community.pk)
    return bool(rules) and any(True for _ in _wanted(community, rules, today))


class _Home(NamedTuple):
    """A household as the plan needs it: thousands are read, few become tasks."""

    pk: UUID
    cell: UUID | None
    addr_key: str
    addr_sort: str
    created_at: datetime
    rule: int | None


def _wanted(community, rules: list[VisitRule], today: date):
    """(household, rule, due day) of those without an open visit whose day is near. A visit
    that nobody has asked for yet is not late: the day is today at the earliest."""
    rows = with_rule(rules, community.pk, today).exclude(
        pk__in=VisitTask.objects.waiting().filter(community=community, cause=VisitCause.RULE)
        .values("household")
    )  # fmt: skip
    rows = rows.values_list("pk", "cell_id", "addr_key", "addr_sort", "created_at", "rule_place")
    last = last_visits(Household.objects.filter(community=community).values("pk"))
    for home in map(_Home._make, rows):
        if home.rule is None:
            continue
        rule = rules[home.rule]
        due = next_due(home.pk, since_of(home.created_at, rule), rule, last.get(home.pk))
        if due <= today + timedelta(days=rule.ahead_days):
            yield home, rule, max(due, today)


def _task(community, home: _Home, rule: VisitRule, due: date, stamp: datetime) -> VisitTask:
    return VisitTask(
        community=community, cell_id=home.cell, household_id=home.pk, rule=rule,
        addr_key=home.addr_key, addr_sort=home.addr_sort, cause=VisitCause.RULE, due_on=due,
        key=f"rule:{due}", created_at=stamp, changed_at=stamp,
    )  # fmt: skip


def _ripe(stage: str, rules: Iterable[VisitRule], now: datetime) -> Q:
    """The condition on tasks that reach this stage now."""
    today = timezone.localdate(now)
    if stage == VisitStage.OVERDUE:
        return Q(due_at=None, due_on__lt=today) | Q(due_at__lt=now)
    field, usual = ("backup_days", BACKUP_DAYS) if stage == VisitStage.BACKUP else (
        "head_days", HEAD_DAYS
    )  # fmt: skip
    by_days = defaultdict(list)
    for rule in rules:
        by_days[getattr(rule, field)].append(rule.pk)
    ripe = Q(rule=None, due_on__lte=today - timedelta(days=usual))
    for days, keys in by_days.items():
        ripe |= Q(rule__in=keys, due_on__lte=today - timedelta(days=days))
    return ripe


def _pass(by, community, stage: str, ripe: Q, now: datetime) -> int:
    """Claim the ripe tasks and move them. Rows that another sweep holds are left to it; if it
    dies, the next sweep finds them as they were."""
    source = FROM[stage]
    rows = VisitTask.objects.waiting().filter(ripe, community=community, stage=source)
    held = list(
        rows.select_for_update(skip_locked=True, no_key=True).order_by("pk").values("pk", "cell_id")
    )
    if not held:
        return 0
    keys = [row["pk"] for row in held]
    people = _people({row["cell_id"] for row in held}, stage, timezone.localdate(now))
    VisitTask.objects.waiting().filter(pk__in=keys, stage=source).update(stage=stage, **touch(by))
    VisitTaskStep.objects.bulk_create(
        [
            VisitTaskStep(task_id=row["pk"], stage=stage, at=now,
                          to=next(iter(people.get(row["cell_id"], ())), None))
            for row in held
        ],
        batch_size=500, ignore_conflicts=True,
    )  # fmt: skip
    _tell(held, people, stage, community.pk)
    return len(keys)


def _people(cells: set, stage: str, today: date) -> dict:
    """{cell: to whom tasks of this stage go}. A cell without a backup goes to its head."""
    if stage == VisitStage.OVERDUE:
        return people_of(cells, PostKind.LEADER, today)
    heads = people_of(cells, PostKind.HEAD, today)
    return heads if stage == VisitStage.HEAD else heads | people_of(
        cells, PostKind.BACKUP, today
    )  # fmt: skip


def _tell(held: list[dict], people: dict, stage: str, tenant: UUID) -> None:
    """One notice a person with the count. Its key is the first task, which passes the stage
    once, so that the same notice never comes twice."""
    counts = Counter()
    known = {}
    for row in held:
        for user in people.get(row["cell_id"], ()):
            known[user.pk] = user
            counts[user.pk] += 1
    url = f"{reverse('core:list', args=['visit_tasks'])}?stage={stage}"
    for key, count in counts.items():
        notice_send([known[key]], f"visit:{stage}:{held[0]['pk']}", WORDS[stage].format(count),
                    url, tenant)  # fmt: skip
