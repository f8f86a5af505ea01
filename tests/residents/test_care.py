"""Care tags and Party membership: validity, and the permissions of their classes."""

import datetime as dt

import pytest
from django.urls import reverse

from portal.accounts import access
from portal.accounts.permissions import ROLES, Permission, Role
from portal.core.errors import DomainError, NotAllowed, OutOfScope
from portal.core.models import ChangeLog
from residents.actions import (
    care_tag_add,
    care_tag_end,
    party_member_add,
    party_member_end,
    resident_death,
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
