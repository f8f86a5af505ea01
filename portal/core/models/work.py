"""Jobs, notices, idempotency keys, submissions, uploads, saved views, tombstones."""

from datetime import timedelta

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone

from portal.core.ids import new_id
from portal.core.models.base import ScopedQuerySet, ScopedRow, ScopePaths

RESULT_KEPT = timedelta(hours=24)


class JobState(models.TextChoices):
    """States of a job; the last three are final."""

    QUEUED = "queued", "排队中"
    RUNNING = "running", "进行中"
    DONE = "done", "已完成"
    FAILED = "failed", "未成功"
    CANCELLED = "cancelled", "已取消"


class Job(models.Model):
    """任务: long work with progress, a result for the inbox, and a way to stop it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField("种类", max_length=40)
    label = models.CharField("名称", max_length=120)
    state = models.CharField("状态", max_length=10, choices=JobState, default=JobState.QUEUED)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="jobs"
    )
    tenant = models.UUIDField(null=True)
    params = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    attempt = models.PositiveSmallIntegerField(default=0)
    result = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    result_file = models.CharField(max_length=200, blank=True)
    result_name = models.CharField(max_length=120, blank=True)
    message = models.CharField("说明", max_length=300, blank=True)
    created_at = models.DateTimeField("提交时间", default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField("完成时间", null=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="job_inbox"),
            models.Index(fields=["state", "created_at"], name="job_sweep"),
            models.Index(
                fields=["owner"],
                name="job_unseen",
                condition=models.Q(finished_at__isnull=False, seen_at=None),
            ),
        ]

    def __str__(self):
        return self.label

    @property
    def is_over(self) -> bool:
        return self.state in (JobState.DONE, JobState.FAILED, JobState.CANCELLED)

    @property
    def has_file(self) -> bool:
        """A result file is kept for a day, then purged."""
        return bool(self.result_file) and timezone.now() < self.finished_at + RESULT_KEPT


class IdempotencyKey(models.Model):
    """One submitted form or one write over REST: same key and body give the first answer again."""

    client = models.CharField(max_length=64)
    key = models.UUIDField()
    body = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    location = models.CharField(max_length=500, blank=True)
    answer = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "key"], name="once_client_key")]

    def __str__(self):
        return str(self.key)

    def settle(self, status: int, *, location: str = "", answer: str = "") -> None:
        """Keep what a repetition gets."""
        self.status, self.location, self.answer = status, location, answer
        self.save(update_fields=["status", "location", "answer"])


class Notice(models.Model):
    """提醒: a sentence for one person's inbox; the key keeps it from coming twice."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    key = models.CharField(max_length=120)
    text = models.CharField("内容", max_length=200)
    url = models.CharField(max_length=200, blank=True)
    tenant = models.UUIDField(null=True)
    created_at = models.DateTimeField("时间", default=timezone.now)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recipient", "key"], name="notice_key")]
        indexes = [
            models.Index(fields=["recipient", "-created_at"], name="notice_inbox"),
            models.Index(
                fields=["recipient"], name="notice_unseen", condition=models.Q(seen_at=None)
            ),
        ]

    def __str__(self):
        return self.text


class SubmissionState(models.TextChoices):
    """What became of something that a phone sent."""

    ACCEPTED = "accepted", "已收到"
    REFUSED = "refused", "未收下"
    SETTLED = "settled", "已处理"


class SubmissionQuerySet(ScopedQuerySet):
    def dealt_with(self):
        """Once refused, by now settled or carried out at a desk; the last one first."""
        waits = models.Q(state=SubmissionState.REFUSED)
        return self.exclude(reason="").exclude(waits).order_by("-changed_at", "pk")


class Submission(ScopedRow):
    """报送: one record that a phone sent, once each. The key was made on the phone; the same
    key and body give the first answer again. The body is kept, sealed, while it is refused."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="submissions")
    key = models.UUIDField()
    kind = models.CharField("种类", max_length=30)
    body_hash = models.CharField(max_length=64)
    tenant = models.UUIDField(null=True)
    part = models.UUIDField(null=True)
    state = models.CharField("状态", max_length=10, choices=SubmissionState)
    status = models.PositiveSmallIntegerField()
    answer = models.TextField()
    reason = models.CharField("原因", max_length=300, blank=True)
    sealed = models.BinaryField(default=b"", editable=False)
    made_at = models.DateTimeField("手机时间")
    received_at = models.DateTimeField("收到时间", default=timezone.now)
    clock_off = models.IntegerField("手机时钟偏差（秒）", default=0)
    settled_note = models.CharField("处理说明", max_length=200, blank=True)

    scope_paths = ScopePaths("tenant", "part")
    view_permission = "SUBMISSION_VIEW"
    audit_hidden = frozenset({"answer", "reason", "sealed", "settled_note"})

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="submission_key")]
        indexes = [
            models.Index(fields=["tenant", "state", "received_at"], name="submission_open"),
            models.Index("tenant", models.F("changed_at").desc(), name="submission_dealt",
                         condition=~models.Q(reason="")),
        ]  # fmt: skip

    def __str__(self):
        return str(self.key)


class Upload(models.Model):
    """上传: a file that a phone sends in pieces, apart from its record. ``received`` bytes are
    safe; ``taken_at`` says that a room has it, and its pieces are gone."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="uploads")
    key = models.UUIDField()
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    received = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="upload_key")]
        indexes = [
            models.Index(
                fields=["created_at"], name="upload_waiting", condition=models.Q(taken_at=None)
            )
        ]

    def __str__(self):
        return str(self.key)


class SavedView(models.Model):
    """我的视图: filters, order and columns of a list, kept under a name."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    list_name = models.CharField(max_length=40)
    name = models.CharField("名称", max_length=40)
    query = models.CharField(max_length=1000, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    audit_hidden = frozenset({"query"})  # may hold words that somebody typed

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "list_name", "name"], name="savedview_name",
                violation_error_message="您已有同名的视图，请换一个名称。",
            )
        ]  # fmt: skip

    def __str__(self):
        return self.name


class Tombstone(models.Model):
    """A deleted row, so that whoever copied it over REST learns of its end."""

    id = models.UUIDField(primary_key=True)
    model = models.CharField(max_length=60)
    tenant = models.UUIDField(null=True)
    deleted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["model", "tenant", "deleted_at"], name="tombstone_feed")]

    def __str__(self):
        return f"{self.model} {self.id}"
