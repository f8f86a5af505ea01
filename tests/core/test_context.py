"""The side menu: kept between pages, folded around the work, and never another person's."""

import re

import pytest
from django.urls import get_resolver, reverse

from portal.navigation import NAVIGATION
from tests.guards import patterns
from tests.people import client_of, make_building, make_dwelling, make_household, make_resident

RESIDENTS = reverse("core:list", args=["residents"])
HOUSEHOLDS = reverse("core:list", args=["households"])
STAFF = reverse("accounts:staff_list")


def nav_of(who, path=RESIDENTS):
    page = client_of(who).get(path).content.decode()
    return re.search(r'<nav class="side".*?</nav>', page, re.S)[0]


def menu(who, path=RESIDENTS):
    """(addresses, {the marked one: how it is marked})."""
    links = re.findall(r'<a [^>]*?href="(/[^"]*)"(?: aria-current="(\w+)")?', nav_of(who, path))
    return [url for url, _ in links], {url: mark for url, mark in links if mark}


def groups_open(who, path):
    found = re.findall(r"<details( open)?>\s*<summary[^>]*>(?:<svg.*?</svg>)?([^<]+)",
                       nav_of(who, path), re.S)  # fmt: skip
    return {label for is_open, label in found if is_open}, {label for _, label in found}


@pytest.mark.django_db
def test_menu_holds_what_each_person_may_open(director, leader_a):
    for _ in range(2):
        assert STAFF in menu(director)[0]
        assert RESIDENTS in menu(leader_a)[0]
        assert STAFF not in menu(leader_a)[0]


@pytest.mark.django_db
def test_menu_marks_the_page_at_work(director):
    assert menu(director)[1] == {RESIDENTS: "page"}
    assert menu(director, STAFF)[1] == {STAFF: "page"}
    assert menu(director, reverse("core:access_list"))[1] == {reverse("core:access_list"): "page"}
    assert menu(director)[1] == {RESIDENTS: "page"}


@pytest.mark.django_db
def test_menu_marks_the_place_of_pages_below(director, community):
    home = make_household(make_dwelling(make_building(community)))
    head = make_resident(home)
    places = {
        reverse("residents:household_show", args=[home.pk]): HOUSEHOLDS,
        reverse("residents:resident_update", args=[head.pk]): RESIDENTS,
        reverse("core:list_print", args=["residents"]): RESIDENTS,
        reverse("accounts:staff_create"): STAFF,
        reverse("core:change_list"): reverse("core:access_list"),
        reverse("residents:visit_rule_create"): reverse("residents:visit_plan"),
    }
    assert {page: menu(director, page)[1] for page in places} == {
        page: {place: "true"} for page, place in places.items()
    }


@pytest.mark.django_db
def test_menu_marks_nothing_where_nothing_fits(director):
    assert menu(director, reverse("core:inbox"))[1] == {}
    assert groups_open(director, reverse("core:inbox"))[0] == set()


@pytest.mark.django_db
def test_long_menu_is_folded_around_the_work(director):
    opened, known = groups_open(director, RESIDENTS)
    assert opened == {"户与人"}
    assert known >= {"户与人", "走访", "事件", "值班", "网格与房屋", "设置"}
    assert groups_open(director, STAFF)[0] == {"设置"}


@pytest.mark.django_db
def test_short_menu_stands_open(guard, doctor):
    for who in (guard, doctor):
        opened, known = groups_open(who, reverse("duty:mine"))
        assert opened == known != set()


@pytest.mark.django_db
def test_group_of_one_needs_no_unfolding(leader_a):
    assert "设置" not in groups_open(leader_a, RESIDENTS)[1]
    assert reverse("grids:community_show") in menu(leader_a)[0]


def test_names_of_pages_below_exist():
    names = [name for _, name, _ in patterns(get_resolver().url_patterns)]
    below = [name for _, _, entries in NAVIGATION for entry in entries for name in entry[4:]]
    assert [name for name in below if not any(n.startswith(name) for n in names)] == []
