"""The list of messages: that they went out, never what they said."""

import django_filters

from portal.accounts.permissions import Permission
from portal.core.lists import (
    NUMBER,
    Column,
    ListFilters,
    ListSpec,
    Order,
    TextFilter,
    register,
)
from portal.core.lists.expressions import minute_of
from portal.core.models import Outgoing, OutgoingState
from portal.core.outbox import PURPOSES
from portal.messaging.gateways import NAMES


class MessageFilters(ListFilters):
    state = django_filters.ChoiceFilter(label="状态", choices=OutgoingState.choices)
    purpose = django_filters.ChoiceFilter(
        label="用途", choices=lambda: sorted(PURPOSES.items(), key=lambda one: one[1])
    )
    who = TextFilter(label="收件人", method="by_who", placeholder="姓名")

    def by_who(self, rows, name, value):
        return rows.filter(recipient__name__startswith=value)


MESSAGES = register(ListSpec(
    name="messages", label="短信记录", unit="条", icon="message-square", model=Outgoing,
    permission=Permission.MESSAGE_VIEW, filters=MessageFilters,
    orders=(Order("created", "时间", "created_at", descending=True),),
    columns=(
        Column("created", "时间", value=minute_of("created_at"), trusted=True),
        Column("purpose", "用途", labels=PURPOSES),
        Column("recipient", "收件人", value="recipient__name"),
        Column("mask", "号码", trusted=True),
        Column("state", "状态", labels=dict(OutgoingState.choices), look="badge"),
        Column("tries", "次数", kind=NUMBER),
        Column("gateway", "通道", labels=NAMES),
        Column("error", "原因"),
        Column("next", "最早发送", value=minute_of("next_at"), trusted=True),
        Column("sent", "发出时间", value=minute_of("sent_at"), trusted=True, shown=False),
        Column("delivered", "送达时间", value=minute_of("delivered_at"), trusted=True,
               shown=False),
    ),
    hint="这里看得到短信是否送达；内容和完整号码不显示。",
    empty="系统发出提醒短信以后，会列在这里；内容和完整号码不显示。",
))  # fmt: skip
