"""Lists of incidents and of what they are set up with."""

import django_filters
from django.db.models import Case, CharField, Q, Value, When
from django.db.models.functions import TruncDate
from django.utils import timezone

from grids.incidents.board import AGES, age_between
from grids.lists import cells
from grids.models import (
    OPEN_STATES,
    Asset,
    AssetKind,
    Handler,
    HandlerKind,
    Incident,
    IncidentCategory,
    IncidentGroup,
    IncidentSource,
    IncidentState,
    Satisfaction,
)
from portal.accounts.permissions import Permission
from portal.core.lists import (
    DATE,
    NUMBER,
    Column,
    FlagFilter,
    ListFilters,
    ListSpec,
    OptionFilter,
    Order,
    TextFilter,
    register,
)
from portal.core.lists.expressions import count_of

OPEN = "open"
IN_USE = [("yes", "在用"), ("no", "停用")]


def told(path: str, labels: dict) -> Case:
    """Words for a column that holds no text: PostgreSQL mixes no types."""
    whens = [When(**{path: code}, then=Value(word)) for code, word in labels.items()]
    return Case(*whens, default=Value(""), output_field=CharField())


URGENT = told("is_urgent", {True: "是"})


def categories(viewer, tenant):
    return IncidentCategory.objects.visible_to(viewer).filter(community=tenant).order_by("name")


def handlers(viewer, tenant):
    return Handler.objects.visible_to(viewer).filter(community=tenant).order_by("name")


class IncidentFilters(ListFilters):
    q = TextFilter(label="编号或地点", method="by_text", placeholder="2026-00012 或 东门")
    state = django_filters.ChoiceFilter(
        label="状态", choices=[(OPEN, "未办结"), *IncidentState.choices], method="by_state"
    )
    age = django_filters.ChoiceFilter(
        label="报告时间", choices=[(key, label) for key, label, _, _ in AGES], method="by_age"
    )
    late = FlagFilter(label="只看逾期", method="by_late")
    urgent = FlagFilter(label="只看紧急", method="by_urgent")
    delay = FlagFilter(label="只看申请延期", method="by_delay")
    category = OptionFilter(label="类别", field_name="category_id", options=categories)
    handler = OptionFilter(label="处置单位", field_name="handler_id", options=handlers)
    cell = OptionFilter(label="网格", field_name="cell_id", options=cells)
    source = django_filters.ChoiceFilter(label="来源", choices=IncidentSource.choices)

    def by_text(self, rows, name, value):
        return rows.filter(Q(number__contains=value) | Q(spot__contains=value))

    def by_state(self, rows, name, value):
        return rows.filter(state__in=OPEN_STATES if value == OPEN else [value])

    def by_age(self, rows, name, value):
        begin, end = age_between(value, timezone.localdate())
        rows = rows.filter(reported_at__lt=end)
        return rows.filter(reported_at__gte=begin) if begin else rows

    def by_late(self, rows, name, value):
        return rows.filter(state__in=OPEN_STATES, due_at__lt=timezone.now())

    def by_urgent(self, rows, name, value):
        return rows.filter(is_urgent=True)

    def by_delay(self, rows, name, value):
        return rows.exclude(delay_to=None)


INCIDENTS = ListSpec(
    name="incidents", label="事件", unit="件", icon="siren", model=Incident,
    permission=Permission.INCIDENT_VIEW, filters=IncidentFilters, defaults={"state": OPEN},
    orders=(
        Order("reported", "报告时间", "reported_at", descending=True),
        Order("changed", "更新时间", "changed_at", descending=True),
    ),
    columns=(
        Column("number", "编号", look="plate", link=("grids:incident_show", "pk"), trusted=True),
        Column("state", "状态", labels=dict(IncidentState.choices), look="badge"),
        Column("is_urgent", "紧急", value=URGENT, trusted=True),
        Column("category", "类别", value="category__name"),
        Column("spot", "地点"),
        Column("building", "楼栋", value="building__number", look="plate"),
        Column("cell", "网格", value="cell__name"),
        Column("handler", "处置单位", value="handler__name"),
        Column("reported", "报告日期", value=TruncDate("reported_at"), kind=DATE),
        Column("due", "时限", value=TruncDate("due_at"), kind=DATE),
        Column("closed", "办结日期", value=TruncDate("closed_at"), kind=DATE, shown=False),
        Column("is_in_time", "按时处置", value=told("is_in_time", {True: "按时", False: "逾期"}),
               trusted=True, shown=False),
        Column("satisfaction", "满意度", value=told("satisfaction", dict(Satisfaction.choices)),
               trusted=True, shown=False),
        Column("source", "来源", labels=dict(IncidentSource.choices), shown=False),
        Column("urges", "催办次数", kind=NUMBER, shown=False),
        Column("delays", "延期次数", kind=NUMBER, shown=False),
        Column("returns", "退回次数", kind=NUMBER, shown=False),
    ),
    create=("登记事件", "grids:incident_report", Permission.INCIDENT_REPORT),
)  # fmt: skip


class InUse(ListFilters):
    """Lists whose rows are put out of use, never deleted."""

    q = TextFilter(label="名称", field_name="name", lookup_expr="contains")
    used = django_filters.ChoiceFilter(label="状态", choices=IN_USE, method="by_used")

    def by_used(self, rows, name, value):
        return rows.filter(is_active=value == "yes")


class HandlerFilters(InUse):
    kind = django_filters.ChoiceFilter(label="类别", choices=HandlerKind.choices)


HANDLERS = ListSpec(
    name="handlers", label="处置单位", unit="个", icon="wrench", model=Handler,
    permission=Permission.INCIDENT_HANDLE, filters=HandlerFilters, defaults={"used": "yes"},
    orders=(Order("name", "名称", "name"),),
    columns=(
        Column("name", "名称", link=("grids:handler_update", "pk")),
        Column("kind", "类别", labels=dict(HandlerKind.choices)),
        Column("contact", "联系人"),
        Column("phone", "联系电话"),
        Column("open", "未办结事件", value=count_of(Incident, "handler", state__in=OPEN_STATES),
               kind=NUMBER),
    ),
    create=("登记处置单位", "grids:handler_create", Permission.INCIDENT_HANDLE),
)  # fmt: skip


class CategoryFilters(InUse):
    group = django_filters.ChoiceFilter(label="大类", choices=IncidentGroup.choices)


CATEGORIES = ListSpec(
    name="incident_categories", label="事件类别", unit="类", icon="tags", model=IncidentCategory,
    permission=Permission.INCIDENT_HANDLE, filters=CategoryFilters, defaults={"used": "yes"},
    orders=(Order("group", "大类", "group"), Order("name", "名称", "name")),
    columns=(
        Column("name", "类别", link=("grids:incident_category_update", "pk")),
        Column("group", "大类", labels=dict(IncidentGroup.choices)),
        Column("handler", "处置单位", value="handler__name"),
        Column("is_urgent", "紧急", value=URGENT, trusted=True),
        Column("accept_hours", "受理（工作小时）", kind=NUMBER),
        Column("handle_hours", "处置（工作小时）", kind=NUMBER),
        Column("check_hours", "核查（工作小时）", kind=NUMBER),
    ),
    create=("登记事件类别", "grids:incident_category_create", Permission.INCIDENT_HANDLE),
)  # fmt: skip


class AssetFilters(InUse):
    kind = django_filters.ChoiceFilter(label="类别", choices=AssetKind.choices)
    warranty = django_filters.ChoiceFilter(
        label="保修", choices=[("yes", "在保修期内"), ("no", "已过或没有")], method="by_warranty"
    )
    owner = OptionFilter(label="权属单位", field_name="owner_id", options=handlers)
    maintainer = OptionFilter(label="养护单位", field_name="maintainer_id", options=handlers)

    def by_warranty(self, rows, name, value):
        held = Q(warranty_to__gte=timezone.localdate())
        return rows.filter(held) if value == "yes" else rows.exclude(held)


ASSETS = ListSpec(
    name="assets", label="设施", unit="处", icon="lamp", model=Asset,
    permission=Permission.INCIDENT_HANDLE, filters=AssetFilters, defaults={"used": "yes"},
    orders=(Order("kind", "类别", "kind"), Order("name", "名称", "name")),
    columns=(
        Column("name", "名称", link=("grids:asset_update", "pk")),
        Column("kind", "类别", labels=dict(AssetKind.choices)),
        Column("spot", "位置"),
        Column("building", "楼栋", value="building__number", look="plate"),
        Column("owner", "权属单位", value="owner__name"),
        Column("maintainer", "养护单位", value="maintainer__name"),
        Column("warranty_to", "保修至", kind=DATE),
        Column("handed_over_on", "移交日期", kind=DATE, shown=False),
        Column("incidents", "报修次数", value=count_of(Incident, "asset"), kind=NUMBER),
    ),
    create=("登记设施", "grids:asset_create", Permission.INCIDENT_HANDLE),
)  # fmt: skip

for spec in (INCIDENTS, HANDLERS, CATEGORIES, ASSETS):
    register(spec)
