"""Visits over REST: counted the same way, no words about people."""

import orjson
import pytest

from portal.core.models import AccessLog
from residents.models import FindingKind
from tests.api.conftest import caller
from tests.people import make_building, make_dwelling, make_household
from tests.residents.visiting import finding, same, visit


@pytest.fixture
def made(family, leader_a):
    people = list(family.members.all())
    return visit(leader_a, family, answers=same(*people), note="血压高",
                 findings=[finding(FindingKind.OTHER, people[0], "想换药")])  # fmt: skip


def test_a_visit_is_told_without_words_or_people(community, family, made, leader_a):
    text = caller(community, "visits").get("/api/v1/visits/").content.decode()
    (row,) = orjson.loads(text)["results"]
    assert row == {
        "id": str(made.pk), "version": 1, "changed_at": row["changed_at"],
        "community": community.code, "cell": str(family.cell_id),
        "visited_on": made.visited_on.isoformat(), "way": "door", "outcome": "met",
        "is_unchanged": False, "corrects": None,
    }  # fmt: skip
    assert not any(word in text for word in ("血压", "换药", "王大山", leader_a.name, "李网格"))
    look = AccessLog.objects.get(action="api_read")
    assert (look.model, look.count, len(look.subjects)) == ("residents.visit", 1, 2)


def test_the_household_needs_its_own_scope_and_a_correction_points_back(community, family, made,
                                                                        leader_a):  # fmt: skip
    visit(leader_a, family, corrects=made.pk)
    rows = caller(community, "visits", "households").get("/api/v1/visits/").json()["results"]
    assert {row["household"] for row in rows} == {str(family.pk)}
    assert [row["corrects"] for row in rows if row["corrects"]] == [str(made.pk)]


def test_other_scopes_and_communities_read_none(community, other_community, made, leader_a):
    assert caller(community, "residents").get("/api/v1/visits/").status_code == 403
    assert caller(other_community, "visits").get("/api/v1/visits/").json()["results"] == []


def test_many_visits_cost_as_many_queries_as_one(community, cell_a, made, leader_a):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    api = caller(community, "visits", "households")

    def count():
        with CaptureQueriesContext(connection) as queries:
            assert api.get("/api/v1/visits/").status_code == 200
        return len(queries)

    one = count()
    home = make_household(make_dwelling(make_building(community, "8", cell_a)))
    for _ in range(5):
        visit(leader_a, home)
    assert count() == one


def test_the_schema_describes_visits(community):
    schema = caller(community, "visits").get("/api/v1/schema/?format=json").content.decode()
    assert "/api/v1/visits/" in schema
    assert "走访日期" in schema
