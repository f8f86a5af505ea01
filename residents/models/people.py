"""Households, residents, and where and how long they live there."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Substr
from django.utils import timezone

from grids.models import Community, Dwelling, GridCell
from portal.accounts.permissions import Permission
from portal.core.access import access_of
from portal.core.crypto import blind, seal, unseal
from portal.core.fields import ByteOrderedCharField
from portal.core.models import ScopedQuerySet, ScopedRow, ScopePaths
from residents import codes


class Household(ScopedRow):
    """户: people who keep house together in a dwelling. Address and cell are the dwelling's,
    kept on the row so that lists and searches read one table."""

    community = models.ForeignKey(Community, models.PROTECT, related_name="households")
    cell = models.ForeignKey(
        GridCell, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="网格"
    )
    dwelling = models.ForeignKey(
        Dwelling, models.PROTECT, related_name="households", verbose_name="房屋"
    )
    addr_key = ByteOrderedCharField("住址", max_length=60, editable=False)
    addr_sort = ByteOrderedCharField(max_length=80, editable=False)
    number = models.CharField("户号", max_length=20, blank=True)
    head = models.ForeignKey(
        "residents.Resident", models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name="户主",
    )  # fmt: skip
    note = models.CharField("备注", max_length=500, blank=True)
    closed_on = models.DateField("销户日期", null=True, blank=True)

    scope_paths = ScopePaths("community_id", "cell_id")
    view_permission = Permission.RESIDENT_VIEW
    audit_hidden = frozenset({"note"})

    class Meta:
        indexes = [
            models.Index(fields=["community", "addr_key"], name="household_key"),
            models.Index(fields=["community", "addr_sort", "id"], name="household_order"),
            models.Index(fields=["community", "changed_at", "id"], name="household_feed"),
        ]

    def __str__(self):
        return self.addr_key


class Residence(models.TextChoices):
    """居住类型: registered and living here, or one of the ways these two part."""

    HOME = "home", "户籍在册常住"
    AWAY_IN = "away_in", "人户分离（人在户不在）"
    AWAY_OUT = "away_out", "人户分离（户在人不在）"
    FLOATING = "floating", "流动人口"


LIVING_HERE = (Residence.HOME, Residence.AWAY_IN, Residence.FLOATING)
REGISTERED_AWAY = (Residence.AWAY_IN, Residence.AWAY_OUT)


class ResidentStatus(models.TextChoices):
    """Where the person's time in this community stands."""

    LIVING = "living", "在册"
    MOVED = "moved", "已迁出"
    DEAD = "dead", "已故"
    VOID = "void", "登记有误"


class IdKind(models.TextChoices):
    """What the number is; derived from its form (GB 11643 and its kin)."""

    NONE = "", "无证件"
    CARD = "id", "居民身份证"
    HMT = "hmt", "港澳台居民居住证"
    PERMANENT = "prc", "外国人永久居留身份证"
    OTHER = "other", "其他证件"


class ResidentQuerySet(ScopedQuerySet):
    def living(self):
        """On the books today."""
        return self.filter(status=ResidentStatus.LIVING)


class Resident(ScopedRow):
    """居民. Number and telephone are sealed; the row carries their masks for lists,
    a blind index for exact look-up and the telephone's last four digits for search."""

    community = models.ForeignKey(Community, models.PROTECT, related_name="residents")
    cell = models.ForeignKey(
        GridCell, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="网格"
    )
    household = models.ForeignKey(
        Household, models.PROTECT, related_name="members", verbose_name="户"
    )
    addr_key = ByteOrderedCharField("住址", max_length=60, editable=False)
    addr_sort = ByteOrderedCharField(max_length=80, editable=False)
    relation = models.CharField(
        "与户主关系", max_length=2, choices=codes.choices("relation"), default="02"
    )
    name = ByteOrderedCharField("姓名", max_length=60)
    initials = ByteOrderedCharField(max_length=60, blank=True, editable=False)
    initials_alt = ByteOrderedCharField(max_length=60, blank=True, editable=False)
    sex = models.CharField("性别", max_length=1, choices=codes.choices("sex"), default="0")
    born_on = models.DateField("出生日期")
    birth_year = models.SmallIntegerField("出生年份", editable=False)
    id_kind = models.CharField("证件", max_length=6, choices=IdKind, blank=True, default="")
    id_sealed = models.BinaryField(default=b"", blank=True)
    id_blind = models.CharField(max_length=32, null=True, blank=True, editable=False)
    id_mask = models.CharField("证件号码", max_length=30, blank=True, editable=False)
    phone_sealed = models.BinaryField(default=b"", blank=True)
    phone_blind = models.CharField(max_length=32, blank=True, editable=False)
    phone_mask = models.CharField("联系电话", max_length=30, blank=True, editable=False)
    phone_tail = ByteOrderedCharField(max_length=4, blank=True, editable=False)
    ethnicity = models.CharField("民族", max_length=2, choices=codes.choices("ethnic"), blank=True)
    education = models.CharField(
        "文化程度", max_length=2, choices=codes.choices("education"), blank=True
    )
    marital = models.CharField(
        "婚姻状况", max_length=2, choices=codes.choices("marital"), blank=True
    )
    political = models.CharField(
        "政治面貌", max_length=2, choices=codes.choices("political"), blank=True
    )
    residence = models.CharField(
        "居住类型", max_length=10, choices=Residence, default=Residence.HOME
    )
    registered_address = models.CharField("户籍地址", max_length=120, blank=True)
    status = models.CharField(
        "状态", max_length=6, choices=ResidentStatus, default=ResidentStatus.LIVING
    )
    note = models.CharField("备注", max_length=500, blank=True)

    scope_paths = ScopePaths("community_id", "cell_id")
    view_permission = Permission.RESIDENT_VIEW
    audit_hidden = frozenset({
        "id_sealed", "id_blind", "id_mask", "phone_sealed", "phone_blind", "phone_mask",
        "phone_tail", "born_on", "political", "ethnicity", "registered_address", "note",
    })  # fmt: skip

    objects = ResidentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "id_blind"], name="resident_id",
                violation_error_message="这个证件号码的居民已经登记过。",
            )
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["community", "name", "id"], name="resident_name"),
            models.Index("community", Substr("name", 2), "id", name="resident_name_2"),
            models.Index("community", Substr("name", 3), "id", name="resident_name_3"),
            # Few names have a fourth character; longer ones have parts that begin later still.
            models.Index(
                "community", Substr("name", 4), "id", name="resident_name_4",
                condition=Q(name__length__gt=3),
            ),
            models.Index(
                fields=["community", "name", "id"], name="resident_name_long",
                condition=Q(name__length__gt=4),
            ),
            models.Index(fields=["community", "initials", "id"], name="resident_initials"),
            models.Index(
                fields=["community", "initials_alt", "id"], name="resident_initials_alt",
                condition=~Q(initials_alt=""),
            ),
            models.Index(
                fields=["community", "phone_tail", "id"], name="resident_phone_tail",
                condition=~Q(phone_tail=""),
            ),
            models.Index(fields=["community", "addr_sort", "id"], name="resident_order"),
            models.Index(fields=["community", "born_on"], name="resident_born"),
            models.Index(fields=["community", "changed_at", "id"], name="resident_feed"),
        ]  # fmt: skip

    def __str__(self):
        return self.name

    @property
    def id_number(self) -> str:
        """The number in clear; whoever shows it writes the access log."""
        return unseal(self.id_sealed, seal_place("id_sealed", self.pk))

    @property
    def phone(self) -> str:
        """The telephone in clear; whoever shows it writes the access log."""
        return unseal(self.phone_sealed, seal_place("phone_sealed", self.pk))

    @property
    def is_head(self) -> bool:
        return self.relation in HEAD_RELATIONS

    @property
    def age(self) -> int:
        """Full years today."""
        today = timezone.localdate()
        early = (today.month, today.day) < (self.born_on.month, self.born_on.day)
        return today.year - self.born_on.year - early

    @property
    def is_minor(self) -> bool:
        """Under 18: their data are a class of their own (MINOR_VIEW)."""
        return self.age < ADULT

    def is_open_to(self, principal) -> bool:
        """Whether somebody who sees the row may see its details, which a minor's place guards."""
        covers = access_of(principal).covers
        return not self.is_minor or covers(Permission.MINOR_VIEW, *self.place())


HEAD_RELATIONS = ("01", "02", "03")
ADULT = 18


def seal_place(field: str, row_id) -> str:
    """Where a sealed value of a resident belongs (additional data of its encryption)."""
    return f"residents.resident.{field}:{row_id}"


def id_columns(row_id, number: str, kind: str, mask: str) -> dict:
    """The columns that hold a checked number (empty number: none)."""
    return {
        "id_kind": kind if number else "",
        "id_sealed": seal(number, seal_place("id_sealed", row_id)),
        "id_blind": blind(number, "id") or None,
        "id_mask": mask if number else "",
    }


def phone_columns(row_id, phone: str, mask: str) -> dict:
    """The columns that hold a normalised telephone (empty: none)."""
    return {
        "phone_sealed": seal(phone, seal_place("phone_sealed", row_id)),
        "phone_blind": blind(phone, "phone"),
        "phone_mask": mask if phone else "",
        "phone_tail": phone[-4:],
    }


class Stay(ScopedRow):
    """居住记录: in which household a person lived, from when to when (end day excluded).

    An unknown start (ledgers never name it) is empty and counts as "always". Community and
    cell are those of the time: history stays where it happened.
    """

    community = models.ForeignKey(Community, models.PROTECT, related_name="+")
    cell = models.ForeignKey(GridCell, models.PROTECT, null=True, blank=True, related_name="+")
    resident = models.ForeignKey(Resident, models.CASCADE, related_name="stays")
    household = models.ForeignKey(Household, models.PROTECT, related_name="stays")
    kind = models.CharField("居住类型", max_length=10, choices=Residence, default=Residence.HOME)
    from_on = models.DateField("起", null=True, blank=True)
    to_on = models.DateField("止", null=True, blank=True)

    scope_paths = ScopePaths("community_id", "cell_id")
    view_permission = Permission.RESIDENT_VIEW

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["resident"], condition=Q(to_on=None), name="stay_open",
                violation_error_message="这位居民已有一条未结束的居住记录。",
            ),
            models.CheckConstraint(
                name="stay_period",
                condition=Q(to_on=None) | Q(from_on=None) | Q(to_on__gte=models.F("from_on")),
                violation_error_message="结束日期不能早于开始日期。",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["community", "to_on", "kind"], name="stay_open_kind")]
