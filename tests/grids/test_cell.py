"""Cells: drawn, changed, closed; the tree with its figures."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from grids import actions
from grids.models import CellPost, GridCell
from portal.accounts.actions import membership_end
from portal.core.access import SYSTEM
from portal.core.errors import Conflict, DomainError, NotAllowed, OutOfScope
from portal.core.models import ChangeLog
from tests.people import (
    LONG_AGO,
    client_of,
    make_building,
    make_cell,
    make_dwelling,
    make_household,
    make_resident,
)

pytestmark = pytest.mark.django_db
NEW = {"number": 7, "name": "七号网格", "kind": "area"}


def create(by, community, **values):
    return actions.cell_create(by=by, community=community, values=NEW | values)


def test_cell_create_writes_row_and_log(clerk, community):
    cell = create(clerk, community)
    assert (cell.community, cell.created_by) == (community, clerk)
    assert ChangeLog.objects.get(row=cell.pk).after["name"] == "七号网格"


def test_cell_create_elsewhere_is_refused(clerk, other_community):
    with pytest.raises(OutOfScope):
        create(clerk, other_community)
    assert not GridCell.objects.exists()


def test_cell_create_needs_the_permission(leader_a, community):
    with pytest.raises(NotAllowed):
        create(leader_a, community)


def test_cell_create_twice_names_the_rule(clerk, community):
    create(clerk, community)
    with pytest.raises(DomainError, match="编号已在使用"):
        create(clerk, community, name="另一个")


def test_closed_cell_frees_its_number(clerk, community):
    old = create(clerk, community)
    actions.cell_close(by=clerk, cell=old, version=1, on=timezone.localdate())
    assert create(clerk, community).pk != old.pk


def test_cell_with_parent_elsewhere_is_refused(clerk, community, other_community):
    with pytest.raises(OutOfScope):
        create(clerk, community, parent=make_cell(other_community))


def test_cell_is_never_above_itself(clerk, community):
    top = make_cell(community, 1)
    low = make_cell(community, 2, parent=make_cell(community, 3, parent=top))
    with pytest.raises(DomainError, match="自己的下级"):
        actions.cell_update(by=clerk, cell=top, version=1, values={"parent": low})


def test_cell_update_stale_is_a_conflict(clerk, cell_a):
    actions.cell_update(by=clerk, cell=cell_a, version=1, values={"name": "东片"})
    with pytest.raises(Conflict):
        actions.cell_update(by=clerk, cell=cell_a, version=1, values={"name": "西片"})


def test_cell_close_waits_for_its_buildings(clerk, community, cell_a):
    make_building(community, cell=cell_a)
    with pytest.raises(DomainError, match="还有 1 栋楼"):
        actions.cell_close(by=clerk, cell=cell_a, version=1, on=timezone.localdate())


def test_cell_close_waits_for_its_micro_cells(clerk, community, cell_a):
    make_cell(community, 9, parent=cell_a)
    with pytest.raises(DomainError, match="下级网格"):
        actions.cell_close(by=clerk, cell=cell_a, version=1, on=timezone.localdate())


def test_cell_close_never_before_it_began(clerk, community):
    cell = make_cell(community, valid_from=timezone.localdate())
    with pytest.raises(DomainError, match="不能早于启用"):
        actions.cell_close(by=clerk, cell=cell, version=1, on=dt.date(2020, 1, 1))


# --- Pages


def test_cell_list_page_adds_up_micro_cells(clerk, community, cell_a):
    micro = make_cell(community, 5, parent=cell_a)
    for number, cell in (("1", cell_a), ("2", micro)):
        make_resident(make_household(make_dwelling(make_building(community, number, cell))))
    top, *_ = client_of(clerk).get(reverse("grids:cell_list")).context["nodes"]
    assert top.counts == {"buildings": 2, "households": 2, "residents": 2}
    assert top.below[0].counts["residents"] == 1


def test_cell_list_page_shows_a_leader_the_own_cell(leader_a, cell_a, cell_b):
    page = client_of(leader_a).get(reverse("grids:cell_list"))
    assert [node.cell for node in page.context["nodes"]] == [cell_a]
    assert page.context["nodes"][0].people == [leader_a]


def test_cell_list_page_of_a_guard_has_no_counts_of_people(guard, cell_a):
    page = client_of(guard).get(reverse("grids:cell_list"))
    assert not page.context["nodes"][0].counted


def test_cell_list_page_costs_the_same_for_many(clerk, community, django_assert_num_queries):
    client, url = client_of(clerk), reverse("grids:cell_list")
    make_cell(community, 1)
    client.get(url)
    with django_assert_num_queries(9) as first:
        client.get(url)
    for number in range(2, 32):
        building = make_building(community, str(number), make_cell(community, number))
        make_resident(make_household(make_dwelling(building)))
    with django_assert_num_queries(len(first)):
        client.get(url)


def test_cell_create_page(clerk, community):
    client, url = client_of(clerk), reverse("grids:cell_create")
    assert client.get(url).context["form"].initial["number"] == 1
    assert client.post(url, NEW | {"number": 0}).context["form"].errors["number"]
    assert client.post(url, NEW).status_code == 302
    assert GridCell.objects.get().name == "七号网格"


def test_cell_update_page_conflict_shows_both(clerk, cell_a):
    client, url = client_of(clerk), reverse("grids:cell_update", args=[cell_a.pk])
    data = client.get(url).context["form"].initial
    form = {"number": 1, "kind": "area", "parent": "", "valid_from": ""}
    before = {f"initial-{name}": data[name] or "" for name in ("number", "name", "kind")}
    actions.cell_update(by=clerk, cell=cell_a, version=1, values={"name": "东片"})
    page = client.post(url, form | before | {"name": "西片", "version": 1})
    assert page.status_code == 409
    assert {"东片", "西片"} <= set(
        page.content.decode().replace("<", " ").replace(">", " ").split()
    )


def test_cell_update_page_saves(clerk, cell_a):
    url = reverse("grids:cell_update", args=[cell_a.pk])
    data = {"number": 1, "name": "东片", "kind": "unit", "parent": "", "version": 1,
            "initial-number": 1, "initial-name": cell_a.name, "initial-kind": "area"}  # fmt: skip
    assert client_of(clerk).post(url, data).status_code == 302
    cell_a.refresh_from_db()
    assert (cell_a.name, cell_a.kind, cell_a.version) == ("东片", "unit", 2)


def test_cell_close_page_asks_then_closes(clerk, cell_a):
    client, url = client_of(clerk), reverse("grids:cell_close", args=[cell_a.pk])
    assert "停用" in client.get(url).content.decode()
    today = timezone.localdate()
    assert client.post(url, {"version": 1, "valid_to": today}).status_code == 302
    assert client.get(url).status_code == 404
    assert client.get(reverse("grids:cell_list")).context["closed"] == 1


def test_cell_show_page(clerk, leader_a, community, cell_a):
    make_building(community, "3", cell_a)
    page = client_of(clerk).get(reverse("grids:cell_show", args=[cell_a.pk]))
    assert [building.number for building in page.context["buildings"]] == ["3"]
    assert page.context["people"] == [leader_a]


def test_cell_show_page_marks_a_post_whose_holder_may_not_work_there(clerk, leader_a, cell_a):
    CellPost.objects.create(community=cell_a.community, cell=cell_a, kind="worker",
                            user=leader_a, from_on=LONG_AGO)  # fmt: skip
    page = reverse("grids:cell_show", args=[cell_a.pk])
    assert "任职已结束" not in client_of(clerk).get(page).content.decode()
    post = leader_a.memberships.get()
    last = timezone.localdate() - dt.timedelta(days=1)
    membership_end(by=SYSTEM, membership=post, version=post.version, to_on=last)
    assert "任职已结束，不起作用" in client_of(clerk).get(page).content.decode()


def test_community_show_page(clerk, community):
    page = client_of(clerk).get(reverse("grids:community_show")).content.decode()
    assert "150399001001" in page
    assert "青山街道" in page
