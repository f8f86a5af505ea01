"""Every address × every role × own and foreign rows (TRUST A01, A02).

``ROUTES`` says by hand what each address needs; a new address without a line fails. Whoever
lacks the permission gets 403 whatever the row; whoever has it gets 404 for a row out of
reach, byte for byte like a row that does not exist.
"""

import datetime as dt
import re
from typing import NamedTuple
from uuid import uuid4

import pytest
from django.apps import apps
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse
from django.utils import timezone

from grids.models import CardPrint, PlanShape, SitePlan
from portal.accounts.models import User
from portal.accounts.permissions import Role
from portal.core.access import PUBLIC_VIEWS
from portal.core.files import KEPT, file_write
from portal.core.lists import lists
from portal.core.models import ImportRun, Job, SavedView, ScopedRow, Submission, Upload
from residents.models import (
    AllowanceRate,
    CareTag,
    CellHandOver,
    LifeEvent,
    PartyMember,
    Visit,
    VisitRound,
    VisitRule,
    VisitTask,
)
from tests.duty.rows import duty_rows
from tests.grids.incidents import make_asset, make_category, make_handler, make_incident, photo
from tests.guards import patterns
from tests.people import (
    client_of,
    make_api_client,
    make_building,
    make_cell,
    make_community,
    make_dwelling,
    make_household,
    make_resident,
    make_street,
    make_user,
)

# Who holds what, written down a second time: a role that is given more must change this too.
DESK = {"director", "clerk"}
READERS = DESK | {"party_clerk", "leader"}
HOLDERS = {
    "SIGNED_IN": {*Role, "outsider"},
    "PLACE_VIEW": READERS | {"guard", "volunteer_lead"},
    "PLACE_UPDATE": DESK,
    "RESIDENT_VIEW": READERS,
    "RESIDENT_SEARCH": READERS,
    "RESIDENT_CREATE": DESK | {"leader"},
    "RESIDENT_UPDATE": DESK | {"leader"},
    "RESIDENT_REVEAL": DESK | {"leader"},
    "RESIDENT_EXPORT": DESK,
    "CARE_UPDATE": DESK | {"leader"},
    "PARTY_UPDATE": {"director", "party_clerk"},
    "IMPORT_RUN": DESK,
    "FIGURES_VIEW": READERS | {"doctor", "street"},
    "SUBMISSION_VIEW": DESK,
    "INCIDENT_VIEW": READERS | {"guard"},
    "INCIDENT_REPORT": READERS | {"guard", "volunteer_lead"},
    "INCIDENT_HANDLE": DESK,
    "INCIDENT_CHECK": DESK | {"leader"},
    "VISIT_VIEW": DESK | {"leader"},
    "VISIT_CREATE": DESK | {"leader"},
    "VISIT_PLAN": {"director"},
    "STAFF_VIEW": DESK | {"party_clerk", "admin"},
    "STAFF_UPDATE": {"director", "admin"},
    "LOG_VIEW": {"director", "auditor"},
    "DUTY_VIEW": READERS | {"guard", "doctor"},
    "DUTY_PLAN": DESK,
    "DUTY_APPROVE": {"director"},
    "MESSAGE_VIEW": DESK,
    "SWEEP_RUN": {"director", "admin"},
}
EVERYWHERE = {"admin": {"STAFF_VIEW", "STAFF_UPDATE", "SWEEP_RUN"}, "auditor": {"LOG_VIEW"}}


class Route(NamedTuple):
    """``method`` is the one that people use; ``own`` says whose rows the address is about,
    ``whole`` that they belong to no cell."""

    permission: str
    method: str = "get"
    own: bool = False  # rows of the person alone, whatever the role
    whole: bool = False


VIEW, UPDATE = Route("RESIDENT_VIEW"), Route("RESIDENT_UPDATE")
PLACE, PLACES = Route("PLACE_VIEW"), Route("PLACE_UPDATE")
STAFF = Route("STAFF_UPDATE")
VISIT, PLAN = Route("VISIT_VIEW"), Route("VISIT_PLAN")
INCIDENT, INCIDENTS = Route("INCIDENT_VIEW"), Route("INCIDENT_HANDLE")
MINE = Route("SIGNED_IN", own=True)
ROUTES = {
    "reports:dashboard": Route("SIGNED_IN"),
    "reports:community_compare": Route("FIGURES_VIEW"),
    "reports:indicator_list": Route("FIGURES_VIEW"),
    "reports:indicator_show": Route("FIGURES_VIEW"),
    "duty:roster_list": Route("DUTY_VIEW"),
    "duty:roster_create": Route("DUTY_PLAN", "post"),
    "duty:roster_show": Route("DUTY_VIEW", whole=True),
    "duty:roster_solve": Route("DUTY_PLAN", "post"),
    "duty:roster_publish": Route("DUTY_PLAN"),
    "duty:roster_delete": Route("DUTY_PLAN"),
    "duty:shift_show": Route("DUTY_VIEW", whole=True),
    "duty:shift_takers": Route("DUTY_PLAN"),
    "duty:shift_set": Route("DUTY_PLAN", "post"),
    "duty:shift_pin": Route("DUTY_PLAN", "post"),
    "duty:shift_replace": Route("DUTY_PLAN"),
    "duty:shift_sick": Route("DUTY_VIEW", whole=True),
    "duty:board": Route("DUTY_VIEW"),
    "duty:mine": Route("DUTY_VIEW"),
    "duty:shift_check_in": Route("DUTY_VIEW", "post", own=True),
    "duty:swap_ask": Route("DUTY_VIEW", own=True),
    "duty:swap_answer": Route("DUTY_VIEW", "post", own=True),
    "duty:swap_approve": Route("DUTY_APPROVE", "post"),
    "duty:change_cancel": Route("DUTY_VIEW", "post", own=True),
    "duty:wish_set": Route("DUTY_VIEW"),
    "duty:wish_remove": Route("DUTY_VIEW", "post", own=True),
    "duty:calendar_feed_make": Route("DUTY_VIEW", "post"),
    "duty:calendar_feed_revoke": Route("DUTY_VIEW", "post"),
    "duty:handover_show": Route("DUTY_VIEW"),
    "duty:duty_note_add": Route("DUTY_VIEW", whole=True),
    "duty:duty_matter_open": Route("DUTY_VIEW", whole=True),
    "duty:duty_matter_close": Route("DUTY_VIEW", whole=True),
    "duty:fairness": Route("DUTY_VIEW"),
    "duty:hours": Route("DUTY_PLAN"),
    "duty:setup": Route("DUTY_PLAN"),
    "duty:template_create": Route("DUTY_PLAN"),
    "duty:template_update": Route("DUTY_PLAN"),
    "duty:duty_member_add": Route("DUTY_PLAN"),
    "duty:duty_member_update": Route("DUTY_PLAN"),
    "duty:leave_add": Route("DUTY_PLAN"),
    "duty:leave_remove": Route("DUTY_PLAN"),
    "duty:duty_rules_set": Route("DUTY_APPROVE"),
    "core:inbox": Route("SIGNED_IN"),
    "core:inbox_seen": Route("SIGNED_IN", "post"),
    "core:job_show": MINE,
    "core:job_cancel": MINE._replace(method="post"),
    "core:job_file": MINE,
    "core:view_delete": MINE._replace(method="post"),
    "core:tenant_choose": Route("SIGNED_IN", "post"),
    "core:change_list": Route("LOG_VIEW"),
    "core:access_list": Route("LOG_VIEW"),
    "core:sweep_list": Route("SWEEP_RUN"),
    "core:sweep_show": Route("SWEEP_RUN"),
    "core:sweep_run": Route("SWEEP_RUN", "post"),
    "core:import_list": Route("IMPORT_RUN"),
    "core:import_upload": Route("IMPORT_RUN", "post"),
    "core:import_show": Route("IMPORT_RUN"),
    "core:import_columns": Route("IMPORT_RUN"),
    "core:import_start": Route("IMPORT_RUN", "post"),
    "core:import_undo": Route("IMPORT_RUN"),
    "phone:me": Route("SIGNED_IN"),
    "phone:day": Route("SIGNED_IN"),
    "phone:record_submit": Route("SIGNED_IN", "post"),
    "phone:file_piece": MINE,
    "phone_desk:submission_list": Route("SUBMISSION_VIEW"),
    "phone_desk:submission_show": Route("SUBMISSION_VIEW"),
    "phone_desk:submission_settle": Route("SUBMISSION_VIEW", "post"),
    "phone_desk:submission_repeat": Route("SUBMISSION_VIEW", "post"),
    "accounts:large_text": Route("SIGNED_IN", "post"),
    "accounts:password_change": Route("SIGNED_IN"),
    "accounts:staff_list": Route("STAFF_VIEW"),
    "accounts:staff_create": STAFF,
    "accounts:staff_show": Route("STAFF_VIEW"),
    "accounts:staff_update": STAFF,
    "accounts:staff_disable": STAFF,
    "accounts:staff_enable": STAFF._replace(method="post"),
    "accounts:password_reset": STAFF,
    "accounts:membership_add": STAFF,
    "accounts:membership_end": STAFF,
    "grids:community_show": PLACE,
    "grids:community_update": PLACES,
    "grids:card_list": PLACES,
    "grids:card_print": PLACES,
    "grids:cards_printed": PLACES._replace(method="post"),
    "grids:post_give": PLACES,
    "grids:post_end": PLACES,
    "grids:incident_board": INCIDENT,
    "grids:incident_report": Route("INCIDENT_REPORT"),
    "grids:incident_show": INCIDENT,
    "grids:incident_move": INCIDENT,
    "grids:incident_file": INCIDENT,
    "grids:incident_call": Route("INCIDENT_CHECK", "post"),
    "grids:incident_link_create": INCIDENTS._replace(method="post"),
    "grids:incident_link_end": INCIDENTS._replace(method="post"),
    "grids:handler_create": INCIDENTS,
    "grids:handler_update": INCIDENTS,
    "grids:incident_category_create": INCIDENTS,
    "grids:incident_category_update": INCIDENTS,
    "grids:asset_create": INCIDENTS,
    "grids:asset_update": INCIDENTS,
    "grids:plan_show": PLACE,
    "grids:plan_picture": PLACE,
    "grids:plan_update": PLACES,
    "grids:plan_import": PLACES,
    "grids:shape_create": PLACES,
    "grids:shape_update": PLACES,
    "grids:shape_delete": PLACES,
    "grids:cell_list": PLACE,
    "grids:cell_create": PLACES,
    "grids:cell_show": PLACE,
    "grids:cell_update": PLACES,
    "grids:cell_close": PLACES,
    "grids:building_create": PLACES,
    "grids:building_show": PLACE,
    "grids:building_update": PLACES,
    "grids:building_assign_cell": PLACES,
    "grids:dwelling_generate": PLACES,
    "grids:dwelling_create": PLACES,
    "grids:dwelling_show": PLACE,
    "grids:dwelling_update": PLACES,
    "residents:workload": PLACES,
    "residents:search": Route("RESIDENT_SEARCH"),
    "residents:household_create": Route("RESIDENT_CREATE"),
    "residents:household_show": VIEW,
    "residents:household_update": UPDATE,
    "residents:household_head_change": UPDATE,
    "residents:household_move": UPDATE,
    "residents:household_merge": UPDATE,
    "residents:household_close": UPDATE,
    "residents:household_reopen": UPDATE,
    "residents:resident_create": Route("RESIDENT_CREATE"),
    "residents:birth_record": Route("RESIDENT_CREATE"),
    "residents:resident_register": Route("RESIDENT_CREATE"),
    "residents:resident_show": VIEW,
    "residents:resident_update": UPDATE,
    "residents:resident_void": UPDATE,
    "residents:resident_death": UPDATE,
    "residents:resident_move_out": UPDATE,
    "residents:resident_move_within": UPDATE,
    "residents:resident_move_in": UPDATE,
    "residents:resident_residence_change": UPDATE,
    "residents:event_correct": UPDATE,
    "residents:resident_reveal": Route("RESIDENT_REVEAL", "post"),
    "residents:resident_looks": Route("LOG_VIEW"),
    "residents:care_tag_add": Route("CARE_UPDATE"),
    "residents:care_tag_end": Route("CARE_UPDATE"),
    "residents:party_member_add": Route("PARTY_UPDATE"),
    "residents:party_member_end": Route("PARTY_UPDATE"),
    "residents:visit_board": VISIT,
    "residents:visit_show": VISIT,
    "residents:visit_correct": Route("VISIT_CREATE"),
    "residents:visit_create": Route("VISIT_CREATE"),
    "residents:change_report": Route("VISIT_CREATE"),
    "residents:finding_list": VISIT,
    "residents:finding_apply": UPDATE._replace(method="post"),
    "residents:finding_dismiss": UPDATE,
    "residents:visit_plan": PLAN,
    "residents:visit_rule_create": PLAN,
    "residents:visit_rule_defaults": PLAN._replace(method="post"),
    "residents:visit_rule_update": PLAN,
    "residents:visit_rule_pause": PLAN,
    "residents:visit_round_create": PLAN,
    "residents:visit_round_end": PLAN,
    "residents:visit_hints": PLAN,
    "residents:allowance_sheet": PLAN,
    "residents:allowance_rate_set": PLAN,
    "residents:hand_over_list": PLAN,
    "residents:hand_over_create": PLAN,
    "residents:hand_over_show": VISIT,
    "residents:hand_over_confirm": Route("VISIT_CREATE", "post"),
    "phone:household_show": VISIT,
    "phone:resident_call": Route("RESIDENT_REVEAL", "post"),
}
# Lists are one address with the list's name in it.
LISTS = {
    "messages": "MESSAGE_VIEW",
    "shifts": "DUTY_VIEW",
    "incidents": "INCIDENT_VIEW",
    "handlers": "INCIDENT_HANDLE",
    "incident_categories": "INCIDENT_HANDLE",
    "assets": "INCIDENT_HANDLE",
    "visits": "VISIT_VIEW",
    "visit_tasks": "VISIT_VIEW",
    "residents": "RESIDENT_VIEW",
    "households": "RESIDENT_VIEW",
    "cells": "PLACE_VIEW",
    "buildings": "PLACE_VIEW",
    "dwellings": "PLACE_VIEW",
}
LIST_ROUTES = {"core:list", "core:list_bulk", "core:view_save", "core:list_export",
               "core:list_print"}  # fmt: skip
REFUSED = (401, 403, 404, 405)
# Nobody here sees two communities; who has none at work is refused a choice and a resident.
MISSING_ANYWAY = {
    *(("reports:community_compare", role) for role in HOLDERS["FIGURES_VIEW"]),
    *(("core:tenant_choose", role) for role in HOLDERS["SIGNED_IN"]),
    ("residents:resident_looks", "auditor"),
}
pytestmark = pytest.mark.django_db


# --- One community with two cells, another one, and somebody in every role


class World:
    """Rows for the places in an address: own, in the other cell, in another community."""

    def __init__(self):
        here = make_community()
        there = make_community("150399002001", "向阳里", make_street("150399002", "昆河街道"))
        cell, self.other_cell = make_cell(here, 1), make_cell(here, 2)
        self.users = {
            role.value: make_user(role, here, [cell]) for role in Role
        } | {"outsider": make_user()}  # fmt: skip
        self.own = rows_in(here, cell, "3")
        self.beside = rows_in(here, self.other_cell, "4")
        self.foreign = rows_in(there, make_cell(there, 1), "3")
        self.missing = {name: uuid4() for name in self.own} | {"code": "place.nothing"}
        self.clients = {role: client_of(user) for role, user in self.users.items()}


def incident_rows(community, cell):
    handler = make_handler(community)
    asset, category = make_asset(community, cell=cell), make_category(community)
    row = make_incident(community, "dispatched", cell=cell, handler=handler)
    row.steps.create(move="report", to_state="reported")
    row.links.create(handler=handler, token_hash=str(uuid4()), expires_at=timezone.now())
    key = file_write(photo(), KEPT)
    file = row.files.create(kind="photo", key=key, content_type="image/jpeg", size=1)
    return {"incident_id": row.pk, "move": "remark", "file_id": file.pk, "asset_id": asset.pk,
            "handler_id": handler.pk, "category_id": category.pk}  # fmt: skip


def visit_rows(community, cell, home):
    """A visit with a finding, a rule, a round and a hand-over."""
    staff, day = make_user(Role.LEADER, community, [cell]), timezone.localdate()
    now, named = timezone.now(), {"community": community, "name": cell.name}
    visit = Visit.objects.create(community=community, cell=cell, household=home, by=staff,
                                 visited_on=day, started_at=now, ended_at=now)  # fmt: skip
    visit.answers.create(resident=home.members.first(), state="same")
    task = VisitTask.objects.create(community=community, cell=cell, household=home, cause="round",
                                    key="k", due_on=day)  # fmt: skip
    task.steps.create(stage="overdue")
    AllowanceRate.objects.create(community=community, from_on=dt.date(2020, 1, cell.number))
    return {
        "visit_id": visit.pk,
        "finding_id": visit.findings.create(kind="other").pk,
        "rule_id": VisitRule.objects.create(interval_days=7, **named).pk,
        "round_id": VisitRound.objects.create(kind="heat", from_on=day, due_on=day, **named).pk,
        "hand_over_id": CellHandOver.objects.create(
            community=community, cell=cell, to_user=staff, on=day
        ).pk,
    }


def outline(community, cell, building):
    picture = file_write(photo(), KEPT)
    SitePlan.objects.get_or_create(community=community, defaults={"picture_key": picture})
    CardPrint.objects.create(community=community, cell=cell, building=building, digest="",
                             printed_on=dt.date(2026, 1, 1))  # fmt: skip
    ring = [[0, 0], [9, 0], [9, 9], [0, 0]]
    return PlanShape.objects.create(
        community=community, kind="cell", cell=cell,
        geometry={"type": "Polygon", "coordinates": [ring]},
    )  # fmt: skip


def rows_in(community, cell, number):
    building = make_building(community, number, cell)
    home = make_household(make_dwelling(building))
    person = make_resident(home, relation="02")
    place = {"community": community, "cell": cell, "resident": person}
    staff = make_user(Role.CLERK, community)
    job = Job.objects.create(kind="k", label="l", owner=staff)
    view = SavedView.objects.create(owner=staff, list_name="residents", name="v")
    sent = Submission.objects.create(
        owner=staff, key=uuid4(), kind="k", body_hash="", tenant=community.pk, status=422,
        state="refused", answer="", made_at=timezone.now(),
    )  # fmt: skip
    upload = Upload.objects.create(owner=staff, key=uuid4(), size=1, digest="")
    run = ImportRun.objects.create(kind="residents", tenant=community.pk, owner=staff, file_hash="")
    return (
        incident_rows(community, cell)
        | visit_rows(community, cell, home)
        | duty_rows(community, staff)
        | {
            "cell_id": cell.pk,
            "post_id": cell.posts.create(
                community=community, user=staff, kind="worker", from_on=dt.date(2026, 1, 1)
            ).pk,
            "shape_id": outline(community, cell, building).pk,
            "building_id": building.pk,
            "dwelling_id": home.dwelling_id,
            "household_id": home.pk,
            "into_id": make_household(home.dwelling).pk,
            "resident_id": person.pk,
            "event_id": LifeEvent.objects.create(kind="birth", on=dt.date(2026, 1, 1), **place).pk,
            "tag_id": CareTag.objects.create(kind="living_alone", **place).pk,
            "member_id": PartyMember.objects.create(kind="branch", **place).pk,
            "user_id": staff.pk,
            "membership_id": staff.memberships.get().pk,
            "job_id": job.pk,
            "view_id": view.pk,
            "run_id": run.pk,
            "submission_id": sent.pk,
            "file_key": upload.key,
            "code": "place.cells",
            "sweep_key": "files-purge",
        }
    )


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
        personal = permission in ("RESIDENT_VIEW", "VISIT_VIEW")
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


# --- REST: closed to browsers, by scope to tokens


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


def test_nothing_is_written_by_looking(world):
    """GET changes nothing but the looks themselves (TRUST W04)."""
    before = {m: m.objects.count() for m in apps.get_models() if issubclass(m, ScopedRow)}
    moment = timezone.now()
    for name in ROUTES:
        world.clients["director"].get(address(name, world.own))
    for model, count in before.items():
        assert model.objects.count() == count
        assert not model.objects.filter(changed_at__gt=moment).exists(), model
