"""Change log and access log: append-only, each row sealed by the hash of the one before.

UPDATE and DELETE are refused by database triggers (migration 0002). Values that a law
calls sensitive never enter: fields in ``audit_hidden`` are written as "***".
"""

import hashlib
import json
from datetime import UTC

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connections, models
from django.db.models.functions import Cast
from django.utils import timezone

ORIGIN_LENGTH = 80
GENESIS = "0" * 64


class LogHead(models.Model):
    """The end of a chain; its row is the lock that orders writers."""

    name = models.CharField(primary_key=True, max_length=16)
    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default=GENESIS)

    def __str__(self):
        return f"{self.name} {self.seq}"


class ChainedRow(models.Model):
    """A log row: ``hash`` = SHA-256 over the previous hash and the row's content."""

    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField("时间", default=timezone.now)
    by = models.UUIDField("操作人编号", null=True)
    by_name = models.CharField("操作人", max_length=60)
    role = models.CharField("岗位", max_length=60, blank=True)
    origin = models.CharField("来源", max_length=ORIGIN_LENGTH, blank=True)
    action = models.CharField("动作", max_length=60)
    model = models.CharField("对象", max_length=60, blank=True)
    row = models.UUIDField("记录", null=True)
    tenant = models.UUIDField("所属", null=True)
    reason = models.CharField("原因", max_length=200, blank=True)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    content_fields = ("seq", "at", "by", "by_name", "role", "origin", "action", "model",
                      "row", "tenant", "reason")  # fmt: skip

    class Meta:
        abstract = True

    def __str__(self):
        return f"{self.seq} {self.action}"

    def digest(self) -> str:
        """Return the hash that this content must carry after ``previous``."""
        content = [getattr(self, name) for name in self.content_fields]
        content[1] = self.at.astimezone(UTC).isoformat(timespec="microseconds")
        text = json.dumps(content, cls=DjangoJSONEncoder, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256((self.previous + text).encode()).hexdigest()


class ChangeLog(ChainedRow):
    """变更日志: what was written, by whom, from what to what."""

    before = models.JSONField("原值", default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField("新值", default=dict, encoder=DjangoJSONEncoder)

    chain = "change"
    content_fields = (*ChainedRow.content_fields, "before", "after")

    class Meta:
        indexes = [
            models.Index(fields=["row", "seq"], name="changelog_row"),
            models.Index(fields=["tenant", "seq"], name="changelog_tenant"),
        ]


class AccessLogQuerySet(models.QuerySet):
    def about(self, subject):
        """Looks at one person: at the row itself, or at a page or file that showed it."""
        if connections[self.db].vendor == "postgresql":
            among = models.Q(subjects__contains=[str(subject)])  # GIN index of migration 0003
            return self.filter(models.Q(row=subject) | among)
        among = models.Q(pk__in=self._naming(subject))
        return self.filter(models.Q(row=subject) | among)

    def _naming(self, subject):
        rows = self.annotate(subjects_text=Cast("subjects", models.TextField()))
        return rows.filter(subjects_text__contains=str(subject)).values("pk")


class AccessLog(ChainedRow):
    """查看日志: who looked at whom, which class of field, and why."""

    fields_class = models.CharField("字段类别", max_length=60, blank=True)
    subjects = models.JSONField("涉及人员", default=list, encoder=DjangoJSONEncoder)
    count = models.PositiveIntegerField("条数", default=1)

    objects = AccessLogQuerySet.as_manager()

    chain = "access"
    content_fields = (*ChainedRow.content_fields, "fields_class", "subjects", "count")

    class Meta:
        indexes = [
            models.Index(fields=["row", "seq"], name="accesslog_row"),
            models.Index(fields=["tenant", "seq"], name="accesslog_tenant"),
            models.Index(fields=["by", "at"], name="accesslog_by"),
        ]
