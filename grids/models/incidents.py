"""Incidents: what was reported, whom it goes to, how it went on."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from grids.models.places import Building, Community, GridCell
from portal.accounts.permissions import Permission
from portal.core.models import ScopedRow, ScopePaths, TenantQuerySet


class LocalRow(ScopedRow):
    """Set-up data of a community, known to all who work with incidents there."""

    community = models.ForeignKey(Community, models.PROTECT, related_name="+")

    scope_paths = ScopePaths("community_id")
    view_permission = Permission.INCIDENT_VIEW

    objects = TenantQuerySet.as_manager()

    class Meta:
        abstract = True


class HandlerKind(models.TextChoices):
    """Who mends things."""

    PROPERTY = "property", "物业公司"
    DEPARTMENT = "department", "职能部门"
    UTILITY = "utility", "水电气暖单位"
    STAFF = "staff", "社区自办"
    OTHER = "other", "其他单位"


class Handler(LocalRow):
    """处置单位: a company, a department or the committee's own staff. Those without an account
    answer through a link."""

    kind = models.CharField("类别", max_length=12, choices=HandlerKind)
    name = models.CharField("名称", max_length=60)
    contact = models.CharField("联系人", max_length=40, blank=True)
    phone = models.CharField("联系电话", max_length=30, blank=True)
    users = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="+", verbose_name="经办人员"
    )
    is_active = models.BooleanField("在用", default=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["community", "name"], name="handler_name",
                violation_error_message="这个处置单位已经登记过。",
            )
        ]  # fmt: skip

    def __str__(self):
        return self.name


class AssetKind(models.TextChoices):
    """What stands about in an estate."""

    LAMP = "lamp", "路灯"
    PIPE = "pipe", "管道井盖"
    GATE = "gate", "大门道闸"
    LIFT = "lift", "电梯"
    GREEN = "green", "绿化"
    ROAD = "road", "道路"
    WIRE = "wire", "线缆"
    BIN = "bin", "垃圾设施"
    FITNESS = "fitness", "健身器材"
    FIRE = "fire", "消防设施"
    OTHER = "other", "其他设施"


class Asset(LocalRow):
    """设施: whose it is, who keeps it up, until when it is under warranty, when it was handed
    over. A broken one goes to the warrantor's maintainer before the category's handler."""

    cell = models.ForeignKey(
        GridCell, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="网格"
    )
    building = models.ForeignKey(
        Building, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="楼栋"
    )
    kind = models.CharField("类别", max_length=10, choices=AssetKind)
    name = models.CharField("名称", max_length=60)
    spot = models.CharField("位置", max_length=120, blank=True)
    x = models.FloatField(null=True, blank=True)
    y = models.FloatField(null=True, blank=True)
    owner = models.ForeignKey(
        Handler, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="权属单位"
    )
    maintainer = models.ForeignKey(
        Handler, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="养护单位"
    )
    warranty_to = models.DateField("保修至", null=True, blank=True)
    handed_over_on = models.DateField("移交日期", null=True, blank=True)
    is_active = models.BooleanField("在用", default=True)

    class Meta:
        ordering = ["kind", "name"]

    def __str__(self):
        return self.name


class IncidentGroup(models.TextChoices):
    """Groups of categories, as people look for them on the phone."""

    FACILITY = "facility", "设施损坏"
    ENVIRONMENT = "environment", "环境卫生"
    SAFETY = "safety", "安全隐患"
    HELP = "help", "居民求助"
    NEIGHBOURS = "neighbours", "邻里矛盾"
    OTHER = "other", "其他"


class IncidentCategory(LocalRow):
    """事件类别: whom it goes to and the time limits, in working hours."""

    group = models.CharField("大类", max_length=12, choices=IncidentGroup)
    name = models.CharField("类别", max_length=40)
    asset_kind = models.CharField("设施类别", max_length=10, choices=AssetKind, blank=True)
    handler = models.ForeignKey(
        Handler, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="处置单位"
    )
    is_urgent = models.BooleanField("紧急", default=False)
    accept_hours = models.PositiveSmallIntegerField("受理时限（工作小时）", default=4)
    handle_hours = models.PositiveSmallIntegerField("处置时限（工作小时）", default=24)
    check_hours = models.PositiveSmallIntegerField("核查时限（工作小时）", default=16)
    is_active = models.BooleanField("在用", default=True)

    class Meta:
        ordering = ["group", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["community", "name"], name="incident_category_name",
                violation_error_message="这个事件类别已经登记过。",
            )
        ]  # fmt: skip

    def __str__(self):
        return self.name


class IncidentState(models.TextChoices):
    """Where an incident stands; the moves between them are in ``grids.incidents.moves``."""

    REPORTED = "reported", "待受理"
    ACCEPTED = "accepted", "待派遣"
    DISPATCHED = "dispatched", "待处置"
    HANDLING = "handling", "处置中"
    HANDLED = "handled", "待核查"
    CLOSED = "closed", "已办结"
    REJECTED = "rejected", "不予受理"
    MERGED = "merged", "已并案"
    SPLIT = "split", "已拆分"


OPEN_STATES = (IncidentState.REPORTED, IncidentState.ACCEPTED, IncidentState.DISPATCHED,
               IncidentState.HANDLING, IncidentState.HANDLED)  # fmt: skip


class IncidentSource(models.TextChoices):
    """Where the report came from."""

    LEADER = "leader", "网格巡查"
    RESIDENT = "resident", "居民反映"
    STAFF = "staff", "社区发现"
    PATROL = "patrol", "值班巡逻"


class Satisfaction(models.IntegerChoices):
    """What the reporter says when it is closed; unhappy opens it again."""

    UNHAPPY = 1, "不满意"
    FAIR = 2, "基本满意"
    HAPPY = 3, "满意"


class Incident(ScopedRow):
    """事件. Its id is born where it is reported, also on a phone without signal."""

    community = models.ForeignKey(Community, models.PROTECT, related_name="incidents")
    cell = models.ForeignKey(
        GridCell, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="网格"
    )
    number = models.CharField("编号", max_length=12, editable=False)
    building = models.ForeignKey(
        Building, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="楼栋"
    )
    spot = models.CharField("地点", max_length=120, blank=True)
    x = models.FloatField(null=True, blank=True)
    y = models.FloatField(null=True, blank=True)
    category = models.ForeignKey(
        IncidentCategory, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="类别",
    )  # fmt: skip
    asset = models.ForeignKey(
        Asset, models.PROTECT, null=True, blank=True, related_name="incidents",
        verbose_name="设施",
    )  # fmt: skip
    text = models.CharField("情况", max_length=1000)
    is_urgent = models.BooleanField("紧急", default=False)
    source = models.CharField("来源", max_length=10, choices=IncidentSource)
    reporter_name = models.CharField("反映人", max_length=40, blank=True)
    reporter_phone_sealed = models.BinaryField(default=b"", blank=True, editable=False)
    reporter_phone_mask = models.CharField("反映人电话", max_length=30, blank=True)
    state = models.CharField(
        "状态", max_length=10, choices=IncidentState, default=IncidentState.REPORTED
    )
    handler = models.ForeignKey(
        Handler, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="处置单位"
    )
    reported_at = models.DateTimeField("报告时间")
    received_at = models.DateTimeField("收到时间", default=timezone.now)
    due_at = models.DateTimeField("本环节时限", null=True, blank=True)
    handle_due_at = models.DateTimeField("处置时限", null=True, blank=True)
    delay_to = models.DateTimeField("申请延期至", null=True, blank=True)
    delays = models.PositiveSmallIntegerField("延期次数", default=0)
    urges = models.PositiveSmallIntegerField("催办次数", default=0)
    level = models.PositiveSmallIntegerField("上报层级", default=0)
    returns = models.PositiveSmallIntegerField("退回次数", default=0)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="parts",
        verbose_name="原事件",
    )  # fmt: skip
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged",
        verbose_name="并入事件",
    )  # fmt: skip
    result = models.CharField("处置结果", max_length=1000, blank=True)
    handled_at = models.DateTimeField("处置完成时间", null=True, blank=True)
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)
    is_in_time = models.BooleanField("按时处置", null=True, editable=False)
    satisfaction = models.PositiveSmallIntegerField(
        "满意度", choices=Satisfaction, null=True, blank=True
    )

    scope_paths = ScopePaths("community_id", "cell_id")
    view_permission = Permission.INCIDENT_VIEW
    audit_hidden = frozenset({"text", "result", "spot", "reporter_name",
                              "reporter_phone_sealed", "reporter_phone_mask"})  # fmt: skip

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "number"], name="incident_number")
        ]
        indexes = [
            models.Index(fields=["community", "state", "due_at"], name="incident_board"),
            models.Index(fields=["community", "reported_at", "id"], name="incident_order"),
            models.Index(fields=["community", "changed_at", "id"], name="incident_feed"),
            models.Index(fields=["state", "due_at"], name="incident_sweep"),
        ]

    def __str__(self):
        return self.number

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def where(self) -> str:
        """The building and the place in words."""
        return " ".join(filter(None, [str(self.building or ""), self.spot]))


class OfIncident(ScopedRow):
    """What belongs to one incident and is seen by whoever sees that."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="+")

    scope_paths = ScopePaths("incident__community_id", "incident__cell_id")
    view_permission = Permission.INCIDENT_VIEW

    class Meta:
        abstract = True


class IncidentStep(OfIncident):
    """办理记录: one move in the life of an incident; never changed."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="steps")
    move = models.CharField("动作", max_length=20)
    from_state = models.CharField(max_length=10, choices=IncidentState, blank=True)
    to_state = models.CharField(max_length=10, choices=IncidentState)
    at = models.DateTimeField("时间", default=timezone.now)
    handler = models.ForeignKey(
        Handler, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="处置单位"
    )
    note = models.CharField("说明", max_length=500, blank=True)

    audit_hidden = frozenset({"note"})

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            # A sweep that runs twice escalates once to each level.
            models.UniqueConstraint(
                fields=["incident", "move", "note"],
                condition=Q(move="escalate"),
                name="incident_escalated",
            )
        ]

    def __str__(self):
        return self.move


class FileKind(models.TextChoices):
    PHOTO = "photo", "照片"
    AUDIO = "audio", "语音"


class IncidentFile(OfIncident):
    """现场照片与语音: sealed in the data folder; photos are drawn anew, without EXIF."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="files")
    kind = models.CharField("类别", max_length=6, choices=FileKind)
    is_result = models.BooleanField("处置后", default=False)
    key = models.CharField(max_length=60, editable=False)
    content_type = models.CharField(max_length=40, editable=False)
    size = models.PositiveIntegerField(editable=False)
    digest = models.CharField(max_length=64, editable=False)

    def __str__(self):
        return f"{self.kind} {self.pk}"


class IncidentLink(OfIncident):
    """办理链接: lets a handler without an account answer for one incident, for a time. Only
    the hash of its token is kept."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="links")
    handler = models.ForeignKey(Handler, models.PROTECT, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    expires_at = models.DateTimeField("有效期至")
    ended_at = models.DateTimeField("失效时间", null=True, blank=True)

    audit_hidden = frozenset({"token_hash"})

    def __str__(self):
        return str(self.pk)
