"""Every address × every role × own and foreign rows (TRUST A01, A02).

``tests/routes.py`` says by hand what each address needs; a new address without a line fails.
Whoever lacks the permission gets 403 whatever the row; whoever has it gets 404 for a row out of
reach, byte for byte like a row that does not exist.
"""

import re

import pytest
from django.apps import apps
from django.urls import get_resolver, reverse
from django.utils import timezone

from portal.accounts.models import User
from portal.core.access import PUBLIC_VIEWS
from portal.core.lists import lists
from portal.core.models import ScopedRow
from tests.guards import patterns
from tests.people import client_of
from tests.routes import EVERYWHERE, HOLDERS, LIST_ROUTES, LISTS, ROUTES
from tests.world import World

REFUSED = (401, 403, 404, 405)
# Nobody here sees two communities; who has none at work is refused a choice and a resident.
MISSING_ANYWAY = {
    *(("reports:community_compare", role) for role in HOLDERS["FIGURES_VIEW"]),
    *(("core:tenant_choose", role) for role in HOLDERS["SIGNED_IN"]),
    ("residents:resident_looks", "auditor"),
    # Nobody here is on duty: then an alarm is there for those of the desk and the cell alone.
    *((name, role) for role in ("party_clerk", "doctor", "guard")
      for name in ("services:alarm_show", "services:alarm_take", "services:alarm_close",
                   "services:alarm_call", "phone:alarm_call")),
}  # fmt: skip
pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


def named_routes():
    return {
        name: pattern
        for route, name, pattern in patterns(get_resolver().url_patterns)
        if not route.startswith("api/")
    }


def keys_of(name):
    return set(named_routes()[name].pattern.converters)


def address(name, rows):
    return reverse(name, kwargs={key: rows[key] for key in keys_of(name)})


def answer(client, name, rows, method=""):
    return getattr(client, method or ROUTES[name].method)(address(name, rows))


def is_about_a_row(name):
    return bool(keys_of(name) - {"code", "sweep_key"})


def test_every_address_has_its_line_and_every_line_its_address():
    assert set(named_routes()) == set(ROUTES) | LIST_ROUTES | set(PUBLIC_VIEWS)


def body(response):
    """What a person sees: without the token of the forms, which is new on every page."""
    return re.sub(rb"[A-Za-z0-9]{64}", b"", response.content)


def test_role_decides_at_the_door(world):
    """403 without the permission; with it anything but a refusal."""
    faults = []
    for name, route in ROUTES.items():
        for role, client in world.clients.items():
            if route.own:
                continue
            status = answer(client, name, world.own).status_code
            held = role in HOLDERS[route.permission]
            refused = status in REFUSED and (name, role) not in MISSING_ANYWAY
            if status >= 500 or held == (status == 403) or (held and refused):
                faults.append((name, role, status))
    assert faults == []


@pytest.mark.parametrize("method", ["options", "trace", "put", "patch", "delete"])
def test_other_methods_show_nothing(world, method):
    """A page under OPTIONS would be a look that no log knows."""
    for name in ROUTES:
        if (name, method) == ("phone:file_piece", "put"):
            continue  # brings a piece of a file; it shows how much is here
        response = answer(world.clients["director"], name, world.own, method)
        assert response.status_code == 405, name


def test_foreign_row_is_like_a_missing_one(world):
    faults = []
    for name, route in ROUTES.items():
        for role in HOLDERS[route.permission] if is_about_a_row(name) and not route.own else ():
            for method in ("get", "post"):
                foreign, missing = (
                    answer(world.clients[role], name, rows, method)
                    for rows in (world.foreign, world.missing)
                )
                reaches_all = route.permission in EVERYWHERE.get(role, ())
                if missing.status_code not in (404, 405) or not (
                    reaches_all or body(foreign) == body(missing)
                ):
                    faults.append((name, role, method, foreign.status_code))
    assert faults == []


def test_leader_gets_404_for_the_other_cell(world):
    faults, client = [], world.clients["leader"]
    for name, route in ROUTES.items():
        is_local = is_about_a_row(name) and not (route.own or route.whole)
        if is_local and "leader" in HOLDERS[route.permission]:
            for method in ("get", "post"):
                status = answer(client, name, world.beside, method).status_code
                if status not in (404, 405):
                    faults.append((name, method, status))
    assert faults == []


def test_what_is_ones_own_is_nobody_elses(world):
    """Also not a director's, in the same community."""
    own = {name: route for name, route in ROUTES.items() if route.own}
    for name, route in own.items():
        for role, client in world.clients.items():
            expected = 404 if role in HOLDERS[route.permission] else 403
            assert answer(client, name, world.own).status_code == expected, (name, role)


def test_nested_rows_belong_to_the_resident_of_the_address(world):
    """A tag, an event or a Party record under somebody else's address is missing."""
    client = world.clients["director"]
    neighbour = world.own | {"resident_id": world.beside["resident_id"]}
    for name in ("event_correct", "care_tag_end", "party_member_end"):
        assert answer(client, f"residents:{name}", world.own).status_code == 200, name
        assert answer(client, f"residents:{name}", neighbour).status_code == 404, name


def test_an_owner_gets_to_the_own(world):
    owner = client_of(User.objects.get(pk=world.own["user_id"]))
    for name in ("core:job_show", "core:job_cancel", "core:view_delete"):
        assert answer(owner, name, world.own).status_code in (200, 302), name


# --- Lists


def test_every_list_has_its_line():
    assert {spec.name: str(spec.permission) for spec in lists()} == LISTS


def test_role_decides_which_lists_open(world):
    for name, permission in LISTS.items():
        for role, client in world.clients.items():
            status = client.get(reverse("core:list", args=[name])).status_code
            assert status == (200 if role in HOLDERS[permission] else 403), (name, role)


@pytest.mark.parametrize("form", ["csv", "xlsx", "ndjson"])
def test_role_decides_which_lists_leave_as_files(world, form):
    for name, permission in LISTS.items():
        personal = permission in ("RESIDENT_VIEW", "VISIT_VIEW", "ALARM_VIEW")
        holders = HOLDERS["RESIDENT_EXPORT" if personal else permission]
        for role, client in world.clients.items():
            response = client.post(reverse("core:list_export", args=[name, form]))
            assert (response.status_code == 200) == (role in holders), (name, role)
            response.getvalue()  # a stream is closed when it was read


def test_role_decides_what_is_done_with_lists(world):
    for name in ("core:list_bulk", "core:view_save"):
        for role in set(world.users) - HOLDERS["RESIDENT_VIEW"]:
            response = world.clients[role].post(reverse(name, args=["residents"]))
            assert response.status_code == 403, (name, role)


def test_a_list_holds_no_row_of_another_community(world):
    for name in LISTS:
        page = world.clients["director"].get(reverse("core:list", args=[name])).content.decode()
        assert not any(str(key) in page for key in world.foreign.values()), name


# --- Rows


def scoped_models():
    return [model for model in apps.get_models() if issubclass(model, ScopedRow)]


def test_rows_are_visible_to_nobody_by_default(world):
    for model in scoped_models():
        assert model.objects.exists(), model
        for nobody in (None, world.users["outsider"]):
            assert not model.objects.visible_to(nobody).exists(), model


def test_rows_visible_to_anybody_are_of_the_own_place(world):
    here = world.users["director"].memberships.get().community_id
    for model in scoped_models():
        for role, user in world.users.items():
            if str(model.view_permission) in EVERYWHERE.get(role, ()):
                continue
            places = [row.place() for row in model.objects.visible_to(user)]
            assert {tenant for tenant, _ in places} <= {here}, (model, role)
            if role == "leader":
                assert world.other_cell.pk not in {part for _, part in places}, model


def test_nothing_is_written_by_looking(world):
    """GET changes nothing but the looks themselves (TRUST W04)."""
    before = {m: m.objects.count() for m in apps.get_models() if issubclass(m, ScopedRow)}
    moment = timezone.now()
    for name in ROUTES:
        world.clients["director"].get(address(name, world.own))
    for model, count in before.items():
        assert model.objects.count() == count
        assert not model.objects.filter(changed_at__gt=moment).exists(), model
