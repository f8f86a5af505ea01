"""Dashboard, communities side by side, catalogue: what each role sees and can open."""

import csv
import datetime as dt
import io
import re
from html import unescape

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from grids.models import Community
from portal.accounts.access import access_rebuild_street
from residents.models import CareTag, PartyMember, Residence, Resident, Stay
from tests.people import (
    client_of,
    make_building,
    make_cell,
    make_community,
    make_dwelling,
    make_household,
    make_resident,
)

BORN = dt.date(1940, 1, 1)
LINK = re.compile(r'href="(/lists/[^"]+)"')


@pytest.fixture
def estate(community, cell_a, cell_b):
    """In cell A three people with every mark there is, in cell B one, in none one."""
    for number, cell, names in (("1", cell_a, "甲乙丙"), ("2", cell_b, "丁"), ("3", None, "戊")):
        household = make_household(make_dwelling(make_building(community, number, cell)))
        for name in names:
            make_resident(household, name=f"王{name}", born_on=BORN)
    first, second, third = (Resident.objects.get(name=name) for name in ("王甲", "王乙", "王丙"))
    for kind in ("living_alone", "disability", "low_income"):
        CareTag.objects.create(community=community, cell=cell_a, resident=first, kind=kind)
    PartyMember.objects.create(community=community, cell=cell_a, resident=second, kind="branch")
    third.stays.update(kind=Residence.AWAY_IN)


def page(user, path="/", **params):
    answer = client_of(user).get(path, params)
    assert answer.status_code == 200
    return answer


def tiles(answer):
    return {tile["code"]: tile["value"] for tile in answer.context["tiles"]}


def links(answer):
    return [unescape(url) for url in LINK.findall(answer.content.decode())]


# --- Dashboard


def test_the_director_sees_the_whole_community(director, estate, strangers):
    found = tiles(page(director))
    assert found["population.residents"] == 5
    assert found["population.elders_80"] == 5
    assert found["population.disabled"] == 1
    assert found["party.members"] == 1


@pytest.fixture
def strangers(other_community):
    household = make_household(make_dwelling(make_building(other_community, "7")))
    make_resident(household, name="李外人", born_on=BORN)


def test_every_link_opens_as_many_rows_as_its_figure(director, estate):
    """The number before each link is the number of rows on the page that it opens."""
    answer, client = page(director), client_of(director)
    text = answer.content.decode()
    shown = re.findall(r'href="(/lists/[^"]+)">([\d,]+)</a>', text)
    shown += [
        (url, value)
        for url, value in re.findall(
            r'<a class="stat" href="(/lists/[^"]+)">.*?<span class="stat-value">([\d,]+)<', text
        )
    ]
    assert len(shown) > 40
    for url, value in {(unescape(url), value) for url, value in shown}:
        opened = client.get(url)
        assert opened.status_code == 200, url
        assert len(opened.context["page"].rows) == int(value.replace(",", "")), url


def test_every_link_on_the_page_can_be_opened(director, estate):
    client = client_of(director)
    for url in set(links(page(director))):
        assert client.get(url).status_code == 200, url


def test_the_leader_sees_the_own_cell_and_no_party(leader_a, estate):
    answer = page(leader_a)
    assert tiles(answer)["population.residents"] == 3
    assert [row["name"] for row in answer.context["cells"]["rows"]] == ["第1网格"]
    assert not any("party." in url for url in links(answer))
    client = client_of(leader_a)
    for url in set(links(answer)):
        assert client.get(url).status_code == 200, url


def test_street_people_see_figures_and_open_nothing(street, estate):
    answer = page(street)
    assert tiles(answer)["population.residents"] == 5
    assert links(answer) == []
    assert "王甲" not in answer.content.decode()


def test_the_doctor_sees_figures_only(doctor, estate):
    assert links(page(doctor)) == []


@pytest.mark.parametrize("name", ["guard", "auditor", "admin_user", "outsider"])
def test_people_without_figures_go_to_their_own_first_page(request, estate, name):
    client = client_of(request.getfixturevalue(name))
    answer = client.get("/")
    assert answer.status_code == 302
    assert answer.url != "/"
    assert client.get(answer.url).status_code == 200


def test_the_day_is_chosen(director, estate):
    Stay.objects.update(from_on=dt.date(2020, 5, 4))
    assert tiles(page(director, on="2020-05-03"))["population.residents"] == 0
    assert tiles(page(director, on="2020-05-04"))["population.residents"] == 5
    assert page(director, on="2020-05-04").context["on"] == dt.date(2020, 5, 4)


@pytest.mark.parametrize("on", ["x", "2026-13-01", "0001-01-01", "9999-12-31", "\x00"])
def test_a_day_that_is_none_is_told_and_today_is_shown(director, estate, on):
    answer = page(director, on=on)
    assert answer.context["is_today"]
    assert 'role="alert"' in answer.content.decode()


def test_what_is_amiss_is_shown_for_today_only(director, estate):
    today, past = page(director), page(director, on="2020-01-01")
    assert {point["code"]: point["value"] for point in today.context["attention"]}[
        "attention.no_number"
    ] == 5
    assert past.context["attention"] == []


def test_a_fresh_community_is_led_through_its_first_steps(director, clerk, party_clerk, community):
    def steps(who):
        answer = page(who)
        assert "这里还没有数据" in answer.content.decode()
        offered = [step["url"] for step in answer.context["first_steps"]]
        assert all(client_of(who).get(url).status_code == 200 for url in offered)
        return offered

    bring, staff = reverse("core:import_list"), reverse("accounts:staff_list")
    assert {bring, staff, reverse("residents:visit_plan")} < set(steps(director))
    assert steps(clerk)[0] == bring
    assert staff not in steps(clerk)
    assert steps(party_clerk) == []


def test_what_a_new_community_has_left_to_do_stays_in_sight(director, clerk, estate):
    def left():
        return [step["label"] for step in page(director).context["first_steps"]]

    assert left()[:2] == ["填写办公信息", "设置走访规定"]  # there are people, and other staff
    Community.objects.update(office_address="中心广场", office_phone="8800-0100")
    assert left()[0] == "设置走访规定"
    Community.objects.update(created_at=timezone.now() - dt.timedelta(61))
    assert left() == []


def test_a_step_that_was_done_first_is_marked(director, community):
    Community.objects.update(office_address="中心广场", office_phone="8800-0100")
    steps = {step["label"]: step["done"] for step in page(director).context["first_steps"]}
    assert steps["填写办公信息"]
    assert not steps["导入居民台账"]


def test_cells_are_compared_and_summed_up(director, estate, community):
    make_cell(community, 9)
    cells = page(director).context["cells"]
    assert [(row["name"], row["figures"][0]["value"]) for row in cells["rows"]] == [
        ("第1网格", 3), ("第2网格", 1), ("第9网格", 0), ("未划入网格", 1),
    ]  # fmt: skip
    assert cells["heads"][0]["value"] == 5


@pytest.mark.parametrize("path", ["/", "/indicators/", "/indicators/population.elders_60/"])
def test_the_number_of_queries_does_not_grow(director, estate, community, path):
    client = client_of(director)

    def count():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    few = count()
    for number in range(4, 24):
        household = make_household(make_dwelling(make_building(
            community, str(number), make_cell(community, number))))  # fmt: skip
        make_resident(household, name=f"赵{number}")
    assert count() == few <= 19


# --- Communities side by side


@pytest.fixture
def neighbour(community, street):
    other = make_community("150399001002", "青山里", community.street)
    household = make_household(make_dwelling(make_building(other, "1")))
    make_resident(household, name="赵邻")
    access_rebuild_street(community.street_id)
    street.refresh_from_db()
    return other


def test_the_street_compares_its_communities_only(street, estate, neighbour, strangers):
    rows = page(street, "/communities/").context["rows"]
    assert {row["name"]: row["figures"][0].value for row in rows} == {"爱民佳苑": 5, "青山里": 1}


def test_one_community_is_nothing_to_compare(director, estate):
    assert client_of(director).get("/communities/").status_code == 404


def test_comparing_is_for_who_sees_figures(guard, auditor):
    for user in (guard, auditor):
        assert client_of(user).get("/communities/").status_code == 403


# --- Catalogue


def test_the_catalogue_names_every_figure(director, estate):
    answer = page(director, "/indicators/")
    text = answer.content.decode()
    for word in ("population.residents", "place.cells", "party.floating"):
        assert word in text
    assert sum(len(tiles) for _, tiles in answer.context["groups"]) == 32


def test_an_indicator_says_what_it_counts(director, estate):
    answer = page(director, "/indicators/population.elders_60/", on="2026-11-22")
    text = answer.content.decode()
    assert "常住居民中当日已满60周岁的人" in text
    assert len(answer.context["months"]) == 12
    assert answer.context["months"][-1] == {"label": "2026-11-22", "value": 5}
    assert answer.context["months"][0]["label"] == "2025年12月"


def test_a_share_names_its_parts(director, estate):
    text = page(director, "/indicators/population.elders_60_share/").content.decode()
    assert "/indicators/population.residents/" in text


@pytest.mark.parametrize("code", ["nothing", "attention.no_phone", "pyramid.1.60", "x'--"])
def test_other_codes_are_not_in_the_catalogue(director, estate, code):
    assert client_of(director).get(f"/indicators/{code}/").status_code == 404


@pytest.mark.parametrize("name", ["guard", "auditor", "admin_user", "outsider"])
def test_the_catalogue_is_for_who_sees_figures(request, name):
    client = client_of(request.getfixturevalue(name))
    for path in ("/indicators/", "/indicators/population.residents/"):
        assert client.get(path).status_code == 403


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_the_catalogue_can_be_taken_home_by_cell(director, leader_a, estate, kind):
    for user, total, cells in ((director, 5, ["3", "1", "1"]), (leader_a, 3, ["3"])):
        answer = page(user, "/indicators/", on="2026-11-22", file=kind)
        assert "20261122" in answer.headers["Content-Disposition"]
        head, *rows = table_of(answer, kind)
        row = dict(zip(head, next(r for r in rows if r[0] == "population.residents"), strict=True))
        assert str(row["数值"]) == str(total)
        assert [str(row[name]) for name in head[4:-2]] == cells


def table_of(answer, kind):
    if kind == "csv":
        return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    return [list(row) for row in sheet.iter_rows(values_only=True)]


@pytest.mark.parametrize(
    "on", ["0001-01-01", "0050-02-29", "1900-01-01", "9999-12-31", "x", "\x00"]
)
@pytest.mark.parametrize("code", ["population.elders_60", "pyramid.1.100", "pyramid.2.0"])
def test_rows_of_any_day_can_be_asked_for(director, estate, code, on):
    answer = client_of(director).get("/lists/residents/", {"figure": code, "on": on})
    assert answer.status_code == 200


@pytest.mark.parametrize(("params", "status"), [
    ({"figure": "nothing"}, 404),
    ({"figure": "place.buildings"}, 404),
    ({"figure": "population.residents", "part": "x"}, 404),
    ({"figure": "party.members"}, 403),
])  # fmt: skip
def test_rows_that_are_none_or_not_one_s_own(leader_a, estate, params, status):
    assert client_of(leader_a).get("/lists/residents/", params).status_code == status


def test_a_leader_cannot_open_another_cell(leader_a, estate, cell_b):
    for part in (str(cell_b.pk), "none", "01890000-0000-7000-8000-000000000000"):
        params = {"figure": "population.residents", "part": part}
        assert client_of(leader_a).get("/lists/residents/", params).status_code == 404
