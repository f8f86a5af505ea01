"""Pages of a resident and a household: who sees what, and what is written about looking."""

import re
from uuid import uuid4

import pytest
from django.urls import reverse

from tests.people import client_of


def page(user, name, *keys):
    return client_of(user).get(reverse(f"residents:{name}", args=[k.pk for k in keys]))


def without_tokens(response) -> str:
    """The page, its one-time tokens left out."""
    return re.sub(r"[A-Za-z0-9]{64}", "", response.content.decode())


def test_resident_show_masks_and_never_carries_the_number(clerk, head):
    html = page(clerk, "resident_show", head).content.decode()
    assert head.id_mask in html
    assert head.id_number not in html
    assert "13812345678" not in html


def test_household_show_names_everybody(clerk, home, head, child):
    html = page(clerk, "household_show", home).content.decode()
    assert "王小明" in html
    assert "王小花" in html


@pytest.mark.parametrize("name", ["household_create", "resident_register"])
def test_create_pages_open(clerk, home, name):
    assert page(clerk, name).status_code == 200


@pytest.mark.parametrize(
    "name",
    ["household_show", "household_update", "household_head_change", "household_close",
     "household_reopen", "resident_create", "birth_record"],
)  # fmt: skip
def test_household_pages_open(clerk, home, head, child, name):
    assert page(clerk, name, home).status_code == 200


RESIDENT_PAGES = [
    "resident_show", "resident_update", "resident_void", "resident_death", "resident_move_out",
    "resident_move_within", "resident_move_in", "resident_residence_change", "care_tag_add",
]  # fmt: skip


@pytest.mark.parametrize("name", RESIDENT_PAGES)
def test_resident_pages_open_and_foreign_ones_are_missing(clerk, leader_b, head, name):
    assert page(clerk, name, head).status_code == 200
    foreign = page(leader_b, name, head)
    missing = client_of(leader_b).get(reverse(f"residents:{name}", args=[uuid4()]))
    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert without_tokens(foreign) == without_tokens(missing)


@pytest.mark.parametrize("name", RESIDENT_PAGES)
def test_resident_pages_refuse_the_wrong_role(guard, head, name):
    assert page(guard, name, head).status_code == 403


def test_another_community_is_missing(director, head, other_community):
    head.community = other_community
    head.household.community = other_community
    head.household.save()
    head.save()
    assert page(director, "resident_show", head).status_code == 404
