"""What a roster is made from: shifts, people, leave, wishes, the community's rules."""

from datetime import time

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from portal.accounts.permissions import Permission
from portal.core.models import ScopePaths, TenantRow


class DutyRow(TenantRow):
    """A row of duty, seen by all who keep duty in the community."""

    community = models.ForeignKey(
        "grids.Community", models.PROTECT, related_name="+", verbose_name="社区"
    )

    scope_paths = ScopePaths("community_id")
    view_permission = Permission.DUTY_VIEW

    class Meta:
        abstract = True


class DutyKind(models.TextChoices):
    """What a shift is for. A person is qualified for kinds."""

    DESK = "desk", "窗口值班"
    NIGHT = "night", "夜间值守"
    PATROL = "patrol", "巡逻"
    CLINIC = "clinic", "卫生站值班"
    FESTIVAL = "festival", "节日值班"


class DayKind(models.TextChoices):
    """On which days a shift is kept (State Council calendar)."""

    WORKDAY = "workday", "工作日"
    WEEKEND = "weekend", "周末（不含节假日）"
    HOLIDAY = "holiday", "节假日"
    DAY_OFF = "day_off", "周末和节假日"
    EVERY = "every", "每天"


class ShiftTemplate(DutyRow):
    """班次: at which hours how many people keep which duty. A shift that ends at or before the
    hour it starts at ends on the next day."""

    name = models.CharField("名称", max_length=20)
    kind = models.CharField("类别", max_length=10, choices=DutyKind)
    days = models.CharField("哪些日子", max_length=10, choices=DayKind, default=DayKind.WORKDAY)
    starts = models.TimeField("开始")
    ends = models.TimeField("结束")
    head_count = models.PositiveSmallIntegerField(
        "人数", default=1, validators=[MinValueValidator(1), MaxValueValidator(20)]
    )
    roles = models.JSONField("岗位要求", default=list, blank=True)  # any of these; none: all
    from_on = models.DateField("启用日期")
    to_on = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        ordering = ["kind", "starts", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["community", "name"], name="shift_template_name",
                violation_error_message="已有同名的班次。",
            ),
            models.CheckConstraint(
                name="shift_template_period",
                condition=Q(to_on=None) | Q(to_on__gte=F("from_on")),
                violation_error_message="停用日期不能早于启用日期。",
            ),
        ]  # fmt: skip

    def __str__(self):
        return self.name

    @property
    def is_overnight(self) -> bool:
        return self.ends <= self.starts


class DutyMember(DutyRow):
    """值班人员: who takes part in which kinds of duty."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="人员"
    )
    kinds = models.JSONField("可值类别", default=list)
    share = models.PositiveSmallIntegerField(
        "份额（%）", default=100, validators=[MinValueValidator(10), MaxValueValidator(100)]
    )
    from_on = models.DateField("起始日期")
    to_on = models.DateField("截止日期", null=True, blank=True)

    class Meta:
        ordering = ["user__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["community", "user"], name="duty_member_user",
                violation_error_message="这个人已在值班人员中。",
            ),
            models.CheckConstraint(
                name="duty_member_period",
                condition=Q(to_on=None) | Q(to_on__gte=F("from_on")),
                violation_error_message="截止日期不能早于起始日期。",
            ),
        ]  # fmt: skip

    def __str__(self):
        return self.user.name


class LeaveKind(models.TextChoices):
    """Why somebody is away; an illness is never named."""

    ANNUAL = "annual", "年休"
    PERSONAL = "personal", "事假"
    SICK = "sick", "病假"
    TRAINING = "training", "培训"
    OTHER = "other", "其他"


class Leave(DutyRow):
    """请假: days without duty, both ends included."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="人员"
    )
    kind = models.CharField("类别", max_length=10, choices=LeaveKind)
    from_on = models.DateField("从")
    to_on = models.DateField("到")

    view_permission = Permission.DUTY_PLAN  # besides, everybody sees their own

    class Meta:
        ordering = ["from_on"]
        indexes = [models.Index(fields=["community", "from_on"], name="leave_days")]
        constraints = [
            models.CheckConstraint(
                name="leave_period", condition=Q(to_on__gte=F("from_on")),
                violation_error_message="结束日期不能早于开始日期。",
            )
        ]  # fmt: skip


class Wish(DutyRow):
    """愿望: a day on which somebody would like, or would rather not have, duty (of a kind)."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="人员"
    )
    on = models.DateField("日期")
    kind = models.CharField("类别", max_length=10, choices=DutyKind, blank=True)  # blank: any
    is_wanted = models.BooleanField("希望值班", default=False)

    class Meta:
        ordering = ["on"]
        constraints = [
            models.UniqueConstraint(
                fields=["community", "user", "on", "kind"], name="wish_day",
                violation_error_message="这一天已经登记过愿望。",
            )
        ]  # fmt: skip


class DutyRules(DutyRow):
    """值班规定: what a director sets for the community; one row each."""

    rest_hours = models.PositiveSmallIntegerField(
        "两班之间至少休息（小时）", default=11,
        validators=[MinValueValidator(0), MaxValueValidator(48)],
    )  # fmt: skip
    nights_in_row = models.PositiveSmallIntegerField(
        "最多连续几晚", default=2, validators=[MinValueValidator(1), MaxValueValidator(7)]
    )
    is_swap_approved = models.BooleanField("调班要主任同意", default=False)
    remind_at = models.TimeField("前一天几点提醒", default=time(19))
    missed_minutes = models.PositiveSmallIntegerField(
        "未签到几分钟提醒本人", default=15, validators=[MaxValueValidator(240)]
    )
    head_minutes = models.PositiveSmallIntegerField(
        "再过几分钟报负责人", default=15, validators=[MaxValueValidator(240)]
    )
    draft_day = models.PositiveSmallIntegerField(
        "每月几日排下月班", default=20, validators=[MinValueValidator(1), MaxValueValidator(28)]
    )
    head = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="值班负责人",
    )  # fmt: skip

    class Meta:
        constraints = [models.UniqueConstraint(fields=["community"], name="duty_rules_community")]

    @classmethod
    def of(cls, community_id) -> "DutyRules":
        """The community's rules; unsaved ones with the usual values where none are set."""
        found = cls.objects.select_related("head").filter(community=community_id).first()
        return found or cls(community_id=community_id)
