"""REST: the indicators of a community on a day; what there is to read, and its description."""

from django.urls import get_resolver, reverse
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from drf_spectacular.views import SpectacularAPIView
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import IsAuthenticated

from grids.api import COMMUNITY, community_of
from portal.accounts.api_auth import ApiClientAuthentication
from portal.accounts.permissions import Permission
from portal.core.access import access_of
from portal.core.api import ReadView, answer_error, read_day
from portal.core.api_schema import FORMAT, answers
from portal.core.indicators import Scope, figures
from portal.reports.forms import EARLIEST, LATEST

FIGURES = {
    "type": "object",
    "additionalProperties": {
        "type": "object",
        "required": ["value", "name", "unit"],
        "properties": {
            "value": {"type": ["number", "null"], "description": "占比没有分母时为 null。"},
            "name": {"type": "string"},
            "unit": {"type": "string"},
        },
    },
}


INDEX = {
    "type": "object",
    "additionalProperties": {
        "type": "object",
        "required": ["url", "scope", "readable", "about"],
        "properties": {
            "url": {"type": "string", "format": "uri"},
            "scope": {"type": "string", "description": "需要的范围；空的不需要。"},
            "readable": {"type": "boolean", "description": "这个凭证能不能读。"},
            "about": {"type": "string"},
        },
    },
}


class BearerToken(OpenApiAuthenticationExtension):
    """How the description names the clients' tokens."""

    target_class = ApiClientAuthentication
    name = "token"

    def get_security_definition(self, auto_schema):
        return {"type": "http", "scheme": "bearer", "description": "接口凭证，由社区发放。"}


@extend_schema_view(
    get=extend_schema(
        operation_id="indicators_show",
        tags=["指标"],
        description="一个社区某一天的指标，按代码列出；口径与门户的指标目录相同。",
        parameters=[
            COMMUNITY,
            OpenApiParameter(
                "on", {"type": "string", "format": "date"}, description="不写为今天。"
            ),
            FORMAT,
        ],
        responses=answers(FIGURES),
    )
)
class IndicatorView(ReadView):
    """指标：一个社区某一天的指标，口径与门户的指标目录相同。"""

    scope, permission = "figures", Permission.FIGURES_VIEW
    field_names = ["code", "value", "name", "unit"]
    known = frozenset({"format", "community", "on"})

    def get(self, request):
        tenant = community_of(request, self.permission)
        tenant = tenant or access_of(request.user).tenants(self.permission)[0]
        on = read_day(request.query_params.get("on"), "on", EARLIEST, LATEST)
        return self.answer({
            code: {"value": f.value, "name": f.indicator.name, "unit": f.indicator.unit}
            for code, f in figures(Scope(tenant), on).items()
        })  # fmt: skip


@extend_schema_view(
    get=extend_schema(operation_id="index_show", tags=["目录"], parameters=[FORMAT],
                      description="有哪些地址、各要什么范围。", responses=answers(INDEX))
)  # fmt: skip
class IndexView(ReadView):
    """What a token can read, and where; the description of all of it comes last."""

    field_names = ["code", "url", "scope", "readable", "about"]

    def get(self, request):
        scopes = request.user.scopes
        found = {
            word: {"url": request.build_absolute_uri(f"{reverse('api:index')}{word}/"),
                   "scope": scope, "readable": not scope or scope in scopes, "about": about}
            for word, scope, about in _addresses()
        }  # fmt: skip
        return self.answer(found)


def _addresses():
    """(word, scope, description) of what gives many rows, then the description itself."""
    for pattern in get_resolver("portal.api_urls").url_patterns:
        if (pattern.name or "").endswith("_list"):
            view = pattern.callback.cls
            yield str(pattern.pattern).strip("/"), view().scope, view.__doc__
    yield "schema", "", "说明：全部地址、参数和字段（OpenAPI 3.1）。"


class SchemaView(SpectacularAPIView):
    """OpenAPI 3.1, for clients and for signed-in staff; never public."""

    authentication_classes = [ApiClientAuthentication, SessionAuthentication]
    permission_classes = [IsAuthenticated]
    renderer_classes = list(reversed(SpectacularAPIView.renderer_classes))
    http_method_names = ["get", "head"]
    schema = None

    def _get_filename(self, request, version):
        return "linli-api.json"  # the title's Chinese does not fit into a header

    def get_exception_handler(self):
        return answer_error
