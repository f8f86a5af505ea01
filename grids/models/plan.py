"""The site plan: a picture or none, and what lies on it, in plan coordinates."""

from django.db import models
from django.db.models import Q

from grids.models.places import Building, Community, GridCell
from portal.accounts.permissions import Permission
from portal.core.models import ScopedRow, ScopePaths, TenantQuerySet


class SitePlan(ScopedRow):
    """平面图: the ground it is drawn on. x runs to the right, y downwards, from 0 to
    ``width`` and ``height``; ``metres`` is the length of one unit, where it is known."""

    community = models.OneToOneField(Community, models.PROTECT, related_name="site_plan")
    picture_key = models.CharField(max_length=60, blank=True, editable=False)
    width = models.FloatField("宽", default=1000)
    height = models.FloatField("高", default=700)
    metres = models.FloatField("每单位米数", null=True, blank=True)

    scope_paths = ScopePaths("community_id")
    view_permission = Permission.PLACE_VIEW

    objects = TenantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="plan_size", condition=Q(width__gt=0, height__gt=0),
                violation_error_message="平面图的宽和高要大于 0。",
            )
        ]  # fmt: skip

    def __str__(self):
        return f"{self.community} 平面图"


class ShapeKind(models.TextChoices):
    """What lies on a plan."""

    BUILDING = "building", "楼栋"
    CELL = "cell", "网格"
    GATE = "gate", "大门"
    ROAD = "road", "道路"
    GREEN = "green", "绿地"
    SQUARE = "square", "广场"
    WATER = "water", "水面"
    FACILITY = "facility", "设施"


class PlanShape(ScopedRow):
    """图形: ``geometry`` is a GeoJSON geometry (RFC 7946) in plan coordinates: Point,
    LineString or Polygon. Outlines are no personal data: all who work there see them."""

    community = models.ForeignKey(Community, models.PROTECT, related_name="shapes")
    kind = models.CharField("类别", max_length=10, choices=ShapeKind)
    name = models.CharField("名称", max_length=60, blank=True)
    building = models.OneToOneField(
        Building, models.CASCADE, null=True, blank=True, related_name="shape",
        verbose_name="楼栋",
    )  # fmt: skip
    cell = models.OneToOneField(
        GridCell, models.CASCADE, null=True, blank=True, related_name="shape",
        verbose_name="网格",
    )  # fmt: skip
    geometry = models.JSONField("位置", default=dict)

    scope_paths = ScopePaths("community_id")
    view_permission = Permission.PLACE_VIEW

    objects = TenantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="shape_of",
                condition=Q(kind=ShapeKind.BUILDING, building__isnull=False, cell=None)
                | Q(kind=ShapeKind.CELL, cell__isnull=False, building=None)
                | (~Q(kind__in=[ShapeKind.BUILDING, ShapeKind.CELL]) & Q(building=None, cell=None)),
                violation_error_message="楼栋和网格的图形要指明是哪一个。",
            )
        ]

    def __str__(self):
        return self.name or self.get_kind_display()


class CardPrint(ScopedRow):
    """联系卡打印记录: what the cards of a building said when they were printed last; other
    words now mean that they must be printed again."""

    community = models.ForeignKey(Community, models.PROTECT, related_name="+")
    cell = models.ForeignKey(GridCell, models.PROTECT, null=True, blank=True, related_name="+")
    building = models.OneToOneField(Building, models.CASCADE, related_name="card_print")
    digest = models.CharField(max_length=64)
    printed_on = models.DateField("打印日期")

    scope_paths = ScopePaths("community_id", "cell_id")
    view_permission = Permission.PLACE_VIEW

    def __str__(self):
        return f"{self.building_id} {self.printed_on}"
