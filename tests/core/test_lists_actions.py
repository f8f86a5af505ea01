"""What is done from a list: saved views, and one thing to many rows."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from grids.models import Building, Dwelling
from portal.core.ids import new_id
from portal.core.lists import bulk, saved
from portal.core.models import ChangeLog, SavedView
from residents.models import CareTag, Resident
from tests.people import (
    client_of,
    make_building,
    make_dwelling,
    make_household,
    make_resident,
    make_user,
)

LIST = reverse("core:list", args=["residents"])
SAVE = reverse("core:view_save", args=["residents"])
BULK = reverse("core:list_bulk", args=["residents"])


@pytest.fixture
def people(community, cell_a, cell_b):
    """Two people in the first cell, one in the second."""
    first = make_household(make_dwelling(make_building(community, "3", cell_a)))
    second = make_household(make_dwelling(make_building(community, "12", cell_b)))
    return [make_resident(first, "王丽涛", "2"), make_resident(first, "张强"),
            make_resident(second, "李小明")]  # fmt: skip


def told(response):
    return [str(message) for message in response.context["messages"]]


# --- Saved views


def test_view_save_keeps_filters_order_and_columns_without_the_place(director, people):
    client, query = client_of(director), f"sex=2&sort=-name&c=sex&after={people[0].pk}"
    response = client.post(SAVE, {"name": "女性居民", "query": query}, follow=True)
    view = SavedView.objects.get(owner=director)
    assert (view.list_name, view.name, view.query) == (
        "residents",
        "女性居民",
        "sex=2&sort=-name&c=sex",
    )
    assert "女性居民" in response.content.decode()
    assert [row[1] for row in client.get(f"{LIST}?{view.query}").context["page"].rows] == ["王丽涛"]
    assert ChangeLog.objects.get(action="view_save").after["query"] == "***"


@pytest.mark.parametrize("name", ["", "长" * 41])
def test_view_save_needs_a_name(director, people, name):
    response = client_of(director).post(SAVE, {"name": name, "query": ""}, follow=True)
    assert told(response) == ["视图名称要填 1 至 40 个字。"]
    assert not SavedView.objects.exists()


def test_view_save_refuses_the_same_name_and_too_many(director, people, monkeypatch):
    client = client_of(director)
    client.post(SAVE, {"name": "甲", "query": ""}, follow=True)
    assert "同名" in told(client.post(SAVE, {"name": "甲", "query": ""}, follow=True))[0]
    monkeypatch.setattr(saved, "MOST", 1)
    assert "最多" in told(client.post(SAVE, {"name": "乙", "query": ""}, follow=True))[0]
    assert SavedView.objects.count() == 1


def test_view_save_needs_the_list(guard, people):
    assert client_of(guard).post(SAVE, {"name": "甲", "query": ""}).status_code == 403


def test_view_delete_is_for_its_owner(director, clerk, people):
    client_of(director).post(SAVE, {"name": "甲", "query": ""})
    url = reverse("core:view_delete", args=[SavedView.objects.get().pk])
    assert client_of(clerk).post(url).status_code == 404
    assert client_of(director).get(url).status_code == 405
    assert client_of(director).post(url).status_code == 302
    assert not SavedView.objects.exists()


def test_views_are_shown_to_their_owner_only(director, clerk, people):
    client_of(director).post(SAVE, {"name": "主任的视图", "query": ""})
    assert "主任的视图" in client_of(director).get(LIST).content.decode()
    assert "主任的视图" not in client_of(clerk).get(LIST).content.decode()


# --- Bulk actions


def test_bulk_asks_before_it_does(director, people):
    response = client_of(director).post(BULK, {"action": "care_add", "row": [people[0].pk]})
    page = response.content.decode()
    assert "王丽涛" in page
    assert 'name="_once"' in page
    assert not CareTag.objects.exists()


def test_bulk_does_it_to_the_chosen_rows_and_logs_each(director, people):
    data = {"action": "care_add", "confirm": "1", "kind": "low_income",
            "row": [people[0].pk, people[2].pk]}  # fmt: skip
    response = client_of(director).post(BULK, data, follow=True)
    assert told(response) == ["添加关爱标签：已完成 2 人。"]
    assert set(CareTag.objects.values_list("resident", flat=True)) == {people[0].pk, people[2].pk}
    assert ChangeLog.objects.filter(action="care_tag_add").count() == 2


def test_bulk_tells_who_refused_and_does_the_others(director, people):
    data = {"action": "care_add", "confirm": "1", "kind": "low_income"}
    client_of(director).post(BULK, data | {"row": [people[0].pk]})
    rows = [person.pk for person in people]
    response = client_of(director).post(BULK, data | {"row": rows}, follow=True)
    assert told(response) == [
        "添加关爱标签：已完成 2 人。",
        "1 人没有改动：王丽涛：这位居民已有同类的关爱标签。",
    ]
    assert CareTag.objects.count() == 3


def test_bulk_of_all_takes_the_filter(director, people):
    data = {"action": "care_add", "confirm": "1", "kind": "low_income", "all": "1", "query": "q=王"}
    client_of(director).post(BULK, data)
    assert list(CareTag.objects.values_list("resident", flat=True)) == [people[0].pk]


def test_bulk_of_a_wrong_filter_does_nothing(director, people):
    data = {"action": "care_add", "confirm": "1", "kind": "low_income", "all": "1",
            "query": "age_from=abc"}  # fmt: skip
    assert client_of(director).post(BULK, data).status_code == 302
    assert not CareTag.objects.exists()


def test_bulk_has_a_limit_and_needs_rows(director, people, monkeypatch):
    client = client_of(director)
    assert told(client.post(BULK, {"action": "care_add"}, follow=True)) == ["请先选择居民。"]
    monkeypatch.setattr(bulk, "LIMIT", 2)
    response = client.post(BULK, {"action": "care_add", "all": "1"}, follow=True)
    assert "最多处理 2 人" in told(response)[0]


def test_bulk_leaves_rows_out_of_reach_alone(leader_a, people):
    data = {"action": "care_add", "confirm": "1", "kind": "low_income",
            "row": [p.pk for p in people] + [new_id(), "nonsense"]}  # fmt: skip
    client_of(leader_a).post(BULK, data)
    assert set(CareTag.objects.values_list("resident", flat=True)) == {p.pk for p in people[:2]}


def test_bulk_needs_its_permission(party_clerk, outsider, director, people):
    data = {"action": "care_add", "row": [people[0].pk]}
    assert client_of(party_clerk).post(BULK, data).status_code == 403
    assert client_of(outsider).post(BULK, data).status_code == 403
    assert client_of(director).post(BULK, data | {"action": "nothing"}).status_code == 404
    assert client_of(director).get(BULK).status_code == 405


def test_bulk_sent_twice_is_done_once(director, people):
    client = client_of(director)
    data = {"action": "care_add", "confirm": "1", "kind": "low_income", "row": [people[0].pk],
            "_once": str(new_id())}  # fmt: skip
    assert client.post(BULK, data).status_code == client.post(BULK, data).status_code == 302
    assert CareTag.objects.count() == 1


def test_bulk_rolls_back_as_a_whole(director, people, monkeypatch):
    monkeypatch.setattr(bulk, "_reason", lambda error: 1 / 0)
    client = client_of(director)
    CareTag.objects.create(resident=people[2], kind="low_income", community=people[2].community)
    data = {
        "action": "care_add",
        "confirm": "1",
        "kind": "low_income",
        "row": [p.pk for p in people],
    }
    with pytest.raises(ZeroDivisionError):
        client.post(BULK, data)
    assert CareTag.objects.count() == 1
    assert not ChangeLog.objects.exists()


def test_bulk_ends_care_tags(director, people):
    CareTag.objects.create(resident=people[0], kind="low_income", community=people[0].community,
                           from_on=dt.date(2020, 1, 1))  # fmt: skip
    data = {"action": "care_end", "confirm": "1", "kind": "low_income",
            "on": str(timezone.localdate()), "row": [p.pk for p in people]}  # fmt: skip
    response = client_of(director).post(BULK, data, follow=True)
    assert told(response)[0] == "结束关爱标签：已完成 1 人。"
    assert "没有这类标签" in told(response)[1]
    assert CareTag.objects.get().to_on == timezone.localdate()


def test_bulk_gives_tags_that_end_and_puts_their_end_off(director, people):
    client, day = client_of(director), timezone.localdate() + dt.timedelta(40)
    data = {"action": "care_add", "confirm": "1", "kind": "low_income", "to_on": str(day),
            "row": [people[0].pk]}  # fmt: skip
    client.post(BULK, data)
    assert CareTag.objects.get().to_on == day + dt.timedelta(1)
    later = day + dt.timedelta(60)
    data = {"action": "care_end", "confirm": "1", "kind": "low_income", "on": str(later),
            "row": [people[0].pk]}  # fmt: skip
    client.post(BULK, data)
    assert CareTag.objects.get().to_on == later


def test_bulk_sets_the_use_of_dwellings(director, people):
    url = reverse("core:list_bulk", args=["dwellings"])
    rows = list(Dwelling.objects.values_list("pk", flat=True))
    data = {"action": "dwelling_use", "confirm": "1", "use": "rent", "row": rows}
    client_of(director).post(url, data)
    assert set(Dwelling.objects.values_list("use", flat=True)) == {"rent"}


def test_bulk_puts_buildings_into_a_cell_with_all_that_is_in_them(director, people, cell_b):
    url = reverse("core:list_bulk", args=["buildings"])
    building = Building.objects.get(number="3")
    data = {"action": "building_assign_cell", "confirm": "1", "row": [building.pk]}
    response = client_of(director).post(url, data | {"cell": new_id()})
    assert response.status_code == 200
    client_of(director).post(url, data | {"cell": cell_b.pk})
    assert set(Resident.objects.values_list("cell", flat=True)) == {cell_b.pk}


def test_bulk_bar_is_shown_to_those_who_may(director, community, people):
    assert "care_add" in client_of(director).get(LIST).content.decode()
    volunteer = make_user("party_clerk", community)
    page = client_of(volunteer).get(LIST).content.decode()
    assert "care_add" not in page
    assert "data-pick" not in page
