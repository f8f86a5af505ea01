"""The side menu: kept between pages, and never another person's."""

import re

import pytest
from django.urls import reverse

from tests.people import client_of

RESIDENTS = reverse("core:list", args=["residents"])
STAFF = reverse("accounts:staff_list")


def menu(who, path=RESIDENTS):
    """(addresses, those marked as the page at work)."""
    page = client_of(who).get(path).content.decode()
    nav = re.search(r'<nav class="side".*?</nav>', page, re.S)[0]
    links = re.findall(r'<li><a href="([^"]+)"( aria-current="page")?', nav)
    return [url for url, _ in links], [url for url, mark in links if mark]


@pytest.mark.django_db
def test_menu_holds_what_each_person_may_open(director, leader_a):
    for _ in range(2):
        assert STAFF in menu(director)[0]
        assert RESIDENTS in menu(leader_a)[0]
        assert STAFF not in menu(leader_a)[0]


@pytest.mark.django_db
def test_menu_marks_the_page_at_work(director):
    assert menu(director)[1] == [RESIDENTS]
    assert menu(director, STAFF)[1] == [STAFF]
    assert menu(director, reverse("core:access_list"))[1] != [STAFF]
    assert menu(director)[1] == [RESIDENTS]
