"""Rows of every kind in one community with two cells and in another, somebody in every role."""

import datetime as dt
from uuid import uuid4

from django.utils import timezone

from grids.models import CardPrint, PlanShape, SitePlan
from portal.accounts.permissions import Role
from portal.core.files import KEPT, file_write
from portal.core.models import ImportRun, Job, SavedView, Submission, Upload
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
from tests.people import (
    client_of,
    make_building,
    make_cell,
    make_community,
    make_dwelling,
    make_household,
    make_resident,
    make_street,
    make_user,
)
from tests.services.rows import alarm_rows


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
        | alarm_rows(home)
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
