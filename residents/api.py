"""REST feeds of households and residents: masked, and each answer in the access log."""

from rest_framework import serializers

from grids.api import CommunityFeed, Described
from portal.accounts.permissions import Permission
from residents import codes
from residents.lists import of_adults
from residents.models import Household, IdKind, Residence, Resident, ResidentStatus


class HouseholdSerializer(Described):
    community = serializers.CharField(source="community.code")
    cell = serializers.UUIDField(source="cell_id", allow_null=True)
    dwelling = serializers.UUIDField(source="dwelling_id")
    address = serializers.CharField(source="addr_key", help_text="如 3-2-501。")
    number = serializers.CharField(allow_blank=True, help_text="户号。")
    head = serializers.UUIDField(source="head_id", allow_null=True, help_text="户主的居民编号。")
    closed_on = serializers.DateField(allow_null=True, help_text="销户日期。")


class HouseholdRows(CommunityFeed):
    """家庭户：含已销户的户。"""

    scope, permission, personal = "households", Permission.RESIDENT_VIEW, True
    serializer_class, model = HouseholdSerializer, Household


class ResidentSerializer(Described):
    """The classes health, disability, Party, minors, ethnicity have no field here."""

    community = serializers.CharField(source="community.code")
    cell = serializers.UUIDField(source="cell_id", allow_null=True)
    building = serializers.CharField(
        source="household.dwelling.building.number", help_text="楼号。"
    )
    household = serializers.UUIDField(
        source="household_id", required=False, help_text="需要 households 范围。"
    )
    address = serializers.CharField(
        source="addr_key", required=False, help_text="如 3-2-501，需要 households 范围。"
    )
    relation = serializers.ChoiceField(
        codes.choices("relation"), help_text="与户主关系，GB/T 4761-2008。"
    )
    name = serializers.CharField()
    sex = serializers.ChoiceField(codes.choices("sex"), help_text="GB/T 2261.1-2003。")
    birth_year = serializers.IntegerField()
    id_kind = serializers.ChoiceField(IdKind.choices, allow_blank=True)
    id_number = serializers.CharField(
        source="id_mask", allow_blank=True, help_text="前六位，其余为星号；未成年人为空。"
    )
    phone = serializers.CharField(
        source="phone_mask", allow_blank=True, help_text="中间四位为星号；未成年人为空。"
    )
    education = serializers.CharField(allow_blank=True, help_text="GB/T 4658-2006。")
    marital = serializers.CharField(allow_blank=True, help_text="GB/T 2261.2-2003。")
    residence = serializers.ChoiceField(Residence.choices, help_text="居住类型。")
    status = serializers.ChoiceField(
        ResidentStatus.choices, help_text="迁出和去世的人仍是一行，以此区分。"
    )


class ResidentRows(CommunityFeed):
    """居民：证件号码和电话只有掩码，出生只有年份。"""

    scope, permission, personal = "residents", Permission.RESIDENT_VIEW, True
    serializer_class, model = ResidentSerializer, Resident
    only_with = {"household": "households", "address": "households"}
    # As in the lists: nothing of a minor's number and telephone without their permission.
    expressions = {"id_number": of_adults("id_mask"), "phone": of_adults("phone_mask")}
