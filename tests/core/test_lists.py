"""Lists: what they show, to whom, in how many queries."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.accounts.permissions import Role
from portal.core.indicators import Scope, figure_rows
from portal.core.lists import facts, lists
from portal.core.lists import query as queries
from residents.models import CareKind, CareTag, Residence
from tests.people import (
    client_of,
    make_building,
    make_dwelling,
    make_household,
    make_id_number,
    make_membership,
    make_resident,
)

RESIDENTS = reverse("core:list", args=["residents"])
HOUSEHOLDS = reverse("core:list", args=["households"])
BUILDINGS = reverse("core:list", args=["buildings"])
DWELLINGS = reverse("core:list", args=["dwellings"])
CELLS = reverse("core:list", args=["cells"])
TODAY = timezone.localdate()


@pytest.fixture
def homes(community, cell_a, cell_b):
    """A household in each of two cells."""
    first = make_household(make_dwelling(make_building(community, "3", cell_a)))
    second = make_household(make_dwelling(make_building(community, "12", cell_b), "1", "102"))
    return first, second


@pytest.fixture
def people(homes):
    """Two people in each household; the last one has moved away."""
    first, second = homes
    return [
        make_resident(first, "王丽涛", "2", TODAY.replace(year=TODAY.year - 70, day=1),
                      phone="13800005678", relation="02", education="20"),
        make_resident(first, "李<b>强</b>", "1", TODAY.replace(year=TODAY.year - 40, day=1),
                      id_number=make_id_number(), relation="20", political="01"),
        make_resident(second, "张小明", "1", TODAY.replace(year=TODAY.year - 10, day=1),
                      phone="13800001234", id_number=make_id_number(serial=2), relation="02"),
        make_resident(second, "欧阳海", "1", dt.date(1985, 6, 1), status="moved"),
    ]  # fmt: skip


def shown(response):
    """The first column of every row."""
    return [row[1] for row in response.context["page"].rows]


def asked(user, path=RESIDENTS, **params):
    return client_of(user).get(path, params)


# --- What is there


def test_list_without_rows_says_why(director, homes):
    assert "这里还没有记录" in asked(director).content.decode()
    narrowed = asked(director, sex="1").content.decode()
    assert "没有符合条件的记录" in narrowed
    assert "清除条件" in narrowed


def test_list_shows_living_residents_by_address(director, people):
    assert shown(asked(director)) == ["王丽涛", "李<b>强</b>", "张小明"]


def test_list_escapes_what_people_typed(director, people):
    page = asked(director).content.decode()
    assert "李&lt;b&gt;强&lt;/b&gt;" in page
    assert "<b>强" not in page


def test_list_shows_masks_and_years_only(director, people):
    page = asked(director, c=[c.key for c in lists()[-2].columns]).content.decode()
    page += asked(director, c=["id_mask", "phone_mask", "birth_year"]).content.decode()
    assert "138****5678" in page
    assert "150399************" in page
    for person in people:
        assert str(person.born_on) not in page
        assert not person.id_mask or person.id_number[-4:] not in page


def test_list_of_another_tenant_stays_closed(director, other_community, people):
    far = make_household(make_dwelling(make_building(other_community, "3")))
    make_resident(far, "外人")
    assert shown(asked(director, q="外人")) == []
    make_membership(director, Role.DIRECTOR, other_community)
    assert shown(asked(director)) == ["王丽涛", "李<b>强</b>", "张小明"]


def test_list_of_a_leader_holds_the_own_cell_only(leader_a, leader_b, people):
    assert shown(asked(leader_a)) == ["王丽涛", "李<b>强</b>"]
    assert shown(asked(leader_b)) == ["张小明"]
    assert shown(asked(leader_b, BUILDINGS)) == ["12"]


@pytest.mark.parametrize("path", [RESIDENTS, HOUSEHOLDS])
def test_list_of_people_is_forbidden_without_the_permission(guard, doctor, outsider, people, path):
    for user in (guard, doctor, outsider):
        assert asked(user, path).status_code == 403


def test_list_of_places_is_open_to_a_guard(guard, outsider, people):
    assert shown(asked(guard, DWELLINGS)) == ["3-2-501", "12-1-102"]
    assert asked(outsider, DWELLINGS).status_code == 403
    assert "lived" not in asked(guard, DWELLINGS).content.decode()


def test_list_without_that_name_is_missing(director):
    assert asked(director, "/lists/nothing/").status_code == 404


# --- Filters


FILTERS = [
    ("q", "王", ["王丽涛"]),
    ("q", "wl", ["王丽涛"]),
    ("q", "3号楼2单元501", ["王丽涛", "李<b>强</b>"]),
    ("q", "12-1", ["张小明"]),
    ("building", "12", ["张小明"]),
    ("sex", "2", ["王丽涛"]),
    ("age_from", "40", ["王丽涛", "李<b>强</b>"]),
    ("age_to", "39", ["张小明"]),
    ("age_from", "71", []),
    ("status", "moved", ["欧阳海"]),
    ("status", "all", ["王丽涛", "李<b>强</b>", "张小明", "欧阳海"]),
    ("education", "20", ["王丽涛"]),
    ("political", "01", ["李<b>强</b>"]),
    ("phone", "no", ["李<b>强</b>"]),
    ("number", "no", ["王丽涛"]),
    ("head", "1", ["王丽涛", "张小明"]),
]


@pytest.mark.parametrize(("name", "value", "names"), FILTERS)
def test_list_filters(director, people, name, value, names):
    assert set(shown(asked(director, **{name: value}))) == set(names)


def test_list_filter_by_cell_offers_the_cells_of_the_viewer(director, leader_a, people, cell_b):
    assert shown(asked(director, cell=cell_b.pk)) == ["张小明"]
    assert shown(asked(leader_a, cell=cell_b.pk)) == []
    page = asked(leader_a).content.decode()
    assert "第1网格" in page
    assert "第2网格" not in page


def test_list_filter_by_care_tag(director, people):
    tag(people[0], CareKind.LIVING_ALONE)
    tag(people[1], CareKind.LIVING_ALONE, to_on=TODAY)
    assert shown(asked(director, care="living_alone")) == ["王丽涛"]
    assert "独居" in asked(director, q="王").content.decode()


def tag(resident, kind, **values):
    return CareTag.objects.create(
        resident=resident, kind=kind, community=resident.community, cell=resident.cell, **values
    )


@pytest.mark.parametrize(
    ("path", "params", "names"),
    [
        (HOUSEHOLDS, {"q": "3-2"}, ["3-2-501"]),
        (HOUSEHOLDS, {"size_from": "2"}, ["3-2-501"]),
        (HOUSEHOLDS, {"size_to": "1"}, ["12-1-102"]),
        (HOUSEHOLDS, {"head": "no"}, ["3-2-501", "12-1-102"]),
        (HOUSEHOLDS, {"state": "closed"}, []),
        (BUILDINGS, {"q": "3号楼"}, ["3"]),
        (BUILDINGS, {"placed": "no"}, []),
        (DWELLINGS, {"building": "12"}, ["12-1-102"]),
        (DWELLINGS, {"use": "rent"}, []),
        (DWELLINGS, {"lived": "yes"}, ["3-2-501", "12-1-102"]),
        (CELLS, {"kind": "area"}, ["第1网格", "第2网格"]),
        (CELLS, {"state": "closed"}, []),
    ],
)
def test_list_filters_of_the_other_lists(director, people, path, params, names):
    assert shown(asked(director, path, **params)) == names


def test_dwellings_are_lived_in_as_the_figure_says(director, people, community):
    building = make_building(community, "7")
    make_household(make_dwelling(building, "1", "101"))  # an open household without people
    away = make_household(make_dwelling(building, "1", "102"))
    make_resident(away, residence=Residence.AWAY_OUT)
    vacant = shown(asked(director, DWELLINGS, lived="no"))
    rows = figure_rows("place.dwellings_vacant", Scope(community.pk), TODAY)
    assert vacant == list(rows.order_by("addr_sort").values_list("addr_key", flat=True))
    assert vacant == ["7-1-101", "7-1-102"]
    assert shown(asked(director, DWELLINGS, lived="yes")) == ["3-2-501", "12-1-102"]


def test_list_with_a_wrong_filter_shows_no_rows_and_says_why(director, people):
    response = asked(director, age_from="abc")
    assert shown(response) == []
    page = response.content.decode()
    assert "年龄从" in page
    assert 'aria-invalid="true"' in page


def test_list_filters_of_a_guarded_class_exist_only_with_its_permission(clerk, director, people):
    assert "political" not in asked(clerk).content.decode()
    assert len(shown(asked(clerk, political="01"))) == 3
    assert "政治面貌" in asked(director).content.decode()


def test_list_has_no_filter_for_ethnicity(director, people):
    for spec in lists():
        assert not {"ethnicity", "ethnic", "religion"} & set(spec.filters.base_filters)
    assert "民族" not in [c.label for c in asked(director).context["query"].columns]


# --- Columns


def test_list_columns_are_chosen_and_the_first_stands(director, people):
    response = asked(director, c=["sex", "birth_year"])
    assert [c.key for c in response.context["query"].columns] == ["name", "sex", "birth_year"]


def test_list_columns_of_a_guarded_class_are_absent(clerk, party_clerk, people):
    for user in (clerk, party_clerk):
        keys = {c.key for c in asked(user).context["query"].available}
        assert ("political" in keys) == (user is party_clerk)
        assert ("care" in keys) == (user is clerk)
    response = asked(clerk, c=["political", "name"])
    assert "中共党员" not in response.content.decode()


def test_list_hides_the_contacts_of_minors_from_roles_without_their_class(
    director, party_clerk, people
):
    assert "138****1234" in asked(director).content.decode()
    page = asked(party_clerk).content.decode()
    assert "张小明" in page
    assert "138****1234" not in page
    assert "138****5678" in page


# --- Order and paging


def test_list_sorts_both_ways(director, people):
    assert shown(asked(director, sort="name")) == ["张小明", "李<b>强</b>", "王丽涛"]
    assert shown(asked(director, sort="-birth_year")) == ["张小明", "李<b>强</b>", "王丽涛"]
    assert shown(asked(director, sort="nonsense")) == ["王丽涛", "李<b>强</b>", "张小明"]


@pytest.mark.parametrize("sort", ["addr", "-addr", "name", "-name", "birth_year", "-changed"])
def test_list_pages_forward_and_backward_meet_every_row_once(director, homes, monkeypatch, sort):
    for place in range(7):
        make_resident(homes[place % 2], f"甲{place // 3}")
    monkeypatch.setattr(queries, "PAGE_SIZE", 3)
    whole = walk(director, sort, "next")
    assert len(whole) == len(set(whole)) == 7
    assert walk(director, sort, "previous", before="last") == whole


def walk(user, sort, way, **params):
    """Ids of all rows, page by page in one direction."""
    client, found, target = client_of(user), [], ""
    response = client.get(RESIDENTS, {"sort": sort, **params})
    while True:
        ids = [str(row[0]).replace("-", "") for row in response.context["page"].rows]
        found = found + ids if way == "next" else ids + found
        target = response.context["links"][way]
        if not target:
            return found
        response = client.get(f"{RESIDENTS}?{target}")


def test_list_page_address_holds_no_name(director, homes, monkeypatch):
    for place in range(4):
        make_resident(homes[0], f"秘密{place}")
    monkeypatch.setattr(queries, "PAGE_SIZE", 2)
    link = asked(director, sort="name").context["links"]["next"]
    assert link
    assert "%E7%A7%98" not in link


def test_list_page_of_nonsense_is_the_first(director, people):
    assert len(shown(asked(director, after="nonsense"))) == 3


def test_list_counts_all_rows_of_an_ordinary_community(director, people, monkeypatch):
    monkeypatch.setattr(facts, "LARGE_CAP", 1)
    for _ in range(2):
        assert asked(director).context["facts"].shown == "3"


def test_list_larger_than_the_cap_is_counted_to_a_lower_one(director, people, monkeypatch):
    monkeypatch.setattr(facts, "CAP", 2)
    monkeypatch.setattr(facts, "LARGE_CAP", 1)
    for _ in range(2):
        assert asked(director).context["facts"].shown == "1+"
        assert asked(director, q="王").context["facts"].shown == "1"


def test_list_behind_a_figure_is_counted_as_far_as_the_figure(director, people, monkeypatch):
    monkeypatch.setattr(facts, "CAP", 2)
    monkeypatch.setattr(facts, "LARGE_CAP", 1)
    assert asked(director).context["facts"].shown == "1+"
    figure = asked(director, figure="population.residents")
    assert figure.context["facts"].shown == "2+"


@pytest.mark.parametrize("path", [RESIDENTS, HOUSEHOLDS, BUILDINGS, DWELLINGS, CELLS])
def test_list_needs_three_queries_for_any_number_of_rows(director, community, cell_a, path,
                                                         django_assert_num_queries):  # fmt: skip
    client = client_of(director)
    for last in (1, 30):
        for place in range(0 if last == 1 else 1, last):
            building = make_building(community, str(place + 1), cell_a)
            household = make_household(make_dwelling(building))
            make_resident(household, f"甲{place}", phone="13800005678")
        with django_assert_num_queries(3):
            response = client.get(path, {"sex": ""})
        with django_assert_num_queries(3):
            client.get(path, {"q": "甲"}, headers={"HX-Request": "true"})
    assert len(response.context["page"].rows) == (1 if path == CELLS else 30)


# --- Fragment


def test_list_fragment_has_rows_and_a_tidy_address(director, people):
    response = client_of(director).get(
        RESIDENTS, {"q": "王", "sex": "", "sort": "addr"}, headers={"HX-Request": "true"}
    )
    assert shown(response) == ["王丽涛"]
    assert response.headers["HX-Push-Url"] == f"{RESIDENTS}?q=%E7%8E%8B&sort=addr"
    assert "<html" not in response.content.decode()


# --- The rows behind a figure


def test_list_opens_the_rows_of_a_figure(director, people):
    response = asked(director, figure="population.elders_60", on=str(TODAY))
    assert shown(response) == ["王丽涛"]
    assert "60岁及以上老年人" in response.content.decode()
    assert asked(director, HOUSEHOLDS, figure="population.households").context["facts"].count == 2


def test_list_of_a_figure_is_missing_or_forbidden_as_everywhere(director, party_clerk, people):
    assert asked(director, figure="nothing").status_code == 404
    assert asked(director, HOUSEHOLDS, figure="population.residents").status_code == 404
    assert asked(party_clerk, figure="population.disabled").status_code == 403


def test_empty_list_says_how_rows_come_into_it(director, clerk, party_clerk):
    def ways(who, name):
        answer = asked(who, reverse("core:list", args=[name]))
        return [url for _, url in answer.context["ways"]], answer.content.decode()

    bring, enter = reverse("core:import_list"), reverse("residents:household_create")
    assert ways(clerk, "households")[0] == [bring, enter]
    assert ways(party_clerk, "households")[0] == []
    assert "走访规定" in ways(clerk, "visit_tasks")[1]
    assert ways(director, "visit_tasks")[0] == [reverse("residents:visit_plan")]
    assert ways(clerk, "messages")[0] == []


def test_list_with_rows_or_conditions_offers_no_beginning(clerk, people):
    assert asked(clerk).context["ways"] == ()
    narrowed = asked(clerk, q="没有这个人").content.decode().split("<main")[1]
    assert reverse("core:import_list") not in narrowed
