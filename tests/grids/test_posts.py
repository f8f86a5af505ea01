"""Who answers for a cell."""

import datetime as dt

import pytest
from django.utils import timezone

from grids import actions
from grids.models import CellPost, PostKind
from grids.posts import cells_of, people_of
from portal.accounts.actions import membership_end
from portal.accounts.permissions import Permission
from portal.core.access import SYSTEM
from portal.core.errors import DomainError, OutOfScope
from tests.people import make_cell, make_user

DAY = dt.date(2026, 11, 1)


def give(by, cell, user, kind=PostKind.LEADER, from_on=DAY):
    return actions.post_give(by=by, cell=cell, user=user, kind=kind, from_on=from_on)


def test_post_give_ends_the_one_before(director, cell_a, community, leader_a):
    next_one = make_user("leader", community, [cell_a])
    give(director, cell_a, leader_a)
    give(director, cell_a, next_one, from_on=dt.date(2026, 11, 20))
    held = CellPost.objects.order_by("from_on").values_list("user__name", "to_on")
    assert list(held) == [(leader_a.name, dt.date(2026, 11, 19)), (next_one.name, None)]
    assert people_of([cell_a], PostKind.LEADER, dt.date(2026, 11, 19)) == {cell_a.pk: [leader_a]}
    assert people_of([cell_a], PostKind.LEADER, dt.date(2026, 11, 20)) == {cell_a.pk: [next_one]}


def test_post_give_needs_somebody_who_may_work_there(director, cell_a, leader_b):
    with pytest.raises(DomainError, match="没有这个网格的任职"):
        give(director, cell_a, leader_b)


def test_post_give_refuses_the_same_person_twice(director, cell_a, leader_a):
    give(director, cell_a, leader_a)
    with pytest.raises(DomainError, match="已在这个岗位上"):
        give(director, cell_a, leader_a)


def test_post_give_keeps_to_the_own_community(cell_a, leader_a, other_community):
    stranger = make_user("director", other_community)
    with pytest.raises(OutOfScope):
        give(stranger, cell_a, leader_a)


def test_a_leader_without_a_post_is_known_by_the_membership(cell_a, cell_b, leader_a, leader_b):
    found = people_of([cell_a, cell_b], PostKind.LEADER, DAY)
    assert found == {cell_a.pk: [leader_a], cell_b.pk: [leader_b]}
    assert people_of([cell_a], PostKind.BACKUP, DAY) == {}


def test_a_post_without_a_membership_counts_for_nothing(
    director, clerk, leader_a, cell_a, monkeypatch
):
    """The membership ended last night, the post was forgotten."""
    today = timezone.localdate()
    for kind, user in ((PostKind.LEADER, leader_a), (PostKind.BACKUP, clerk)):
        give(director, cell_a, user, kind)
    for user in (leader_a, clerk):
        post = user.memberships.get()
        membership_end(by=SYSTEM, membership=post, version=post.version, to_on=today)
    assert people_of([cell_a], PostKind.LEADER, today) == {cell_a.pk: [leader_a]}
    tomorrow = today + dt.timedelta(days=1)
    next_day = timezone.now() + dt.timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: next_day)
    for kind in (PostKind.LEADER, PostKind.BACKUP):
        assert people_of([cell_a], kind, tomorrow) == {}
    # Whoever led it on a day that is over still did.
    assert people_of([cell_a], PostKind.LEADER, today) == {cell_a.pk: [leader_a]}


def test_a_micro_cell_falls_to_those_above_who_may_work_in_it(community, cell_a, leader_a, clerk):
    small = make_cell(community, 21, parent=cell_a)
    today = timezone.localdate()
    for kind, user in ((PostKind.LEADER, leader_a), (PostKind.BACKUP, clerk)):
        CellPost.objects.create(community=community, cell=cell_a, kind=kind, user=user, from_on=DAY)
    assert people_of([small], PostKind.LEADER, today) == {}  # the membership names cell_a alone
    assert people_of([small], PostKind.BACKUP, today) == {small.pk: [clerk]}
    assert cells_of(clerk, community.pk, Permission.VISIT_VIEW, today).backup == {
        cell_a.pk, small.pk
    }  # fmt: skip
    other = make_user("clerk", community)
    CellPost.objects.create(community=community, cell=small, kind="backup", user=other, from_on=DAY)
    assert cells_of(clerk, community.pk, Permission.VISIT_VIEW, today).backup == {cell_a.pk}
    assert cells_of(other, community.pk, Permission.VISIT_VIEW, today).backup == {small.pk}
