"""Lists of call devices and alarms."""

import django_filters
from django.db.models import Case, CharField, F, Q, Value, When
from django.db.models.functions import TruncDate

from grids.lists import address_begins, cells
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
from portal.core.lists.expressions import count_of, minute_of
from services.models import (
    OPEN,
    Alarm,
    AlarmOutcome,
    AlarmState,
    CallDevice,
    DeviceKind,
    stray_words,
)

UNSETTLED = "open"
USED = [("yes", "在用"), ("no", "已停用")]
UNKNOWN = "（未登记的呼叫器）"


class DeviceFilters(ListFilters):
    q = TextFilter(label="编号或住址", method="by_text", placeholder="设备编号或 3-2-501")
    used = django_filters.ChoiceFilter(label="状态", choices=USED, method="by_used")
    kind = django_filters.ChoiceFilter(label="类别", choices=DeviceKind.choices)
    cell = OptionFilter(label="网格", field_name="dwelling__cell_id", options=cells)
    strayed = FlagFilter(label="只看与住户不符", method="by_strayed")

    def by_text(self, rows, name, value):
        return rows.filter(Q(number__prefix=value) | address_begins(value, "dwelling__"))

    def by_used(self, rows, name, value):
        return rows.filter(to_on__isnull=value == "yes")

    def by_strayed(self, rows, name, value):
        return rows.strayed()


register(ListSpec(
    name="call_devices", label="呼叫器", unit="台", icon="bell-ring", model=CallDevice,
    permission=Permission.ALARM_VIEW, export_permission=Permission.RESIDENT_EXPORT,
    filters=DeviceFilters, defaults={"used": "yes"},
    orders=(Order("number", "设备编号", "number"), Order("address", "住址", "dwelling__addr_sort")),
    columns=(
        Column("number", "设备编号", link=("services:device_show", "pk")),
        Column("kind", "类别", labels=dict(DeviceKind.choices)),
        Column("address", "安装在", value="dwelling__addr_key", look="plate", trusted=True),
        Column("strayed", "请核对", value=lambda viewer: stray_words(), look="badge", trusted=True),
        Column("spot", "家中位置"),
        Column("cell", "网格", value="dwelling__cell__name"),
        Column("from_on", "启用日期", kind=DATE),
        Column("to_on", "停用日期", kind=DATE, shown=False),
        Column("supplier", "供应商", shown=False),
        Column("alarms", "报警次数", value=count_of(Alarm, "device"), kind=NUMBER),
    ),
    create=("登记呼叫器", "services:device_create", Permission.DEVICE_UPDATE),
))  # fmt: skip


class AlarmFilters(ListFilters):
    q = TextFilter(label="住址或编号", method="by_text", placeholder="3-2-501 或设备编号")
    state = django_filters.ChoiceFilter(
        label="状态", choices=[(UNSETTLED, "未办结"), *AlarmState.choices], method="by_state"
    )
    kind = django_filters.ChoiceFilter(label="类别", choices=DeviceKind.choices)
    outcome = django_filters.ChoiceFilter(label="结果", choices=AlarmOutcome.choices)
    cell = OptionFilter(label="网格", field_name="cell_id", options=cells)
    late = FlagFilter(label="只看响应超时", method="by_late")
    unknown = FlagFilter(label="只看未登记的呼叫器", method="by_unknown")

    def by_text(self, rows, name, value):
        return rows.filter(Q(number__prefix=value) | address_begins(value))

    def by_state(self, rows, name, value):
        return rows.filter(state__in=OPEN if value == UNSETTLED else [value])

    def by_late(self, rows, name, value):
        return rows.filter(Q(is_in_time=False) | Q(state=AlarmState.RINGING, level__gt=0))

    def by_unknown(self, rows, name, value):
        return rows.filter(device=None)


WHERE = Case(When(addr_key="", then=Value(UNKNOWN)), default=F("addr_key"),
             output_field=CharField())  # fmt: skip

register(ListSpec(
    name="alarms", label="报警", unit="次", icon="bell-ring", model=Alarm,
    permission=Permission.ALARM_VIEW, export_permission=Permission.RESIDENT_EXPORT,
    filters=AlarmFilters, defaults={"state": UNSETTLED},
    orders=(Order("rang", "报警时间", "rang_at", descending=True),),
    columns=(
        Column("rang", "报警时间", value=minute_of("rang_at"), trusted=True,
               link=("services:alarm_show", "pk")),
        Column("state", "状态", labels=dict(AlarmState.choices), look="badge"),
        Column("address", "住址", value=WHERE, look="plate", trusted=True),
        Column("kind", "类别", labels=dict(DeviceKind.choices)),
        Column("number", "设备编号"),
        Column("count", "次数", kind=NUMBER),
        Column("cell", "网格", value="cell__name"),
        Column("taken_by", "响应人", value="taken_by__name"),
        Column("taken", "响应时间", value=minute_of("taken_at"), trusted=True),
        Column("outcome", "结果", labels=dict(AlarmOutcome.choices) | {"": ""}),
        Column("closed", "办结日期", value=TruncDate("closed_at"), kind=DATE, shown=False),
        Column("closed_by", "办结人", value="closed_by__name", shown=False),
    ),
    empty="呼叫器报警以后，会列在这里。",
))  # fmt: skip
