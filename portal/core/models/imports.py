"""Ledgers brought in: one run each, and the columns as a person settled them."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone

from portal.core.ids import new_id


class ImportState(models.TextChoices):
    """Where a run stands; work in between is its job's."""

    UPLOADED = "uploaded", "待核对"
    CHECKED = "checked", "已检查"
    APPLIED = "applied", "已写入"
    UNDONE = "undone", "已撤销"


class ImportRun(models.Model):
    """导入: one file on its way from upload to the tables, and back if need be.

    ``plan`` is what the check found (masked, for the preview), ``undo`` what takes the
    import back; both are compressed and sealed, because they hold personal values.
    ``file_key`` names the upload, ``table_key`` its cells as the check read them.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField("种类", max_length=40)
    tenant = models.UUIDField()
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="imports"
    )
    state = models.CharField(
        "状态", max_length=10, choices=ImportState, default=ImportState.UPLOADED
    )
    file_name = models.CharField("文件", max_length=200)
    file_key = models.CharField(max_length=200, blank=True)
    file_hash = models.CharField(max_length=64)
    table_key = models.CharField(max_length=200, blank=True)
    sheet = models.CharField("工作表", max_length=100, blank=True)
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    counts = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    digest = models.CharField(max_length=64, blank=True)
    plan = models.BinaryField(default=b"")
    undo = models.BinaryField(default=b"")
    job = models.ForeignKey("core.Job", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField("上传时间", default=timezone.now)
    applied_at = models.DateTimeField("写入时间", null=True)
    undone_at = models.DateTimeField("撤销时间", null=True)

    class Meta:
        indexes = [models.Index(fields=["tenant", "kind", "-created_at"], name="importrun_list")]

    def __str__(self):
        return self.file_name


class ImportMapping(models.Model):
    """The settled columns of a source: heading → field, found again by its headings."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=40)
    tenant = models.UUIDField()
    signature = models.CharField(max_length=64)
    columns = models.JSONField(default=dict)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "tenant", "signature"], name="importmapping_source"
            )
        ]

    def __str__(self):
        return f"{self.kind} {self.signature[:8]}"
