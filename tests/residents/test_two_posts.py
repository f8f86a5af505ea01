"""Somebody with two posts: each class of data ends where the post that opens it ends."""

import datetime as dt

import pytest
from django.urls import reverse

from portal.accounts.permissions import Role
from portal.core.errors import NotAllowed
from residents.actions import resident_update
from residents.models import CareKind, CareTag
from tests.people import (
    client_of,
    make_id_number,
    make_membership,
    make_resident,
    make_user,
)


@pytest.fixture
def both(community, cell_a):
    """Leader of the first cell and, for the whole community, Party clerk."""
    user = make_user(Role.LEADER, community, [cell_a])
    make_membership(user, Role.PARTY_CLERK, community)
    return user


def with_needs(household, name):
    """A minor, with a tag of each class."""
    born_on = dt.date(2015, 6, 1)
    row = make_resident(
        household, name, "2", born_on, make_id_number(born_on, "2", len(name)), "13800001111",
        relation="30",
    )  # fmt: skip
    for kind in (CareKind.LOW_INCOME, CareKind.LEFT_BEHIND, CareKind.NEEDS_CARE):
        CareTag.objects.create(resident=row, kind=kind, community=row.community, cell=row.cell)
    return row


@pytest.fixture
def inside(home):
    return with_needs(home, "王小花")


@pytest.fixture
def outside(other_home):
    return with_needs(other_home, "李小草儿")


def lines(user, **asked) -> dict:
    """{name: (number, telephone, tags)} of the list, as far as it shows them."""
    asked = {"c": ["name", "id_mask", "phone_mask", "care"], **asked}
    html = client_of(user).get(reverse("core:list", args=["residents"]), asked).content.decode()
    return {
        name: tuple(word in html.partition(name)[2].partition("</tr>")[0]
                    for word in ("150399*", "138*", "低保", "留守儿童", "失能半失能"))
        for name in ("王小花", "李小草儿") if name in html
    }  # fmt: skip


def test_list_shows_a_class_in_the_cells_of_its_post(both, inside, outside):
    assert lines(both) == {"王小花": (True,) * 5, "李小草儿": (False,) * 5}


@pytest.mark.parametrize("kind", ["low_income", "left_behind", "needs_care"])
def test_list_filter_by_care_finds_in_the_cells_of_its_post(both, inside, outside, kind):
    assert list(lines(both, care=kind)) == ["王小花"]


def test_pages_shut_a_minor_beyond_the_cells_of_the_post(both, inside, outside):
    client = client_of(both)
    for row, there in ((inside, True), (outside, False)):
        for name, key in (("resident_show", row.pk), ("household_show", row.household_id)):
            html = client.get(reverse(f"residents:{name}", args=[key])).content.decode()
            assert ("留守儿童" in html) == there


def test_a_class_ends_with_the_community_of_its_post(other_community, inside):
    """Clerk in one community, Party clerk in another one."""
    user = make_user(Role.CLERK, other_community)
    make_membership(user, Role.PARTY_CLERK, inside.community)
    client = client_of(user)
    client.post(reverse("core:tenant_choose"), {"tenant": str(inside.community_id)})
    html = client.get(reverse("residents:resident_show", args=[inside.pk])).content.decode()
    assert ("王小花" in html, "150399*" in html) == (True, False)


def test_political_status_is_written_where_the_post_allows_it(community, other_community, head):
    user = make_user(Role.CLERK, community)
    make_membership(user, Role.PARTY_CLERK, other_community)
    with pytest.raises(NotAllowed):
        resident_update(by=user, resident=head, version=1, values={"political": "13"})
    url = reverse("residents:resident_update", args=[head.pk])
    assert "political" not in client_of(user).get(url).context["form"].fields
