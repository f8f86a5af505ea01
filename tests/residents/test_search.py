"""The search finds what staff type, in the searcher's place only, with few statements."""

import datetime as dt

import pytest
from django.utils import timezone

from portal.accounts.permissions import Role
from portal.core.models import AccessLog
from residents import search as searching
from residents.models import Resident, ResidentStatus
from residents.search import TooMany, search
from tests.people import (
    make_building,
    make_dwelling,
    make_household,
    make_id_number,
    make_resident,
    make_user,
)

NUMBER = make_id_number(serial=11)


@pytest.fixture
def town(community, cell_a, cell_b, other_community):
    """People of every kind of name in two cells, and the same ones next door."""
    rows = {}
    old = make_building(community, "7", cell_a, aliases=["老粮站楼", "A座"], name="丰收楼")
    make_dwelling(old, "1", "101")
    rows["old"] = make_household(make_dwelling(old, "2", "501"))
    rows["three"] = make_household(make_dwelling(make_building(community, "3", cell_a)))
    rows["five"] = make_household(make_dwelling(make_building(community, "5", cell_b), "1", "102"))
    there = make_household(make_dwelling(make_building(other_community, "3")))
    people = [
        ("王小明", "three", {"id_number": NUMBER, "phone": "13812345678", "relation": "02"}),
        ("王明", "five", {"phone": "0470-8225678"}), ("小王小", "three", {}),
        ("曾志伟", "three", {}), ("单于明月", "five", {}), ("阿依古丽·买买提", "five", {}),
        ("李𬍛", "three", {}), ("Anna Berg", "five", {}), ("欧阳小明", "old", {"relation": "02"}),
    ]  # fmt: skip
    for name, home, values in people:
        rows[name] = make_resident(rows[home], name, **values)
    make_resident(there, "王小明", phone="13812345678", id_number=NUMBER, relation="02")
    for home in ("three", "old"):
        rows[home].head = rows[home].members.filter(relation="02").first()
        rows[home].save()
    return rows


def names(found):
    return {hit.label for hit in found.people}


def find(by, community, typed):
    return search(by, community.pk, typed)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("王", {"王小明", "王明", "小王小"}), ("小明", {"王小明", "欧阳小明"}),
        ("明", {"王小明", "王明", "单于明月", "欧阳小明"}), ("王小明", {"王小明"}),
        ("月", {"单于明月"}), ("买买提", {"阿依古丽·买买提"}), ("古丽", {"阿依古丽·买买提"}),
        ("𬍛", {"李𬍛"}), ("Anna", {"Anna Berg"}), ("无人", set()),
        ("%", set()), ("_", set()), ("' OR 1=1", set()),
        ("wxm", {"王小明"}), ("WX", {"王小明"}), ("zzw", {"曾志伟"}), ("czw", {"曾志伟"}),
        ("cy", {"单于明月"}), ("ab", set()), ("oy", {"欧阳小明"}),
        ("5678", {"王小明", "王明"}), ("13812345678", {"王小明"}), ("04708225678", {"王明"}),
        ("13912345678", set()), (NUMBER, {"王小明"}), (NUMBER.lower(), {"王小明"}),
        (make_id_number(serial=12), set()),
    ],
)  # fmt: skip
def test_search_finds_people(town, clerk, community, typed, expected):
    found = find(clerk, community, typed)
    assert names(found) == expected
    assert {hit.key for hit in found.people} <= set(
        Resident.objects.filter(community=community).values_list("pk", flat=True)
    )


def test_search_says_where_a_person_lives_and_masks_the_rest(town, clerk, community):
    (hit,) = find(clerk, community, "王小明").people
    assert (hit.plate, hit.where) == ("3-2-501", "第1网格")
    assert hit.notes == ("男", "1980 年生", "138****5678")


@pytest.mark.parametrize(
    ("typed", "homes", "people"),
    [
        ("3-2-501", ["3-2-501"], {"王小明", "小王小", "曾志伟", "李𬍛"}),
        ("3号楼501", ["3-2-501"], {"王小明", "小王小", "曾志伟", "李𬍛"}),
        ("3-2", ["3-2-501"], {"王小明", "小王小", "曾志伟", "李𬍛"}),
        ("7", ["7-1-101", "7-2-501"], {"欧阳小明"}),
        ("7-1", ["7-1-101"], set()),
        ("老粮站楼2单元501", ["7-2-501"], {"欧阳小明"}),
        ("老粮站楼501", ["7-2-501"], {"欧阳小明"}),
        ("幸福里3号楼2单元501", ["3-2-501"], {"王小明", "小王小", "曾志伟", "李𬍛"}),
        ("9-1-101", [], set()),
    ],
)  # fmt: skip
def test_search_finds_homes(town, clerk, community, typed, homes, people):
    found = find(clerk, community, typed)
    assert [hit.plate for hit in found.homes] == homes
    assert names(found) == people


def test_search_names_homes_by_their_head_or_as_empty(town, clerk, community):
    hits = find(clerk, community, "7").homes
    assert [(hit.model, hit.label) for hit in hits] == [
        ("dwelling", "没有登记住户"), ("household", "欧阳小明 户"),
    ]  # fmt: skip


@pytest.mark.parametrize("typed", ["老粮站", "粮站楼", "丰收", "7号楼", "a座"])
def test_search_finds_buildings_by_all_their_names(town, clerk, community, typed):
    assert [hit.plate for hit in find(clerk, community, typed).buildings] == ["7"]


def test_search_of_a_closed_household_shows_the_empty_home(town, clerk, community):
    town["three"].closed_on = dt.date(2026, 1, 1)
    town["three"].save()
    (hit,) = find(clerk, community, "3-2-501").homes
    assert hit.model == "dwelling"


def test_search_puts_those_who_left_last_and_leaves_out_mistakes(town, clerk, community):
    Resident.objects.filter(name="王小明").update(status=ResidentStatus.DEAD)
    Resident.objects.filter(name="小王小").update(status=ResidentStatus.VOID)
    found = find(clerk, community, "王")
    assert [(hit.label, hit.gone) for hit in found.people] == [("王明", ""), ("王小明", "已故")]


@pytest.mark.parametrize("typed", ["王", "wm", "5678", "5-1-102", "5号楼", NUMBER, "13812345678"])
def test_search_stays_in_the_leaders_cells(town, leader_b, community, typed):
    keys = {hit.key for hit in find(leader_b, community, typed).people}
    allowed = {town[name].pk for name in ("王明", "单于明月", "阿依古丽·买买提", "Anna Berg")}
    assert keys <= allowed
    homes = {hit.plate for hit in find(leader_b, community, typed).homes}
    assert homes <= {"5-1-102"}


def test_search_answers_alike_whether_missing_or_elsewhere(town, leader_b, community):
    missing = find(leader_b, community, make_id_number(serial=40))
    elsewhere = find(leader_b, community, NUMBER)
    assert (missing.people, missing.is_empty) == (elsewhere.people, elsewhere.is_empty)


@pytest.mark.parametrize("role", [Role.DOCTOR, Role.STREET])
def test_search_gives_nothing_without_the_permission(town, community, role):
    user = make_user(role, community)
    assert find(user, community, "王").is_empty
    assert find(user, community, "3-2-501").is_empty


def test_search_in_another_community_gives_nothing(town, clerk, other_community):
    assert find(clerk, other_community, "王小明").is_empty


def test_the_same_reach_in_two_communities_keeps_two_statements(town, clerk, other_community):
    other = make_user(Role.CLERK, other_community)
    assert find(clerk, town["three"].community, "王小明").people[0].key == town["王小明"].pk
    (hit,) = find(other, other_community, "王小明").people
    assert hit.key != town["王小明"].pk


@pytest.mark.parametrize("typed", ["王", "明月", "wxm", "3-2-501", "3", "老粮站楼2单元501"])
def test_search_takes_two_statements_for_one_person_and_for_many(
    town, clerk, community, django_assert_max_num_queries, typed
):
    for number in range(30):
        make_resident(town["three"], f"王明月{number % 7}号")
    with django_assert_max_num_queries(2):
        found = find(clerk, community, typed)
    assert not found.is_empty
    assert len(found.people) <= searching.PAGE


def test_search_says_when_there_is_more(town, clerk, community):
    for _ in range(searching.PAGE):
        make_resident(town["five"], "王大力")
    found = find(clerk, community, "王大")
    assert (len(found.people), found.more) == (20, False)
    make_resident(town["five"], "王大力")
    assert find(clerk, community, "王大").more


# --- The access log


@pytest.mark.parametrize(
    ("typed", "action", "count"),
    [(NUMBER, "search_id", 1), ("13812345678", "search_phone", 1), ("5678", "search_phone", 2),
     (make_id_number(serial=12), "search_id", 0)],
)  # fmt: skip
def test_search_by_number_is_logged_without_the_number(
    town, clerk, community, typed, action, count
):
    found = find(clerk, community, typed)
    (row,) = AccessLog.objects.all()
    assert (row.action, row.by, row.tenant, row.count) == (action, clerk.pk, community.pk, count)
    assert set(row.subjects) == {str(hit.key) for hit in found.people}
    assert typed not in str(row.__dict__)


def test_search_keeps_the_telephone_of_a_minor(party_clerk, clerk, town, community):
    make_resident(town["three"], "王小花", born_on=dt.date(2015, 6, 1), phone="13900002222")
    for who, seen in ((clerk, True), (party_clerk, False)):
        for typed in ("王小花", "2222"):
            (hit,) = find(who, community, typed).people
            assert ("139****2222" in hit.notes) == seen


def test_search_by_name_is_not_logged(town, clerk, community):
    find(clerk, community, "王小明")
    find(clerk, community, "3-2-501")
    assert not AccessLog.objects.exists()


def test_search_by_id_number_is_limited_by_the_minute(town, clerk, director, community):
    for _ in range(searching.A_MINUTE):
        find(clerk, community, NUMBER)
    with pytest.raises(TooMany):
        find(clerk, community, NUMBER)
    assert names(find(director, community, NUMBER)) == {"王小明"}
    assert names(find(clerk, community, "王小明")) == {"王小明"}


def test_search_by_id_number_is_limited_by_the_day(town, clerk, community, monkeypatch):
    monkeypatch.setattr(searching, "A_DAY", 3)
    moments = iter(timezone.now() + dt.timedelta(hours=n) for n in range(5))
    now = [timezone.now()]
    monkeypatch.setattr(timezone, "now", lambda: now[0])
    for _ in range(3):
        now[0] = next(moments)
        find(clerk, community, NUMBER)
    now[0] = next(moments)
    with pytest.raises(TooMany):
        find(clerk, community, NUMBER)
    now[0] += dt.timedelta(days=1)
    assert names(find(clerk, community, NUMBER)) == {"王小明"}
