"""What happens to a published roster, and what one shift tells the next."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from portal.accounts.permissions import Permission
from portal.core.models import BaseRow, TenantQuerySet
from portal.duty.models.rosters import Shift
from portal.duty.models.setup import DutyRow


class ChangeKind(models.TextChoices):
    """The three ways in which a published roster changes."""

    SWAP = "swap", "调班"
    REPLACE = "replace", "替班"
    SICK = "sick", "因病缺勤"


class ChangeState(models.TextChoices):
    """From asked to done; the last three are final."""

    ASKED = "asked", "等对方确认"
    ACCEPTED = "accepted", "等主任同意"
    DONE = "done", "已生效"
    REFUSED = "refused", "未同意"
    CANCELLED = "cancelled", "已撤回"


OPEN_CHANGES = (ChangeState.ASKED, ChangeState.ACCEPTED)


class ShiftChangeQuerySet(TenantQuerySet):
    def open(self):
        return self.filter(state__in=OPEN_CHANGES)

    def waiting(self, now):
        """Open, and the shift has not begun: somebody's word still counts."""
        return self.open().filter(shift__starts_at__gt=now)


class ShiftChange(DutyRow):
    """变更: who gives which shift to whom and why. A swap takes ``other_shift`` in return; a
    shift that nobody had has no giver, one that stays open no taker."""

    kind = models.CharField("类别", max_length=10, choices=ChangeKind)
    state = models.CharField("状态", max_length=10, choices=ChangeState, default=ChangeState.ASKED)
    shift = models.ForeignKey(Shift, models.PROTECT, related_name="changes")
    other_shift = models.ForeignKey(Shift, models.PROTECT, null=True, blank=True, related_name="+")
    giver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    taker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.CharField("原因", max_length=200)
    answered_at = models.DateTimeField(null=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    decided_at = models.DateTimeField(null=True, editable=False)
    # {user id: {"shifts", "nights", "weekends", "holidays", "hours"}} of the year, after it.
    totals = models.JSONField(default=dict, blank=True, editable=False)

    objects = ShiftChangeQuerySet.as_manager()
    audit_hidden = frozenset({"reason"})  # may tell of an illness

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            # One open change a shift: two askers cannot both be granted.
            models.UniqueConstraint(
                fields=["shift"], name="shift_change_open",
                condition=Q(state__in=("asked", "accepted")),
                violation_error_message="这一班已有未办完的调班申请。",
            ),
            models.CheckConstraint(
                name="shift_change_giver", condition=Q(giver__isnull=False) | Q(kind="replace")
            ),
        ]  # fmt: skip


class DutyNote(DutyRow):
    """交接记录: what a shift tells the next one."""

    shift = models.ForeignKey(Shift, models.PROTECT, related_name="notes")
    text = models.CharField("内容", max_length=500)

    audit_hidden = frozenset({"text"})  # may tell of a resident

    class Meta:
        ordering = ["-created_at"]


class DutyMatter(DutyRow):
    """未了事项: passes from shift to shift until somebody closes it."""

    shift = models.ForeignKey(Shift, models.PROTECT, related_name="matters")
    text = models.CharField("事项", max_length=300)
    closed_at = models.DateTimeField("办结时间", null=True, editable=False)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    closed_note = models.CharField("办结说明", max_length=200, blank=True)

    audit_hidden = frozenset({"text", "closed_note"})

    def __str__(self):
        return self.text

    class Meta:
        ordering = ["created_at"]
        indexes = [
            models.Index(
                fields=["community", "created_at"], name="duty_matter_open",
                condition=Q(closed_at=None),
            )
        ]  # fmt: skip


class CalendarFeed(BaseRow):
    """日历订阅: a private address of one person's shifts; only the token's digest is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    revoked_at = models.DateTimeField(null=True, editable=False)

    view_permission = Permission.DUTY_VIEW

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(revoked_at=None), name="calendar_feed_user"
            )
        ]
