"""Indicators of the places."""

from datetime import date

from django.db.models import Q

from grids.models import Building, Dwelling, GridCell
from portal.accounts.permissions import Permission
from portal.core.indicators import Rows, Scope, indicator

REGISTER = "房屋登记"


@indicator(
    code="place.cells", name="网格", unit="个", source="网格登记", opens="cells",
    definition="当日有效的网格，含微网格。", permission=Permission.PLACE_VIEW,
)  # fmt: skip
def cells(scope: Scope, on: date) -> Rows:
    valid = Q(valid_from=None) | Q(valid_from__lte=on)
    return Rows(scope.rows_of(GridCell).filter(valid, Q(valid_to=None) | Q(valid_to__gt=on)))


@indicator(
    code="place.buildings", name="楼栋", unit="栋", source=REGISTER, opens="buildings",
    definition="登记的楼栋（不分日期，以现在的登记为准）。", permission=Permission.PLACE_VIEW,
)  # fmt: skip
def buildings(scope, on):
    return Rows(scope.rows_of(Building))


@indicator(
    code="place.dwellings", name="房屋", unit="套", source=REGISTER, opens="dwellings",
    definition="登记的房屋（不分日期，以现在的登记为准）。", permission=Permission.PLACE_VIEW,
)  # fmt: skip
def dwellings(scope, on):
    return Rows(scope.rows_of(Dwelling), key="dwellings")


@indicator(
    code="attention.no_cell", name="未划入网格的房屋", unit="套", source=REGISTER,
    definition="没有所属网格的房屋，其中的居民不在任何网格长的名单里。", series="attention",
    opens="dwellings", permission=Permission.PLACE_VIEW,
)  # fmt: skip
def no_cell(scope, on):
    return dwellings(scope, on).that(cell=None)
