"""What tells the birthday of a minor to who may see the year only."""

import datetime as dt

import pytest
from django.utils import timezone

from portal.accounts.permissions import Role
from tests.people import (
    client_of,
    make_building,
    make_dwelling,
    make_household,
    make_membership,
    make_resident,
)

TODAY = timezone.localdate()
YEAR = TODAY.year - 9
BORN = dt.date(YEAR, 5, 4)
# The days around which somebody who bisects would find the birthday.
TELLING = [
    ("population.residents", BORN),
    ("population.elders_60", BORN.replace(year=YEAR + 60)),
    ("pyramid.1.20", BORN.replace(year=YEAR + 20)),
    ("population.elders_80", dt.date(2099, 12, 31)),
]


@pytest.fixture
def children(community, cell_a, cell_b):
    """Brothers of one year, entered against the order of their birthdays, and their father."""
    home = make_household(make_dwelling(make_building(community, "3", cell_a)))
    other = make_household(make_dwelling(make_building(community, "5", cell_b)))
    return [
        make_resident(home, "王冬", born_on=dt.date(YEAR, 12, 1), relation="20"),
        make_resident(other, "王夏", born_on=BORN, relation="20"),
        make_resident(home, "王春", born_on=dt.date(YEAR, 2, 1), relation="20"),
        make_resident(home, "王大", born_on=dt.date(1980, 5, 4), relation="02"),
    ]


def names(user, **params):
    answer = client_of(user).get("/lists/residents/", params)
    assert answer.status_code == 200
    return [row[1] for row in answer.context["page"].rows], answer.content.decode()


@pytest.mark.parametrize(("figure", "day"), TELLING)
def test_figures_of_other_days_open_no_minors(party_clerk, director, children, figure, day):
    for on in (day, day + dt.timedelta(1), day.replace(month=1, day=1)):
        seen, page = names(party_clerk, figure=figure, on=str(on))
        assert set(seen) <= {"王大"}
        assert "不含未成年人" in page
    seen, page = names(director, figure=figure, on=str(day))
    assert "王夏" in seen or figure == "population.elders_80"
    assert "不含未成年人" not in page


def test_todays_figures_open_everybody(party_clerk, children):
    seen, page = names(party_clerk, figure="population.residents", on=str(TODAY))
    assert set(seen) == {"王春", "王夏", "王冬", "王大"}
    assert "不含未成年人" not in page


def test_minors_of_one_s_own_cells_are_still_there(leader_a, community, children):
    make_membership(leader_a, Role.PARTY_CLERK, community)
    seen, _ = names(leader_a, figure="population.residents", on=str(TODAY - dt.timedelta(1)))
    assert set(seen) == {"王春", "王冬", "王大"}


def test_an_export_leaves_them_out_as_the_page_does(leader_a, community, clerk, children):
    query = f"figure=population.residents&on={BORN + dt.timedelta(1)}"
    answer = client_of(clerk).post("/lists/residents/csv/", {"query": query})
    assert b"".join(answer).decode().count("王夏") == 1
    printed = client_of(clerk).get(f"/lists/residents/print/?{query}")
    assert "王夏" in printed.content.decode()
    make_membership(leader_a, Role.PARTY_CLERK, community)
    printed = client_of(leader_a).get(f"/lists/residents/print/?{query}")
    assert "王夏" not in printed.content.decode()


@pytest.mark.parametrize("sign", ["", "-"])
def test_the_order_of_birth_years_tells_no_birthdays(party_clerk, director, children, sign):
    by_birthday = ["王大", "王春", "王夏", "王冬"]
    by_entry = ["王大", "王冬", "王夏", "王春"]
    step = -1 if sign else 1
    assert names(director, sort=f"{sign}birth_year")[0] == by_birthday[::step]
    assert names(party_clerk, sort=f"{sign}birth_year")[0] == by_entry[::step]


def test_pages_in_the_order_of_birth_years_join(party_clerk, children, monkeypatch):
    monkeypatch.setattr("portal.core.lists.query.PAGE_SIZE", 2)
    first = client_of(party_clerk).get("/lists/residents/", {"sort": "birth_year"})
    after = first.context["page"].rows[-1][0]
    assert [r[1] for r in first.context["page"].rows] == ["王大", "王冬"]
    assert names(party_clerk, sort="birth_year", after=str(after))[0] == ["王夏", "王春"]
