"""Desk pages of visits: what each shows, what it writes, who is let in."""

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.core.jobs import job_execute
from portal.core.models import AccessLog, Job, Notice
from portal.core.notices import notice_send
from residents.models import (
    Visit,
    VisitFinding,
    VisitRound,
    VisitRule,
    VisitTask,
)
from tests.people import client_of, make_cell, make_resident
from tests.residents.visiting import finding, make_rule, make_tag, make_task, same, visit

TODAY = timezone.localdate
DAY = dt.timedelta(days=1)


def page(user, name, *args):
    answer = client_of(user).get(reverse(f"residents:{name}", args=args))
    return answer.content.decode() if answer.status_code == 200 else answer.status_code


def plates(answer):
    """The addresses in a list's rows."""
    return re.findall(r'class="plate">([^<]+)<', answer.content.decode())


def form_of(*members, **more):
    started = timezone.localtime(timezone.now() - dt.timedelta(hours=1))
    data = {
        "way": "door", "outcome": "met", "on": f"{started:%Y-%m-%d}", "at": f"{started:%H:%M}",
        "minutes": "15", "note": "",
    }  # fmt: skip
    for member in members:
        data |= {f"state_{member.pk}": "same", f"version_{member.pk}": member.version}
    return data | more


def test_visit_create_at_the_desk_closes_the_task_and_writes_the_telephone(
    clerk, home, head, child
):
    make_task(home)
    url = reverse("residents:visit_create", args=[home.pk])
    data = form_of(head, child, note="都好", **{
        f"kind_{head.pk}": "phone", f"value_{head.pk}": "13900001111", "kind_home": "new_member",
        "value_home": "添了孙子",
    })  # fmt: skip
    answer = client_of(clerk).post(url, data)
    made = Visit.objects.get()
    assert answer.url == reverse("residents:visit_show", args=[made.pk])
    assert (made.by, made.note, made.tasks.count()) == (clerk, "都好", 1)
    assert (made.ended_at - made.started_at).total_seconds() == 900
    head.refresh_from_db()
    assert head.phone == "13900001111"
    html = page(clerk, "visit_show", made.pk)
    assert all(word in html for word in ("添了孙子", "都好", "无变化", "家里添了人"))
    look = AccessLog.objects.get(action="visit_view")
    assert set(look.subjects) == {str(head.pk), str(child.pk)}


def test_visit_create_shows_what_is_wrong_and_keeps_what_was_typed(clerk, home, head):
    url = reverse("residents:visit_create", args=[home.pk])
    tomorrow = f"{TODAY() + DAY:%Y-%m-%d}"
    answer = client_of(clerk).post(url, form_of(head, on=tomorrow, at="09:00", note="门铃坏了"))
    html = answer.content.decode()
    assert "走访时间不能在现在以后" in html
    assert "门铃坏了" in html
    assert Visit.objects.count() == 0


def test_visit_correct_points_back(clerk, leader_a, leader_b, director, home, head):
    old = visit(leader_a, home, answers=same(head), note="错了")
    url = reverse("residents:visit_correct", args=[old.pk])
    assert client_of(leader_b).get(url).status_code == 404
    assert client_of(clerk).post(url, form_of(head, outcome="absent")).status_code == 302
    assert Visit.objects.get(corrects=old).outcome == "absent"
    html = page(clerk, "visit_show", old.pk)
    assert "这条记录已更正" in html
    assert reverse("residents:visit_correct", args=[old.pk]) not in html


def test_a_visit_at_the_wrong_door_is_taken_back_at_the_desk(clerk, home, head):
    old = visit(clerk, home, answers=same(head))
    assert "记错户" not in page(clerk, "visit_create", home.pk)
    form = form_of(head, outcome="void")
    assert (
        client_of(clerk).post(reverse("residents:visit_create", args=[home.pk]), form).status_code
        == 200
    )
    url = reverse("residents:visit_correct", args=[old.pk])
    assert client_of(clerk).post(url, form).status_code == 302
    assert Visit.objects.get(corrects=old).outcome == "void"
    assert Visit.objects.count() == 2


def test_visit_pages_are_closed_to_other_cells_and_roles(leader_a, leader_b, guard, home):
    made = visit(leader_a, home)
    for name, key in (
        ("visit_show", made.pk),
        ("visit_create", home.pk),
        ("change_report", home.pk),
    ):
        assert page(leader_b, name, key) == 404
        assert page(guard, name, key) == 403


def test_household_and_resident_pages_show_the_visits(clerk, party_clerk, leader_a, community, home,
                                                      head):  # fmt: skip
    rule = make_rule(community, "困难家庭", 30)
    made = visit(leader_a, home, answers=same(head))
    html = page(clerk, "household_show", home.pk)
    due = made.visited_on + 30 * DAY
    assert f"下次应访：{due.year}年{due.month}月{due.day}日" in html
    assert "上门，见到了" in html
    assert reverse("residents:visit_create", args=[home.pk]) in html
    make_task(home, rule=rule, due_on=TODAY() - DAY, stage="overdue")
    html = page(clerk, "household_show", home.pk)
    assert "已逾期" in html
    assert "困难家庭，每月" in html
    assert "走访：无变化" in page(clerk, "resident_show", head.pk)
    assert "走访：无变化" not in page(party_clerk, "resident_show", head.pk)


def test_change_report_makes_one_visit_a_day(clerk, leader_a, home, head):
    url = reverse("residents:change_report", args=[home.pk])
    assert client_of(clerk).post(url, {"change": "accident"}).status_code == 302
    assert VisitTask.objects.get().change == "accident"
    assert [n.recipient for n in Notice.objects.all()] == [leader_a]
    assert "今天已经登记过" in client_of(clerk).post(url, {"change": "accident"}).content.decode()


# --- Findings


def test_finding_list_shows_what_waits_and_logs_the_look(clerk, leader_a, leader_b, home, head):
    visit(leader_a, home, findings=[finding("moved_out", head, "去了外地"), finding("alone", head)])
    html = page(clerk, "finding_list")
    assert "去了外地" in html
    assert "开始独居" not in html
    assert reverse("residents:resident_move_out", args=[head.pk]) in html
    assert AccessLog.objects.get(action="findings_view").subjects == [str(head.pk)]
    assert "去了外地" not in page(leader_b, "finding_list")


def test_finding_list_of_a_cell_shows_that_cell_alone(clerk, leader_a, leader_b, home, other_home,
                                                     cell_a, other_community):  # fmt: skip
    for by, household, said in ((leader_a, home, "想要扶手"), (leader_b, other_home, "门铃坏了")):
        visit(by, household, findings=[finding("other", value=said)])
    url, client = reverse("residents:finding_list"), client_of(clerk)
    html = client.get(url, {"cell": cell_a.pk}).content.decode()
    assert [said for said in ("想要扶手", "门铃坏了") if said in html] == ["想要扶手"]
    foreign = make_cell(other_community)
    assert [client.get(url, {"cell": key}).status_code for key in (foreign.pk, "x")] == [404, 404]


def test_finding_apply_writes_what_can_be_written_and_dismiss_asks_why(clerk, leader_a, leader_b,
                                                                       home, head):  # fmt: skip
    visit(leader_a, home, findings=[finding("phone", head, "13900001111", version=99),
                                    finding("job", head), finding("other", head)])  # fmt: skip
    rows = {row.kind: row for row in VisitFinding.objects.all()}
    for kind in ("phone", "job"):
        url = reverse("residents:finding_apply", args=[rows[kind].pk])
        assert client_of(leader_b).post(url, {"version": 1}).status_code == 404
        assert client_of(clerk).post(url, {"version": 1}).status_code == 302
    url = reverse("residents:finding_dismiss", args=[rows["other"].pk])
    assert client_of(clerk).post(url, {"version": 1, "note": ""}).status_code == 200
    assert client_of(clerk).post(url, {"version": 1, "note": "查无此事"}).status_code == 302
    head.refresh_from_db()
    assert head.phone == "13900001111"
    assert dict(VisitFinding.objects.values_list("kind", "state")) == {
        "phone": "applied", "job": "applied", "other": "dismissed",
    }  # fmt: skip
    again = client_of(clerk).post(
        reverse("residents:finding_apply", args=[rows["job"].pk]), {"version": 2}, follow=True
    )
    assert "已经处理过" in again.content.decode()


# --- The plan


RULE = {"name": "每周看看", "interval_days": "7", "ahead_days": "3", "backup_days": "3",
        "head_days": "7", "care_kinds": ["living_alone"], "age_from": "70"}  # fmt: skip


def test_visit_rules_are_data_that_a_director_changes(director, clerk, community, home):
    make_tag(make_resident(home, "王老太", born_on=dt.date(1940, 1, 1)))
    client = client_of(director)
    client.post(reverse("residents:visit_rule_create"), RULE)
    rule = VisitRule.objects.get()
    assert (rule.care_kinds, rule.age_from, rule.interval_days) == (["living_alone"], 70, 7)
    html = page(director, "visit_plan")
    assert "独居，年满 70 岁" in html
    assert "1 户" in html
    url = reverse("residents:visit_rule_update", args=[rule.pk])
    task = make_task(home, rule=rule)
    changed = client.post(url, RULE | {"version": 1, "interval_days": "14"}, follow=True)
    assert "还没有走访的 1 户日期不变" in changed.content.decode()
    assert VisitTask.objects.get().due_on == task.due_on
    assert client.post(url, RULE | {"version": 1, "interval_days": "30"}).status_code == 409
    pause = reverse("residents:visit_rule_pause", args=[rule.pk])
    assert client.post(pause, {"version": 2}).status_code == 302
    rule.refresh_from_db()
    assert (rule.is_active, rule.interval_days, VisitTask.objects.get().state) == (
        False, 14, "dropped",
    )  # fmt: skip
    assert page(clerk, "visit_plan") == 403
    assert client_of(clerk).post(pause, {"version": 3}).status_code == 403


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [({"interval_days": "0"}, "interval_days"), ({"interval_days": "400"}, "interval_days"),
     ({"head_days": "3"}, "head_days"), ({"age_from": "200"}, "age_from"),
     ({"care_kinds": ["petitioner"]}, "care_kinds"), ({"name": ""}, "name")],
)  # fmt: skip
def test_a_rule_that_makes_no_sense_is_refused_at_its_field(director, wrong, reason):
    answer = client_of(director).post(reverse("residents:visit_rule_create"), RULE | wrong)
    assert list(answer.context["form"].errors) == [reason]
    assert VisitRule.objects.count() == 0


def test_the_usual_rules_are_set_once(director, community):
    url = reverse("residents:visit_rule_defaults")
    for _ in range(2):
        assert client_of(director).post(url).status_code == 302
    rules = VisitRule.objects.values_list("interval_days", "change_hours")
    assert sorted(rules, key=str) == sorted([(7, 24), (30, 72), (90, 72), (365, None)], key=str)


def test_a_round_shows_its_count_before_it_is_made(director, community, cell_a, home, other_home,
                                                   django_capture_on_commit_callbacks):  # fmt: skip
    make_resident(home, born_on=dt.date(1940, 1, 1))
    make_resident(other_home, born_on=dt.date(1940, 1, 1))
    url, client = reverse("residents:visit_round_create"), client_of(director)
    data = {"name": "重阳节走访", "kind": "festival", "age_from": "60", "cells": [str(cell_a.pk)],
            "from_on": TODAY().isoformat(), "due_on": (TODAY() + 7 * DAY).isoformat()}  # fmt: skip
    preview = client.post(url, data)
    assert (preview.context["count"], VisitRound.objects.count()) == (1, 0)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(url, data | {"confirm": "1"}).status_code == 302
    task = VisitTask.objects.get()
    assert (task.household, task.cause, task.round.name) == (home, "round", "重阳节走访")
    job = Job.objects.get()
    assert (job.state, job.message) == ("done", "已安排 1 户走访。")
    Job.objects.update(state="queued")
    job_execute(job.pk)  # sent twice
    assert VisitTask.objects.count() == 1
    html = page(director, "visit_plan")
    assert "0 / 1 户" in html
    assert "年满 60 岁（第1网格）" in html
    end = reverse("residents:visit_round_end", args=[task.round_id])
    assert client.post(end, {"version": 1}).status_code == 302
    task.refresh_from_db()
    assert task.state == "dropped"


def test_the_way_back_from_the_count_keeps_what_was_typed(director, cell_a, cell_b):
    url, client = reverse("residents:visit_round_create"), client_of(director)
    data = {"name": "入冬走访", "kind": "heat", "age_from": "70", "care_kinds": ["living_alone"],
            "cells": [str(cell_b.pk)], "from_on": TODAY().isoformat(),
            "due_on": (TODAY() + 3 * DAY).isoformat()}  # fmt: skip
    counted = client.post(url, data)
    assert 'name="edit"' in counted.content.decode()
    form = client.post(url, data | {"edit": "1"}).context["form"]
    kept = {name: form[name].value() for name in data}
    assert (kept, form.errors, VisitRound.objects.count()) == (data, {}, 0)


def test_a_round_of_another_community_and_wrong_days_are_refused(director, other_community):
    foreign = VisitRound.objects.create(
        community=other_community, name="x", kind="heat", from_on=TODAY(), due_on=TODAY()
    )
    assert page(director, "visit_round_end", foreign.pk) == 404
    data = {"name": "x", "kind": "heat", "from_on": "2026-03-02", "due_on": "2026-03-01"}
    answer = client_of(director).post(reverse("residents:visit_round_create"), data)
    assert list(answer.context["form"].errors) == ["due_on"]


# --- Board, lists, figures, inbox


def test_the_board_opens_the_doors_that_are_left(director, leader_a, community, home, other_home,
                                                 head):  # fmt: skip
    make_resident(other_home)
    visit(leader_a, home)
    make_task(other_home, stage="backup")
    answer = client_of(director).get(reverse("residents:visit_board"))
    lines = {line.name: line for line in answer.context["lines"]}
    assert {n: (line.all, line.seen, line.left, line.share) for n, line in lines.items()} == {
        "第1网格": (1, 1, 0, 100), "第2网格": (1, 0, 1, 0),
    }  # fmt: skip
    assert [count for count, _ in lines["第2网格"].stages] == [0, 0, 1, 0]
    for url in (lines["第2网格"].left_url, lines["第2网格"].stages[2][1]):
        assert plates(client_of(director).get(url)) == ["5-1-102"]
    own = client_of(leader_a).get(reverse("residents:visit_board")).context["lines"]
    assert [line.name for line in own] == ["第1网格"]


@pytest.mark.parametrize(
    ("query", "shown"),
    [("", {"3-2-501", "5-1-102"}), ("?outcome=met", {"3-2-501"}), ("?kind=corrected", {"3-2-501"}),
     ("?q=3-2", {"3-2-501"}), ("?period=week", {"3-2-501", "5-1-102"}), ("?who=李", {"3-2-501"}),
     ("?way=phone", {"3-2-501"}), ("?way=door", {"5-1-102"}), ("?open=1", set())],
)  # fmt: skip
def test_the_list_of_visits_leaves_corrected_ones_out(clerk, leader_a, home, other_home, query,
                                                      shown):  # fmt: skip
    old = visit(leader_a, home)
    visit(leader_a, home, way="phone", corrects=old.pk)
    visit(clerk, other_home, outcome="absent")
    found = plates(client_of(clerk).get(reverse("core:list", args=["visits"]) + query))
    assert (set(found), len(found)) == (shown, len(shown))


def test_the_list_of_tasks_shows_the_own_cells(leader_a, clerk, home, other_home):
    make_task(home, due_on=TODAY() - DAY)
    make_task(home, "round", state="done")
    make_task(other_home)
    url = reverse("core:list", args=["visit_tasks"])
    assert plates(client_of(leader_a).get(url)) == ["3-2-501"]
    assert plates(client_of(clerk).get(url + "?late=1")) == ["3-2-501"]
    assert plates(client_of(clerk).get(url + "?state=all")) == ["3-2-501", "3-2-501", "5-1-102"]


def test_the_inbox_shows_notices_and_the_bar_counts_them(leader_a, leader_b):
    notice_send([leader_a], "k", "有 3 户的走访已逾期，请尽快上门。", "/x/")
    bar = client_of(leader_a).get(reverse("accounts:password_change")).content.decode()
    assert '<span class="count">1<span' in bar
    html = client_of(leader_a).get(reverse("core:inbox")).content.decode()
    assert "有 3 户的走访已逾期" in html
    assert 'href="/x/"' in html
    assert "逾期" not in client_of(leader_b).get(reverse("core:inbox")).content.decode()
