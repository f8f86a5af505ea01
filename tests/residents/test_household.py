"""Households: set up, heads, closing, and what their page says."""

import datetime as dt
import re

import pytest
from django.urls import reverse

from portal.core.errors import Conflict, DomainError
from residents.actions import (
    household_close,
    household_create,
    household_head_change,
    resident_death,
    resident_move_out,
    resident_move_within,
)
from residents.models import Household, Resident
from tests.people import (
    client_of,
    make_building,
    make_dwelling,
    make_household,
    make_resident,
)
from tests.residents.visiting import finding, same, visit

DAY = dt.date(2026, 3, 1)


def test_household_create_copies_the_address(clerk, community, cell_a):
    dwelling = make_dwelling(make_building(community, "7", cell_a), "1", "301")
    household = household_create(by=clerk, dwelling=dwelling, values={"number": "12"})
    assert (household.addr_key, household.cell, household.number) == ("7-1-301", cell_a, "12")


def test_household_create_by_page_then_asks_for_people(clerk, community):
    make_dwelling(make_building(community, "7"), "1", "301")
    response = client_of(clerk).post(
        reverse("residents:household_create"), {"address": "7幢1单元301室"}
    )
    household = Household.objects.get(addr_key="7-1-301")
    assert response.url == reverse("residents:resident_create", args=[household.pk])


def test_household_create_by_parts_and_from_a_dwelling(clerk, community):
    dwelling = make_dwelling(make_building(community, "7"), "1", "301")
    url = reverse("residents:household_create")
    client = client_of(clerk)
    assert "7-1-301" in client.get(f"{url}?dwelling={dwelling.pk}").content.decode()
    data = {"building": str(dwelling.building_id), "entrance": "1", "room": "301"}
    assert client.post(url, data).status_code == 302
    assert Household.objects.filter(dwelling=dwelling).count() == 1


def test_household_create_does_not_tell_a_foreign_dwelling(clerk, other_community):
    foreign = make_dwelling(make_building(other_community, "9"), "9", "999")
    url = reverse("residents:household_create")
    assert "9-9-999" not in client_of(clerk).get(f"{url}?dwelling={foreign.pk}").content.decode()


def test_household_head_change_asks_for_every_relation(clerk, home, head, child):
    mother = make_resident(home, "刘梅", "2", relation="10")
    url = reverse("residents:household_head_change", args=[home.pk])
    data = {"version": home.version, "head": str(mother.pk), f"relation_{head.pk}": "11"}
    response = client_of(clerk).post(url, data)
    assert set(response.context["form"].errors) == {f"relation_{child.pk}"}
    assert client_of(clerk).post(url, {**data, f"relation_{child.pk}": "30"}).status_code == 302
    home.refresh_from_db()
    relations = dict(Resident.objects.values_list("name", "relation"))
    assert home.head == mother
    assert relations == {"刘梅": "02", "王小明": "11", "王小花": "30"}


def test_household_head_change_refuses_strangers_and_stale_pages(clerk, home, head, other_home):
    stranger = make_resident(other_home, "刘梅", "2")
    with pytest.raises(DomainError, match="在册成员"):
        household_head_change(by=clerk, household=home, version=1, head=stranger, relations={})
    with pytest.raises(Conflict):
        household_head_change(by=clerk, household=home, version=7, head=head, relations={})


def test_household_close_only_when_nobody_is_left(clerk, home, head):
    with pytest.raises(DomainError, match="还有 1 位"):
        household_close(by=clerk, household=home, version=1, on=DAY)
    resident_death(by=clerk, resident=head, version=1, on=DAY)
    with pytest.raises(DomainError, match="最后一位成员离开的日期"):
        household_close(by=clerk, household=home, version=2, on=DAY - dt.timedelta(1))
    url = reverse("residents:household_close", args=[home.pk])
    assert client_of(clerk).post(url, {"version": 2, "on": "2026-03-02"}).status_code == 302
    html = client_of(clerk).get(reverse("residents:household_show", args=[home.pk]))
    assert "已销户" in html.content.decode()
    url = reverse("residents:household_reopen", args=[home.pk])
    assert client_of(clerk).post(url, {"version": 3}).status_code == 302
    home.refresh_from_db()
    assert home.closed_on is None


def test_household_show_tells_what_each_needs(clerk, home, head, child, records):
    old = make_resident(home, "王老太", "0", dt.date(1940, 1, 1), relation="52")
    members = client_of(clerk).get(reverse("residents:household_show", args=[home.pk])).context
    needs = {m.resident.name: m.missing for m in members["members"]}
    assert list(needs) == ["王小明", old.name, "王小花"]
    assert needs == {
        "王小明": [], "王老太": ["没有证件号码", "没有联系电话", "没有填性别"], "王小花": [],
    }  # fmt: skip


def test_household_show_tells_who_left_and_when(clerk, home, head, child, other_home):
    resident_move_out(by=clerk, resident=head, version=1, on=DAY, note="去外地")
    resident_move_within(
        by=clerk, resident=child, version=1, household=other_home, on=DAY, relation="99"
    )
    context = client_of(clerk).get(reverse("residents:household_show", args=[home.pk])).context
    titles = {entry.title for entry in context["timeline"]}
    assert {"王小明 迁出", "王小花 社区内搬家到 5-1-102"} <= titles
    assert [m.resident for m in context["gone"]] == [head]


def test_household_show_lists_the_dwellings_other_households(clerk, home, head):
    old = make_household(home.dwelling, closed_on=DAY)
    html = client_of(clerk).get(reverse("residents:household_show", args=[home.pk])).content
    assert reverse("residents:household_show", args=[old.pk]) in html.decode()


@pytest.mark.parametrize("name", ["household_show", "household_update", "household_close"])
def test_household_pages_of_another_cell_are_missing(leader_b, guard, home, name):
    url = reverse(f"residents:{name}", args=[home.pk])
    assert client_of(leader_b).get(url).status_code == 404
    assert client_of(guard).get(url).status_code == 403


def links_of(who, home):
    page = client_of(who).get(reverse("residents:household_show", args=[home.pk])).content.decode()
    return set(re.findall(r'href="(/people/[^"]+)"', page.split("<main")[1]))


def test_household_page_is_where_everything_is_done(clerk, home, head, child):
    of_home = ("household_update", "household_head_change", "household_move", "resident_create",
               "birth_record", "visit_create", "change_report")  # fmt: skip
    of_each = ("resident_show", "resident_update", "care_tag_add", "resident_move_out",
               "resident_move_within", "resident_residence_change", "resident_death")  # fmt: skip
    wanted = {reverse(f"residents:{name}", args=[home.pk]) for name in of_home}
    wanted |= {reverse(f"residents:{name}", args=[p.pk]) for name in of_each for p in (head, child)}
    assert links_of(clerk, home) >= wanted


def test_household_page_offers_readers_nothing_to_do(party_clerk, home, head):
    known = {reverse("residents:resident_show", args=[head.pk])}
    assert links_of(party_clerk, home) == known


def test_household_page_tells_what_waits_from_visits(clerk, party_clerk, leader_a, home, head):
    url = reverse("residents:household_show", args=[home.pk])
    assert client_of(clerk).get(url).context["waiting"] == 0
    visit(leader_a, home, findings=[finding("moved_out", head, "去了外地")])
    page = client_of(clerk).get(url).content.decode()
    assert reverse("residents:finding_list") in page.split("<main")[1]
    assert "去了外地" not in page
    assert client_of(party_clerk).get(url).context["waiting"] == 0


def test_household_records_leave_out_visits_that_found_nothing(clerk, leader_a, home, head):
    visit(leader_a, home, answers=same(head))
    visit(leader_a, home, findings=[finding("alone", head)])
    answer = client_of(clerk).get(reverse("residents:household_show", args=[home.pk]))
    told = [entry for entry in answer.context["timeline"] if "走访" in entry.title]
    assert len(told) == 1
    assert len(answer.context["visited"].visits) == 2
    every = f"{reverse('core:list', args=['visits'])}?q={home.addr_key}"
    assert f'href="{every}"' in answer.content.decode()
    assert client_of(clerk).get(every).context["facts"].shown == "2"
