"""Figures over REST are the catalogue's."""

import datetime as dt

from django.test import Client

from portal.core.indicators import CATALOGUE, indicators
from residents.models import Stay
from tests.api.conftest import SCOPES, caller

ON = "2026-11-22"


def test_all_figures_by_their_codes(api, family):
    body = api.get("/api/v1/indicators/", {"community": "150399001001", "on": ON}).json()
    assert list(body) == [known.code for known in indicators(CATALOGUE)]
    assert body["population.residents"] == {"value": 2, "name": "常住居民", "unit": "人"}
    assert body["population.elders_60_share"] == {"value": 0.0, "name": "老年人占比", "unit": "%"}


def test_the_day_decides(api, family):
    Stay.objects.update(from_on=dt.date(2026, 11, 22))
    for on, people in ((ON, 2), ("2026-11-21", 0)):
        body = api.get("/api/v1/indicators/", {"on": on}).json()
        assert body["population.residents"]["value"] == people


def test_other_communities_are_not_counted(api, family, strangers):
    body = api.get("/api/v1/indicators/", {"on": ON}).json()
    assert body["population.residents"]["value"] == 2


def test_unchanged_figures_are_304(api, family):
    tag = api.get("/api/v1/indicators/", {"on": ON}).headers["ETag"]
    again = api.get("/api/v1/indicators/", {"on": ON}, headers={"if-none-match": tag})
    assert again.status_code == 304


def test_the_index_names_what_a_token_can_read(community):
    body = caller(community, "figures").get("/api/v1/").json()
    readable = {name for name, row in body.items() if row["readable"]}
    assert readable == {"communities", "indicators", "schema"}
    assert {"cells", "buildings", "households", "residents", "visits", "incidents"} < set(body)
    assert all(row["about"] for row in body.values())
    api = caller(community)
    for row in body.values():
        wanted = 200 if row["scope"] in ("", *SCOPES) else 403
        assert api.get(row["url"]).status_code == wanted, row


def test_the_index_needs_a_token(db):
    assert Client().get("/api/v1/").status_code == 401
