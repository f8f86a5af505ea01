"""Incidents and checks from phones: once, never refused for look-alikes, files before or after."""

import datetime as dt
import hashlib
import json

import pytest
from django.utils import timezone

from grids.incidents.routing import route
from grids.models import Incident, IncidentFile
from grids.phone import day_part
from grids.tasks import incidents_sweep
from portal.core.files import file_read
from portal.core.ids import new_id
from portal.core.middleware import Tenant
from portal.core.submissions import moments_of, submit
from portal.core.uploads import upload_find, upload_piece
from tests.grids.incidents import (
    make_asset,
    make_category,
    make_handler,
    make_incident,
    move,
    photo,
)
from tests.people import (
    make_building,
    make_cell,
    make_community,
    make_membership,
    make_user,
)

pytestmark = pytest.mark.django_db
INCIDENT_KEYS = {"id", "version", "number", "state", "state_label", "category", "building", "place",
                 "text", "due_at", "may_check"}  # fmt: skip


@pytest.fixture
def building(community, cell_a):
    return make_building(community, "3", cell_a)


def send(by, kind, body, made_at=None, sent_at=None, key=None):
    moments = moments_of(made_at or timezone.now(), sent_at)
    answer = submit(by, key or new_id(), kind, json.dumps(body, default=str).encode(), moments)
    return answer.status, json.loads(answer.text)


def incident(building, **values):
    return {"id": new_id(), "category": None, "text": "路灯不亮", "building": building.pk,
            "place": "东侧", "source": "leader", "files": []} | values  # fmt: skip


def test_a_record_becomes_an_incident_under_its_own_id(leader_a, community, building, cell_a):
    kind, asset = make_category(community), make_asset(community, building=building)
    made = timezone.now() - dt.timedelta(hours=5)
    who = {"source": "resident", "reporter_name": "李芳", "reporter_phone": "13912345678"}
    body = incident(building, category=kind.pk, asset=asset.pk, x=3.5, y=4, is_urgent=True, **who)
    status, answer = send(leader_a, "incident", body, made)
    row = Incident.objects.get()
    assert (status, str(row.pk), answer["number"]) == (201, str(body["id"]), row.number)
    assert (row.category, row.asset, row.building, row.cell) == (kind, asset, building, cell_a)
    assert (row.text, row.spot, row.x, row.y, row.is_urgent) == ("路灯不亮", "东侧", 3.5, 4, True)
    assert (row.reported_at, row.created_by, row.source) == (made, leader_a, "resident")
    assert row.reporter_phone_mask == "139******78"


def test_a_place_in_words_is_in_the_community_whose_list_the_phone_showed(community):
    """A leader who works in two of them; the category tells it too."""
    other = make_community("150399001002", "新村", community.street)
    both = make_user("leader", community, [make_cell(community, 1)])
    make_membership(both, "leader", other, [make_cell(other, 1)])
    kind = make_category(other)
    for told, found in (
        ({"community": other.pk}, other), ({"category": kind.pk}, other),
        ({"community": new_id()}, community), ({}, community),
    ):  # fmt: skip
        body = {"id": new_id(), "text": "东门坏了", "place": "东门", "files": []} | told
        assert send(both, "incident", body)[0] == 201
        assert Incident.objects.get(pk=body["id"]).community == found


@pytest.mark.parametrize("off", [dt.timedelta(days=365), dt.timedelta(hours=-3)])
def test_a_wrong_clock_is_put_right(leader_a, building, off):
    now = timezone.now()
    send(leader_a, "incident", incident(building), now - dt.timedelta(hours=2) + off, now + off)
    away = Incident.objects.get().reported_at - (now - dt.timedelta(hours=2))
    assert abs(away) < dt.timedelta(seconds=30)


def test_the_asset_that_the_phone_named_decides_to_whom_it_goes(
    leader_a, clerk, community, building
):
    usual, warrantor = make_handler(community, "物业"), make_handler(community, "路灯厂")
    until = timezone.localdate() + dt.timedelta(days=1)
    kind = make_category(community, handler=usual, asset_kind="lamp")
    lamp = make_asset(community, building=building, maintainer=warrantor, warranty_to=until)
    for asset, handler in ((lamp.pk, warrantor), (None, usual)):
        body = incident(building, category=kind.pk, asset=asset)
        send(leader_a, "incident", body)
        row = move(clerk, Incident.objects.get(pk=body["id"]), "accept", category=kind)
        assert route(community.pk, row.category, row.asset).handler == handler


def test_the_same_record_twice_is_one_and_another_body_is_refused(leader_a, building):
    key, body, made = new_id(), incident(building), timezone.now()
    first = send(leader_a, "incident", body, made, key=key)
    assert send(leader_a, "incident", body, made, key=key) == first
    assert send(leader_a, "incident", body | {"text": "x"}, made, key=key)[0] == 409
    assert send(leader_a, "incident", body)[0] == 422  # the same incident under another key
    assert Incident.objects.count() == 1


def test_look_alikes_are_told_and_never_refused(leader_a, community, building, cell_a):
    there = make_incident(community, building=building, cell=cell_a)
    status, answer = send(leader_a, "incident", incident(building))
    assert (status, [row["number"] for row in answer["alike"]]) == (201, [there.number])


def test_a_record_of_another_cell_is_kept_for_the_desk(leader_b, building):
    status, answer = send(leader_b, "incident", incident(building))
    assert (status, answer["ok"], Incident.objects.count()) == (404, False, 0)


@pytest.mark.parametrize(
    "wrong",
    [{"text": ""}, {"text": "x" * 1001}, {"text": None}, {"id": "x"}, {"files": "x"},
     {"files": ["x"]}, {"building": "x"}, {"reporter_name": 5}],
)  # fmt: skip
def test_a_record_that_cannot_be_read_is_refused_with_its_field(leader_a, building, wrong):
    status, answer = send(leader_a, "incident", incident(building) | wrong)
    assert (status, answer["field"], Incident.objects.count()) == (422, next(iter(wrong)), 0)


@pytest.mark.parametrize(
    "odd", [{"x": "1"}, {"x": 1e99}, {"source": "?"}, {"category": new_id()}, {"asset": new_id()}]
)
def test_what_does_not_matter_loses_no_report(leader_a, building, odd):
    assert send(leader_a, "incident", incident(building) | odd)[0] == 201


# --- Photos


def upload(by, key, data):
    return upload_piece(by, key, 0, len(data), hashlib.sha256(data).hexdigest(), data)


def test_photos_join_whichever_comes_first(leader_a, building):
    early, late = new_id(), new_id()
    upload(leader_a, early, photo())
    send(leader_a, "incident", incident(building, files=[early, late]))
    assert {(f.pk, bool(f.key)) for f in IncidentFile.objects.all()} == {
        (early, True),
        (late, False),
    }
    upload(leader_a, late, photo(color=(1, 2, 3)))
    rows = list(IncidentFile.objects.all())
    assert all(f.key and f.content_type == "image/jpeg" for f in rows)
    assert {hashlib.sha256(file_read(f.key)).hexdigest() for f in rows} == {f.digest for f in rows}
    assert all(upload_find(leader_a, key).taken_at for key in (early, late))


def test_a_photo_that_came_unnoticed_is_joined_by_the_sweep(leader_a, building, monkeypatch):
    from portal.core import uploads

    key = new_id()
    send(leader_a, "incident", incident(building, files=[key]))
    monkeypatch.setattr(uploads, "_told", [])
    upload(leader_a, key, photo())
    assert IncidentFile.objects.get().key == ""
    incidents_sweep()
    assert IncidentFile.objects.get().key


def test_somebody_elses_upload_is_not_taken(leader_a, leader_b, building):
    key = new_id()
    upload(leader_b, key, photo())
    send(leader_a, "incident", incident(building, files=[key]))
    assert IncidentFile.objects.get().key == ""


def test_a_photo_that_cannot_be_read_is_told_and_the_incident_stays(leader_a, building):
    key = new_id()
    upload(leader_a, key, b"<svg onload=alert(1)>")
    assert send(leader_a, "incident", incident(building, files=[key]))[0] == 201
    row = Incident.objects.get()
    assert not row.files.exists()
    assert row.steps.filter(move="file_refused").exists()


def test_files_of_another_incident_are_not_claimed(leader_a, building):
    key = new_id()
    for _ in range(2):
        assert send(leader_a, "incident", incident(building, files=[key]))[0] == 201
    assert IncidentFile.objects.count() == 1


# --- Checks


@pytest.mark.parametrize(("ok", "state", "step"), [(True, "closed", "close"),
                                                   (False, "handling", "send_back")])  # fmt: skip
def test_a_check_closes_or_sends_back(leader_a, community, cell_a, ok, state, step):
    row = make_incident(community, "handled", cell=cell_a, handled_at=timezone.now())
    body = {"incident": row.pk, "version": row.version, "ok": ok, "note": ""}
    status, answer = send(leader_a, "incident_check", body)
    row.refresh_from_db()
    assert (status, answer["state"], row.state) == (201, state, state)
    assert row.steps.get().move == step


def test_a_check_outlives_a_reminder_but_not_a_new_handling(leader_a, clerk, community, cell_a):
    now = timezone.now()
    row = make_incident(community, "handled", cell=cell_a, handled_at=now - dt.timedelta(hours=1))
    body = {"incident": row.pk, "version": row.version, "ok": True, "note": ""}
    move(clerk, row, "urge")
    again = make_incident(community, "handled", cell=cell_a, handled_at=now, version=5)
    old = {"incident": again.pk, "version": 2, "ok": True, "note": ""}
    looked = now - dt.timedelta(minutes=30)
    assert send(leader_a, "incident_check", old, looked)[0] == 422
    assert send(leader_a, "incident_check", body, looked)[0] == 201


def test_a_check_is_of_the_own_cell_and_of_what_is_handled(leader_a, leader_b, community, cell_a):
    row = make_incident(community, "handling", cell=cell_a)
    body = {"incident": row.pk, "version": 1, "ok": True, "note": ""}
    assert send(leader_b, "incident_check", body)[0] == 404
    assert send(leader_a, "incident_check", body)[0] == 422


# --- The day's list


def test_day_part_holds_what_a_phone_needs_and_no_more(
    leader_a, community, cell_a, cell_b, building
):
    community.office_phone, community.office_hours = "0470-0001111", "8:30–17:30"
    community.save()
    for n, (role, cells) in enumerate((("leader", [cell_b]), ("clerk", ())), 6):
        colleague = make_user(role, community, cells, name=f"同事{n}")
        type(leader_a).objects.filter(pk=colleague.pk).update(work_phone=f"0470-000{n}")
    type(leader_a).objects.filter(pk=leader_a.pk).update(work_phone="0470-0002222")
    handler = make_handler(community, "物业", contact="郝经理", phone="0470-0003333")
    make_handler(community, "旧物业", phone="0470-0004444", is_active=False)
    kind = make_category(community, "路灯不亮", handler, asset_kind="lamp")
    asset = make_asset(community, "东灯", building=building, cell=cell_a, spot="东侧")
    make_asset(community, "别处", cell=cell_b)
    who = {"reporter_name": "李芳", "reporter_phone_mask": "139******78"}
    there = {"cell": cell_a, "building": building, "spot": "东侧"}
    own = make_incident(community, "handled", category=kind, **there, **who)
    make_incident(community, cell=cell_b)
    make_incident(community, "closed", cell=cell_a)
    part = day_part(leader_a, Tenant(community.pk, "x"), dt.date(2026, 11, 22))
    assert [(i["id"], i["may_check"], i["category"], i["place"]) for i in part["incidents"]] == [
        (str(own.pk), True, "路灯不亮", "3号楼 东侧")
    ]
    assert set(part["incidents"][0]) == INCIDENT_KEYS
    assert part["categories"] == [
        {
            "id": str(kind.pk),
            "group": "facility",
            "group_label": "设施损坏",
            "name": "路灯不亮",
            "asset_kind": "lamp",
            "is_urgent": False,
        }
    ]
    assert [a["id"] for a in part["assets"]] == [str(asset.pk)]
    assert [b["id"] for b in part["buildings"]] == [str(building.pk)]
    assert [(c["name"], c["phone"]) for c in part["contacts"]] == [
        ("爱民佳苑居委会", "0470-0001111"),
        ("同事7", "0470-0007"),  # the office first, and never oneself
        ("同事6", "0470-0006"),
        ("物业", "0470-0003333"),
    ]
    assert "李芳" not in json.dumps(part, ensure_ascii=False)
    json.dumps(part)


def test_day_part_asks_as_often_for_many_as_for_one(
    leader_a, community, cell_a, django_assert_num_queries
):
    def fill(count):
        for _ in range(count):
            home = make_building(community, str(make_building.n), cell_a)
            make_building.n += 1
            make_incident(community, cell=cell_a, building=home, category=make_category(community))
            make_asset(community, cell=cell_a, building=home)

    make_building.n = 10
    fill(1)
    with django_assert_num_queries(7):
        day_part(leader_a, Tenant(community.pk, "x"), dt.date(2026, 11, 22))
    fill(20)
    with django_assert_num_queries(7):
        day_part(leader_a, Tenant(community.pk, "x"), dt.date(2026, 11, 22))


def test_day_part_is_empty_for_those_who_report_nothing(doctor, community):
    part = day_part(doctor, Tenant(community.pk, "x"), dt.date(2026, 11, 22))
    assert not any(part.values())
    assert day_part(make_user(), Tenant(community.pk, "x"), dt.date(2026, 11, 22)) == part
