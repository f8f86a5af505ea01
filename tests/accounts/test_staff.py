"""Accounts and posts: who may hand out what to whom."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.accounts import actions
from portal.accounts.models import Membership, Session, User
from portal.accounts.permissions import LOCAL_ROLES, PLACELESS, Role
from portal.core.access import NOBODY, SYSTEM, access_of
from portal.core.errors import Conflict, DomainError, NotAllowed, OutOfScope
from portal.core.models import ChangeLog
from residents.actions import household_create
from tests.people import (
    PASSWORD,
    client_of,
    make_building,
    make_cell,
    make_dwelling,
    make_membership,
    make_user,
)

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


def create(by, community, role=Role.CLERK, **values):
    named = {"username": "new.one", "name": "新同事"} | values
    return actions.staff_create(by=by, role=role, community=community, **named)


def test_staff_create_gives_a_random_password_once(director, community):
    made = create(director, community)
    stored = User.objects.get(username="new.one")
    assert stored.check_password(made.password)
    assert len(made.password) == 14
    assert access_of(stored).can("RESIDENT_VIEW", community.pk)


def test_staff_create_logs_account_and_post_without_the_password(director, community):
    made = create(director, community)
    rows = list(ChangeLog.objects.order_by("seq"))
    assert [row.model for row in rows] == ["accounts.user", "accounts.membership"]
    assert {row.tenant for row in rows} == {community.pk}
    assert made.password not in str([(row.before, row.after) for row in rows])
    assert rows[0].after["password"] == "***"


def test_staff_create_all_or_nothing(director, community, other_community):
    with pytest.raises(OutOfScope):
        create(director, other_community)
    assert not User.objects.filter(username="new.one").exists()
    assert not ChangeLog.objects.exists()


@pytest.mark.parametrize("role", [role for role in Role if role not in LOCAL_ROLES])
def test_director_hands_out_no_role_as_high_as_the_own(director, community, role):
    with pytest.raises(NotAllowed):
        create(director, None if role in PLACELESS else community, role)
    assert User.objects.count() == 1


def test_staff_create_leader_needs_cells_of_the_community(director, community, cell_a):
    with pytest.raises(DomainError, match="负责的网格"):
        create(director, community, Role.LEADER)
    made = create(director, community, Role.LEADER, cells=[cell_a])
    assert access_of(made.user).reach("RESIDENT_VIEW")[1] == [(community.pk, {cell_a.pk})]


def test_staff_create_street_office_needs_a_street(admin_user, community):
    with pytest.raises(DomainError, match="社区或街道"):
        create(admin_user, None, Role.STREET)
    made = create(admin_user, None, Role.STREET, street=community.street)
    assert access_of(made.user).tenants("FIGURES_VIEW") == [community.pk]


@pytest.mark.parametrize("username", ["", "有汉字", "a", "Big", "a b", "x" * 41])
def test_staff_create_checks_the_sign_in_name(director, community, username):
    with pytest.raises(DomainError) as refused:
        create(director, community, username=username)
    assert refused.value.field == "username"


def test_staff_create_needs_the_permission(clerk, community):
    with pytest.raises(NotAllowed):
        create(clerk, community)


# --- Posts


def test_membership_add_twice_is_refused(director, clerk, community):
    with pytest.raises(DomainError, match="已有相同的岗位"):
        actions.membership_add(by=director, user=clerk, role=Role.CLERK, community=community)


def test_membership_add_again_after_the_first_ended(director, clerk, community):
    Membership.objects.filter(user=clerk).update(to_on=TODAY() - dt.timedelta(days=1))
    actions.membership_add(by=director, user=clerk, role=Role.CLERK, community=community)
    assert access_of(clerk).can("RESIDENT_VIEW", community.pk)


def test_membership_add_to_oneself_is_refused(admin_user):
    with pytest.raises(DomainError, match="不能给自己"):
        actions.membership_add(by=admin_user, user=admin_user, role=Role.AUDITOR)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMIN])
def test_control_goes_with_no_other_post(admin_user, clerk, role):
    with pytest.raises(DomainError, match="不能兼任"):
        actions.membership_add(by=admin_user, user=clerk, role=role)


def test_administrator_gets_no_post_that_sees_residents(admin_user, community):
    colleague = make_user(Role.ADMIN)
    with pytest.raises(DomainError, match="不能兼任"):
        actions.membership_add(
            by=admin_user, user=colleague, role=Role.DIRECTOR, community=community
        )


def test_membership_add_with_cells_of_another_community_is_refused(
    director, clerk, community, other_community
):
    with pytest.raises(OutOfScope):
        actions.membership_add(
            by=director, user=clerk, role=Role.LEADER, community=community,
            cells=[make_cell(other_community)],
        )  # fmt: skip


def test_membership_add_with_a_closed_cell_is_refused(director, clerk, community):
    closed = make_cell(community, 9, valid_to=TODAY())
    with pytest.raises(DomainError, match="已停用"):
        actions.membership_add(
            by=director, user=clerk, role=Role.LEADER, community=community, cells=[closed]
        )


def test_membership_add_to_a_stranger_is_refused(director, community, other_community):
    stranger = make_user(Role.CLERK, other_community)
    with pytest.raises(OutOfScope):
        actions.membership_add(by=director, user=stranger, role=Role.CLERK, community=community)


def test_membership_end_yesterday_gives_nothing_today(director, clerk):
    post = clerk.memberships.get()
    yesterday = TODAY() - dt.timedelta(days=1)
    actions.membership_end(by=director, membership=post, version=1, to_on=yesterday)
    clerk.refresh_from_db()
    assert access_of(clerk).grants == ()


def test_membership_end_never_before_it_began(director, clerk):
    with pytest.raises(DomainError, match="不能早于"):
        actions.membership_end(
            by=director, membership=clerk.memberships.get(), version=1, to_on=dt.date(2019, 1, 1)
        )


def test_last_administrator_stays(admin_user):
    colleague = make_user(Role.ADMIN)
    yesterday = TODAY() - dt.timedelta(days=1)
    actions.membership_end(
        by=admin_user, membership=colleague.memberships.get(), version=1, to_on=yesterday
    )
    with pytest.raises(DomainError, match="最后一位"):
        actions.membership_end(
            by=admin_user, membership=admin_user.memberships.get(), version=1, to_on=yesterday
        )


# --- Disabling, enabling, passwords


def test_staff_disable_and_enable(director, clerk):
    done = actions.staff_disable(by=director, user=clerk, version=1, reason="调离")
    assert (done.is_active, done.version) == (False, 2)
    assert ChangeLog.objects.get().reason == "调离"
    assert actions.staff_enable(by=director, user=clerk, version=2).is_active


def test_a_disabled_account_writes_no_more(director, clerk, community):
    """Also not through work that still runs in its name."""
    actions.staff_disable(by=director, user=clerk, version=1)
    clerk = User.objects.get(pk=clerk.pk)
    assert access_of(clerk) == NOBODY
    with pytest.raises(NotAllowed):
        household_create(by=clerk, dwelling=make_dwelling(make_building(community)), values={})


def test_staff_disable_stale_is_a_conflict(director, clerk):
    actions.staff_update(by=director, user=clerk, version=1, name="钱新名")
    with pytest.raises(Conflict):
        actions.staff_disable(by=director, user=clerk, version=1)


def test_nobody_disables_oneself(admin_user):
    make_user(Role.ADMIN)
    with pytest.raises(DomainError, match="自己的账号"):
        actions.staff_disable(by=admin_user, user=admin_user, version=1)


def test_last_administrator_is_not_disabled(admin_user):
    with pytest.raises(DomainError, match="最后一位"):
        actions.staff_disable(by=SYSTEM, user=admin_user, version=1)


def guarded_calls(by, user):
    yield lambda: actions.staff_update(by=by, user=user, version=1, name="改名")
    yield lambda: actions.staff_disable(by=by, user=user, version=1)
    yield lambda: actions.staff_enable(by=by, user=user, version=1)
    yield lambda: actions.password_reset(by=by, user=user)


def test_director_touches_no_account_with_a_higher_post(director, community):
    peer = make_user(Role.DIRECTOR, community)
    for call in guarded_calls(director, peer):
        with pytest.raises(NotAllowed):
            call()
    peer.refresh_from_db()
    assert peer.check_password(PASSWORD)


def test_director_touches_no_account_that_works_elsewhere_too(director, clerk, other_community):
    make_membership(clerk, Role.CLERK, other_community)
    for call in guarded_calls(director, clerk):
        with pytest.raises(NotAllowed):
            call()


def test_director_sees_no_account_of_another_community(director, other_community):
    stranger = make_user(Role.CLERK, other_community)
    for call in guarded_calls(director, stranger):
        with pytest.raises(OutOfScope):
            call()


def test_password_reset_ends_sessions_and_hides_the_password(director, clerk):
    client_of(clerk)
    made = actions.password_reset(by=director, user=clerk)
    assert not Session.objects.exists()
    clerk.refresh_from_db()
    assert clerk.check_password(made.password)
    assert ChangeLog.objects.get().after == {"password": "***"}


def test_own_password_is_not_reset(director):
    with pytest.raises(DomainError, match="修改密码"):
        actions.password_reset(by=director, user=director)


# --- Pages


def names(page):
    return {person.name for person in page.context["page"]}


def test_staff_list_shows_a_director_the_own_community(director, clerk, other_community):
    make_user(Role.CLERK, other_community, name="外人")
    page = client_of(director).get(reverse("accounts:staff_list"))
    assert names(page) == {director.name, clerk.name}


def test_staff_list_shows_an_administrator_everybody(admin_user, clerk, other_community, outsider):
    make_user(Role.CLERK, other_community, name="外人")
    page = client_of(admin_user).get(reverse("accounts:staff_list"))
    assert names(page) == {admin_user.name, clerk.name, "外人", outsider.name}


def test_staff_list_tells_nothing_of_posts_elsewhere(director, clerk, other_community):
    make_membership(clerk, Role.CLERK, other_community)
    page = client_of(director).get(reverse("accounts:staff_show", args=[clerk.pk]))
    assert [post.community_id for post in page.context["person"].posts] != []
    assert "向阳里" not in page.content.decode()
    assert not page.context["manageable"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=钱", {"钱社工"}),
        ("q=clerk", {"钱社工"}),
        ("role=leader", {"李网格"}),
        ("state=off", {"旧人"}),
        ("", {"赵主任", "钱社工", "李网格"}),
        ("role=nonsense", {"赵主任", "钱社工", "李网格", "旧人"}),
    ],
)
def test_staff_list_narrows(director, clerk, leader_a, community, query, found):
    make_user(Role.CLERK, community, name="旧人")
    User.objects.filter(name="旧人").update(is_active=False)
    assert names(client_of(director).get(f"{reverse('accounts:staff_list')}?{query}")) == found


def test_staff_list_costs_the_same_for_many(director, community, cell_a, django_assert_num_queries):
    client, url = client_of(director), reverse("accounts:staff_list")
    make_user(Role.LEADER, community, [cell_a])
    client.get(url)
    with django_assert_num_queries(5):
        client.get(url)
    for _ in range(30):
        make_user(Role.LEADER, community, [cell_a])
    with django_assert_num_queries(5):
        client.get(url)


def test_staff_list_is_no_place_for_leaders(leader_a):
    assert client_of(leader_a).get(reverse("accounts:staff_list")).status_code == 403


def test_staff_create_page_shows_the_password_once(director, community, cell_a):
    client, url = client_of(director), reverse("accounts:staff_create")
    data = {"name": "新同事", "username": "New.One", "role": "leader", "cells": [cell_a.pk],
            "from_on": TODAY()}  # fmt: skip
    shown = client.post(url, data)
    page = client.get(shown.url)
    person = User.objects.get(username="new.one")
    assert person.check_password(page.context["password"])
    assert page.context["password"] in page.content.decode()
    assert client.get(shown.url).context["password"] == ""


def test_staff_create_page_offers_what_may_be_handed_out(director):
    page = client_of(director).get(reverse("accounts:staff_create"))
    offered = {value for value, _ in page.context["form"].fields["role"].choices if value}
    assert offered == set(LOCAL_ROLES)
    assert "street" not in page.context["form"].fields


def test_staff_create_page_keeps_what_was_typed(director):
    page = client_of(director).post(
        reverse("accounts:staff_create"), {"name": "新同事", "username": "new", "role": "leader"}
    )
    assert page.context["form"].errors["cells"]
    assert 'value="新同事"' in page.content.decode()


def test_staff_create_page_of_an_administrator_asks_for_the_community(
    admin_user, community, other_community
):
    client, url = client_of(admin_user), reverse("accounts:staff_create")
    assert "cells" not in client.get(url).context["form"].fields
    page = client.get(f"{url}?community={community.code}")
    assert page.context["community"] == community
    assert client.get(f"{url}?community=150399009009").status_code == 404


def test_staff_create_page_makes_a_director(admin_user, community, other_community):
    url = f"{reverse('accounts:staff_create')}?community={community.code}"
    data = {"name": "新主任", "username": "boss", "role": "director", "from_on": TODAY()}
    assert client_of(admin_user).post(url, data).status_code == 302
    assert access_of(User.objects.get(username="boss")).can("LOG_VIEW", community.pk)


def test_staff_disable_page_asks_then_disables(director, clerk):
    client, url = client_of(director), reverse("accounts:staff_disable", args=[clerk.pk])
    assert client.get(url).status_code == 200
    clerk.refresh_from_db()
    assert clerk.is_active
    client.post(url, {"version": clerk.version})
    clerk.refresh_from_db()
    assert not clerk.is_active
    client.post(reverse("accounts:staff_enable", args=[clerk.pk]), {"version": clerk.version})
    clerk.refresh_from_db()
    assert clerk.is_active


def test_staff_disable_page_tells_why_not(admin_user):
    client = client_of(admin_user)
    url = reverse("accounts:staff_disable", args=[admin_user.pk])
    page = client.post(url, {"version": "1"}, follow=True)
    assert "不能停用自己的账号" in page.content.decode()


def test_password_reset_page_shows_the_password_once(director, clerk):
    client, url = client_of(director), reverse("accounts:password_reset", args=[clerk.pk])
    assert client.get(url).status_code == 200
    page = client.post(url, follow=True)
    clerk.refresh_from_db()
    assert clerk.check_password(page.context["password"])


def test_new_password_lies_sealed_in_the_session(director, clerk):
    client = client_of(director)
    client.post(reverse("accounts:password_reset", args=[clerk.pk]))
    kept = client.session["new_password"]
    clerk.refresh_from_db()
    assert not any(clerk.check_password(part) for part in kept)


def test_staff_update_page(director, clerk):
    client, url = client_of(director), reverse("accounts:staff_update", args=[clerk.pk])
    data = {"name": "钱大姐", "version": 1, "initial-name": clerk.name}
    assert client.get(url).status_code == 200
    assert client.post(url, data).status_code == 302
    page = client.post(url, data | {"name": "钱二姐"})
    assert page.status_code == 409
    assert "钱大姐" in page.content.decode()
    assert "钱二姐" in page.content.decode()


def test_membership_pages(director, clerk, cell_a):
    client = client_of(director)
    add = reverse("accounts:membership_add", args=[clerk.pk])
    assert client.get(add).status_code == 200
    data = {"role": "leader", "cells": [cell_a.pk], "from_on": TODAY()}
    assert client.post(add, data).status_code == 302
    post = clerk.memberships.get(role="leader")
    end = reverse("accounts:membership_end", args=[post.pk])
    assert client.get(end).status_code == 200
    assert client.post(end, {"to_on": TODAY(), "version": 1}).status_code == 302
    post.refresh_from_db()
    assert post.to_on == TODAY()


def test_peer_is_shown_but_not_changed(director, community):
    peer = make_user(Role.DIRECTOR, community)
    client = client_of(director)
    assert client.get(reverse("accounts:staff_show", args=[peer.pk])).status_code == 200
    assert client.post(reverse("accounts:password_reset", args=[peer.pk])).status_code == 403
