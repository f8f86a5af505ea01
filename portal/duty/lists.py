"""The list of shifts: what the figures of duty open."""

import django_filters
from django.db.models import Case, CharField, Value, When
from django.utils import timezone

from portal.accounts.permissions import Permission
from portal.core.lists import (
    DATE,
    Column,
    FlagFilter,
    ListFilters,
    ListSpec,
    Order,
    TextFilter,
    register,
)
from portal.core.lists.expressions import minute_of
from portal.duty.models import DutyKind, RosterState, Shift

YES = "是"


def yes(path: str) -> Case:
    return Case(When(**{path: True}, then=Value(YES)), default=Value(""), output_field=CharField())


class ShiftFilters(ListFilters):
    who = TextFilter(label="值班人", method="by_who", placeholder="姓名")
    kind = django_filters.ChoiceFilter(label="类别", choices=DutyKind.choices)
    state = django_filters.ChoiceFilter(
        label="排班表", field_name="roster__state", choices=RosterState.choices
    )
    gap = FlagFilter(label="只看空缺", method="by_gap")
    missed = FlagFilter(label="只看未签到", method="by_missed")
    ahead = FlagFilter(label="只看今天起", method="by_ahead")

    def by_who(self, rows, name, value):
        return rows.filter(user__name__startswith=value)

    def by_gap(self, rows, name, value):
        return rows.gaps()

    def by_missed(self, rows, name, value):
        return rows.missed(timezone.now())

    def by_ahead(self, rows, name, value):
        return rows.filter(on__gte=timezone.localdate())


SHIFTS = register(ListSpec(
    name="shifts", label="班次记录", unit="班", icon="calendar-clock", model=Shift,
    permission=Permission.DUTY_VIEW, filters=ShiftFilters,
    defaults={"state": RosterState.PUBLISHED},
    empty="发布排班表以后，班次会列在这里。",
    orders=(Order("on", "日期", "starts_at", descending=True),),
    columns=(
        Column("on", "日期", kind=DATE, link=("duty:shift_show", "pk")),
        Column("name", "班次"),
        Column("starts", "开始", value=minute_of("starts_at"), trusted=True),
        Column("ends", "结束", value=minute_of("ends_at"), trusted=True),
        Column("user", "值班人", value="user__name"),
        Column("kind", "类别", labels=dict(DutyKind.choices)),
        Column("checked", "签到", value=minute_of("checked_in_at"), trusted=True),
        Column("night", "夜班", value=yes("is_night"), trusted=True, shown=False),
        Column("weekend", "周末", value=yes("is_weekend"), trusted=True, shown=False),
        Column("holiday", "节假日", value=yes("is_holiday"), trusted=True, shown=False),
    ),
))  # fmt: skip
