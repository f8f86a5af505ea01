"""What OpenAPI says about the feeds, and the addresses of a feed and its rows."""

from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
    inline_serializer,
)
from rest_framework import serializers

from portal.core.api import LIMIT, MOST, Feed, FeedRow
from portal.core.api_formats import FORMATS


class ErrorBodySerializer(serializers.Serializer):
    code = serializers.CharField(help_text="错误种类，供程序判断。")
    message = serializers.CharField(help_text="说明，可直接给人看。")
    field = serializers.CharField(required=False, help_text="写错的参数。")


class ErrorSerializer(serializers.Serializer):
    error = ErrorBodySerializer()


class DeletedSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    deleted_at = serializers.DateTimeField()


FORMAT = OpenApiParameter("format", str, enum=list(FORMATS), description="不写为 json。")
PAGE = [
    OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": LIMIT},
                     description="一页的行数。"),
    OpenApiParameter("cursor", str, description="上一页 next 里的位置，原样使用。"),
    OpenApiParameter(
        "updated_since", OpenApiTypes.DATETIME,
        description="只要这一刻以后有变动的行，并在 deleted 里列出已删除的行。"
        "取上一次的 synced_to；同一行可能再来一次，不会漏。",
    ),
]  # fmt: skip
REFUSALS = {
    400: "参数写错", 401: "没有凭证或凭证无效", 403: "凭证没有这个范围", 404: "没有找到",
    406: "没有这种格式",
}  # fmt: skip


def answers(serializer) -> dict:
    """The responses of an address: its content in each format, then the refusals."""
    content = {"json": serializer, "csv": OpenApiTypes.STR, "ndjson": OpenApiTypes.STR,
               "xlsx": OpenApiTypes.BINARY}  # fmt: skip
    return {
        **{(200, FORMATS[kind].media_type): content[kind] for kind in FORMATS},
        304: OpenApiResponse(description="与 If-None-Match 相同"),
        **{
            (status, "application/json"): OpenApiResponse(ErrorSerializer, description=text)
            for status, text in REFUSALS.items()
        },
    }


def feed_urls(word: str, feed: type[Feed], writes: tuple[type, ...] = ()) -> list:
    """``word/`` and ``word/<id>/``, each also without its last slash. ``writes`` are classes in
    front of the feed that take something at the first one."""
    single = word.removesuffix("s").removesuffix("ie") + ("y" if word.endswith("ies") else "")
    page = inline_serializer(f"{feed.model.__name__}Page", {
        "results": feed.serializer_class(many=True),
        "next": serializers.URLField(allow_null=True, help_text="下一页；没有则为 null。"),
        "synced_to": serializers.DateTimeField(help_text="下一次的 updated_since。"),
        "deleted": DeletedSerializer(many=True, required=False),
    })  # fmt: skip
    asked = [*feed.parameters, *PAGE, FORMAT]
    many = _described(feed, (*writes, feed), f"{word}_list", asked, page)
    one = _described(feed, (FeedRow, feed), f"{single}_show", [FORMAT], feed.serializer_class())
    return [
        *both_ways(word, many, f"{single}_list"),
        *both_ways(f"{word}/<uuid:key>", one, f"{single}_show"),
    ]


def both_ways(route: str, view, name: str) -> list:
    """A client need not follow redirects: the address answers with its slash and without."""
    return [
        path(f"{route}/", view.as_view(), name=name),
        path(route, view.as_view(schema=None)),
    ]


def _described(feed, bases, operation, parameters, content):
    view = type(operation.title().replace("_", ""), bases, {"__doc__": feed.__doc__})
    described = extend_schema(
        operation_id=operation, parameters=parameters, responses=answers(content),
        tags=[feed.__doc__.partition("：")[0]], description=feed.__doc__,
    )  # fmt: skip
    return extend_schema_view(get=described)(view)
