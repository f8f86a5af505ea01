"""Taking a wrong life event back: what it changed, and the whole household that moved."""

import datetime as dt

import pytest
from django.urls import reverse

from portal.core.errors import Conflict, DomainError
from portal.core.models import ChangeLog
from residents.actions import (
    birth_record,
    care_tag_add,
    event_correct,
    household_move,
    resident_death,
    resident_residence_change,
    resident_update,
    resident_void,
)
from residents.models import LifeEvent, LifeEventKind, Residence, Resident, Stay
from tests.people import client_of, make_building, make_dwelling, make_resident

DAY = dt.date(2026, 3, 1)


def away(clerk, head):
    return resident_residence_change(
        by=clerk, resident=head, version=1, residence=Residence.AWAY_IN, on=DAY,
        registered_address="外地东街 9 号",
    )  # fmt: skip


# --- The registered address


def test_a_residence_change_taken_back_restores_the_registered_address(clerk, head):
    Resident.objects.filter(pk=head.pk).update(registered_address="红旗街 1 号")
    head.refresh_from_db()
    event_correct(by=clerk, event=away(clerk, head), version=2, note="没有迁户口")
    head.refresh_from_db()
    assert (head.residence, head.registered_address) == (Residence.HOME, "红旗街 1 号")
    logged = str(list(ChangeLog.objects.values("before", "after")))
    assert "红旗街" not in logged
    assert "外地东街" not in logged


def test_an_address_mended_since_is_kept(clerk, head):
    event = away(clerk, head)
    head.refresh_from_db()
    resident_update(by=clerk, resident=head, version=2, values={"registered_address": "西街 2 号"})
    event_correct(by=clerk, event=event, version=3, note="没有迁户口")
    head.refresh_from_db()
    assert head.registered_address == "西街 2 号"


# --- People entered by mistake


def test_events_of_a_person_entered_by_mistake_do_not_stand(clerk, home, head):
    values = {"name": "王新", "sex": "2", "born_on": DAY, "relation": "30"}
    child = birth_record(by=clerk, household=home, values=values)
    kept = resident_death(by=clerk, resident=head, version=1, on=DAY)
    resident_void(by=clerk, resident=child, version=1, reason="没有这个孩子")
    assert set(LifeEvent.objects.standing()) == {kept}
    page = client_of(clerk).get(reverse("residents:resident_show", args=[child.pk]))
    url = reverse("residents:event_correct", args=[child.pk, child.events.get().pk])
    assert url not in page.content.decode()


# --- A whole household


@pytest.fixture
def moved(clerk, home, head, child, community, cell_b):
    """Head and child moved with their household from 3-2-501 to 8-1-101 in another cell."""
    care_tag_add(by=clerk, resident=head, kind="low_income")
    dwelling = make_dwelling(make_building(community, "8", cell_b), "1", "101")
    home.refresh_from_db()
    household_move(by=clerk, household=home, version=home.version, dwelling=dwelling, on=DAY)
    home.refresh_from_db()
    return home


def test_a_household_s_move_is_taken_back_for_all(clerk, moved, head, child, cell_a):
    event_correct(by=clerk, event=child.events.get(), version=2, note="是邻居搬家")
    moved.refresh_from_db()
    assert (moved.addr_key, moved.cell, moved.head) == ("3-2-501", cell_a, head)
    for person in (head, child):
        person.refresh_from_db()
        old, never = person.stays.order_by("id")
        assert (person.addr_key, person.cell) == ("3-2-501", cell_a)
        assert (old.to_on, old.cell) == (None, cell_a)
        assert never.from_on == never.to_on
        kinds = set(person.events.values_list("kind", flat=True))
        assert kinds == {LifeEventKind.MOVE_WITHIN, LifeEventKind.CORRECTION}
    assert head.care_tags.get().cell == cell_a
    assert not LifeEvent.objects.standing().exists()


def test_a_household_s_move_is_taken_back_once(clerk, moved, head, child):
    event = child.events.get()
    event_correct(by=clerk, event=event, version=2, note="是邻居搬家")
    with pytest.raises(DomainError, match="已经更正过"):
        event_correct(by=clerk, event=event, version=3, note="是邻居搬家")


def test_later_events_of_anybody_stand_on_the_move(clerk, moved, head, child):
    head.refresh_from_db()
    resident_death(by=clerk, resident=head, version=head.version, on=DAY)
    with pytest.raises(DomainError, match=f"{head.name}.*最后一条"):
        event_correct(by=clerk, event=child.events.get(), version=2, note="是邻居搬家")
    assert Resident.objects.get(pk=child.pk).addr_key == "8-1-101"


def test_somebody_who_joined_since_stops_it(clerk, moved, child):
    make_resident(moved, "李后来", relation="99")
    with pytest.raises(DomainError, match="李后来"):
        event_correct(by=clerk, event=child.events.get(), version=2, note="是邻居搬家")


def test_a_household_s_move_changed_meanwhile_is_a_conflict(clerk, moved, child):
    with pytest.raises(Conflict):
        event_correct(by=clerk, event=child.events.get(), version=1, note="是邻居搬家")
    assert Stay.objects.filter(resident=child, to_on=None).get().from_on == DAY


def test_the_page_says_that_all_go_back(clerk, moved, head, child):
    url = reverse("residents:event_correct", args=[head.pk, head.events.get().pk])
    client = client_of(clerk)
    page = client.get(url).content.decode()
    assert "撤回整户搬家" in page
    assert "这一户 2 人" in page
    assert client.post(url, {"version": 2, "note": "是邻居搬家"}).status_code == 302
    assert Resident.objects.get(pk=child.pk).addr_key == "3-2-501"
