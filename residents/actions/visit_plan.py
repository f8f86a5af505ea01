"""The visit plan: rules, rounds, and big changes that the desk reports."""

from django.utils import timezone

from grids.models import Community
from portal.accounts.permissions import Permission
from portal.core.actions import (
    action,
    record_change,
    row_create,
    row_update,
    unchanged,
)
from portal.core.bulk import bulk_insert
from portal.core.errors import DomainError
from portal.core.ids import new_id
from portal.core.jobs import job_start
from portal.core.locks import hold
from residents.actions.rows import locked, open_refuse
from residents.actions.visit_changes import change_task, tasks_drop
from residents.models import (
    CareKind,
    ChangeKind,
    Household,
    VisitCause,
    VisitRound,
    VisitRule,
    VisitTask,
)
from residents.visits.due import households_of

ROUND_JOB = "visit_round"
FIELDS = ("name", "care_kinds", "age_from", "interval_days", "change_hours", "ahead_days",
          "backup_days", "head_days")  # fmt: skip
IN_NEED = [CareKind.LOW_INCOME, CareKind.EXTREME_POVERTY]
# What a new community begins with; its director changes it.
DEFAULTS = (
    {"name": "高风险独居老人", "care_kinds": [CareKind.LIVING_ALONE], "age_from": 70,
     "interval_days": 7, "change_hours": 24, "ahead_days": 3},
    {"name": "困难家庭", "care_kinds": IN_NEED, "interval_days": 30, "change_hours": 72},
    {"name": "其他关爱对象",
     "care_kinds": [kind for kind in CareKind.values if kind not in IN_NEED],
     "interval_days": 90, "change_hours": 72},
    {"name": "每户每年一次", "interval_days": 365, "ahead_days": 14, "backup_days": 14,
     "head_days": 30},
)  # fmt: skip


@action(Permission.VISIT_PLAN)
def visit_rule_create(*, by, community: Community, values: dict) -> VisitRule:
    """A new rule of how often a kind of household is visited."""
    plain = {name: values[name] for name in FIELDS if name in values}
    return row_create(by, VisitRule(community=community, **plain))


@action(Permission.VISIT_PLAN)
def visit_rule_update(*, by, rule: VisitRule, version: int, values: dict) -> VisitRule:
    """Change a rule; open tasks keep their day, the next ones follow the new rule."""
    plain = {name: values[name] for name in FIELDS if name in values}
    return row_update(by, rule, version, plain)


@action(Permission.VISIT_PLAN)
def visit_rule_pause(*, by, rule: VisitRule, version: int, is_active: bool) -> VisitRule:
    """Stop a rule, with its open tasks, or use it again."""
    stored = row_update(by, rule, version, {"is_active": is_active})
    if not is_active:
        tasks = VisitTask.objects.waiting().filter(rule=stored, cause=VisitCause.RULE)
        tasks_drop(by, tasks)
    return stored


@action(Permission.VISIT_PLAN)
def visit_rule_defaults(*, by, community: Community) -> list[VisitRule]:
    """The usual rules for a community that has none."""
    hold(f"visit_rules:{community.pk}")
    if VisitRule.objects.filter(community=community).exists():
        unchanged()
        return []
    return [visit_rule_create(by=by, community=community, values=values) for values in DEFAULTS]


@action(Permission.VISIT_PLAN)
def visit_round_create(*, by, community: Community, cells, values: dict) -> VisitRound:
    """A festival or weather round; its tasks are made by a job."""
    round_ = row_create(by, VisitRound(
        community=community, name=values["name"], kind=values["kind"],
        care_kinds=values.get("care_kinds", []), age_from=values.get("age_from"),
        from_on=values["from_on"], due_on=values["due_on"],
    ))  # fmt: skip
    cells = list(cells)
    if any(cell.community_id != community.pk for cell in cells):
        raise DomainError("请选择本社区的网格。", field="cells")
    round_.cells.set(cells)
    job_start(by=by, kind=ROUND_JOB, label=f"安排专项走访：{round_.name}",
              params={"round": str(round_.pk)}, tenant=community.pk)  # fmt: skip
    return round_


@action(Permission.VISIT_PLAN)
def visit_round_make(*, by, round: VisitRound) -> int:
    """Make the tasks of a round, once each; returns how many are new."""
    (stored,) = locked(VisitRound, round.pk)
    if stored.ended_on:
        raise DomainError("这次专项走访已经结束。")
    key = f"round:{stored.pk}"
    there = VisitTask.objects.filter(round=stored).values("household")
    wanted = round_households(stored).exclude(pk__in=there).order_by("pk")
    rows = [
        (new_id(), stored.community_id, *place, VisitCause.ROUND, stored.pk, key, stored.due_on)
        for place in wanted.values_list("cell_id", "pk", "addr_key", "addr_sort")
    ]
    columns = ["id", "community_id", "cell_id", "household_id", "addr_key", "addr_sort", "cause",
               "round_id", "key", "due_on"]  # fmt: skip
    made = bulk_insert(VisitTask, columns, rows)
    record_change(by=by, model="residents.visitround", row_id=stored.pk,
                  tenant=stored.community_id, after={"tasks": made})  # fmt: skip
    return made


@action(Permission.VISIT_PLAN)
def visit_round_end(*, by, round: VisitRound, version: int) -> VisitRound:
    """End a round; who was not visited is no longer wanted."""
    stored = row_update(by, round, version, {"ended_on": timezone.localdate()})
    tasks_drop(by, VisitTask.objects.waiting().filter(round=stored))
    return stored


@action(Permission.VISIT_CREATE)
def change_report(*, by, household: Household, change: str) -> VisitTask:
    """A big change that somebody told: the household is visited within the rule's hours."""
    (household,) = locked(Household, household.pk)
    open_refuse(household)
    if change not in ChangeKind.values:
        raise DomainError("请选择发生了什么变化。", field="change")
    before = VisitTask.objects.filter(household=household).count()
    task = change_task(by, household, change)
    if task is None:
        raise DomainError("这一户没有在册成员，不需要走访。")
    if VisitTask.objects.filter(household=household).count() == before:
        raise DomainError("今天已经登记过这项变化，走访已安排。", field="change")
    return task


def round_households(round_: VisitRound, cells=None):
    """Whom the round means; ``cells`` stand in for those of a round that is not saved yet."""
    rows = households_of(round_, timezone.localdate())
    cells = list(round_.cells.all()) if cells is None else list(cells)
    return rows.filter(cell__in=cells) if cells else rows
