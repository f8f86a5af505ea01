"""Call devices in homes, the alarms they raise, and the times after which more people hear."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from grids.models import Community, Dwelling, GridCell
from portal.accounts.permissions import Permission
from portal.core.crypto import seal, unseal
from portal.core.fields import ByteOrderedCharField
from portal.core.models import ScopedQuerySet, ScopedRow, ScopePaths, TenantRow
from residents.models import Household, Resident, ResidentStatus


class DeviceKind(models.TextChoices):
    """What hangs on the wall."""

    BUTTON = "button", "呼叫按钮"
    CORD = "cord", "拉绳"
    SMOKE = "smoke", "烟感"
    GAS = "gas", "燃气报警器"
    DOOR = "door", "门磁"
    OTHER = "other", "其他设备"


class DeviceQuerySet(ScopedQuerySet):
    def in_service(self, on=None):
        """Registered and not ended; on a day, those that served then."""
        if on is None:
            return self.filter(to_on=None)
        return self.filter(Q(to_on=None) | Q(to_on__gt=on), from_on__lte=on)

    def strayed(self):
        """In service, but the household that it was registered for is not behind that door."""
        return self.filter(is_strayed())


def is_strayed() -> Q:
    gone = Q(household__closed_on__isnull=False) | ~Q(household__dwelling=F("dwelling"))
    return Q(to_on=None) & (gone | ~models.Exists(_living()))


def _living():
    return Resident.objects.living().filter(household=models.OuterRef("household"))


def stray_words() -> models.Case:
    """What stands against a device in service, in a few words; "" while all is well."""
    return models.Case(
        models.When(to_on__isnull=False, then=models.Value("")),
        models.When(household__closed_on__isnull=False, then=models.Value("户已销户")),
        models.When(~Q(household__dwelling=F("dwelling")), then=models.Value("户已搬走")),
        models.When(~models.Exists(_living()), then=models.Value("户里没有人")),
        default=models.Value(""), output_field=models.CharField(),
    )  # fmt: skip


class CallDevice(ScopedRow):
    """呼叫器: a button, cord or sensor in a home, known by the supplier's number. It stays where
    it hangs: the dwelling is its own, and the household may have left it."""

    community = models.ForeignKey(Community, models.PROTECT, related_name="+")
    dwelling = models.ForeignKey(Dwelling, models.PROTECT, related_name="+", verbose_name="安装在")
    household = models.ForeignKey(
        Household, models.PROTECT, related_name="call_devices", verbose_name="户"
    )
    resident = models.ForeignKey(
        Resident, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="使用人"
    )
    number = ByteOrderedCharField("设备编号", max_length=40)
    kind = models.CharField("类别", max_length=10, choices=DeviceKind)
    spot = models.CharField("家中位置", max_length=40, blank=True)
    from_on = models.DateField("启用日期")
    to_on = models.DateField("停用日期", null=True, blank=True)
    supplier = models.CharField("供应商", max_length=60, blank=True)
    note = models.CharField("备注", max_length=200, blank=True)

    scope_paths = ScopePaths("community_id", "dwelling__cell_id")
    view_permission = Permission.ALARM_VIEW
    audit_hidden = frozenset({"note"})

    objects = DeviceQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["community", "number", "id"], name="device_order")]
        constraints = [
            models.UniqueConstraint(
                fields=["community", "number"], condition=Q(to_on=None), name="device_number",
                violation_error_message="这个编号的呼叫器已经在用，请核对编号，或先停用原来的。",
            ),
            models.CheckConstraint(
                name="device_period", condition=Q(to_on=None) | Q(to_on__gte=F("from_on")),
                violation_error_message="停用日期不能早于启用日期。",
            ),
        ]  # fmt: skip

    def __str__(self):
        return self.number

    @property
    def is_in_service(self) -> bool:
        return self.to_on is None

    @property
    def strayed_words(self) -> str:
        """Why its household is not behind that door any more; "" while all is well."""
        if not self.is_in_service:
            return ""
        if self.household.closed_on:
            return "登记的户已销户"
        if self.household.dwelling_id != self.dwelling_id:
            return f"登记的户已搬到 {self.household.addr_key}"
        if not self.household.members.filter(status=ResidentStatus.LIVING).exists():
            return "登记的户里没有在册成员"
        return ""


class AlarmState(models.TextChoices):
    RINGING = "ringing", "待响应"
    TAKEN = "taken", "有人在处理"
    CLOSED = "closed", "已办结"


OPEN = (AlarmState.RINGING, AlarmState.TAKEN)


class AlarmOutcome(models.TextChoices):
    """What it was; no illness is named."""

    SAFE = "safe", "平安，误按"
    HELPED = "helped", "已处理"
    HOSPITAL = "hospital", "已送医"
    FAULT = "fault", "设备故障"
    TEST = "test", "测试"
    NOBODY = "nobody", "没找到人，已交社区"


class Alarm(ScopedRow):
    """报警: one or more presses of a device until somebody has seen to it. Device and household
    are empty for a number that nobody knows; then only the desk and who is on duty see it."""

    community = models.ForeignKey(Community, models.PROTECT, related_name="+")
    cell = models.ForeignKey(
        GridCell, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="网格"
    )
    device = models.ForeignKey(
        CallDevice, models.PROTECT, null=True, blank=True, related_name="alarms",
        verbose_name="呼叫器",
    )  # fmt: skip
    household = models.ForeignKey(
        Household, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="户"
    )
    number = ByteOrderedCharField("设备编号", max_length=40)
    kind = models.CharField("类别", max_length=10, choices=DeviceKind)
    addr_key = ByteOrderedCharField("住址", max_length=60, blank=True)
    spot = models.CharField("家中位置", max_length=40, blank=True)
    state = models.CharField("状态", max_length=8, choices=AlarmState, default=AlarmState.RINGING)
    rang_at = models.DateTimeField("报警时间")
    received_at = models.DateTimeField("收到时间", default=timezone.now)
    last_rang_at = models.DateTimeField("最近一次")
    count = models.PositiveIntegerField("次数", default=1)
    level = models.PositiveSmallIntegerField("上报层级", default=0)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="响应人",
    )  # fmt: skip
    taken_at = models.DateTimeField("响应时间", null=True, blank=True)
    is_in_time = models.BooleanField("及时响应", null=True, editable=False)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="办结人",
    )  # fmt: skip
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)
    outcome = models.CharField("结果", max_length=10, choices=AlarmOutcome, blank=True)

    scope_paths = ScopePaths("community_id", "cell_id")
    view_permission = Permission.ALARM_VIEW
    audit_hidden = frozenset({"addr_key", "spot", "outcome"})

    class Meta:
        indexes = [
            models.Index(fields=["community", "rang_at", "id"], name="alarm_order"),
            models.Index(fields=["community", "changed_at", "id"], name="alarm_feed"),
            models.Index(
                fields=["community", "number", "last_rang_at"], name="alarm_open",
                condition=~Q(state="closed"),
            ),
        ]  # fmt: skip
        constraints = [
            models.CheckConstraint(
                name="alarm_state",
                condition=Q(state="ringing", taken_at=None, closed_at=None, outcome="")
                | Q(state="taken", taken_at__isnull=False, closed_at=None, outcome="")
                | (Q(state="closed", taken_at__isnull=False, closed_at__isnull=False)
                   & ~Q(outcome="")),
            )
        ]  # fmt: skip

    def __str__(self):
        return self.where

    @property
    def where(self) -> str:
        """The door, or the number while nobody knows the door."""
        return self.addr_key or f"未登记的呼叫器 {self.number}"

    @property
    def is_open(self) -> bool:
        return self.state != AlarmState.CLOSED


class StepKind(models.TextChoices):
    """What stands in the time line of an alarm."""

    RING = "ring", "报警"
    CALL = "call", "通知"
    BACKUP = "backup", "还没有人响应，报备岗和包片干部"
    DIRECTOR = "director", "还没有人响应，报主任"
    TAKE = "take", "去看"
    ALSO = "also", "也去看"
    CLOSE = "close", "办结"
    REMARK = "remark", "补记"


class AlarmStep(ScopedRow):
    """报警经过: never changed; a closed alarm is added to by further steps only."""

    alarm = models.ForeignKey(Alarm, models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=10, choices=StepKind)
    at = models.DateTimeField("时间", default=timezone.now)
    told = models.CharField("通知到", max_length=200, blank=True)
    outcome = models.CharField("结果", max_length=10, choices=AlarmOutcome, blank=True)
    note_sealed = models.BinaryField(default=b"", blank=True, editable=False)

    scope_paths = ScopePaths("alarm__community_id", "alarm__cell_id")
    view_permission = Permission.ALARM_VIEW
    audit_hidden = frozenset({"outcome", "note_sealed"})

    class Meta:
        ordering = ["at", "id"]

    def __str__(self):
        return self.kind

    @property
    def note(self) -> str:
        return unseal(bytes(self.note_sealed), self._place()) if self.note_sealed else ""

    @note.setter
    def note(self, text: str):
        self.note_sealed = seal(text, self._place()) if text else b""

    def _place(self) -> str:
        return f"services.alarmstep.note_sealed:{self.pk}"


def minutes(label: str, default: int, least: int, most: int):
    return models.PositiveSmallIntegerField(
        label, default=default, validators=[MinValueValidator(least), MaxValueValidator(most)]
    )


class AlarmRules(TenantRow):
    """报警时限: what a director sets for the community; one row each."""

    community = models.ForeignKey(Community, models.PROTECT, related_name="+")
    backup_minutes = minutes("几分钟没有人响应，报备岗和包片干部", 3, 1, 60)
    director_minutes = minutes("再过几分钟报主任", 10, 1, 120)
    join_minutes = minutes("几分钟以内再按，算同一次报警", 10, 1, 120)

    scope_paths = ScopePaths("community_id")
    view_permission = Permission.ALARM_VIEW

    class Meta:
        constraints = [models.UniqueConstraint(fields=["community"], name="alarm_rules_community")]

    def __str__(self):
        return "报警时限"

    @classmethod
    def of(cls, community_id) -> "AlarmRules":
        """The community's rules; unsaved ones with the usual values where none are set."""
        found = cls.objects.filter(community=community_id).first()
        return found or cls(community_id=community_id)
