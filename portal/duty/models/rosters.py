"""A month's roster and its shifts, one row for each place to fill."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from portal.core.models import TenantQuerySet
from portal.core.workdays import zone
from portal.duty.models.setup import DutyKind, DutyRow, ShiftTemplate


class RosterState(models.TextChoices):
    """A published roster is frozen: it changes by swaps, replacements and sick calls only."""

    DRAFT = "draft", "草稿"
    PUBLISHED = "published", "已发布"


class Roster(DutyRow):
    """排班表: one month of a community, named by its first day."""

    month = models.DateField("月份")
    state = models.CharField("状态", max_length=10, choices=RosterState, default=RosterState.DRAFT)
    published_at = models.DateTimeField("发布时间", null=True, editable=False)
    hours_at = models.DateTimeField(null=True, editable=False)  # the month's sheet was asked for
    solved_at = models.DateTimeField("排班时间", null=True, editable=False)
    # What the last run told: {"status", "seconds", "unfilled", "bent", "spread": {...}}
    outcome = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        ordering = ["-month"]
        constraints = [
            models.UniqueConstraint(
                fields=["community", "month"], name="roster_month",
                violation_error_message="这个月的排班表已经建立。",
            ),
            models.CheckConstraint(name="roster_first_day", condition=Q(month__day=1)),
        ]  # fmt: skip

    def __str__(self):
        return f"{self.month.year}年{self.month.month}月排班表"

    @property
    def is_published(self) -> bool:
        return self.state == RosterState.PUBLISHED


class ShiftQuerySet(TenantQuerySet):
    def published(self):
        return self.filter(roster__state=RosterState.PUBLISHED)

    def expected(self, today):
        """Published, or drafted for a month that is not over: what people will have kept if
        every draft is published as it stands."""
        ahead = Q(roster__month__gte=today.replace(day=1))
        return self.filter(Q(roster__state=RosterState.PUBLISHED) | ahead)

    def running(self, at):
        """Under way at that moment, the end excluded."""
        return self.filter(starts_at__lte=at, ends_at__gt=at)

    def gaps(self):
        return self.filter(user=None)

    def missed(self, at):
        """Over at that moment, and nobody checked in."""
        return self.filter(checked_in_at=None, user__isnull=False, ends_at__lte=at)


class Shift(DutyRow):
    """值班: one place in one shift on one day. Name, hours and kind are copied from the
    template, whose later changes leave it alone."""

    roster = models.ForeignKey(Roster, models.PROTECT, related_name="shifts")
    template = models.ForeignKey(ShiftTemplate, models.PROTECT, related_name="+")
    name = models.CharField("班次", max_length=20)
    kind = models.CharField("类别", max_length=10, choices=DutyKind)
    on = models.DateField("日期")
    seat = models.PositiveSmallIntegerField("第几位", default=1)
    starts_at = models.DateTimeField("开始")
    ends_at = models.DateTimeField("结束")
    is_night = models.BooleanField("夜班", default=False)
    is_weekend = models.BooleanField("周末", default=False)
    is_holiday = models.BooleanField("节假日", default=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="值班人",
    )  # fmt: skip
    is_pinned = models.BooleanField("固定", default=False)
    reason = models.CharField("说明", max_length=300, blank=True)  # why empty, which wish is bent
    reminded_at = models.DateTimeField(null=True, editable=False)
    checked_in_at = models.DateTimeField("签到时间", null=True, editable=False)
    missed_at = models.DateTimeField(null=True, editable=False)
    missed_head_at = models.DateTimeField(null=True, editable=False)

    objects = ShiftQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "name", "seat"]
        constraints = [
            models.UniqueConstraint(fields=["roster", "template", "on", "seat"], name="shift_seat"),
            models.CheckConstraint(name="shift_hours", condition=Q(ends_at__gt=F("starts_at"))),
        ]
        indexes = [
            models.Index(fields=["community", "starts_at", "ends_at"], name="shift_now"),
            models.Index(fields=["user", "starts_at"], name="shift_person"),
            models.Index(
                fields=["starts_at"], name="shift_unreminded",
                condition=Q(reminded_at=None, user__isnull=False),
            ),
            models.Index(
                fields=["starts_at"], name="shift_unmet",
                condition=Q(checked_in_at=None, missed_head_at=None, user__isnull=False),
            ),
        ]  # fmt: skip

    def __str__(self):
        return f"{self.on.month}月{self.on.day}日 {self.name}"

    @property
    def hours(self) -> float:
        return (self.ends_at - self.starts_at).total_seconds() / 3600

    @property
    def span(self) -> str:
        """Its hours by the wall clock: 20:00 至次日 08:00."""
        start, end = (moment.astimezone(zone()) for moment in (self.starts_at, self.ends_at))
        return f"{start:%H:%M} 至{'次日' if end.date() > start.date() else ''} {end:%H:%M}"

    @property
    def is_over(self) -> bool:
        return self.ends_at <= timezone.now()

    @property
    def is_missed(self) -> bool:
        """Over, and who had it never checked in."""
        return self.is_over and bool(self.user_id) and self.checked_in_at is None
