"""REST feed of incidents: what and where, never who reported it, never free text."""

from rest_framework import serializers

from grids.api import CommunityFeed, Described
from grids.models import Incident, IncidentGroup, IncidentSource, IncidentState
from portal.accounts.permissions import Permission


class IncidentSerializer(Described):
    community = serializers.CharField(source="community.code")
    cell = serializers.UUIDField(source="cell_id", allow_null=True)
    building = serializers.UUIDField(source="building_id", allow_null=True)
    number = serializers.CharField(help_text="社区内的编号，如 2026-00012。")
    category = serializers.CharField(source="category.name", allow_null=True)
    group = serializers.ChoiceField(
        IncidentGroup.choices, source="category.group", allow_null=True, help_text="大类。"
    )
    state = serializers.ChoiceField(IncidentState.choices)
    source = serializers.ChoiceField(IncidentSource.choices)
    is_urgent = serializers.BooleanField()
    handler = serializers.CharField(source="handler.name", allow_null=True, help_text="处置单位。")
    reported_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True, help_text="本环节时限。")
    handle_due_at = serializers.DateTimeField(allow_null=True, help_text="处置时限。")
    handled_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    is_in_time = serializers.BooleanField(allow_null=True, help_text="是否按时处置。")
    level = serializers.IntegerField(help_text="逾期上报的层级。")
    delays = serializers.IntegerField()
    urges = serializers.IntegerField()
    returns = serializers.IntegerField()
    satisfaction = serializers.IntegerField(
        allow_null=True, help_text="1 不满意，2 基本满意，3 满意。"
    )
    parent = serializers.UUIDField(source="parent_id", allow_null=True, help_text="由哪件拆分。")
    merged_into = serializers.UUIDField(source="merged_into_id", allow_null=True)
    text = serializers.CharField(required=False, help_text="情况，需要 incident_text 范围。")
    place = serializers.CharField(
        source="spot", required=False, help_text="地点，需要 incident_text 范围。"
    )
    result = serializers.CharField(required=False, help_text="处置结果，需要 incident_text 范围。")


class IncidentRows(CommunityFeed):
    """事件：网格事件的办理情况；不含反映人。"""

    scope, permission = "incidents", Permission.INCIDENT_VIEW
    serializer_class, model = IncidentSerializer, Incident
    only_with = dict.fromkeys(("text", "place", "result"), "incident_text")
