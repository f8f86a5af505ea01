"""Messages that leave the house, and what ran by the clock."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from portal.core.ids import new_id
from portal.core.models.base import ScopedRow, ScopePaths


class OutgoingState(models.TextChoices):
    """From queued to delivered. ``sending`` is held by a worker for the length of a lease."""

    QUEUED = "queued", "待发"
    SENDING = "sending", "发送中"
    SENT = "sent", "已发出"
    DELIVERED = "delivered", "已送达"
    FAILED = "failed", "未送达"
    DROPPED = "dropped", "已过时未发"


class Outgoing(ScopedRow):
    """待发消息: one message to one number, once. Number and text are sealed; the key names the
    occasion, so that whoever queues it twice leaves one row. The row's id is the reference
    that gateways get: the same reference sent again is the same message."""

    tenant = models.UUIDField(null=True)
    key = models.CharField(max_length=150, unique=True)
    purpose = models.CharField("用途", max_length=40)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="收件人"
    )
    address = models.BinaryField(editable=False)
    text = models.BinaryField(editable=False)
    mask = models.CharField("号码", max_length=20, blank=True)  # all but its last two digits
    state = models.CharField("状态", max_length=10, choices=OutgoingState,
                             default=OutgoingState.QUEUED)  # fmt: skip
    tries = models.PositiveSmallIntegerField("次数", default=0)
    next_at = models.DateTimeField("最早发送时间", default=timezone.now)
    not_after = models.DateTimeField("过时不发", null=True)
    lease_until = models.DateTimeField(null=True)
    gateway = models.CharField("通道", max_length=30, blank=True)
    gateway_id = models.CharField(max_length=80, blank=True)
    error = models.CharField("原因", max_length=200, blank=True)
    sent_at = models.DateTimeField("发出时间", null=True)
    delivered_at = models.DateTimeField("送达时间", null=True)

    scope_paths = ScopePaths("tenant")
    view_permission = "MESSAGE_VIEW"
    audit_hidden = frozenset({"address", "text"})

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(
                fields=["next_at"], name="outgoing_due",
                condition=models.Q(state__in=("queued", "sending")),
            ),
            models.Index(fields=["tenant", "-created_at"], name="outgoing_list"),
            models.Index(
                fields=["gateway", "gateway_id"], name="outgoing_receipt",
                condition=~models.Q(gateway_id=""),
            ),
        ]  # fmt: skip

    def __str__(self):
        return self.key


class SweepRun(models.Model):
    """定时任务运行记录: one run of a sweep, by the clock or by hand."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sweep = models.CharField("任务", max_length=60)
    started_at = models.DateTimeField("开始", default=timezone.now)
    ended_at = models.DateTimeField("结束", null=True)
    is_ok = models.BooleanField("成功", null=True)  # null while it runs, or when it was killed
    done = models.JSONField(default=dict)  # counts of what it did: {"reminded": 3}
    error = models.CharField("原因", max_length=200, blank=True)  # the fault's kind, no values
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["sweep", "-started_at"], name="sweeprun_last")]

    def __str__(self):
        return self.sweep
