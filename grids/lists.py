"""Lists of the places: cells, buildings and dwellings."""

from contextlib import suppress

import django_filters
from django import forms
from django.db.models import Q
from django.db.models.functions import TruncDate
from django.utils import timezone

from grids.actions import building_assign_cell, dwelling_update
from grids.addresses import AddressError, parse, sort_key
from grids.models import Building, CellKind, Dwelling, DwellingUse, GridCell
from portal.accounts.permissions import Permission
from portal.core.errors import DomainError
from portal.core.indicators import Scope, figure_rows
from portal.core.lists import (
    DATE,
    NUMBER,
    Bulk,
    BulkForm,
    Column,
    ListFilters,
    ListSpec,
    OptionFilter,
    Order,
    TextFilter,
    register,
)
from portal.core.lists.expressions import count_of

VACANT = "place.dwellings_vacant"


def cells(viewer, tenant):
    """The cells in which the viewer may narrow a list."""
    rows = GridCell.objects.visible_to(viewer).filter(community=tenant, valid_to=None)
    return rows.order_by("number")


def narrow_by_address(rows, text: str):
    """Rows whose address begins as typed; 3号楼2单元501 is understood as 3-2-501."""
    return rows.filter(address_begins(text))


def address_begins(text: str, path: str = "") -> Q:
    """The same as a condition; ``path`` leads to the row with the address."""
    with suppress(AddressError):
        text = parse(text).key
    return Q(**{f"{path}addr_key__prefix": text})


class BuildingFilter(TextFilter):
    """A building by its number: a range of the order of addresses, so no table is joined."""

    def __init__(self):
        super().__init__(label="楼号", placeholder="如 3")

    def filter(self, rows, value):
        number = value.strip().upper().removesuffix("楼").removesuffix("号")
        return rows.filter(addr_sort__prefix=sort_key(f"{number}-")) if number else rows


class BuildingFilters(ListFilters):
    q = TextFilter(label="楼号或楼名", method="by_text", placeholder="如 3 或 明珠楼")
    cell = OptionFilter(label="网格", field_name="cell_id", options=cells)
    placed = django_filters.ChoiceFilter(
        label="划入网格", choices=[("yes", "已划入"), ("no", "未划入")], method="by_placed"
    )

    def by_text(self, rows, name, value):
        word = value.removesuffix("楼").removesuffix("号")
        return rows.filter(
            Q(number__prefix=word) | Q(name__contains=value) | Q(aliases__icontains=value)
        )

    def by_placed(self, rows, name, value):
        return rows.filter(cell__isnull=value == "no")


class CellForm(BulkForm):
    cell = forms.ModelChoiceField(None, label="划入网格", empty_label="请选择")

    def __init__(self, data=None, **who):
        super().__init__(data, **who)
        self.fields["cell"].queryset = cells(self.viewer, self.tenant)


def building_assign(by, building, cell):
    building_assign_cell(by=by, building=building, version=building.version, cell=cell)


# Places and people come with the first ledger.
BRING = ("导入居民台账", "core:import_list", Permission.IMPORT_RUN)
EMPTY = "导入居委会现有的居民台账，楼栋、房屋、住户和居民会一次建好。"

BUILDINGS = ListSpec(
    name="buildings", label="楼栋", unit="栋", icon="building-2", model=Building,
    permission=Permission.PLACE_VIEW, filters=BuildingFilters,
    bring=BRING, empty=EMPTY,
    orders=(
        Order("number", "楼号", "number_sort"),
        Order("changed", "更新时间", "changed_at", descending=True),
    ),
    columns=(
        Column("number", "楼号", look="plate", link=("grids:building_show", "pk")),
        Column("name", "楼名"),
        Column("cell", "网格", value="cell__name"),
        Column("dwellings", "房屋", value=count_of(Dwelling, "building"),
               kind=NUMBER),
        Column("floors", "层数", kind=NUMBER),
        Column("entrances", "单元数", kind=NUMBER),
        Column("changed", "更新日期", value=TruncDate("changed_at"), kind=DATE),
    ),
    bulk=(
        Bulk("building_assign_cell", "划入网格", Permission.PLACE_UPDATE, building_assign, CellForm,
             "map"),
    ),
    create=("登记楼栋", "grids:building_create", Permission.PLACE_UPDATE),
)  # fmt: skip


class DwellingFilters(ListFilters):
    q = TextFilter(label="房屋", method="by_text", placeholder="3-2-501")
    building = BuildingFilter()
    cell = OptionFilter(label="网格", field_name="cell_id", options=cells)
    use = django_filters.ChoiceFilter(label="用途", choices=DwellingUse.choices)
    lived = django_filters.ChoiceFilter(
        label="住户", choices=[("yes", "有常住居民"), ("no", "空置")], method="by_lived"
    )

    def by_text(self, rows, name, value):
        return narrow_by_address(rows, value)

    def by_lived(self, rows, name, value):
        """What the figure calls vacant; the people's room above declares it."""
        vacant = figure_rows(VACANT, Scope(self.tenant), timezone.localdate())
        found = Q(pk__in=vacant.values("pk"))
        return rows.filter(~found if value == "yes" else found)


class UseForm(BulkForm):
    use = forms.ChoiceField(label="用途", choices=DwellingUse.choices)


def dwelling_use(by, dwelling, use):
    if dwelling.use == use:
        raise DomainError("已经是这个用途。")
    dwelling_update(by=by, dwelling=dwelling, version=dwelling.version, values={"use": use})


DWELLINGS = ListSpec(
    name="dwellings", label="房屋", unit="套", icon="door-open", model=Dwelling,
    permission=Permission.PLACE_VIEW, filters=DwellingFilters,
    guarded={"lived": Permission.RESIDENT_VIEW},
    bring=BRING, empty=EMPTY,
    orders=(
        Order("addr", "房屋", "addr_sort"),
        Order("changed", "更新时间", "changed_at", descending=True),
    ),
    columns=(
        Column("addr", "房屋", value="addr_key", look="plate", link=("grids:dwelling_show", "pk")),
        Column("building", "楼栋", value="building__number", link=("grids:building_show",
               "building_id")),
        Column("entrance", "单元"),
        Column("floor", "楼层", kind=NUMBER),
        Column("room", "房号"),
        Column("cell", "网格", value="cell__name"),
        Column("use", "用途", labels=dict(DwellingUse.choices)),
        Column("changed", "更新日期", value=TruncDate("changed_at"), kind=DATE, shown=False),
    ),
    bulk=(
        Bulk("dwelling_use", "设定用途", Permission.PLACE_UPDATE, dwelling_use, UseForm,
             "door-open"),
    ),
)  # fmt: skip


class CellFilters(ListFilters):
    kind = django_filters.ChoiceFilter(label="类型", choices=CellKind.choices)
    state = django_filters.ChoiceFilter(
        label="状态", choices=[("open", "在用"), ("closed", "已停用")], method="by_state"
    )

    def by_state(self, rows, name, value):
        return rows.filter(valid_to__isnull=value == "open")


CELLS = ListSpec(
    name="cells", label="网格", unit="个", icon="map", model=GridCell,
    permission=Permission.PLACE_VIEW, filters=CellFilters, defaults={"state": "open"},
    orders=(Order("number", "编号", "number"),),
    columns=(
        Column("name", "网格名称", link=("grids:cell_show", "pk")),
        Column("number", "编号", kind=NUMBER),
        Column("kind", "类型", labels=dict(CellKind.choices)),
        Column("parent", "上级网格", value="parent__name"),
        Column("buildings", "楼栋", value=count_of(Building, "cell"), kind=NUMBER),
        Column("valid_from", "启用日期", kind=DATE),
        Column("valid_to", "停用日期", kind=DATE, shown=False),
    ),
    create=("新建网格", "grids:cell_create", Permission.PLACE_UPDATE),
)  # fmt: skip

for spec in (CELLS, BUILDINGS, DWELLINGS):
    register(spec)
