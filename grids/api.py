"""REST feeds of the places."""

import re
from functools import cached_property
from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from grids.models import Building, CellKind, Community, Dwelling, DwellingUse, GridCell
from portal.accounts.permissions import Permission
from portal.core.access import access_of
from portal.core.api import Feed

COMMUNITY = OpenApiParameter(
    "community", str, description="12 位社区代码；不写为凭证能读的全部社区。"
)
_CODE = re.compile(r"[0-9]{12}")


def community_of(request, permission: str) -> UUID | None:
    """The community that the address names, None when it names none.

    Raises Http404 for a code that does not exist or is out of the client's reach.
    """
    code = request.query_params.get("community")
    if code is None:
        return None
    known = Community.objects.visible_to(request.user, permission)
    row = known.filter(code=code).first() if _CODE.fullmatch(code) else None
    if row is None:
        raise Http404
    return row.pk


class CommunityFeed(Feed):
    """A feed that ``?community=`` narrows."""

    parameters = [COMMUNITY]

    @cached_property
    def _tenants(self) -> list[UUID]:
        named = community_of(self.request, self.permission)
        return [named] if named else access_of(self.request.user).tenants(self.permission)

    def tenants(self):
        return self._tenants


class Described(serializers.Serializer):
    """What every row has."""

    id = serializers.UUIDField()
    version = serializers.IntegerField()
    changed_at = serializers.DateTimeField()


class CommunitySerializer(Described):
    code = serializers.CharField(help_text="12 位社区代码。")
    name = serializers.CharField()
    street = serializers.CharField(source="street.code", allow_null=True, help_text="街道代码。")


class CommunityRows(CommunityFeed):
    """社区：凭证能读的社区。"""

    serializer_class, model = CommunitySerializer, Community

    @property
    def permission(self):
        """Whatever a client may read, it may see whose it is."""
        held = sorted(p for grant in access_of(self.request.user).grants for p in grant.permissions)
        return held[0] if held else Permission.FIGURES_VIEW


class CellSerializer(Described):
    community = serializers.CharField(source="community.code")
    number = serializers.IntegerField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(CellKind.choices)
    parent = serializers.UUIDField(source="parent_id", allow_null=True)
    valid_from = serializers.DateField(allow_null=True)
    valid_to = serializers.DateField(allow_null=True, help_text="不含这一天。")


class CellRows(CommunityFeed):
    """网格：含已停用的网格。"""

    scope, permission = "places", Permission.PLACE_VIEW
    serializer_class, model = CellSerializer, GridCell


class BuildingSerializer(Described):
    community = serializers.CharField(source="community.code")
    cell = serializers.UUIDField(source="cell_id", allow_null=True)
    number = serializers.CharField(help_text="楼号，如 3、A5。")
    name = serializers.CharField(allow_blank=True)
    aliases = serializers.ListField(child=serializers.CharField(), help_text="曾用名。")
    floors = serializers.IntegerField(allow_null=True)
    entrances = serializers.IntegerField(allow_null=True)


class BuildingRows(CommunityFeed):
    """楼栋：登记的楼栋。"""

    scope, permission = "places", Permission.PLACE_VIEW
    serializer_class, model = BuildingSerializer, Building


class DwellingSerializer(Described):
    community = serializers.CharField(source="community.code")
    cell = serializers.UUIDField(source="cell_id", allow_null=True)
    building = serializers.UUIDField(source="building_id")
    address = serializers.CharField(source="addr_key", help_text="如 3-2-501。")
    entrance = serializers.CharField(allow_blank=True)
    floor = serializers.IntegerField(allow_null=True)
    room = serializers.CharField()
    use = serializers.ChoiceField(DwellingUse.choices)


class DwellingRows(CommunityFeed):
    """房屋：登记的房屋。"""

    scope, permission = "places", Permission.PLACE_VIEW
    serializer_class, model = DwellingSerializer, Dwelling
