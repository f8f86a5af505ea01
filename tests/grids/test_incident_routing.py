"""Thirty sample incidents go where they belong, and say why."""

import datetime as dt

import pytest

from grids.incidents.routing import route
from tests.grids.incident_samples import ASSETS, CATEGORIES, HANDLERS, SAMPLES
from tests.grids.incidents import make_asset, make_category, make_handler, make_incident
from tests.people import client_of

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 20)


@pytest.fixture
def books(community, other_community):
    """The community's handlers, assets and categories, and a neighbour's that must not matter."""
    stranger = make_handler(other_community, "外人")
    make_category(other_community, "外类", stranger, asset_kind="wire")
    make_asset(other_community, "外设", "wire", owner=stranger, maintainer=stranger)
    handlers = {n: make_handler(community, n, is_active=used) for n, used in HANDLERS.items()}
    assets = {
        name: make_asset(
            community, name, kind, owner=handlers.get(owner), maintainer=handlers.get(keeper),
            warranty_to=until and dt.date.fromisoformat(until),
        )
        for name, (kind, owner, keeper, until) in ASSETS.items()
    }  # fmt: skip
    kinds = {
        name: make_category(community, name, handlers.get(handler), asset_kind=kind)
        for name, (handler, kind) in CATEGORIES.items()
    }
    return assets, kinds


def test_thirty_samples_go_where_they_belong(books, community):
    assets, kinds = books
    wrong = []
    for sample in SAMPLES:
        found = route(community.pk, kinds.get(sample.category), assets.get(sample.asset), TODAY)
        name = found.handler and found.handler.name
        if name != sample.handler or sample.because not in found.reason:
            wrong.append((sample, name, found.reason))
    assert wrong == []
    assert len(SAMPLES) == 30


def test_the_page_shows_the_reason_and_the_clerk_may_choose_another(books, clerk, community):
    assets, kinds = books
    row = make_incident(
        community, "accepted", category=kinds["垃圾堆积"], asset=assets["昨日到期灯"]
    )
    client, url = client_of(clerk), f"/places/incidents/{row.pk}/"
    html = client.get(url).content.decode()
    assert "建议派给城管科" in html
    other = kinds["噪声扰民"].handler
    client.post(f"{url}to/dispatch/", {"version": row.version, "handler": other.pk})
    row.refresh_from_db()
    assert (row.state, row.handler) == ("dispatched", other)
