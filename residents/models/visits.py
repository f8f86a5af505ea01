"""Visits: how often a household is called on, what is due, what was found."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from grids.models import Community, GridCell
from grids.posts import MyCells
from portal.accounts.permissions import Permission
from portal.core.crypto import seal, unseal
from portal.core.fields import ByteOrderedCharField
from portal.core.models import ScopedQuerySet, ScopedRow, ScopePaths
from residents.models.people import Household, Resident


class Audience(ScopedRow):
    """Whom a rule or a round means: households in which somebody lives who has one of the
    needs (any, when none is named) and the age. Both empty: every household."""

    community = models.ForeignKey(Community, models.PROTECT, related_name="+")
    name = models.CharField("名称", max_length=40)
    care_kinds = models.JSONField("关爱标签", default=list, blank=True)
    age_from = models.PositiveSmallIntegerField("年满", null=True, blank=True)

    scope_paths = ScopePaths("community_id")
    view_permission = Permission.VISIT_PLAN

    class Meta:
        abstract = True

    def __str__(self):
        return self.name


class VisitRule(Audience):
    """走访规定: how often. Of the rules that fit a household the shortest interval counts."""

    interval_days = models.PositiveSmallIntegerField("间隔天数")
    change_hours = models.PositiveSmallIntegerField("重大变化后（小时）", null=True, blank=True)
    ahead_days = models.PositiveSmallIntegerField("提前几天安排", default=7)
    backup_days = models.PositiveSmallIntegerField("逾期几天转备岗", default=3)
    head_days = models.PositiveSmallIntegerField("逾期几天转包片干部", default=7)
    is_active = models.BooleanField("在用", default=True)

    class Meta:
        ordering = ["interval_days", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["community", "name"], name="visit_rule_name",
                violation_error_message="已有同名的走访规定。",
            ),
            models.CheckConstraint(
                name="visit_rule_days",
                condition=Q(interval_days__gte=1, interval_days__lte=366)
                & Q(head_days__gt=models.F("backup_days")),
                violation_error_message="间隔为 1 至 366 天，转包片干部要晚于转备岗。",
            ),
        ]  # fmt: skip


class RoundKind(models.TextChoices):
    """Why a round of visits is made."""

    FESTIVAL = "festival", "节日"
    HEAT = "heat", "高温"
    COLD = "cold", "寒潮雨雪"
    STORM = "storm", "大风暴雨"
    OTHER = "other", "专项"


class VisitRound(Audience):
    """专项走访: a festival or weather round for a chosen audience, made once."""

    kind = models.CharField("缘由", max_length=10, choices=RoundKind)
    cells = models.ManyToManyField(GridCell, blank=True, related_name="+", verbose_name="网格")
    from_on = models.DateField("开始日期")
    due_on = models.DateField("截止日期")
    ended_on = models.DateField("结束日期", null=True, blank=True)

    class Meta:
        ordering = ["-from_on", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["community", "name"], name="visit_round_name",
                violation_error_message="已有同名的专项走访。",
            ),
            models.CheckConstraint(
                name="visit_round_period", condition=Q(due_on__gte=models.F("from_on")),
                violation_error_message="截止日期不能早于开始日期。",
            ),
        ]  # fmt: skip


class VisitCause(models.TextChoices):
    """What makes a visit due."""

    RULE = "rule", "定期走访"
    ROUND = "round", "专项走访"
    CHANGE = "change", "重大变化"


class ChangeKind(models.TextChoices):
    """Big changes after which somebody looks in soon."""

    DISCHARGE = "discharge", "出院"
    HOSPITAL = "hospital", "住院"
    BEREAVEMENT = "bereavement", "亲人去世"
    ACCIDENT = "accident", "跌倒或意外"
    MOVE_IN = "move_in", "新迁入"
    JOB_LOSS = "job_loss", "失业"
    OTHER = "other", "其他变化"


class VisitStage(models.TextChoices):
    """With whom a due visit waits."""

    DUE = "due", "待走访"
    OVERDUE = "overdue", "已逾期"
    BACKUP = "backup", "转备岗"
    HEAD = "head", "转包片干部"


class TaskState(models.TextChoices):
    """Whether a due visit is still wanted."""

    OPEN = "open", "待办"
    DONE = "done", "已走访"
    DROPPED = "dropped", "已取消"


class VisitTaskQuerySet(ScopedQuerySet):
    def waiting(self):
        return self.filter(state=TaskState.OPEN)

    def waiting_with(self, cells: MyCells):
        """Those that somebody who has these cells should make."""
        passed = (VisitStage.BACKUP, VisitStage.HEAD)
        return self.waiting().filter(
            Q(cell__in=cells.own)
            | Q(cell__in=cells.backup, stage__in=passed)
            | Q(cell__in=cells.head, stage=VisitStage.HEAD)
        )


class VisitTask(ScopedRow):
    """走访任务: a visit that is due. ``key`` names the occasion, so that a sweep which runs
    twice makes it once. Address and cell are the household's, kept while it is open."""

    community = models.ForeignKey(Community, models.PROTECT, related_name="+")
    cell = models.ForeignKey(
        GridCell, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="网格"
    )
    household = models.ForeignKey(
        Household, models.PROTECT, related_name="visit_tasks", verbose_name="户"
    )
    addr_key = ByteOrderedCharField("住址", max_length=60, editable=False)
    addr_sort = ByteOrderedCharField(max_length=80, editable=False)
    cause = models.CharField("缘由", max_length=10, choices=VisitCause)
    rule = models.ForeignKey(
        VisitRule, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="规定"
    )
    round = models.ForeignKey(
        VisitRound, models.PROTECT, null=True, blank=True, related_name="tasks",
        verbose_name="专项",
    )  # fmt: skip
    change = models.CharField("变化", max_length=12, choices=ChangeKind, blank=True)
    key = models.CharField(max_length=80, editable=False)
    due_on = models.DateField("应访日期")
    due_at = models.DateTimeField("应访时间", null=True, blank=True)
    stage = models.CharField("环节", max_length=10, choices=VisitStage, default=VisitStage.DUE)
    state = models.CharField("状态", max_length=10, choices=TaskState, default=TaskState.OPEN)
    visit = models.ForeignKey(
        "residents.Visit", models.PROTECT, null=True, blank=True, related_name="tasks"
    )
    done_on = models.DateField("走访日期", null=True, blank=True)

    scope_paths = ScopePaths("community_id", "cell_id")
    view_permission = Permission.VISIT_VIEW

    objects = VisitTaskQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["household", "key"], name="visit_task_key"),
            models.UniqueConstraint(
                fields=["household"], name="visit_task_rule",
                condition=Q(cause=VisitCause.RULE, state=TaskState.OPEN),
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["community", "addr_sort", "id"], name="visit_task_open",
                condition=Q(state=TaskState.OPEN),
            ),
            models.Index(
                fields=["stage", "due_on"], name="visit_task_sweep",
                condition=Q(state=TaskState.OPEN),
            ),
            models.Index(fields=["community", "due_on"], name="visit_task_due"),
        ]  # fmt: skip

    def __str__(self):
        return f"{self.addr_key} {self.due_on}"


class VisitTaskStep(ScopedRow):
    """任务转办: when a due visit reached a stage, and who was told: once each."""

    task = models.ForeignKey(VisitTask, models.CASCADE, related_name="steps")
    stage = models.CharField(max_length=10, choices=VisitStage)
    at = models.DateTimeField(default=timezone.now)
    to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    scope_paths = ScopePaths("task__community_id", "task__cell_id")
    view_permission = Permission.VISIT_VIEW

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "stage"], name="visit_task_step_once")
        ]

    def __str__(self):
        return f"{self.task_id} {self.stage}"


class VisitWay(models.TextChoices):
    DOOR = "door", "上门"
    PHONE = "phone", "电话"
    MET = "met", "路遇"


class VisitOutcome(models.TextChoices):
    """Only a visit at which somebody was met counts as done. ``VOID`` takes back a record that
    was written at the wrong door: there was no visit."""

    MET = "met", "见到了"
    ABSENT = "absent", "家中无人"
    DECLINED = "declined", "不便接待"
    VOID = "void", "记错户，没有走访"


class Visit(ScopedRow):
    """走访. Its id is born on the phone. Never changed: a correction is a new visit that points
    back, and counts instead. Moments are the phone's; ``received_at`` is the server's."""

    community = models.ForeignKey(Community, models.PROTECT, related_name="+")
    cell = models.ForeignKey(
        GridCell, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="网格"
    )
    household = models.ForeignKey(
        Household, models.PROTECT, related_name="visits", verbose_name="户"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="visits", verbose_name="走访人"
    )
    way = models.CharField("方式", max_length=8, choices=VisitWay, default=VisitWay.DOOR)
    outcome = models.CharField(
        "结果", max_length=10, choices=VisitOutcome, default=VisitOutcome.MET
    )
    visited_on = models.DateField("走访日期")
    started_at = models.DateTimeField("开始")
    ended_at = models.DateTimeField("结束")
    received_at = models.DateTimeField("收到时间", default=timezone.now)
    is_unchanged = models.BooleanField("全家无变化", default=False)
    note_sealed = models.BinaryField(default=b"", blank=True, editable=False)
    corrects = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="corrected_by",
        error_messages={"unique": "这次走访已经更正过。"},
    )  # fmt: skip

    scope_paths = ScopePaths("community_id", "cell_id")
    view_permission = Permission.VISIT_VIEW
    audit_hidden = frozenset({"note_sealed"})
    sealed_as = {"note_sealed": "residents.visit.note"}

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="visit_period", condition=Q(ended_at__gte=models.F("started_at")),
                violation_error_message="结束时间不能早于开始时间。",
            )
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["community", "visited_on", "id"], name="visit_order"),
            models.Index(fields=["household", "visited_on"], name="visit_of_household"),
            models.Index(fields=["by", "started_at"], name="visit_of_person"),
            models.Index(fields=["community", "changed_at", "id"], name="visit_feed"),
            models.Index(
                fields=["corrects"], name="visit_corrected", condition=Q(corrects__isnull=False)
            ),
        ]

    def __str__(self):
        return f"{self.household_id} {self.visited_on}"

    @property
    def is_corrected(self) -> bool:
        """A later record counts instead; callers that ask for many rows join it."""
        return hasattr(self, "corrected_by")

    @property
    def note(self) -> str:
        """The note in clear; it may speak of health, so whoever shows it logs the look."""
        return unseal(self.note_sealed, visit_place("note", self.pk))


class OfVisit(ScopedRow):
    """What belongs to one visit."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="+")
    resident = models.ForeignKey(Resident, models.CASCADE, null=True, blank=True, related_name="+")

    scope_paths = ScopePaths("visit__community_id", "visit__cell_id")
    view_permission = Permission.VISIT_VIEW

    class Meta:
        abstract = True


class AnswerState(models.TextChoices):
    """How a member was found."""

    SAME = "same", "无变化"
    CHANGED = "changed", "有变化"
    AWAY = "away", "不在家"


class VisitAnswer(OfVisit):
    """成员情况: how one member of the household was found."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="answers")
    resident = models.ForeignKey(Resident, models.CASCADE, related_name="visit_answers")
    state = models.CharField("情况", max_length=10, choices=AnswerState)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visit", "resident"], name="visit_answer_once")
        ]

    def __str__(self):
        return self.state


class FindingKind(models.TextChoices):
    """Exceptions that are typed at a door. A telephone and needs are written at once, what
    changes who is on the books waits for the desk."""

    PHONE = "phone", "换了电话"
    MOVED_OUT = "moved_out", "已搬走"
    DIED = "died", "已去世"
    NEW_MEMBER = "new_member", "家里添了人"
    ALONE = "alone", "开始独居"
    NOT_ALONE = "not_alone", "不再独居"
    NEEDS_CARE = "needs_care", "行动不便需照料"
    HOSPITAL = "hospital", "住院"
    DISCHARGE = "discharge", "出院"
    JOB = "job", "就业变化"
    HELP = "help", "有困难求助"
    OTHER = "other", "其他变化"


class FindingState(models.TextChoices):
    OPEN = "open", "待核实"
    APPLIED = "applied", "已更新"
    DISMISSED = "dismissed", "不采纳"


class VisitFinding(OfVisit):
    """走访发现: an exception, as typed; sealed, since it may speak of health or telephone."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="findings")
    resident = models.ForeignKey(
        Resident, models.CASCADE, null=True, blank=True, related_name="visit_findings"
    )
    kind = models.CharField("变化", max_length=12, choices=FindingKind)
    value_sealed = models.BinaryField(default=b"", blank=True, editable=False)
    state = models.CharField("状态", max_length=10, choices=FindingState, default=FindingState.OPEN)
    settled_note = models.CharField("处理说明", max_length=200, blank=True)

    audit_hidden = frozenset({"kind", "value_sealed", "settled_note"})
    sealed_as = {"value_sealed": "residents.visit.finding"}

    class Meta:
        indexes = [
            models.Index(
                fields=["state", "created_at"], name="visit_finding_open",
                condition=Q(state=FindingState.OPEN),
            )
        ]  # fmt: skip

    def __str__(self):
        return self.kind

    @property
    def value(self) -> str:
        """What was typed, in clear; whoever shows it logs the look."""
        return unseal(self.value_sealed, visit_place("finding", self.pk))


def visit_place(field: str, row_id) -> str:
    """Where a sealed text of a visit belongs (additional data of its encryption)."""
    return f"residents.visit.{field}:{row_id}"


def visit_text(field: str, row_id, text: str) -> bytes:
    return seal(text, visit_place(field, row_id))


class CellHandOver(ScopedRow):
    """网格交接: what a leader leaves to the next one. Visits keep their author."""

    community = models.ForeignKey(Community, models.PROTECT, related_name="+")
    cell = models.ForeignKey(
        GridCell, models.PROTECT, related_name="hand_overs", verbose_name="网格"
    )
    from_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+",
        verbose_name="移交人",
    )  # fmt: skip
    to_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="接任人"
    )
    on = models.DateField("交接日期")
    note_sealed = models.BinaryField(default=b"", blank=True, editable=False)
    tasks_open = models.PositiveIntegerField("未完成走访", default=0)
    incidents_open = models.PositiveIntegerField("未办结事件", default=0)
    findings_open = models.PositiveIntegerField("待核实变化", default=0)
    confirmed_at = models.DateTimeField("接任确认时间", null=True, blank=True)

    scope_paths = ScopePaths("community_id", "cell_id")
    view_permission = Permission.VISIT_VIEW
    audit_hidden = frozenset({"note_sealed"})
    sealed_as = {"note_sealed": "residents.visit.hand_over"}

    class Meta:
        ordering = ["-on"]

    def __str__(self):
        return f"{self.cell_id} {self.on}"

    @property
    def note(self) -> str:
        return unseal(self.note_sealed, visit_place("hand_over", self.pk))


class AllowanceRate(ScopedRow):
    """网格长补贴标准, in force from a day on: fen for a month, a household, a visit, an
    incident that was reported."""

    community = models.ForeignKey(Community, models.PROTECT, related_name="+")
    from_on = models.DateField("起始日期")
    month_fen = models.PositiveIntegerField("每月基本（分）", default=0)
    household_fen = models.PositiveIntegerField("每户（分）", default=0)
    visit_fen = models.PositiveIntegerField("每次走访（分）", default=0)
    incident_fen = models.PositiveIntegerField("每件上报（分）", default=0)

    scope_paths = ScopePaths("community_id")
    view_permission = Permission.VISIT_PLAN

    class Meta:
        ordering = ["-from_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["community", "from_on"], name="allowance_rate_day",
                violation_error_message="这一天起的标准已经登记过。",
            )
        ]  # fmt: skip

    def __str__(self):
        return str(self.from_on)

    def yuan(self) -> dict[str, Decimal]:
        """The rates as people write them."""
        names = ("month", "household", "visit", "incident")
        return {name: Decimal(getattr(self, f"{name}_fen")) / 100 for name in names}
