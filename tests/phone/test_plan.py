"""The site plan as the phone gets it."""

import pytest
from django.utils import timezone

from grids.models import PlanShape
from portal.core.middleware import Tenant
from portal.phone.plan import plan_part
from tests.people import make_building

pytestmark = pytest.mark.django_db
RING = {"type": "Polygon", "coordinates": [[[0, 0], [9, 0], [9, 9], [0, 0]]]}


def test_a_building_without_a_name_on_the_plan_is_called_as_it_is(leader_a, community, cell_a):
    for number, name in (("3", ""), ("4", "教师楼")):
        PlanShape.objects.create(community=community, kind="building", name=name, geometry=RING,
                                 building=make_building(community, number, cell_a))  # fmt: skip
    tenant = Tenant(community.pk, community.name)
    shapes = plan_part(leader_a, tenant, timezone.localdate())["plan"]["shapes"]
    assert sorted(shape["name"] for shape in shapes) == ["3号楼", "教师楼"]


def test_without_a_picture_or_any_shape_there_is_no_plan(leader_a, community):
    tenant = Tenant(community.pk, community.name)
    assert plan_part(leader_a, tenant, timezone.localdate()) == {"plan": None}
