"""Feeds: what a row holds, pages by key, changes since, deleted rows."""

import datetime as dt

import pytest
from django.utils import timezone
from django.utils.http import urlencode

from portal.core.actions import action, row_delete
from portal.core.models import Tombstone
from residents.models import Household, Resident
from tests.api.conftest import caller
from tests.people import make_building, make_id_number, make_resident

FEEDS = ("communities", "cells", "buildings", "dwellings", "households", "residents")
HOUR = dt.timedelta(hours=1)


def pull(api, path, **params):
    """All pages of a feed, and how many there were."""
    url, pages = f"/api/v1/{path}/?{urlencode(params)}", []
    while url:
        pages.append(api.get(url).json())
        url = pages[-1]["next"]
    return [row for page in pages for row in page["results"]], pages


def crowd(household, count):
    return [make_resident(household, name=f"赵{number}") for number in range(count)]


# --- Rows


@pytest.mark.parametrize("feed", FEEDS)
def test_only_rows_of_the_client_s_community(api, family, strangers, feed, other_community):
    make_building(other_community, "8")
    rows, _ = pull(api, feed)
    assert rows
    assert {row.get("community", row.get("code")) for row in rows} == {"150399001001"}


def test_resident_is_masked_and_has_these_fields_only(api, family):
    row = next(r for r in pull(api, "residents")[0] if r["name"] == "王大山")
    assert set(row) == {
        "id", "version", "changed_at", "community", "cell", "building", "household", "address",
        "relation", "name", "sex", "birth_year", "id_kind", "id_number", "phone", "education",
        "marital", "residence", "status",
    }  # fmt: skip
    assert row["id_number"] == "150399************"
    assert row["phone"] == "138****5678"
    assert (row["birth_year"], row["building"], row["address"]) == (1980, "3", "3-2-501")


def test_resident_says_no_number_and_no_telephone_of_minors(api, family):
    today = timezone.localdate()
    born_on = today.replace(year=today.year - 10, day=1)
    child = make_resident(family, "王小明", "1", born_on, make_id_number(born_on), "13900001111")
    row = next(r for r in pull(api, "residents")[0] if r["id"] == str(child.pk))
    assert (row["id_number"], row["phone"], row["name"]) == ("", "", "王小明")
    one = api.get(f"/api/v1/residents/{child.pk}/").json()
    assert (one["id_number"], one["phone"]) == ("", "")


def test_resident_without_the_household_scope_has_no_address(community, family):
    rows, _ = pull(caller(community, "residents"), "residents")
    assert len(rows) == 2
    assert not any({"household", "address"} & set(row) for row in rows)
    assert b"3-2-501" not in caller(community, "residents").get("/api/v1/residents/").content


def test_household_is_the_address_and_its_head(api, family):
    head = Resident.objects.get(name="王大山")
    Household.objects.filter(pk=family.pk).update(head=head)
    (row,) = pull(api, "households")[0]
    assert (row["address"], row["head"], row["dwelling"]) == (
        "3-2-501", str(head.pk), str(family.dwelling_id),
    )  # fmt: skip
    assert "note" not in row


def test_those_who_left_stay_rows(api, family):
    Resident.objects.filter(name="王小川").update(status="moved")
    assert {(r["name"], r["status"]) for r in pull(api, "residents")[0]} == {
        ("王大山", "living"), ("王小川", "moved"),
    }  # fmt: skip


@pytest.mark.parametrize("feed", FEEDS)
def test_one_row_under_its_id(api, family, feed):
    row = pull(api, feed)[0][0]
    assert api.get(f"/api/v1/{feed}/{row['id']}/").json() == row


@pytest.mark.parametrize("feed", FEEDS)
def test_a_foreign_row_answers_like_a_missing_one(api, family, strangers, feed, other_community):
    other = caller(other_community)
    if feed == "cells":
        return  # the other community has none
    foreign = pull(other, feed)[0][0]["id"]
    missing = "01890000-0000-7000-8000-000000000000"
    answers = [api.get(f"/api/v1/{feed}/{key}/") for key in (foreign, missing)]
    assert [a.status_code for a in answers] == [404, 404]
    assert answers[0].content == answers[1].content


# --- Pages


def test_pages_hold_every_row_once(api, family):
    crowd(family, 8)
    rows, pages = pull(api, "residents", limit=3)
    assert [len(page["results"]) for page in pages] == [3, 3, 3, 1]
    assert len({row["id"] for row in rows}) == 10 == Resident.objects.count()
    assert [r["changed_at"] for r in rows] == sorted(r["changed_at"] for r in rows)


def test_rows_of_one_moment_are_not_lost_between_pages(api, family):
    crowd(family, 8)
    Resident.objects.update(changed_at=timezone.now())
    rows, pages = pull(api, "residents", limit=3)
    assert len({row["id"] for row in rows}) == 10
    assert len(pages) == 4


def test_a_page_that_is_just_full_is_the_last(api, family):
    assert api.get("/api/v1/residents/?limit=2").json()["next"] is None


def test_next_is_also_a_link_header_and_keeps_the_question(api, family):
    answer = api.get("/api/v1/residents/?limit=1&community=150399001001")
    url = answer.json()["next"]
    assert answer.headers["Link"] == f'<{url}>; rel="next"'
    assert "community=150399001001" in url
    assert "limit=1" in url


def test_a_row_that_changes_during_the_pull_comes_again(api, family):
    first = api.get("/api/v1/residents/?limit=1").json()
    Resident.objects.filter(pk=first["results"][0]["id"]).update(changed_at=timezone.now())
    rest, url = [], first["next"]
    while url:
        page = api.get(url).json()
        rest, url = rest + page["results"], page["next"]
    assert len(rest) == 2
    assert first["results"][0]["id"] in {row["id"] for row in rest}


# --- Changes since


def test_only_rows_changed_since(api, family):
    old = timezone.now() - 10 * HOUR
    Resident.objects.filter(name="王小川").update(changed_at=old)
    since = (timezone.now() - HOUR).isoformat()
    assert [r["name"] for r in pull(api, "residents", updated_since=since)[0]] == ["王大山"]


@pytest.mark.parametrize(
    "since",
    ["2026-11-22T08:00:00+08:00", "2026-11-22T08:00:00 08:00", "2026-11-22T00:00:00Z",
     "2026-11-22 08:00:00", "2026-11-22T08:00"],
)  # fmt: skip
def test_a_moment_may_be_written_in_many_ways(api, family, since):
    """All of them are midnight UTC; one row before it, one at it."""
    moment = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
    Resident.objects.filter(name="王小川").update(changed_at=moment - dt.timedelta(seconds=1))
    Resident.objects.filter(name="王大山").update(changed_at=moment)
    answer = api.get(f"/api/v1/residents/?updated_since={since.replace('+', '%2B')}")
    assert [r["name"] for r in answer.json()["results"]] == ["王大山"]


def test_synced_to_lies_before_the_pull_and_is_the_same_on_all_its_pages(api, family):
    before = timezone.now()
    _, pages = pull(api, "residents", limit=1)
    (synced_to,) = {page["synced_to"] for page in pages}
    assert dt.datetime.fromisoformat(synced_to) <= before - dt.timedelta(minutes=10)


@action("PLACE_UPDATE")
def building_remove(*, by, building):
    row_delete(by, building)


def test_deleted_rows_are_told_to_whoever_has_them(api, community, director):
    building = make_building(community, "9")
    key = str(building.pk)
    since = (timezone.now() - HOUR).isoformat()
    building_remove(by=director, building=building)
    page = api.get(f"/api/v1/buildings/?{urlencode({'updated_since': since})}").json()
    assert page["results"] == []
    assert [row["id"] for row in page["deleted"]] == [key]
    assert "deleted" not in api.get("/api/v1/buildings/").json()


def test_deleted_rows_of_others_are_not_told(api, community, other_community, family):
    keys = {}
    for key, (model, tenant) in enumerate([
        ("residents.resident", community), ("residents.resident", other_community),
        ("residents.household", community),
    ]):  # fmt: skip
        keys[key] = Tombstone.objects.create(
            id=f"01890000-0000-7000-8000-00000000000{key}", model=model, tenant=tenant.pk
        )
    page = api.get("/api/v1/residents/?updated_since=2026-01-01").json()
    assert [row["id"] for row in page["deleted"]] == [str(keys[0].pk)]


def test_many_deleted_rows_come_in_pages_too(api, community, family):
    for number in range(7):
        Tombstone.objects.create(
            id=f"01890000-0000-7000-8000-00000000000{number}", model="residents.resident",
            tenant=community.pk,
        )  # fmt: skip
    rows, pages = pull(api, "residents", updated_since="2026-01-01", limit=2)
    assert len(rows) == 2
    assert len({row["id"] for page in pages for row in page["deleted"]}) == 7
    assert all(len(p["results"]) + len(p["deleted"]) <= 2 for p in pages)


# --- Cost


@pytest.mark.parametrize("feed", FEEDS)
def test_the_number_of_queries_does_not_grow(api, family, feed, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def count():
        with CaptureQueriesContext(connection) as queries:
            assert api.get(f"/api/v1/{feed}/?updated_since=2026-01-01").status_code == 200
        return len(queries)

    few = count()
    crowd(family, 30)
    assert count() == few <= 9


def test_head_answers_without_a_body(api, family):
    answer = api.head("/api/v1/residents/")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["ETag"]
