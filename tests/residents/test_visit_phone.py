"""What phones get of people: the least, in walking order, each look logged."""

import datetime as dt

import orjson
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.core.models import AccessLog
from residents.models import VisitRule
from residents.phone import day_part, household_json
from tests.people import (
    client_of,
    make_building,
    make_dwelling,
    make_household,
    make_resident,
    make_user,
)
from tests.residents.visiting import finding, make_post, make_rule, make_tag, make_task, same, visit

TODAY = timezone.localdate
DAY = dt.timedelta(days=1)


def part(user, community):
    return day_part(user, community, TODAY())


def texts(value):
    return orjson.dumps(value).decode()


def test_tasks_come_in_walking_order_with_their_reason(leader_a, community, cell_a, home, head):
    rule = make_rule(community, "高风险独居老人", 7)
    building = make_building(community, "12", cell_a)
    far, near = (make_household(make_dwelling(building, "1", room)) for room in ("1001", "201"))
    for place in (far, near):
        make_task(place, rule=rule, due_on=TODAY() - 2 * DAY, stage="overdue")
    make_task(home, "change", change="discharge", due_at=timezone.now() + DAY)
    tasks = part(leader_a, community)["tasks"]
    assert [task["address"] for task in tasks] == ["3-2-501", "12-1-201", "12-1-1001"]
    assert tasks[1] | {"id": "", "household": ""} == {
        "id": "", "household": "", "address": "12-1-201", "building": "12号楼", "entrance": "1",
        "floor": 2, "cause": "rule", "why": "高风险独居老人，每周", "stage": "overdue",
        "stage_label": "已逾期", "due_on": (TODAY() - 2 * DAY).isoformat(), "due_at": None,
        "late_days": 2,
    }  # fmt: skip
    assert tasks[0]["why"].startswith("重大变化：出院，")


def test_households_are_those_shown_as_due_with_the_least_of_each_member(
    leader_a, community, home, head, child, records, other_home
):
    visit(leader_a, home, answers=[*same(head), {"resident": child.pk, "state": "away"}],
          findings=[finding("other", head, "秘密")], note="也是秘密")  # fmt: skip
    make_task(home, due_on=TODAY() + 14 * DAY)
    make_household(home.dwelling)
    day = part(leader_a, community)
    (found,) = day["households"]
    assert found["id"] == day["tasks"][0]["household"] == str(home.pk)
    on = home.visits.get().visited_on.isoformat()
    assert found["last_visit"] == on
    assert [(m["name"], m["relation"], m["birth_year"], m["needs"], m["last"]) for m in
            found["members"]] == [
        ("王小明", "户主", 1980, ["残疾（肢体二级）", "低保"],
         {"on": on, "state": "same", "words": "无变化"}),
        ("王小花", "女儿", 2015, [], {"on": on, "state": "away", "words": "不在家"}),
    ]  # fmt: skip
    told = texts(day)
    assert not any(secret in told for secret in ("秘密", "13812345678", "5678", "150399", "05-04"))


def test_a_minor_is_a_name_only_without_the_permission(party_clerk, community, home, head, child,
                                                       monkeypatch):  # fmt: skip
    from portal.accounts import permissions

    few = permissions.ROLES["leader"] - {"MINOR_VIEW", "CARE_VIEW"}
    monkeypatch.setitem(permissions.ROLES, "leader", few)
    user = make_user("leader", community, [home.cell])
    make_tag(head)
    make_task(home, rule=make_rule(community, "困难家庭", 30))
    day = part(user, community)
    members = {m["name"]: m for m in day["households"][0]["members"]}
    assert (members["王小花"]["birth_year"], members["王小花"]["last"]) == (None, None)
    assert members["王小明"]["needs"] == []
    assert [task["why"] for task in day["tasks"]] == ["每月"]


def test_doors_show_what_is_left_from_the_top(leader_a, community, cell_a, home, other_home):
    building = make_building(community, "12", cell_a)
    doors = {
        room: make_dwelling(building, "1", room) for room in ("101", "201", "202", "301")
    }  # fmt: skip
    homes = {room: make_household(doors[room]) for room in ("101", "201", "202")}
    make_task(homes["201"])
    make_task(homes["202"], due_on=TODAY() - DAY)
    named = {b["name"]: b for b in part(leader_a, community)["doors"]}
    assert set(named) == {"3号楼", "12号楼"}
    (entrance,) = named["12号楼"]["entrances"]
    states = [(f["floor"], [(d["label"], d["state"]) for d in f["doors"]])
              for f in entrance["floors"]]  # fmt: skip
    assert states == [
        (3, [("301", "empty")]), (2, [("201", "left"), ("202", "late")]), (1, [("101", "done")]),
    ]  # fmt: skip


def test_backup_and_head_see_what_has_passed_to_them(clerk, director, leader_a, community, home):
    make_post(home.cell, "backup", clerk)
    make_post(home.cell, "head", director)
    for stage in ("due", "overdue", "backup", "head"):
        make_task(home, "change", stage=stage)
    found = {
        user.name: {task["stage"] for task in part(user, community)["tasks"]}
        for user in (leader_a, clerk, director)
    }
    assert found == {
        "李网格": {"due", "overdue", "backup", "head"},
        "钱社工": {"backup", "head"},
        "赵主任": {"head"},
    }


def test_another_cells_leader_and_a_guard_get_nothing(leader_b, guard, community, home, head):
    make_task(home)
    for user in (leader_b, guard):
        day = part(user, community)
        assert (day["tasks"], day["households"], day["doors"]) == ([], [], [])


def test_the_month_is_counted_from_the_records(leader_a, clerk, community, home, head):
    visit(leader_a, home, findings=[finding("other", head)])
    wrong = visit(leader_a, home)
    visit(leader_a, home, outcome="absent", corrects=wrong.pk)
    visit(clerk, home)
    month = part(leader_a, community)["month"]
    assert month == {"visits": 1, "households": 1, "incidents": 0, "findings": 1, "tasks_open": 0}


def test_the_days_list_takes_the_same_number_of_queries(leader_a, community, cell_a, home, head):
    make_task(home, rule=make_rule(community))
    visit(leader_a, home, answers=same(head), outcome="absent")

    def count():
        leader_a._access = None
        with CaptureQueriesContext(connection) as made:
            part(leader_a, community)
        return len(made)

    few = count()
    building = make_building(community, "12", cell_a)
    for room in range(101, 121):
        place = make_household(make_dwelling(building, "1", str(room)))
        make_tag(make_resident(place))
        make_task(place, rule=VisitRule.objects.get())
    assert count() == few <= 20


def test_household_json_is_a_logged_look(leader_a, leader_b, community, home, head, child):
    found = household_json(leader_a, community, home.pk)
    assert [m["name"] for m in found["members"]] == ["王小明", "王小花"]
    look = AccessLog.objects.get()
    assert (look.action, look.row, set(look.subjects)) == (
        "household_phone", home.pk, {str(head.pk), str(child.pk)},
    )  # fmt: skip
    answer = client_of(leader_a).get(f"/m/household/{home.pk}.json")
    assert (answer.status_code, answer.json()["address"]) == (200, "3-2-501")
    missing = client_of(leader_a).get(f"/m/household/{head.pk}.json")
    foreign = client_of(leader_b).get(f"/m/household/{home.pk}.json")
    assert (foreign.status_code, foreign.content) == (404, missing.content)
    assert AccessLog.objects.count() == 2


def test_resident_call_reveals_one_number_for_a_reason(leader_a, leader_b, guard, home, head, child,
                                                       client):  # fmt: skip
    url = f"/m/call/{head.pk}/"
    answer = client_of(leader_a).post(url, {"reason": "visit"}, content_type="application/json")
    assert answer.json() == {"ok": True, "phone": "13812345678"}
    look = AccessLog.objects.get()
    assert (look.action, look.row, look.fields_class, look.reason) == (
        "resident_call", head.pk, "phone", "走访",
    )  # fmt: skip
    assert client_of(leader_a).post(url, {"reason": "contact"}).status_code == 200
    refused = {
        "no reason": client_of(leader_a).post(url),
        "no number": client_of(leader_a).post(f"/m/call/{child.pk}/", {"reason": "visit"}),
        "other cell": client_of(leader_b).post(url, {"reason": "visit"}),
        "guard": client_of(guard).post(url, {"reason": "visit"}),
        "signed out": client.post(url, {"reason": "visit"}),
        "get": client_of(leader_a).get(url),
    }
    assert {name: a.status_code for name, a in refused.items()} == {
        "no reason": 422, "no number": 422, "other cell": 404, "guard": 403, "signed out": 401,
        "get": 405,
    }  # fmt: skip
    assert AccessLog.objects.count() == 2
