"""Leaders' work: hints for a talk, allowance, hand-over of a cell."""

import datetime as dt
from io import BytesIO
from itertools import count
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from grids.models import CellPost
from portal.accounts.actions import membership_end
from portal.accounts.permissions import Role
from portal.core.access import SYSTEM
from portal.core.errors import DomainError, NotAllowed
from portal.core.models import AccessLog, Notice
from portal.core.verify import sealed_check
from residents.actions import cell_hand_over
from residents.models import AllowanceRate, CellHandOver, Visit
from residents.visits.hints import Record, hints_of
from tests.grids.incidents import make_category, make_incident
from tests.people import client_of, make_user
from tests.residents.visiting import finding, make_post, make_task, visit

TODAY = timezone.localdate
DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)
NINE = dt.datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


def records(*rows):
    """(start, minutes, note, at a door) as records; a number stands for each visit."""
    numbers = count()
    return [
        Record(next(numbers), start, start + minutes * MINUTE, door, text)
        for start, minutes, text, door in rows
    ]


def told(*rows):
    return {hint.what: hint.visits for hint in hints_of(records(*rows))}


# --- Hints


def test_ordinary_visits_give_no_hint():
    rows = [(NINE + 25 * n * MINUTE, 10, f"备注 {n}", True) for n in range(12)]
    assert told(*rows) == {}


def test_hints_name_the_visits():
    assert told((NINE, 0.5, "", True), (NINE, 1, "", True)) == {"时间很短": [0]}
    assert told((NINE, 0.5, "", False)) == {}
    early, late = NINE.replace(hour=6, minute=59), NINE.replace(hour=21)
    assert told((early, 5, "", True), (late, 5, "", True)) == {"时间不寻常": [0, 1]}
    row = (NINE, 20, "一切正常", False)
    assert told(row, row) == {}
    assert told(row, row, row) == {"备注相同": [0, 1, 2]}
    assert told(*[(NINE, 20, "无", False)] * 3) == {}


def test_many_in_a_row_is_one_hint_for_each_run():
    eight = [(NINE + 2 * n * MINUTE, 2, "", True) for n in range(8)]
    assert told(*eight[:7]) == {}
    assert told(*eight) == {"连着很多户": list(range(8))}
    more = [(NINE + 2 * n * MINUTE, 2, "", True) for n in range(12)]
    later = [(NINE + (180 + 2 * n) * MINUTE, 2, "", True) for n in range(8)]
    runs = [h.visits for h in hints_of(records(*more, *later))]
    assert runs == [list(range(12)), list(range(12, 20))]


def test_the_page_of_hints_is_for_those_who_plan_and_logged(director, clerk, leader_a, home):
    short = visit(leader_a, home)
    Visit.objects.update(ended_at=short.started_at + 20 * MINUTE / 60)
    url = reverse("residents:visit_hints")
    html = client_of(director).get(url).content.decode()
    assert "时间很短" in html
    assert reverse("residents:visit_show", args=[short.pk]) in html
    assert AccessLog.objects.get().action == "honesty_view"
    for user in (clerk, leader_a):
        assert client_of(user).get(url).status_code == 403


# --- Allowance


@pytest.fixture
def rate(community):
    return AllowanceRate.objects.create(
        community=community, from_on=dt.date(2020, 1, 1), month_fen=30000, household_fen=200,
        visit_fen=500, incident_fen=1000,
    )  # fmt: skip


def sheet(user, **query):
    return client_of(user).get(reverse("residents:allowance_sheet"), query)


def test_the_sheet_is_counted_from_posts_and_records(
    director, clerk, leader_a, leader_b, community, cell_a, home, head, other_home, rate
):
    make_post(cell_a, "leader", leader_a)
    wrong = visit(leader_a, home)
    visit(leader_a, home, corrects=wrong.pk)
    visit(leader_a, home, outcome="absent")
    visit(clerk, home)
    make_incident(community, cell=cell_a, category=make_category(community),
                  created_by=leader_a)  # fmt: skip
    lines = {line.user.name: line for line in sheet(director).context["lines"]}
    days = TODAY().day
    last = (TODAY().replace(day=28) + 4 * DAY).replace(day=1) - DAY
    base = round(30000 * days / last.day)
    found = lines["李网格"]
    assert (found.cells, found.days, found.households, found.visits, found.incidents) == (
        ["第1网格"], days, 1, 1, 1,
    )  # fmt: skip
    assert found.fen == base + 200 + 500 + 1000
    assert lines["周网格"].fen == base  # by membership; nobody lives in the cell
    assert set(lines) == {"李网格", "周网格"}
    page = sheet(director)
    assert page.context["total"] == f"{sum(line.fen for line in lines.values()) / 100:,.2f}"


def test_a_forgotten_post_pays_to_the_last_day_of_the_membership(director, leader_a, cell_a, rate):
    make_post(cell_a, "leader", leader_a)
    post, first = leader_a.memberships.get(), TODAY().replace(day=1)
    post = membership_end(by=SYSTEM, membership=post, version=post.version, to_on=first)
    line = sheet(director).context["lines"][0]
    assert (line.user, line.days, line.households) == (leader_a, 1, 0)
    membership_end(by=SYSTEM, membership=post, version=post.version, to_on=first - DAY)
    assert sheet(director).context["lines"] == []


def test_the_sheet_is_a_workbook_too_and_closed_to_others(director, clerk, leader_a, cell_a, rate):
    user = make_user("leader", cell_a.community, [cell_a], name="=1+1")
    make_post(cell_a, "leader", user)
    book = openpyxl.load_workbook(BytesIO(sheet(director, format="xlsx").content))
    row = [cell.value for cell in next(book.active.iter_rows(min_row=2, max_row=2))]
    assert (row[0], book.active["A2"].data_type) == ("=1+1", "s")
    assert sheet(clerk).status_code == sheet(leader_a).status_code == 403


def test_rates_hold_from_a_day_on(director, leader_a, cell_a, rate):
    make_post(cell_a, "leader", leader_a)
    first = TODAY().replace(day=1)
    data = {"from_on": first.isoformat(), "month": "400.50", "household": "0", "visit": "0",
            "incident": "0"}  # fmt: skip
    url = reverse("residents:allowance_rate_set")
    assert client_of(director).post(url, data).status_code == 302
    assert "已经登记过" in client_of(director).post(url, data).content.decode()
    before = (first - DAY).strftime("%Y-%m")
    assert sheet(director, month=before).context["rate"].month_fen == 30000
    assert sheet(director).context["rate"].month_fen == 40050
    assert "400.50" in sheet(director).content.decode()
    (line,) = sheet(director, month=before).context["lines"]
    assert line.fen == 30000


# --- Hand-over


@pytest.fixture
def heir(community, cell_a):
    return make_user("leader", community, [cell_a], name="吴接任")


def test_a_cell_changes_hands_with_its_open_work(director, leader_a, leader_b, clerk, heir, cell_a,
                                                 home, head, community):  # fmt: skip
    make_post(cell_a, "leader", leader_a)
    make_task(home)
    done = visit(leader_a, home, outcome="absent", findings=[finding("other", head, "x")])
    make_incident(community, cell=cell_a, category=make_category(community))
    url = reverse("residents:hand_over_create", args=[cell_a.pk])
    data = {"to_user": str(heir.pk), "on": TODAY().isoformat(), "note": "五楼要多看看"}
    assert client_of(clerk).post(url, data).status_code == 403
    answer = client_of(director).post(url, data)
    row = CellHandOver.objects.get()
    assert answer.url == reverse("residents:hand_over_show", args=[row.pk])
    assert (row.from_user, row.to_user, row.tasks_open, row.incidents_open, row.findings_open) == (
        leader_a, heir, 1, 1, 1,
    )  # fmt: skip
    assert "五楼" not in str(bytes(row.note_sealed))
    assert list(sealed_check()) == []  # the note and the finding open in their own places
    posts = CellPost.objects.filter(cell=cell_a, kind="leader").order_by("from_on")
    assert [(p.user, p.to_on) for p in posts] == [(leader_a, TODAY() - DAY), (heir, None)]
    done.refresh_from_db()
    assert done.by == leader_a
    assert [n.recipient for n in Notice.objects.filter(key__startswith="hand_over")] == [heir]
    assert "五楼要多看看" in client_of(heir).get(answer.url).content.decode()
    assert "五楼" not in client_of(clerk).get(answer.url).content.decode()
    assert client_of(leader_b).get(answer.url).status_code == 404


def test_the_form_offers_those_who_may_take_over(
    director, leader_a, leader_b, clerk, doctor, heir, cell_a
):
    make_post(cell_a, "leader", leader_a)
    url = reverse("residents:hand_over_create", args=[cell_a.pk])
    offered = client_of(director).get(url).context["form"].fields["to_user"].queryset
    assert set(offered) == {director, clerk, heir}


def test_a_leader_who_has_left_already_still_hands_over(director, leader_a, heir, cell_a):
    make_post(cell_a, "leader", leader_a)
    post = leader_a.memberships.get()
    membership_end(by=SYSTEM, membership=post, version=post.version, to_on=TODAY() - DAY)
    row = cell_hand_over(by=director, cell=cell_a, to_user=heir, on=TODAY())
    assert (row.from_user, row.to_user) == (leader_a, heir)


def test_the_next_leader_confirms_alone_and_once(director, leader_a, heir, cell_a):
    row = cell_hand_over(by=director, cell=cell_a, to_user=heir, on=TODAY())
    url = reverse("residents:hand_over_confirm", args=[row.pk])
    for user in (leader_a, director):
        assert "本人确认" in client_of(user).post(url, follow=True).content.decode()
    row.refresh_from_db()
    assert row.confirmed_at is None
    for _ in range(2):
        assert client_of(heir).post(url).status_code == 302
    row.refresh_from_db()
    assert row.confirmed_at
    assert row.version == 2


def test_nobody_takes_a_cell_over_without_a_post_there(director, clerk, leader_a, leader_b, guard,
                                                       cell_a):  # fmt: skip
    for user in (leader_b, guard):
        with pytest.raises(DomainError, match="任职"):
            cell_hand_over(by=director, cell=cell_a, to_user=user, on=TODAY())
    with pytest.raises(NotAllowed):
        cell_hand_over(by=clerk, cell=cell_a, to_user=leader_a, on=TODAY())
    assert CellHandOver.objects.count() == 0


def test_pages_of_cells_name_who_took_over(clerk, director, leader_a, cell_a, community):
    make_post(cell_a, "leader", leader_a)
    fresh = make_user(Role.LEADER, community, [cell_a], username="fresh", name="接任人")
    cell_hand_over(by=director, cell=cell_a, to_user=fresh, on=TODAY())
    tree = client_of(clerk).get(reverse("grids:cell_list")).context["nodes"]
    assert [user for node in tree if node.cell == cell_a for user in node.people] == [fresh]
    shown = client_of(clerk).get(reverse("grids:cell_show", args=[cell_a.pk])).context["people"]
    assert shown == [fresh]
