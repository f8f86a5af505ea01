"""REST is closed to browsers and opens to tokens by scope (TRUST A01, A02)."""

import pytest
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse

from tests.guards import patterns
from tests.people import make_api_client
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


def api_addresses():
    for route, name, _ in patterns(get_resolver().url_patterns):
        if route.startswith("api/") and not name.endswith(":None"):
            yield name


def test_rest_answers_nobody_without_a_token(world):
    for name in sorted(set(api_addresses())):
        try:
            url = reverse(name)
        except NoReverseMatch:
            url = reverse(name, kwargs={"key": world.own["resident_id"]})
        for client in (Client(), world.clients["director"]):
            read = client.get(url).status_code
            assert read == 401 or (name == "api:schema" and client.session.session_key), name
            assert client.post(url).status_code in (401, 405), name


def test_rest_gives_a_scope_and_nothing_beside_it(world):
    community = world.users["director"].memberships.get().community
    feeds = {"figures": {"indicators"}, "places": {"cells", "buildings", "dwellings"},
             "households": {"households"}, "residents": {"residents"}}  # fmt: skip
    for scope, own in feeds.items():
        bearer = {"authorization": f"Bearer {make_api_client(community, scope)}"}
        for feed in set().union(*feeds.values()):
            query = f"?community={community.code}"
            status = Client().get(f"/api/v1/{feed}/{query}", headers=bearer).status_code
            assert status == (200 if feed in own else 403), (scope, feed)


def test_rest_foreign_row_is_like_a_missing_one(world):
    community = world.users["director"].memberships.get().community
    token = make_api_client(community, "places", "households", "residents")
    bearer = {"authorization": f"Bearer {token}"}
    for kind in ("cell", "building", "dwelling", "household", "resident"):
        own, foreign, missing = (
            Client().get(f"/api/v1/{kind}s/{rows[f'{kind}_id']}/", headers=bearer)
            for rows in (world.own, world.foreign, world.missing)
        )
        assert own.status_code == 200, kind
        assert (foreign.status_code, foreign.content) == (404, missing.content), kind
