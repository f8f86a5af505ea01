"""Two households of one dwelling that a ledger had split become one."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.core.errors import Conflict, DomainError, OutOfScope
from portal.core.indicators import Scope
from residents.actions import (
    birth_record,
    household_merge,
    household_reopen,
    resident_death,
    resident_split,
)
from residents.actions.rows import address_of
from residents.models import CareTag, Household, Resident, Stay, VisitTask
from residents.reports import staying
from tests.people import client_of, make_household, make_resident

DAY = dt.date(2026, 3, 1)


@pytest.fixture
def split(home, head):
    """The other half of the family in 3-2-501: 李兰, head of her own, with 王小花."""
    half = make_household(home.dwelling)
    half.head = make_resident(half, "李兰", "2", relation="02")
    half.save()
    make_resident(half, "王小花", "2", dt.date(2015, 6, 1), relation="30")
    return half


def relations(split, **others):
    people = {row.name: row.pk for row in split.members.all()}
    return {people["李兰"]: "10", people["王小花"]: "20"}


def test_household_merge_puts_everybody_into_one(clerk, home, head, split, community):
    dead = make_resident(split, "李老", "1", dt.date(1930, 1, 1), relation="50")
    resident_death(by=clerk, resident=dead, version=1, on=DAY)
    tag = CareTag.objects.create(
        resident=split.head, kind="living_alone", community=community, cell=home.cell
    )
    counted = staying_now(community)
    household_merge(
        by=clerk, household=split, version=split.version, into=home, relations=relations(split)
    )
    split.refresh_from_db()
    home.refresh_from_db()
    assert (split.closed_on, split.head) == (timezone.localdate(), None)
    assert home.head == head
    told = dict(home.members.living().values_list("name", "relation"))
    assert told == {"王小明": "02", "李兰": "10", "王小花": "20"}
    assert set(home.members.filter(status="dead")) == {dead}
    assert not Stay.objects.filter(household=split).exists()
    assert Stay.objects.filter(household=home, to_on=None, from_on=None).count() == 3
    assert staying_now(community) == counted
    assert set(CareTag.objects.all()) == {tag}
    assert not Resident.objects.filter(events__kind="move_within").exists()


def staying_now(community):
    return set(staying(Scope(community.pk), timezone.localdate()).queryset())


def test_household_merge_keeps_the_only_head(clerk, home, split):
    Household.objects.filter(pk=home.pk).update(head=None)
    Resident.objects.filter(household=home).delete()
    head = split.head
    household_merge(by=clerk, household=split, version=split.version, into=home, relations={})
    home.refresh_from_db()
    assert home.head == head
    head.refresh_from_db()
    assert (head.household, head.relation) == (home, "02")


def test_household_merge_asks_what_each_is_to_the_head(clerk, home, split):
    with pytest.raises(DomainError, match="李兰") as refused:
        household_merge(by=clerk, household=split, version=split.version, into=home, relations={})
    assert refused.value.field == f"relation_{split.head_id}"
    assert split.members.living().count() == 2


def test_household_merge_only_within_a_dwelling(clerk, home, other_home, split):
    with pytest.raises(DomainError, match="同一套房屋"):
        household_merge(by=clerk, household=split, version=split.version, into=other_home,
                        relations=relations(split))  # fmt: skip
    with pytest.raises(DomainError, match="同一套房屋"):
        household_merge(by=clerk, household=home, version=home.version, into=home, relations={})


def test_household_merge_refuses_closed_and_stale_ones(clerk, home, split):
    with pytest.raises(Conflict):
        household_merge(by=clerk, household=split, version=7, into=home, relations={})
    Household.objects.filter(pk=home.pk).update(closed_on=DAY)
    with pytest.raises(DomainError, match="销户"):
        household_merge(by=clerk, household=split, version=split.version, into=home,
                        relations=relations(split))  # fmt: skip


def test_household_merge_is_for_the_own_cell(leader_b, home, split, clerk):
    with pytest.raises(OutOfScope):
        household_merge(by=leader_b, household=split, version=split.version, into=home,
                        relations=relations(split))  # fmt: skip


def test_a_merge_is_undone_by_splitting(clerk, home, split):
    lan = split.head
    household_merge(by=clerk, household=split, version=split.version, into=home,
                    relations=relations(split))  # fmt: skip
    lan.refresh_from_db()
    resident_split(by=clerk, resident=lan, version=lan.version, dwelling=home.dwelling,
                   on=timezone.localdate())  # fmt: skip
    lan.refresh_from_db()
    assert lan.household not in (home, split)
    assert (lan.household.dwelling, lan.household.head) == (home.dwelling, lan)
    split.refresh_from_db()
    household_reopen(by=clerk, household=split, version=split.version)


def test_visits_that_a_change_made_due_go_along(clerk, home, split):
    place = address_of(home) | {"due_on": DAY, "household": split}
    wanted = VisitTask.objects.create(cause="change", change="bereavement", key="c", **place)
    planned = VisitTask.objects.create(cause="round", key="r", **place)
    household_merge(by=clerk, household=split, version=split.version, into=home,
                    relations=relations(split))  # fmt: skip
    wanted.refresh_from_db()
    planned.refresh_from_db()
    assert (wanted.household, wanted.state) == (home, "open")
    assert (planned.household, planned.state) == (split, "dropped")


def test_household_merge_by_page(clerk, home, split):
    values = {"name": "王新", "sex": "2", "born_on": DAY, "relation": "30"}
    child = birth_record(by=clerk, household=split, values=values)
    client = client_of(clerk)
    page = client.get(reverse("residents:household_show", args=[home.pk])).content.decode()
    url = reverse("residents:household_merge", args=[split.pk, home.pk])
    assert url in page
    asks = client.get(url).content.decode()
    assert "李兰、" in asks
    assert "重新立户" in asks
    answers = {f"relation_{key}": code for key, code in relations(split).items()}
    answers |= {"version": split.version}
    assert set(client.post(url, answers).context["form"].errors) == {f"relation_{child.pk}"}
    answers[f"relation_{child.pk}"] = "20"
    response = client.post(url, answers)
    assert response.url == reverse("residents:household_show", args=[home.pk])
    page = client.get(response.url).content.decode()
    assert "王新 出生" in page
    assert client.get(url).status_code == 404
