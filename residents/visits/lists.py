"""Lists of visits and of visits that are due."""

from datetime import timedelta

import django_filters
from django.db.models import Q
from django.utils import timezone

from grids.lists import cells, narrow_by_address
from portal.accounts.permissions import Permission
from portal.core.access import SYSTEM
from portal.core.lists import (
    DATE,
    Column,
    FlagFilter,
    ListFilters,
    ListSpec,
    OptionFilter,
    Order,
    TextFilter,
    register,
)
from portal.core.lists.expressions import count_of
from portal.core.lists.spec import NUMBER
from residents.models import (
    FindingState,
    Household,
    TaskState,
    Visit,
    VisitCause,
    VisitFinding,
    VisitOutcome,
    VisitStage,
    VisitTask,
    VisitWay,
)

PERIODS = [("today", "今天"), ("week", "最近7天"), ("month", "本月"), ("last_month", "上月"),
           ("year", "今年")]  # fmt: skip


def period_of(name: str, today):
    """(first day, last day) of a period by its name."""
    first = today.replace(day=1)
    before = first - timedelta(days=1)
    return {
        "today": (today, today),
        "week": (today - timedelta(days=6), today),
        "month": (first, today),
        "last_month": (before.replace(day=1), before),
        "year": (today.replace(month=1, day=1), today),
    }[name]


class VisitFilters(ListFilters):
    q = TextFilter(label="住址", method="by_text", placeholder="3-2-501")
    cell = OptionFilter(label="网格", field_name="cell_id", options=cells)
    period = django_filters.ChoiceFilter(label="时间", choices=PERIODS, method="by_period")
    outcome = django_filters.ChoiceFilter(label="结果", choices=VisitOutcome.choices)
    who = TextFilter(label="走访人", method="by_who", placeholder="姓名")
    way = django_filters.ChoiceFilter(label="方式", choices=VisitWay.choices)
    open = FlagFilter(label="有待核实的变化", method="by_open")
    kind = django_filters.ChoiceFilter(
        label="记录", choices=[("valid", "有效"), ("corrected", "已被更正")], method="by_kind"
    )

    def by_text(self, rows, name, value):
        # The visits are in reach already; their household may have moved to another cell since.
        homes = Household.objects.visible_to(SYSTEM).filter(community=self.tenant)
        return rows.filter(household__in=narrow_by_address(homes, value).values("pk"))

    def by_period(self, rows, name, value):
        return rows.filter(visited_on__range=period_of(value, timezone.localdate()))

    def by_who(self, rows, name, value):
        return rows.filter(by__name__startswith=value)

    def by_open(self, rows, name, value):
        found = VisitFinding.objects.visible_to(self.viewer).filter(state=FindingState.OPEN)
        return rows.filter(pk__in=found.values("visit"))

    def by_kind(self, rows, name, value):
        return rows.filter(corrected_by__isnull=value == "valid")


HOUSE = ("residents:household_show", "household_id")
findings = count_of(VisitFinding, "visit")

VISITS = ListSpec(
    name="visits", label="走访记录", unit="次", icon="footprints", model=Visit,
    permission=Permission.VISIT_VIEW, export_permission=Permission.RESIDENT_EXPORT,
    filters=VisitFilters, defaults={"kind": "valid"},
    more=frozenset({"way", "open", "who", "kind"}),
    orders=(Order("day", "走访日期", "visited_on", descending=True),),
    columns=(
        Column("day", "走访日期", value="visited_on", kind=DATE,
               link=("residents:visit_show", "pk")),
        Column("addr", "住址", value="household__addr_key", look="plate", link=HOUSE),
        Column("cell", "网格", value="cell__name"),
        Column("by", "走访人", value="by__name"),
        Column("way", "方式", labels=dict(VisitWay.choices)),
        Column("outcome", "结果", labels=dict(VisitOutcome.choices)),
        Column("is_unchanged", "全家无变化", labels={True: "是", False: ""}),
        Column("findings", "发现变化", value=findings, kind=NUMBER),
        Column("corrects", "更正", value="corrects__visited_on", kind=DATE, shown=False),
    ),
    hint="可按住址、网格和时间缩小范围。",
    empty="网格长在手机上、社工在家庭户页面登记走访以后，会列在这里。",
)  # fmt: skip


class TaskFilters(ListFilters):
    q = TextFilter(label="住址", method="by_text", placeholder="3-2-501")
    cell = OptionFilter(label="网格", field_name="cell_id", options=cells)
    stage = django_filters.ChoiceFilter(label="环节", choices=VisitStage.choices)
    cause = django_filters.ChoiceFilter(label="缘由", choices=VisitCause.choices)
    state = django_filters.ChoiceFilter(label="状态", choices=TaskState.choices)
    late = FlagFilter(label="只看逾期", method="by_late")

    def by_text(self, rows, name, value):
        return narrow_by_address(rows, value)

    def by_late(self, rows, name, value):
        today = timezone.localdate()
        return rows.filter(Q(due_on__lt=today) | Q(due_at__lt=timezone.now()))


VISIT_TASKS = ListSpec(
    name="visit_tasks", label="走访任务", unit="户次", icon="list-checks", model=VisitTask,
    permission=Permission.VISIT_VIEW, export_permission=Permission.RESIDENT_EXPORT,
    filters=TaskFilters, defaults={"state": TaskState.OPEN}, more=frozenset({"state", "late"}),
    orders=(
        Order("addr", "住址", "addr_sort"),
        Order("due", "应访日期", "due_on"),
    ),
    columns=(
        Column("addr", "住址", value="addr_key", look="plate", link=HOUSE),
        Column("due", "应访日期", value="due_on", kind=DATE),
        Column("stage", "环节", labels=dict(VisitStage.choices)),
        Column("cause", "缘由", labels=dict(VisitCause.choices)),
        Column("cell", "网格", value="cell__name"),
        Column("rule", "规定", value="rule__name", permission=Permission.CARE_VIEW),
        Column("round", "专项", value="round__name"),
        Column("state", "状态", labels=dict(TaskState.choices)),
        Column("done", "走访日期", value="done_on", kind=DATE, shown=False),
    ),
    hint="可按住址、网格和环节缩小范围。",
    bring=("设置走访规定", "residents:visit_plan", Permission.VISIT_PLAN),
    empty="设好走访规定以后，到期要走的户会自动列在这里。",
)  # fmt: skip

register(VISITS)
register(VISIT_TASKS)
