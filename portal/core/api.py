"""REST, nearly all of it read-only: feeds of rows by key, in four formats, with ETag, errors in
one shape.

A feed is ordered by (changed_at, id). Whoever keeps a copy asks with ``updated_since`` =
the ``synced_to`` of the last pull and gets every row that changed since then, and the ids
of deleted ones. A row may come twice, never not at all: ``synced_to`` lies MARGIN before
the pull began, because a long write commits later than the moment it carries.
"""

import base64
import hashlib
import heapq
import re
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import orjson
from django.db.models import F, Model, QuerySet, Value
from django.http import Http404
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.http import content_disposition_header, parse_etags
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.core.api_access import InScope
from portal.core.api_formats import FORMATS, ByFormat, JsonRenderer
from portal.core.audit import access_record
from portal.core.lists.paging import RowCompare
from portal.core.models import Tombstone
from portal.core.origin import current_origin, origin

LIMIT, MOST = 100, 1000
MARGIN = timedelta(minutes=15)  # longer than any write may take (CELERY_TASK_TIME_LIMIT)
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
BAD_CURSOR = "cursor 无效：请原样使用上一页给出的 next。"
_PLUS_LOST = re.compile(r" (\d\d:?\d\d)$")  # "+08:00" written into an address as it is


# --- What was asked wrongly


class BadParameter(exceptions.APIException):
    """A parameter that cannot be read (400); ``field`` names it."""

    status_code = 400
    default_code = "bad_parameter"

    def __init__(self, field: str, message: str):
        super().__init__(message)
        self.field = field


WORDS = {
    exceptions.NotAuthenticated: (
        "not_authenticated",
        "请求没有带接口凭证：请在请求头写 Authorization: Bearer <凭证>。",
    ),
    exceptions.AuthenticationFailed: ("bad_token", None),
    exceptions.PermissionDenied: ("not_allowed", None),
    exceptions.NotFound: ("not_found", "没有找到：地址不存在，或不在这个凭证的范围内。"),
    exceptions.MethodNotAllowed: ("read_only", "接口只读：请用 GET。"),
    exceptions.NotAcceptable: (
        "no_such_format",
        f"没有这种格式：format 可以是 {'、'.join(FORMATS)}。",
    ),
    BadParameter: ("bad_parameter", None),
}


def answer_error(error: Exception, context: dict) -> Response | None:
    """Every refusal as {"error": {"code", "message"[, "field"]}}; None for a fault of ours."""
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    if isinstance(error, Refused):
        code, message = error.code, None
    elif type(error) in WORDS:
        code, message = WORDS[type(error)]
    else:
        return None
    body = {"code": code, "message": message or str(error.detail)}
    if field := getattr(error, "field", ""):
        body["field"] = field
    headers = {"WWW-Authenticate": error.auth_header} if getattr(error, "auth_header", "") else {}
    return Response({"error": body}, status=error.status_code, headers=headers)


# --- Views


class ReadView(APIView):
    """GET only. ``scope`` is the scope that a token needs."""

    scope = ""
    http_method_names = ["get", "head"]
    permission_classes = [InScope]
    renderer_classes = list(FORMATS.values())
    content_negotiation_class = ByFormat
    known = frozenset({"format"})  # parameters; one that is misspelt must not go unnoticed

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        for name in request.query_params:
            if name not in self.known:
                told = "、".join(sorted(self.known))
                raise BadParameter(name[:40], f"没有这个参数；可以写的有：{told}。")

    def get_exception_handler(self):
        return answer_error

    def handle_exception(self, exc):
        response = super().handle_exception(exc)
        self.request.accepted_renderer = JsonRenderer()
        self.request.accepted_media_type = JsonRenderer.media_type
        return response

    def answer(self, data, **headers) -> Response:
        """The data, or 304 when the client has it already.

        The tag is weak: it leaves out ``synced_to`` and the cursor, which differ each time.
        """
        tag = f'W/"{_digest(self.request, data)}"'
        known = parse_etags(self.request.headers.get("If-None-Match", ""))
        headers |= {"ETag": tag, "Vary": "Authorization, Accept"}
        if tag in known or "*" in known:
            return Response(status=304, headers=headers)
        kind = self.request.accepted_renderer.format
        if kind != "json":
            name = f"{self.request.path.strip('/').rpartition('/')[2]}.{kind}"
            headers["Content-Disposition"] = content_disposition_header(True, name)
        return Response(data, headers=headers)


class Refused(exceptions.APIException):
    """A write that was not carried out, with a status, code and words of its own."""

    def __init__(self, status: int, code: str, message: str, field: str = ""):
        super().__init__(message)
        self.status_code, self.code, self.field = status, code, field


class NotFoundView(ReadView):
    """Any other address below the interface's."""

    schema = None

    def get(self, request, *args, **kwargs):
        raise Http404


class Feed(ReadView):
    """Rows of a model. A subclass names ``serializer_class`` (explicit fields, whose sources
    are paths), ``permission`` and how to find the tenants that were asked for."""

    serializer_class: type
    model: type[Model]
    permission: str = ""
    personal = False  # each answer is written to the access log
    # field name → what makes an expression (or path) for the viewer, where a path is not enough
    expressions: dict = {}
    only_with: dict = {}  # field name → scope without which the field does not exist
    parameters: list = []  # of the address, besides those of every feed

    @property
    def known(self) -> set[str]:
        named = {parameter.name for parameter in self.parameters}
        return {"format", "limit", "cursor", "updated_since"} | named

    def tenants(self) -> list[UUID]:
        raise NotImplementedError

    def rows(self) -> QuerySet:
        """The rows in reach of the client."""
        paths, tenants = self.model.scope_paths, self.tenants()
        reach = (
            {paths.tenant: tenants[0]} if len(tenants) == 1 else {f"{paths.tenant}__in": tenants}
        )
        return self.model.objects.visible_to(self.request.user, self.permission).filter(**reach)

    def columns(self) -> dict:
        """{field name: path or expression} of the fields that exist for this client."""
        scopes = self.request.user.scopes
        return {
            name: self._expression(name, field)
            for name, field in self.serializer_class().fields.items()
            if name not in self.only_with or self.only_with[name] in scopes
        }

    def _expression(self, name: str, field):
        value = field.source.replace(".", "__")
        if name in self.expressions:
            value = self.expressions[name](self.request.user)
        return F(value) if isinstance(value, str) else value

    def get(self, request, *args, **kwargs):
        asked, columns = Asked.of(request), self.columns()
        self.field_names = list(columns)
        found = page_of(self.rows().values_list("changed_at", "pk", *columns.values()),
                        self.deleted(asked), asked)  # fmt: skip
        results = [dict(zip(columns, row[2:], strict=True)) for row in found.rows]
        self.log([row[1] for row in found.rows])
        url = None
        if found.last:
            url = _address(request, cursor=asked.cursor_after(found.last))
        data = {"results": results, "next": url, "synced_to": asked.synced_to}
        if asked.since:
            data["deleted"] = [{"id": key, "deleted_at": moment} for moment, key in found.deleted]
        headers = {"Link": f'<{url}>; rel="next"'} if url else {}
        return self.answer(data, **headers, **{"X-Synced-To": asked.synced_to.isoformat()})

    def deleted(self, asked: "Asked") -> QuerySet:
        if not asked.since:
            return Tombstone.objects.none().values_list("deleted_at", "pk")
        graves = Tombstone.objects.filter(
            model=self.model._meta.label_lower, tenant__in=self.tenants()
        )
        return graves.values_list("deleted_at", "pk")

    def log(self, keys: list[UUID]) -> None:
        """Who read which rows; nothing for an answer without rows."""
        if self.personal and keys:
            with origin(current_origin().text, self.request.user.role_name):
                access_record(
                    self.request.user, action="api_read", model=self.model._meta.label_lower,
                    row_id=keys[0] if len(keys) == 1 else None, subjects=self.subjects(keys),
                    tenant=self.tenants()[0], fields="masked", count=len(keys),
                )  # fmt: skip

    def subjects(self, keys: list[UUID]) -> list[UUID]:
        """The people whom these rows are about."""
        return keys


class FeedRow(Feed):
    """One row of a feed, under its id."""

    def get(self, request, *args, **kwargs):
        columns = self.columns()
        row = self.rows().filter(pk=kwargs["key"]).values_list(*columns.values()).first()
        if row is None:
            raise Http404
        self.log([kwargs["key"]])
        return self.answer(dict(zip(columns, row, strict=True)))


# --- Pages by key


class Asked(NamedTuple):
    """What page was asked for. ``after`` is the last row of the page before."""

    limit: int
    since: datetime | None
    after: tuple[datetime, UUID] | None
    synced_to: datetime

    @classmethod
    def of(cls, request) -> "Asked":
        params = request.query_params
        after, synced_to = None, timezone.now() - MARGIN
        if cursor := params.get("cursor"):
            after, synced_to = read_cursor(cursor)
        return cls(read_limit(params.get("limit")), read_moment(params.get("updated_since")),
                   after, synced_to)  # fmt: skip

    def cursor_after(self, last: tuple[datetime, UUID]) -> str:
        parts = (last[0].isoformat(), str(last[1]), self.synced_to.isoformat())
        return base64.urlsafe_b64encode("|".join(parts).encode()).decode().rstrip("=")


class Found(NamedTuple):
    """A page: its rows, the deleted ids between them, and its last place if more follows."""

    rows: list[tuple]
    deleted: list[tuple]
    last: tuple[datetime, UUID] | None


def page_of(rows: QuerySet, deleted: QuerySet, asked: Asked) -> Found:
    """One page of rows and deleted ids together, in the order of their moments."""
    living = _next(rows, "changed_at", asked)
    dead = _next(deleted, "deleted_at", asked) if asked.since else []
    merged = list(heapq.merge(living, dead, key=lambda row: row[:2]))
    page = merged[: asked.limit]
    last = page[-1][:2] if len(merged) > asked.limit else None
    return Found(
        [row for row in page if len(row) > 2], [row for row in page if len(row) == 2], last
    )


def _next(rows: QuerySet, moment: str, asked: Asked) -> list[tuple]:
    if asked.since:
        rows = rows.filter(**{f"{moment}__gte": asked.since})
    if asked.after:
        fields = rows.model._meta
        place = [
            Value(value, output_field=field)
            for value, field in zip(asked.after, (fields.get_field(moment), fields.pk), strict=True)
        ]
        rows = rows.filter(RowCompare([F(moment), F("pk")], ">", place))
    return list(rows.order_by(moment, "pk")[: asked.limit + 1])


# --- Reading parameters


def read_limit(text: str | None) -> int:
    if text is None:
        return LIMIT
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= MOST):
        raise BadParameter("limit", f"limit 要写 1 至 {MOST} 之间的整数。")
    return int(text)


def read_moment(text: str | None, field: str = "updated_since") -> datetime | None:
    """An ISO 8601 moment; without an offset it is Shanghai time, a date is its midnight."""
    if not text:
        return None
    try:
        text = _PLUS_LOST.sub(r"+\1", text)
        moment = parse_datetime(text if len(text) > 10 else f"{text}T00:00:00")
        if moment and timezone.is_naive(moment):
            moment = timezone.make_aware(moment)
        if moment and EARLIEST <= moment <= LATEST:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise BadParameter(field, f"{field} 要写时间，例如 2026-11-22T08:00:00+08:00。")


def read_day(text: str | None, field: str, earliest: date, latest: date) -> date:
    """A day as 2026-11-22; today when it is not given."""
    if not text:
        return timezone.localdate()
    try:
        day = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        day = None
    if day is None or not earliest <= day <= latest:
        raise BadParameter(
            field, f"{field} 要写 {earliest} 至 {latest} 之间的日期，例如 2026-11-22。"
        )
    return day


def read_cursor(text: str) -> tuple[tuple[datetime, UUID], datetime]:
    """The place and the pull's ``synced_to`` that a ``next`` link carries."""
    try:
        raw = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        moment, key, synced_to = raw.decode("ascii").split("|")
        place = (read_moment(moment, "cursor"), UUID(key))
        synced_to = read_moment(synced_to, "cursor")
    except (ValueError, BadParameter) as error:
        raise BadParameter("cursor", BAD_CURSOR) from error
    if place[0] is None or synced_to is None:
        raise BadParameter("cursor", BAD_CURSOR)
    return place, synced_to


def _address(request, **changes) -> str:
    query = request.query_params.copy()
    for name, value in changes.items():
        query[name] = value
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")


def _digest(request, data) -> str:
    stable = data
    if isinstance(data, dict) and "results" in data:
        stable = {"rows": data["results"], "deleted": data.get("deleted"),
                  "more": data["next"] is not None}  # fmt: skip
    kind = request.accepted_renderer.format
    query = sorted(request.query_params.items())
    content = orjson.dumps([kind, query, stable])
    return hashlib.sha256(content).hexdigest()[:32]
