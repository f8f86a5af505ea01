"""Care tags and Party membership: validity, and the permissions of their classes."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from grids.actions import building_assign_cell
from portal.accounts import access
from portal.accounts.permissions import ROLES, Permission, Role
from portal.core.errors import DomainError, NotAllowed, OutOfScope
from portal.core.indicators import Scope, figure_rows, indicator_named
from portal.core.models import ChangeLog
from residents.actions import (
    care_tag_add,
    care_tag_end,
    party_member_add,
    party_member_end,
    resident_death,
    resident_move_within,
)
from residents.models import CareKind, CareTag, PartyMember, Resident
from tests.people import client_of, make_user

DAY = dt.date(2026, 3, 1)


def test_care_tag_add_and_end(clerk, head):
    tag = care_tag_add(
        by=clerk, resident=head, kind="disability", category="4", grade="2", from_on=DAY
    )
    assert tag.label == "残疾（肢体二级）"
    care_tag_end(by=clerk, tag=tag, on=dt.date(2026, 6, 1))
    valid = CareTag.objects.valid_on
    assert set(valid(dt.date(2026, 5, 31))) == {tag}
    assert set(valid(dt.date(2026, 6, 1))) == set()
    assert "disability" not in str(list(ChangeLog.objects.values("before", "after")))


def test_care_tag_add_refuses_a_second_of_a_kind(clerk, head, records):
    with pytest.raises(DomainError, match="同类"):
        care_tag_add(by=clerk, resident=head, kind="low_income")


@pytest.mark.parametrize(
    ("values", "text"),
    [({"kind": "low_income", "category": "4"}, "只有残疾"),
     ({"kind": "living_alone", "from_on": dt.date(2199, 1, 1)}, "今天以后")],
)  # fmt: skip
def test_care_tag_add_refuses_nonsense(clerk, head, values, text):
    with pytest.raises(DomainError, match=text):
        care_tag_add(by=clerk, resident=head, **values)


def test_care_tag_add_refuses_the_dead(clerk, head):
    resident_death(by=clerk, resident=head, version=1, on=DAY)
    with pytest.raises(DomainError, match="不在册"):
        care_tag_add(by=clerk, resident=head, kind="living_alone")


@pytest.mark.parametrize(
    ("kind", "permission"),
    [("disability", Permission.DISABILITY_VIEW), ("needs_care", Permission.DISABILITY_VIEW),
     ("left_behind", Permission.MINOR_VIEW)],
)  # fmt: skip
def test_care_tag_classes_need_their_own_permission(monkeypatch, community, head, kind, permission):
    monkeypatch.setattr(access, "ROLES", {**ROLES, Role.CLERK: ROLES[Role.CLERK] - {permission}})
    clerk = make_user(Role.CLERK, community)
    with pytest.raises(NotAllowed):
        care_tag_add(by=clerk, resident=head, kind=kind)
    url = reverse("residents:care_tag_add", args=[head.pk])
    offered = client_of(clerk).get(url).context["form"].fields["kind"].choices
    assert kind not in dict(offered)
    assert CareKind.LOW_INCOME in dict(offered)


def test_care_tag_end_of_a_hidden_class_is_missing(monkeypatch, community, head, records):
    short = ROLES[Role.CLERK] - {Permission.DISABILITY_VIEW}
    monkeypatch.setattr(access, "ROLES", {**ROLES, Role.CLERK: short})
    client = client_of(make_user(Role.CLERK, community))
    url = reverse("residents:care_tag_end", args=[head.pk, records.disability.pk])
    assert client.get(url).status_code == 404


def test_care_tag_pages(clerk, head, records):
    client = client_of(clerk)
    url = reverse("residents:care_tag_add", args=[head.pk])
    response = client.post(url, {"kind": "disability"})
    assert set(response.context["form"].errors) == {"category", "grade"}
    assert client.post(url, {"kind": "living_alone"}).status_code == 302
    url = reverse("residents:care_tag_end", args=[head.pk, records.tag.pk])
    assert client.post(url, {"on": "2026-03-01"}).status_code == 302
    assert CareTag.objects.get(pk=records.tag.pk).to_on == DAY


# --- A planned end


def planned(clerk, head, days=40, **values):
    """低保 from DAY with its last day in so many days."""
    to_on = timezone.localdate() + dt.timedelta(days + 1)
    values = {"kind": "low_income", "from_on": DAY, "to_on": to_on} | values
    return care_tag_add(by=clerk, resident=head, **values)


def test_care_tag_add_with_a_planned_end(clerk, head):
    tag = planned(clerk, head)
    assert set(CareTag.objects.valid_on(tag.until)) == {tag}
    assert set(CareTag.objects.valid_on(tag.to_on)) == set()


@pytest.mark.parametrize(
    ("days", "from_on", "to_on"),
    [(40, dt.date(2026, 3, 2), None), (40, None, None), (40, dt.date(2025, 1, 1), None),
     (None, dt.date(2026, 4, 1), 10)],
)  # fmt: skip
def test_care_tag_add_refuses_overlapping_periods(clerk, head, days, from_on, to_on):
    if days:
        planned(clerk, head, days)
    else:
        planned(clerk, head, to_on=None)
    to_on = to_on and timezone.localdate() + dt.timedelta(to_on)
    with pytest.raises(DomainError, match="期间不能重叠"):
        care_tag_add(by=clerk, resident=head, kind="low_income", from_on=from_on, to_on=to_on)


def test_care_tag_add_follows_one_that_ended(clerk, head, records):
    care_tag_end(by=clerk, tag=records.tag, on=DAY)
    care_tag_add(by=clerk, resident=head, kind="low_income", from_on=DAY)
    with pytest.raises(DomainError, match="重叠"):
        care_tag_add(by=clerk, resident=head, kind="low_income", from_on=DAY)


def test_care_tag_add_after_one_that_ended_begins_today(clerk, head, records):
    care_tag_end(by=clerk, tag=records.tag, on=DAY)
    tag = care_tag_add(by=clerk, resident=head, kind="low_income")
    assert tag.from_on == timezone.localdate()


def test_care_tag_add_refuses_an_end_that_is_over(clerk, head):
    with pytest.raises(DomainError, match="有效期已经过了"):
        planned(clerk, head, -1)


def test_care_tag_end_plans_puts_off_and_then_stands(clerk, head, records):
    day = timezone.localdate() + dt.timedelta(20)
    tag = care_tag_end(by=clerk, tag=records.tag, on=day)
    assert tag.to_on == day
    tag = care_tag_end(by=clerk, tag=tag, on=day + dt.timedelta(9))
    tag = care_tag_end(by=clerk, tag=tag, on=timezone.localdate())
    with pytest.raises(DomainError, match="已经结束"):
        care_tag_end(by=clerk, tag=tag, on=day)


def test_a_planned_end_goes_along_to_another_cell(clerk, head, other_home, cell_a, cell_b):
    tag = planned(clerk, head)
    over = CareTag.objects.create(
        resident=head, kind="living_alone", to_on=DAY, community=head.community, cell=cell_a
    )
    resident_move_within(
        by=clerk, resident=head, version=1, household=other_home, on=DAY, relation="02"
    )
    assert CareTag.objects.get(pk=tag.pk).cell == cell_b
    building_assign_cell(by=clerk, building=other_home.dwelling.building, version=1, cell=cell_a)
    assert CareTag.objects.get(pk=tag.pk).cell == cell_a
    assert CareTag.objects.get(pk=over.pk).cell == cell_a


def test_pages_say_until_when(clerk, head):
    client, day = client_of(clerk), timezone.localdate() + dt.timedelta(40)
    url = reverse("residents:care_tag_add", args=[head.pk])
    assert client.post(url, {"kind": "low_income", "to_on": str(day)}).status_code == 302
    tag = CareTag.objects.get()
    assert (tag.to_on, tag.until) == (day + dt.timedelta(1), day)
    page = client.get(reverse("residents:resident_show", args=[head.pk])).content.decode()
    assert f"至 {day}" in page
    assert f"有效期至 {day}" in page
    url = reverse("residents:care_tag_end", args=[head.pk, tag.pk])
    assert f"现在有效期至 {day}" in client.get(url).content.decode()
    assert client.post(url, {"on": str(day)}).status_code == 302
    assert CareTag.objects.get().to_on == day
    wrong = client.post(url, {"on": "9999-12-31"}).context["form"].errors
    assert set(wrong) == {"on"}
    url = reverse("residents:care_tag_add", args=[head.pk])
    data = {"kind": "living_alone", "to_on": "9999-12-31"}
    assert set(client.post(url, data).context["form"].errors) == {"to_on"}


def test_tags_that_end_soon_need_attention(clerk, head, child, community):
    today = timezone.localdate()
    planned(clerk, head, 20)
    planned(clerk, child, 60)
    planned(clerk, head, 3, kind="disability", category="4", grade="2")
    for code, found in (("care_ending", {head}), ("care_ending_health", {head})):
        rows = figure_rows(f"attention.{code}", Scope(community.pk), today)
        assert set(rows) == found
    later = figure_rows("attention.care_ending", Scope(community.pk), today + dt.timedelta(22))
    assert set(later) == set()
    assert indicator_named("attention.care_ending_health").permission == Permission.DISABILITY_VIEW


def test_care_tags_of_another_cell(leader_b, head, records):
    with pytest.raises(OutOfScope):
        care_tag_add(by=leader_b, resident=head, kind="living_alone")
    with pytest.raises(OutOfScope):
        care_tag_end(by=leader_b, tag=records.tag, on=DAY)


def test_party_member_add_and_end(party_clerk, head):
    Resident.objects.filter(pk=head.pk).update(political="13")
    member = party_member_add(by=party_clerk, resident=head, kind="branch", from_on=DAY)
    head.refresh_from_db()
    assert head.political == "01"
    party_member_end(by=party_clerk, member=member, on=dt.date(2026, 6, 1))
    assert not PartyMember.objects.valid_on(dt.date(2026, 6, 1)).exists()
    logged = str(list(ChangeLog.objects.values("before", "after")))
    assert "branch" not in logged


def test_party_pages_are_for_the_party_clerk(party_clerk, clerk, head):
    url = reverse("residents:party_member_add", args=[head.pk])
    assert client_of(clerk).get(url).status_code == 403
    client = client_of(party_clerk)
    assert client.post(url, {"kind": "retired"}).status_code == 302
    member = PartyMember.objects.get()
    url = reverse("residents:party_member_end", args=[head.pk, member.pk])
    assert client_of(clerk).get(url).status_code == 403
    assert client.post(url, {"on": "2026-03-01"}).status_code == 302


def test_party_member_add_twice_is_refused(party_clerk, head, records):
    with pytest.raises(DomainError, match="已登记为党员"):
        party_member_add(by=party_clerk, resident=head, kind="branch")
