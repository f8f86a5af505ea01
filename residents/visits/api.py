"""REST feed of visits: when, where and how; no notes, no findings, nobody who was met."""

from rest_framework import serializers

from grids.api import CommunityFeed, Described
from portal.accounts.permissions import Permission
from residents.models import Visit, VisitAnswer, VisitOutcome, VisitWay


class VisitSerializer(Described):
    """Who made it is a member of staff and not told; the cell is that of the day."""

    community = serializers.CharField(source="community.code")
    cell = serializers.UUIDField(source="cell_id", allow_null=True)
    household = serializers.UUIDField(
        source="household_id", required=False, help_text="需要 households 范围。"
    )
    visited_on = serializers.DateField(help_text="走访日期。")
    way = serializers.ChoiceField(VisitWay.choices)
    outcome = serializers.ChoiceField(VisitOutcome.choices, help_text="只有 met 计入走访次数。")
    is_unchanged = serializers.BooleanField(help_text="全家无变化。")
    corrects = serializers.UUIDField(
        source="corrects_id", allow_null=True, help_text="被这一次更正的走访，不再计数。"
    )


class VisitRows(CommunityFeed):
    """走访：每次走访的时间、方式和结果；不含备注、发现的变化和家庭成员。"""

    scope, permission, personal = "visits", Permission.VISIT_VIEW, True
    serializer_class, model = VisitSerializer, Visit
    only_with = {"household": "households"}

    def subjects(self, keys):
        """Who was asked about at these visits."""
        answers = VisitAnswer.objects.visible_to(self.request.user).filter(visit__in=keys)
        return list(answers.order_by("resident").values_list("resident", flat=True).distinct())
