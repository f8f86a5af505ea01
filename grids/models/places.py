"""Places: street, community, grid cells, buildings, dwellings."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from portal.accounts.permissions import Permission
from portal.core.fields import ByteOrderedCharField
from portal.core.models import BaseRow, ScopedRow, ScopePaths, TenantQuerySet


class Street(BaseRow):
    """街道: the street office above the communities (9-digit township code, GB/T 10114)."""

    code = models.CharField(
        "街道代码", max_length=9, unique=True,
        validators=[RegexValidator(r"^\d{9}$", "街道代码是 9 位数字。")],
    )  # fmt: skip
    name = models.CharField("街道名称", max_length=60)

    class Meta:
        ordering = ["code"]

    def __str__(self):
        return self.name


class Community(ScopedRow):
    """社区: one residents' committee (12-digit statistical division code)."""

    code = models.CharField(
        "社区代码", max_length=12, unique=True,
        validators=[RegexValidator(r"^\d{12}$", "社区代码是 12 位数字。")],
    )  # fmt: skip
    name = models.CharField("社区名称", max_length=60)
    street = models.ForeignKey(
        Street, models.PROTECT, null=True, blank=True, related_name="communities",
        verbose_name="街道",
    )  # fmt: skip
    office_address = models.CharField("办公地址", max_length=120, blank=True)
    office_phone = models.CharField("办公电话", max_length=30, blank=True)
    office_hours = models.CharField("办公时间", max_length=120, blank=True)

    scope_paths = ScopePaths("id")
    view_permission = Permission.FIGURES_VIEW

    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["code"]

    def __str__(self):
        return self.name


class CellKind(models.TextChoices):
    """The three ways in which cells are drawn."""

    AREA = "area", "区域网格"
    INDUSTRY = "industry", "行业网格"
    UNIT = "unit", "单位网格"


class GridCell(ScopedRow):
    """网格: a part of a community with its own leader; a parent makes it a micro-cell."""

    community = models.ForeignKey(Community, models.PROTECT, related_name="cells")
    number = models.PositiveSmallIntegerField("编号")
    name = models.CharField("网格名称", max_length=60)
    kind = models.CharField("类型", max_length=10, choices=CellKind, default=CellKind.AREA)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children",
        verbose_name="上级网格",
    )  # fmt: skip
    valid_from = models.DateField("启用日期", null=True, blank=True)
    valid_to = models.DateField("停用日期", null=True, blank=True)

    scope_paths = ScopePaths("community_id", "id")
    view_permission = Permission.PLACE_VIEW

    class Meta:
        ordering = ["community", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["community", "number"], condition=Q(valid_to=None), name="cell_number",
                violation_error_message="这个网格编号已在使用。",
            ),
            models.UniqueConstraint(
                fields=["community", "name"], condition=Q(valid_to=None), name="cell_name",
                violation_error_message="这个网格名称已在使用。",
            ),
            models.CheckConstraint(
                name="cell_period",
                condition=Q(valid_to=None) | Q(valid_from=None)
                | Q(valid_to__gte=models.F("valid_from")),
                violation_error_message="停用日期不能早于启用日期。",
            ),
        ]  # fmt: skip

    def __str__(self):
        return self.name


class Building(ScopedRow):
    """楼栋: ``number`` as staff say it ("3", "A5"); ``aliases`` are its former names."""

    community = models.ForeignKey(Community, models.PROTECT, related_name="buildings")
    cell = models.ForeignKey(
        GridCell, models.PROTECT, null=True, blank=True, related_name="buildings",
        verbose_name="网格",
    )  # fmt: skip
    number = ByteOrderedCharField("楼号", max_length=20)
    number_sort = ByteOrderedCharField(max_length=40, editable=False)
    name = models.CharField("楼名", max_length=60, blank=True)
    aliases = models.JSONField("曾用名", default=list, blank=True)
    floors = models.PositiveSmallIntegerField("层数", null=True, blank=True)
    entrances = models.PositiveSmallIntegerField("单元数", null=True, blank=True)

    scope_paths = ScopePaths("community_id", "cell_id")
    view_permission = Permission.PLACE_VIEW

    class Meta:
        ordering = ["community", "number_sort"]
        constraints = [
            models.UniqueConstraint(
                fields=["community", "number"], name="building_number",
                violation_error_message="这个楼号已经登记过。",
            )
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["community", "number_sort", "id"], name="building_order"),
            models.Index(fields=["community", "changed_at", "id"], name="building_feed"),
        ]

    def __str__(self):
        return self.name or f"{self.number}号楼"


class DwellingUse(models.TextChoices):
    """How a dwelling is used; vacancy is counted from it and from the people in it."""

    OWN = "own", "自住"
    RENT = "rent", "出租"
    VACANT = "vacant", "空置"
    BUSINESS = "business", "经营"
    OTHER = "other", "其他"


class Dwelling(ScopedRow):
    """房屋: ``addr_key`` is how staff say it ("3-2-501"), ``addr_sort`` orders it."""

    community = models.ForeignKey(Community, models.PROTECT, related_name="dwellings")
    cell = models.ForeignKey(
        GridCell, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="网格"
    )
    building = models.ForeignKey(
        Building, models.PROTECT, related_name="dwellings", verbose_name="楼栋"
    )
    entrance = models.CharField("单元", max_length=10, blank=True)
    floor = models.SmallIntegerField("楼层", null=True, blank=True)
    room = models.CharField("房号", max_length=20)
    addr_key = ByteOrderedCharField("房屋", max_length=60, editable=False)
    addr_sort = ByteOrderedCharField(max_length=80, editable=False)
    use = models.CharField("用途", max_length=10, choices=DwellingUse, default=DwellingUse.OWN)

    scope_paths = ScopePaths("community_id", "cell_id")
    view_permission = Permission.PLACE_VIEW

    class Meta:
        ordering = ["community", "addr_sort"]
        constraints = [
            models.UniqueConstraint(
                fields=["community", "addr_key"], name="dwelling_address",
                violation_error_message="这套房屋已经登记过。",
            )
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["community", "addr_sort", "id"], name="dwelling_order"),
            models.Index(fields=["community", "changed_at", "id"], name="dwelling_feed"),
        ]

    def __str__(self):
        return self.addr_key
