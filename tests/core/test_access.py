"""The four locks, and that their guards see a fault when there is one."""

from uuid import uuid4

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import models
from django.test.utils import isolate_apps
from django.urls import get_resolver, path

from grids.models import Community
from portal.accounts.permissions import Permission
from portal.core.access import SYSTEM, Access, Grant, access_of, allow
from portal.core.models import BaseRow, ScopedRow, ScopePaths
from residents.models import Resident
from tests import guards
from tests.people import client_of, make_building, make_dwelling, make_household, make_resident

PORTAL = get_resolver().url_patterns
TENANT, PART = uuid4(), uuid4()


# --- Access


def test_access_covers_only_what_a_grant_reaches():
    access = Access((Grant(frozenset({"A"}), TENANT, frozenset({PART})),))
    assert access.covers("A", TENANT, PART)
    assert not access.covers("A", TENANT, uuid4())
    assert not access.covers("A", TENANT, None)
    assert not access.covers("A", uuid4(), PART)
    assert not access.covers("B", TENANT, PART)


def test_access_of_nobody_is_nothing():
    assert access_of(None).can("A") is False
    assert access_of(SYSTEM).can("A") is True


def test_allow_needs_a_permission():
    with pytest.raises(TypeError):
        allow()


def test_allow_refuses_without_the_permission(rf, guard):
    request = rf.get("/")
    request.user, request.tenant = guard, None
    with pytest.raises(PermissionDenied):
        allow(Permission.RESIDENT_VIEW)(lambda request: None)(request)


def test_visible_to_gives_nothing_by_default(outsider, leader_a, leader_b, director, community):
    home = make_household(make_dwelling(make_building(community)))
    make_resident(home)  # in no cell
    seen = {u.username: Resident.objects.visible_to(u).count()
            for u in (outsider, leader_a, leader_b, director)}  # fmt: skip
    assert seen == {"outsider": 0, "leader_a": 0, "leader_b": 0, "director": 1}


# --- Guards: nothing to find in the portal, and each finds a planted fault


def test_every_address_names_its_permission():
    assert guards.unmarked_views(PORTAL) == []


def test_the_guard_sees_an_unmarked_view():
    assert guards.unmarked_views([path("open/", lambda request: None)]) == ["open/"]


def test_every_local_row_is_scoped():
    assert guards.unscoped_models() == []


@isolate_apps("residents")
def test_the_guard_sees_a_model_without_scope():
    class Bare(BaseRow):
        community = models.ForeignKey(Community, models.PROTECT, related_name="+")

        class Meta:
            app_label = "residents"

    class Astray(ScopedRow):
        scope_paths = ScopePaths("household__nowhere")
        view_permission = Permission.RESIDENT_VIEW

        class Meta:
            app_label = "residents"

    assert guards.unscoped_models([Bare, Astray]) == [
        "residents.bare: leads to a place without being scoped",
        "residents.astray: no such path: household__nowhere",
    ]


def test_rows_are_fetched_for_somebody():
    faults = {
        str(path.relative_to(guards.ROOT)): lines
        for path in guards.scoped_sources()
        if (lines := guards.bare_queries(path.read_text()))
    }
    assert faults == {}


def test_the_guard_sees_a_bare_query():
    source = "a = Resident.objects.visible_to(u)\nb = Resident.objects.filter(pk=1)\n"
    assert guards.bare_queries(source) == [2]


ADDRESSES = sorted(
    (route, name) for route, name, _ in guards.patterns(PORTAL)
    if not route.startswith("api/") and "<" not in route.replace("<uuid:", "").replace("<slug:", "")
)  # fmt: skip


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_outsider_is_let_in_nowhere(outsider, method):
    """Every address, called by somebody who is signed in and has no role."""
    client, let_in = client_of(outsider), []
    for route, name in ADDRESSES:
        if name in guards.PUBLIC_VIEWS or name in guards.OWN_VIEWS:
            continue
        status = getattr(client, method)("/" + guards.filled(route)).status_code
        if status not in (403, 404, 405):
            let_in.append((route, status))
    assert let_in == []


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_is_sent_to_the_door(client, db, method):
    let_in = []
    for route, name in ADDRESSES:
        if name in guards.PUBLIC_VIEWS:
            continue
        response = getattr(client, method)("/" + guards.filled(route))
        # Scripts are told in JSON, and a method that is not there before anything else.
        scripts = name.startswith("phone:") and response.status_code in (401, 405)
        at_door = response.status_code == 302 and response.url.startswith("/account/sign-in/")
        if not (at_door or scripts):
            let_in.append((route, response.status_code))
    assert let_in == []


def test_every_model_has_a_first_word_for_the_logs():
    from portal.core.log_words import model_label

    scoped = [m for m in apps.get_models() if issubclass(m, ScopedRow)]
    labels = {m.__name__: model_label(m._meta.label_lower) for m in scoped}
    assert [name for name, label in labels.items() if label.isascii()] == []
