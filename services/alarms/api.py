"""REST: alarms come in by POST, and are read as a feed of what happened, where with its scope."""

import hashlib
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

from grids.api import CommunityFeed, Described
from portal.accounts.permissions import Permission
from portal.core.access import access_of
from portal.core.api import BadParameter, Refused, read_moment
from portal.core.api_schema import ErrorSerializer
from portal.core.crypto import blind
from portal.core.models import IdempotencyKey
from portal.core.once import OtherBody, once_only
from services.actions import alarm_clash, alarm_ring
from services.models import Alarm, AlarmOutcome, AlarmState, CallDevice, DeviceKind

HEADER = "Idempotency-Key"
BODY_LIMIT, NUMBER = 4096, 40
A_MINUTE = 120  # alarms of one client
CREATED = 201


class AlarmSerializer(Described):
    community = serializers.CharField(source="community.code")
    cell = serializers.UUIDField(source="cell_id", allow_null=True)
    device = serializers.CharField(source="number", help_text="设备编号，供应商写法。")
    kind = serializers.ChoiceField(DeviceKind.choices)
    state = serializers.ChoiceField(AlarmState.choices)
    rang_at = serializers.DateTimeField()
    received_at = serializers.DateTimeField()
    last_rang_at = serializers.DateTimeField()
    count = serializers.IntegerField(help_text="这一次报警里按了几下。")
    level = serializers.IntegerField(help_text="上报层级：1 备岗和包片干部，2 主任。")
    taken_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    is_in_time = serializers.BooleanField(allow_null=True, help_text="是否及时响应。")
    household = serializers.UUIDField(
        source="household_id", required=False, allow_null=True, help_text="需要 households 范围。"
    )
    address = serializers.CharField(
        source="addr_key", required=False, help_text="需要 households 范围。"
    )
    outcome = serializers.ChoiceField(
        AlarmOutcome.choices, required=False, help_text="结果，需要 alarm_outcome 范围。"
    )


class AlarmRows(CommunityFeed):
    """报警：呼叫器的报警和响应情况；不含姓名、电话和处理说明。POST 报来一次报警。"""

    scope, permission, personal = "alarms", Permission.ALARM_VIEW, True
    serializer_class, model = AlarmSerializer, Alarm
    only_with = {"household": "households", "address": "households", "outcome": "alarm_outcome"}

    def subjects(self, keys):
        """Whoever the devices were given to."""
        users = CallDevice.objects.visible_to(self.request.user).filter(alarms__in=keys)
        people = users.exclude(resident=None).order_by("resident").values_list("resident")
        return list(people.values_list("resident", flat=True).distinct())


class RingSerializer(serializers.Serializer):
    device = serializers.CharField(max_length=NUMBER, help_text="设备编号，与登记的一致。")
    kind = serializers.ChoiceField(
        DeviceKind.choices, required=False, help_text="没有登记过的设备才看这一项。"
    )
    rang_at = serializers.DateTimeField(required=False, help_text="不写为收到的时间。")


class RungSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    device = serializers.CharField()
    is_known = serializers.BooleanField(help_text="设备是否登记过；没有登记过的同样受理。")
    joined = serializers.BooleanField(help_text="是否并入还没有办结的同一次报警。")
    count = serializers.IntegerField()
    state = serializers.ChoiceField(AlarmState.choices)


class AlarmIntake:
    """The writing half of the feed's address, with a scope of its own."""

    http_method_names = ["get", "head", "post"]

    @property
    def scope(self) -> str:
        is_write = getattr(self, "request", None) and self.request.method == "POST"
        return "alarms:write" if is_write else AlarmRows.scope

    @extend_schema(
        operation_id="alarm_ring", tags=["报警"], request=RingSerializer,
        description="报来一次报警。没有登记过的设备同样受理；同一设备在几分钟内再按，并入同一次报警。"
        "同一 Idempotency-Key 同样的内容得到第一次的回答，内容不同为 409。",
        parameters=[OpenApiParameter("format", exclude=True),
                     OpenApiParameter(HEADER, UUID, OpenApiParameter.HEADER, required=True,
                                     description="每次报警一个，重发时不变。")],
        responses={
            201: RungSerializer,
            **{status: OpenApiResponse(ErrorSerializer, description=words) for status, words in (
                (400, "内容写错"), (401, "没有凭证或凭证无效"), (403, "凭证没有这个范围"),
                (409, "编号已用于别的内容"), (413, "内容太长"), (429, "报得太密，稍后重发"),
            )},
        },
    )  # fmt: skip
    def post(self, request):
        key, raw = _key(request), _raw(request)
        sent = Sent.of(raw)
        client, digest = f"api:{request.user.pk}", blind(hashlib.sha256(raw).hexdigest(), "once")
        community = access_of(request.user).tenants(Permission.ALARM_REPORT)[0]
        _brake(client, key)

        def run(row: IdempotencyKey):
            rung = alarm_ring(by=request.user, community_id=community, number=sent.number,
                              kind=sent.kind, rang_at=sent.rang_at)  # fmt: skip
            row.settle(CREATED, answer=_told(rung))

        try:
            row, _ = once_only(client, key, digest, run)
        except OtherBody as error:
            alarm_clash(by=request.user, community_id=community, key=key, number=sent.number)
            text = f"这个 {HEADER} 已用于另一次报警，请换一个新的再报。"
            raise Refused(409, "other_body", text, HEADER) from error
        return HttpResponse(row.answer, status=row.status, content_type="application/json")


class Sent(NamedTuple):
    """What a device said. Only its number is needed: for a wrong hour or kind nobody is left
    lying on the floor."""

    number: str
    kind: str
    rang_at: datetime | None

    @classmethod
    def of(cls, raw: bytes) -> "Sent":
        try:
            body = orjson.loads(raw)
        except orjson.JSONDecodeError as error:
            raise Refused(400, "bad_body", "内容不是 JSON。") from error
        if not isinstance(body, dict):
            raise Refused(400, "bad_body", '内容要写成 JSON 对象，例如 {"device": "A-1024"}。')
        number = _text(body.get("device"))
        if not number:
            raise Refused(400, "bad_body", f"device 要写设备编号，最多 {NUMBER} 个字符。", "device")
        kind = body.get("kind")
        return cls(number, kind if isinstance(kind, str) else "", _moment(body.get("rang_at")))


def _text(value: Any) -> str:
    """The number as one line that any database takes; also one that was sent as a number."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = "".join(c for c in str(value).strip() if c.isprintable())
    return text if len(text) <= NUMBER else ""


def _moment(value: Any) -> datetime | None:
    try:
        return read_moment(value if isinstance(value, str) else None, "rang_at")
    except BadParameter:
        return None


def _key(request) -> UUID:
    try:
        return UUID(request.headers.get(HEADER, ""))
    except ValueError as error:
        text = f"请求头要写 {HEADER}：每次报警一个 UUID，重发时不变。"
        raise Refused(400, "bad_key", text, HEADER) from error


def _raw(request) -> bytes:
    if int(request.META.get("CONTENT_LENGTH") or 0) > BODY_LIMIT:
        raise Refused(413, "too_large", f"内容太长，最多 {BODY_LIMIT} 字节。")
    return request._request.body


def _brake(client: str, key: UUID) -> None:
    """A platform gone mad must not drown the others; what it sent before is answered again."""
    mine = IdempotencyKey.objects.filter(client=client)
    since = timezone.now() - timedelta(minutes=1)
    if mine.filter(created_at__gt=since).exclude(key=key).count() >= A_MINUTE:
        raise Refused(429, "too_many", f"一分钟最多 {A_MINUTE} 次，请一分钟后用同一编号重发。")


def _told(rung) -> str:
    alarm = rung.alarm
    return orjson.dumps({
        "id": alarm.pk, "device": alarm.number, "is_known": alarm.device_id is not None,
        "joined": rung.joined, "count": alarm.count, "state": alarm.state,
    }).decode()  # fmt: skip
