"""Look-alikes: near in place, time and kind; shown at the desk and told to the phone."""

import datetime as dt

import pytest
from django.utils import timezone

from grids.incidents.alike import alike
from grids.models import Incident, SitePlan
from tests.grids.incidents import make_category, make_incident
from tests.people import client_of, make_building

pytestmark = pytest.mark.django_db


@pytest.fixture
def lamp(community):
    return make_category(community, "路灯不亮", group="facility")


@pytest.fixture
def building(community, cell_a):
    return make_building(community, "3", cell_a)


def numbers(rows):
    return {row.number for row in rows}


def test_the_same_building_and_a_sibling_category_look_alike(
    clerk, community, lamp, building, cell_a
):
    sibling = make_category(community, "门禁损坏", group="facility")
    noise = make_category(community, "噪声", group="neighbours")
    there = {"building": building, "cell": cell_a}
    same = make_incident(community, category=lamp, **there)
    near_kind = make_incident(community, "handling", category=sibling, **there)
    unknown = make_incident(community, **there)
    make_incident(community, category=noise, **there)
    make_incident(community, category=lamp, building=make_building(community, "4"))
    make_incident(community, category=lamp)
    found = alike(clerk, community.pk, category=lamp, building=building)
    assert numbers(found) == numbers([same, near_kind, unknown])
    assert len(alike(clerk, community.pk, building=building)) == 4


@pytest.mark.parametrize(("days", "found"), [(13, 1), (15, 0)])
def test_two_weeks_back(clerk, community, building, days, found):
    past = timezone.now() - dt.timedelta(days=days)
    make_incident(community, building=building, reported_at=past)
    assert len(alike(clerk, community.pk, building=building)) == found


@pytest.mark.parametrize("state", ["closed", "rejected", "merged", "split"])
def test_what_is_over_does_not_count(clerk, community, building, state):
    make_incident(community, state, building=building)
    assert alike(clerk, community.pk, building=building) == []


@pytest.mark.parametrize(
    ("metres", "x", "found"),
    [(1, 130, 1), (1, 131, 0), (0.5, 160, 1), (0.5, 161, 0), (None, 130, 1), (None, 131, 0)],
)
def test_thirty_metres_on_the_plan(clerk, community, metres, x, found):
    SitePlan.objects.create(community=community, metres=metres)
    make_incident(community, x=x, y=50.0)
    assert len(alike(clerk, community.pk, x=100.0, y=50.0)) == found


def test_without_a_place_nothing_looks_alike(clerk, community, lamp):
    make_incident(community, category=lamp)
    assert alike(clerk, community.pk, category=lamp) == []


def test_a_leader_is_told_of_the_own_cells_only(leader_a, leader_b, community, cell_a, building):
    make_incident(community, building=building, cell=cell_a)
    assert len(alike(leader_a, community.pk, building=building)) == 1
    assert alike(leader_b, community.pk, building=building) == []


def test_the_desk_sees_them_before_it_saves(clerk, community, building, lamp):
    there = make_incident(community, building=building)
    client, url = client_of(clerk), "/places/incidents/new/"
    data = {"text": "灯不亮", "building": building.pk, "category": lamp.pk, "source": "resident"}
    shown = client.post(url, data)
    assert (shown.status_code, Incident.objects.count()) == (200, 1)
    assert there.number in shown.content.decode()
    assert "灯不亮" in shown.content.decode()
    saved = client.post(url, data | {"seen": [str(there.pk)]})
    assert (saved.status_code, Incident.objects.count()) == (302, 2)


def test_one_that_came_meanwhile_is_shown_too(clerk, community, building):
    there = make_incident(community, building=building)
    data = {"text": "x", "building": building.pk, "source": "resident", "seen": [str(there.pk)]}
    make_incident(community, building=building)
    assert client_of(clerk).post("/places/incidents/new/", data).status_code == 200
    assert Incident.objects.count() == 2
