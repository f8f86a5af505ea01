"""The desk: board, page, moves as forms, set-up, call back."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from grids.incidents.board import AGES, board
from grids.models import Asset, Handler, Incident, IncidentCategory
from portal.accounts.permissions import Role
from portal.core.lists import list_named
from portal.core.models import AccessLog
from tests.grids.incidents import (
    make_asset,
    make_category,
    make_handler,
    make_incident,
    move,
    report,
)
from tests.people import client_of, make_building, make_user

pytestmark = pytest.mark.django_db
BOARD = "/places/incidents/"


def show(row):
    return reverse("grids:incident_show", args=[row.pk])


def to(row, name):
    return reverse("grids:incident_move", args=[row.pk, name])


def ago(days):
    return timezone.now() - dt.timedelta(days=days)


# --- Board


def test_every_figure_of_the_board_opens_its_rows(clerk, community):
    for state in ("reported", "dispatched", "handled"):
        for days in (0, 1, 2, 3, 7, 8, 40):
            make_incident(community, state, reported_at=ago(days))
    make_incident(community, "closed")
    drawn, client = board(Incident.objects.all(), timezone.now()), client_of(clerk)
    assert drawn["total"] == 21
    for column in drawn["states"]:
        for age in column["ages"]:
            found = client.get(age["url"]).content.decode().count('data-label="编号"')
            assert found == age["value"], (column["state"], age["label"])
    assert [age["value"] for age in drawn["states"][0]["ages"]] == [1, 2, 2, 2]
    assert len(AGES) == 4


def test_the_board_counts_late_urgent_and_delays(clerk, community):
    make_incident(community, due_at=ago(1))
    make_incident(community, is_urgent=True)
    make_incident(community, "handling", delay_to=timezone.now())
    drawn = board(Incident.objects.all(), timezone.now())
    assert (drawn["total"], drawn["late"], drawn["urgent"], drawn["delays"]) == (3, 1, 1, 1)
    page, client = client_of(clerk).get(BOARD), client_of(clerk)
    for url in ("?late=1", "?state=open&urgent=1", "?state=open&delay=1"):
        assert url in page.content.decode().replace("&amp;", "&")
        listed = client.get(f"/lists/incidents/{url}").content.decode()
        assert listed.count('data-label="编号"') == 1


def test_a_leader_sees_the_own_cells_only(leader_a, community, cell_a, cell_b):
    own, other = (make_incident(community, cell=cell) for cell in (cell_a, cell_b))
    client = client_of(leader_a)
    html = client.get(BOARD).content.decode()
    assert own.number in html
    assert other.number not in html
    assert (client.get(show(own)).status_code, client.get(show(other)).status_code) == (200, 404)


def test_the_board_asks_as_often_for_many_as_for_one(clerk, community, django_assert_num_queries):
    client = client_of(clerk)
    make_incident(community, "dispatched", category=make_category(community))
    client.get(BOARD)
    with django_assert_num_queries(2):
        client.get(BOARD)
    for n in range(30):
        make_incident(community, "dispatched", category=make_category(community),
                      building=make_building(community, str(n + 1)))  # fmt: skip
    with django_assert_num_queries(2):
        client.get(BOARD)


def test_a_director_is_told_of_a_missing_calendar(director, clerk, monkeypatch):
    from grids.views import incidents

    words = "缺少 2031 年国务院节假日安排"
    monkeypatch.setattr(incidents, "missing_words", lambda today: [words])
    assert words in client_of(director).get(BOARD).content.decode()
    assert words not in client_of(clerk).get(BOARD).content.decode()


# --- One incident, all its life, by forms


def test_a_whole_life_by_the_pages(clerk, leader_a, community, cell_a):
    desk, leader = client_of(clerk), client_of(leader_a)
    kind = make_category(community, "路灯不亮", make_handler(community, "路灯所"))
    building = make_building(community, "3", cell_a)
    leader.post(f"{BOARD}new/", {"text": "灯不亮", "building": building.pk, "source": "leader"})
    row = Incident.objects.get()

    def step(client, name, **values):
        version = Incident.objects.get().version
        answer = client.post(to(row, name), {"version": version, **values})
        assert (answer.status_code, answer.url) == (302, show(row)), name

    step(desk, "accept", category=kind.pk)
    step(desk, "dispatch", handler=kind.handler.pk)
    step(desk, "start")
    step(
        desk, "delay_ask", delay_to=(timezone.localdate() + dt.timedelta(30)).isoformat(), note="x"
    )
    step(desk, "delay_grant")
    step(desk, "done", result="换了灯泡")
    step(leader, "send_back", note="还是不亮")
    step(desk, "done", result="换了线")
    step(leader, "close")
    step(desk, "rate", satisfaction="1", note="晚上又灭了")
    step(desk, "dispatch", handler=kind.handler.pk)
    html = desk.get(show(row)).content.decode()
    for words in ("上报", "受理", "派遣：路灯所", "同意延期", "核查未通过", "回访", "重新办理"):
        assert words in html
    assert Incident.objects.get().state == "dispatched"


@pytest.mark.parametrize("state", ["reported", "accepted", "dispatched", "handling", "handled",
                                   "closed", "rejected", "merged", "split"])  # fmt: skip
def test_every_button_of_the_page_opens_its_form(clerk, community, state):
    client = client_of(clerk)
    row = make_incident(community, state, delay_to=timezone.now())
    html = client.get(show(row)).content.decode()
    for name in {p.split("/to/")[1].partition("/")[0] for p in html.split('"') if "/to/" in p}:
        assert client.get(to(row, name)).status_code == 200, name


def test_a_leader_gets_no_form_for_the_desks_moves(leader_a, community, cell_a):
    row = make_incident(community, cell=cell_a)
    client = client_of(leader_a)
    for name in ("accept", "reject", "escalate", "report", "nothing"):
        assert client.post(to(row, name), {"version": 1, "note": "x"}).status_code == 404, name
    assert Incident.objects.get().state == "reported"


def test_whoever_is_second_keeps_what_was_typed(clerk, community):
    row = make_incident(community, "accepted")
    handler = make_handler(community)
    move(clerk, row, "urge")
    client = client_of(clerk)
    data = {"version": row.version, "handler": handler.pk, "note": "先打电话"}
    shown = client.post(to(row, "dispatch"), data)
    html = shown.content.decode()
    assert (shown.status_code, "先打电话" in html) == (409, True)
    assert Incident.objects.get().state == "accepted"
    again = client.post(to(row, "dispatch"), data | {"version": row.version + 1})
    assert (again.status_code, Incident.objects.get().state) == (302, "dispatched")


def test_a_move_made_by_another_is_told(clerk, community):
    row = make_incident(community, "accepted")
    client = client_of(clerk)
    assert client.get(to(row, "accept")).url == show(row)
    assert "不能受理" in client.get(show(row)).content.decode()


def test_what_is_missing_stands_at_its_field(clerk, community):
    row = make_incident(community, "accepted")
    html = client_of(clerk).post(to(row, "dispatch"), {"version": 1}).content.decode()
    assert "请选择处置单位。" in html


def test_split_sends_each_part_to_whom_its_own_category_goes(clerk, community):
    lamps, lids = make_handler(community, "路灯所"), make_handler(community, "市政")
    lamp, lid = make_category(community, "路灯", lamps), make_category(community, "井盖", lids)
    row, desk = make_incident(community, "accepted", category=lamp), client_of(clerk)
    fields = desk.get(to(row, "split")).context["form"].part_rows()
    assert {category.value() for _, _, category in fields} == {lamp.pk}
    desk.post(to(row, "split"), {
        "version": 1, "text_1": "路灯不亮", "category_1": lamp.pk,
        "text_3": " 井盖松动 ", "category_3": lid.pk, "category_2": lamp.pk,
    })  # fmt: skip
    parts = row.parts.order_by("number")
    assert [(p.text, p.category) for p in parts] == [("路灯不亮", lamp), ("井盖松动", lid)]
    accepted = [move(clerk, part, "accept", category=part.category) for part in parts]
    offered = [desk.get(show(part)).context["form"].initial["handler"] for part in accepted]
    assert offered == [lamps.pk, lids.pk]


def test_split_may_leave_a_category_to_whoever_accepts(clerk, community):
    row = make_incident(community, "accepted", category=make_category(community))
    data = {"version": 1, "text_1": "路面塌陷", "text_2": "井盖松动"}
    client_of(clerk).post(to(row, "split"), data)
    assert set(row.parts.values_list("category", flat=True)) == {None}


def test_split_into_one_is_refused_and_keeps_what_was_typed(clerk, community):
    row = make_incident(community)
    page = client_of(clerk).post(to(row, "split"), {"version": 1, "text_9": "井盖松动"})
    html = page.content.decode()
    assert "请至少写两件，最多 9 件。" in html
    assert "<details open>" in html
    assert "井盖松动" in html
    assert not row.parts.exists()


def test_merge_offers_open_incidents_of_the_community(clerk, community, other_community):
    row, there = make_incident(community), make_incident(community)
    closed, foreign = make_incident(community, "closed"), make_incident(other_community)
    html = client_of(clerk).get(to(row, "merge")).content.decode()
    offered = {r.number for r in (row, there, closed, foreign) if f">{r.number} " in html}
    assert offered == {there.number}


def test_a_form_sent_twice_is_carried_out_once(clerk, community):
    row = make_incident(community)
    client = client_of(clerk)
    data = {"version": 1, "note": "x", "_once": "0198c0de-0000-7000-8000-000000000002"}
    first, second = (client.post(to(row, "urge"), data) for _ in range(2))
    assert (first.status_code, second.status_code, second.url) == (302, 302, first.url)
    assert Incident.objects.get().urges == 1


# --- Who reported


def test_the_reporters_number_is_shown_once_asked_and_logged(clerk, community):
    row = report(clerk, community, reporter_name="李芳", reporter_phone="13912345678")
    client = client_of(clerk)
    assert "13912345678" not in client.get(show(row)).content.decode()
    shown = client.post(f"{show(row)}call/", {"reason": "contact"}, headers={"HX-Request": "true"})
    assert "13912345678" in shown.content.decode()
    looks = list(
        AccessLog.objects.filter(row=row.pk).values_list("action", "fields_class", "reason")
    )
    assert looks == [("incident_view", "name", ""), ("incident_call", "phone", "电话回访")]


def test_a_guard_may_not_call_the_reporter(guard, community):
    row = make_incident(community)
    assert client_of(guard).post(f"{show(row)}call/").status_code == 403


# --- Set-up


def test_handlers_categories_and_assets_are_set_up(director, clerk, community, cell_a):
    client, building = client_of(director), make_building(community, "3", cell_a)
    client.post("/places/handlers/new/", {"name": "物业", "kind": "property", "users": [clerk.pk]})
    handler = Handler.objects.get()
    assert list(handler.users.all()) == [clerk]
    client.post("/places/categories/new/", {
        "name": "门坏", "group": "facility", "handler": handler.pk, "accept_hours": 2,
        "handle_hours": 7, "check_hours": 7,
    })  # fmt: skip
    client.post("/places/assets/new/", {
        "name": "东门", "kind": "gate", "building": building.pk, "owner": handler.pk,
        "warranty_to": "2027-01-01",
    })  # fmt: skip
    assert IncidentCategory.objects.get().handler == handler
    assert (Asset.objects.get().cell, Asset.objects.get().owner) == (cell_a, handler)


def test_an_update_writes_what_was_changed_and_conflicts_are_shown(director, community):
    row = make_handler(community, "物业")
    client, url = client_of(director), f"/places/handlers/{row.pk}/"
    data = {"version": 1, "name": "物业", "initial-name": "物业", "kind": "property",
            "initial-kind": "property", "contact": "郝经理", "initial-contact": "", "phone": "",
            "initial-phone": "", "is_active": "on", "initial-is_active": "True"}  # fmt: skip
    assert client.post(url, data).status_code == 302
    row.refresh_from_db()
    assert (row.contact, row.version) == ("郝经理", 2)
    assert client.post(url, data | {"contact": "王经理"}).status_code == 409


def test_set_up_is_the_desks(leader_a, director, community, other_community):
    foreign = make_handler(other_community)
    assert client_of(director).get(f"/places/handlers/{foreign.pk}/").status_code == 404
    assert client_of(leader_a).get("/places/handlers/new/").status_code == 403


def test_a_name_is_given_once(director, community):
    make_handler(community, "物业")
    html = client_of(director).post("/places/handlers/new/", {"name": "物业", "kind": "other"})
    assert "已经登记过" in html.content.decode()


def test_somebody_elses_staff_is_not_offered(director, community, other_community):
    stranger = make_user(Role.CLERK, other_community, name="外人")
    data = {"name": "物业", "kind": "property", "users": [stranger.pk]}
    client_of(director).post("/places/handlers/new/", data)
    assert not Handler.objects.exists()


# --- Lists


def test_the_list_narrows_by_what_the_filters_say(clerk, community):
    lamp = make_category(community, "灯")
    late = make_incident(community, due_at=ago(1), category=lamp, spot="东门")
    done = make_incident(community, "closed")
    asset = make_asset(community, warranty_to=timezone.localdate())
    make_asset(community, warranty_to=None)
    client = client_of(clerk)

    def numbers(query):
        html = client.get(f"/lists/incidents/?{query}").content.decode()
        return {row.number for row in (late, done) if f">{row.number}<" in html}

    assert numbers("") == numbers("late=1") == numbers(f"category={lamp.pk}") == {late.number}
    assert numbers("state=closed") == {done.number}
    assert numbers("q=东门") == {late.number}
    html = client.get("/lists/assets/?warranty=yes").content.decode()
    assert html.count('data-label="名称"') == 1
    assert asset.name in html


def test_the_list_leaves_out_who_reported(clerk, community):
    report(clerk, community, reporter_name="李芳", reporter_phone="13912345678")
    client = client_of(clerk)
    file = client.post(reverse("core:list_export", args=["incidents", "csv"])).getvalue().decode()
    assert "路灯不亮" not in file
    assert "李芳" not in file
    assert "139" not in file


@pytest.mark.parametrize("name", ["incidents", "handlers", "incident_categories", "assets"])
@pytest.mark.parametrize("form", ["csv", "xlsx", "ndjson"])
def test_every_list_leaves_as_a_file_with_all_its_columns(director, community, name, form):
    closed = {"is_in_time": True, "is_urgent": True, "satisfaction": 3}
    make_incident(community, "closed", category=make_category(community, is_urgent=True), **closed)
    make_asset(community, maintainer=make_handler(community), warranty_to=timezone.localdate())
    url = reverse("core:list_export", args=[name, form])
    query = "&".join(f"c={column.key}" for column in list_named(name).columns)
    query += "&state=closed" if name == "incidents" else ""
    answer = client_of(director).post(url, {"query": query})
    assert answer.status_code == 200
    text = answer.getvalue()
    if form != "xlsx" and name == "incidents":
        assert all(word in text.decode() for word in ("按时", "满意", "已办结"))


def test_every_column_is_shown_on_the_page(director, community):
    make_incident(community, "closed", is_in_time=False, satisfaction=1, is_urgent=True)
    columns = "&".join(f"c={column.key}" for column in list_named("incidents").columns)
    html = client_of(director).get(f"/lists/incidents/?state=closed&{columns}").content.decode()
    assert all(word in html for word in ("逾期", "不满意"))
