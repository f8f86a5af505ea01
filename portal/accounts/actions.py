"""Accounts and posts: who works here, as what, where and how long; passwords and sessions."""

import datetime as dt
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.utils import timezone

from portal.accounts import brake
from portal.accounts.access import access_rebuild, may_manage, roles_given_by
from portal.accounts.api_auth import SCOPES
from portal.accounts.models import ApiClient, Membership, Session, User
from portal.accounts.permissions import IN_CELLS, PLACELESS, Permission, Role
from portal.core.access import SIGNED_IN
from portal.core.actions import (
    action,
    domain_error,
    record_change,
    row_create,
    row_update,
    shown_values,
    unchanged,
)
from portal.core.errors import Conflict, DomainError, NotAllowed, OutOfScope
from portal.core.locks import hold

_ALL_SCOPES = "、".join(SCOPES)


class NewPassword(NamedTuple):
    """An account with a password that nobody has seen yet; to be shown once, kept nowhere."""

    user: User
    password: str


# --- One's own account


@action(SIGNED_IN)
def sign_in(*, by) -> None:
    """Note that somebody signed in."""
    _record(by, by)


@action(SIGNED_IN)
def sign_out(*, by) -> None:
    """Note that somebody signed out."""
    _record(by, by)


@action(SIGNED_IN)
def large_text(*, by, on: bool) -> User:
    """Switch 长辈模式, which is the person's and not the browser's."""
    if by.large_text == on:
        unchanged()
        return by
    User.objects.filter(pk=by.pk).update(large_text=on)
    _record(by, by, before={"large_text": by.large_text}, after={"large_text": on})
    by.large_text = on
    return by


@action(SIGNED_IN)
def password_change(*, by, password: str) -> User:
    """Set one's own new password; every session ends, the caller starts this one anew."""
    return _password_set(by, by, password)


# --- Other people's accounts


@action(Permission.STAFF_UPDATE)
def staff_create(*, by, username: str, name: str, role: str, community=None, street=None,
                 cells=(), from_on: dt.date | None = None,
                 to_on: dt.date | None = None) -> NewPassword:  # fmt: skip
    """A new account with its first post and a random password."""
    user = User(username=username, name=name)
    password = user.set_random_password()
    _check(user)
    user.save(force_insert=True)
    _record(by, user, tenant=getattr(community, "pk", None), after=shown_values(user))
    membership_add(
        by=by, user=user, role=role, community=community, street=street, cells=cells,
        from_on=from_on, to_on=to_on,
    )  # fmt: skip
    return NewPassword(user, password)


@action(Permission.STAFF_UPDATE)
def staff_update(*, by, user: User, version: int, name: str, work_phone: str = "") -> User:
    """Correct name and office telephone. The sign-in name stays: it is in people's heads and
    in the logs."""
    values = {"name": name, "work_phone": work_phone}
    return _user_write(by, _managed(by, user), version, values)


@action(Permission.STAFF_UPDATE)
def staff_disable(*, by, user: User, version: int, reason: str = "") -> User:
    """End somebody's access at once, in every browser. The account and its name stay.

    Raises DomainError for oneself and for the last administrator.
    """
    if user.pk == by.pk:
        raise DomainError("不能停用自己的账号，请由另一位管理人员停用。")
    stored = _managed(by, user)
    hold("administrators")
    _not_the_last_admin(stored)
    stored = _user_write(by, stored, version, {"is_active": False}, reason)
    Session.objects.filter(user=stored).delete()
    return stored


@action(Permission.STAFF_UPDATE)
def staff_enable(*, by, user: User, version: int) -> User:
    return _user_write(by, _managed(by, user), version, {"is_active": True})


@action(Permission.STAFF_UPDATE)
def password_reset(*, by, user: User) -> NewPassword:
    """A random password for somebody else; whoever was signed in under the old one is out."""
    if user.pk == by.pk:
        raise DomainError("自己的密码请在“修改密码”里更改。")
    stored = _managed(by, user)
    password = stored.set_random_password()
    _password_set(by, stored, password)
    return NewPassword(stored, password)


# --- Posts


@action(Permission.STAFF_UPDATE)
def membership_add(*, by, user: User, role: str, community=None, street=None, cells=(),
                   from_on: dt.date | None = None,
                   to_on: dt.date | None = None) -> Membership:  # fmt: skip
    """Give somebody a post: role, place, cells, from the first to the last day."""
    if role not in roles_given_by(by):
        raise NotAllowed("这个岗位要由系统管理员授予。")
    if user.memberships.exists():
        _managed(by, user)
    if user.pk == by.pk:
        raise DomainError("不能给自己授予岗位，请由另一位管理人员办理。")
    post = Membership(
        user=user, role=role, community=community, street=street,
        from_on=from_on or timezone.localdate(), to_on=to_on,
    )  # fmt: skip
    cells = list(cells) if role in IN_CELLS else []
    _check_cells(post, cells)
    _check_beside_others(post)
    row_create(by, post)
    post.cells.set(cells)
    if cells:
        _record(by, post, tenant=community.pk, after={"cells": [cell.number for cell in cells]})
    access_rebuild(user)
    return post


@action(Permission.STAFF_UPDATE)
def membership_end(*, by, membership: Membership, version: int, to_on: dt.date) -> Membership:
    """Set the last day of a post; past days keep what was done in it."""
    user = _managed(by, membership.user)
    hold("administrators")
    if membership.role == Role.ADMIN and to_on < timezone.localdate():
        _not_the_last_admin(user)
    post = row_update(by, membership, version, {"to_on": to_on})
    access_rebuild(user)
    return post


# --- Machines


@action(Permission.STAFF_UPDATE)
def api_client_create(*, by, name: str, community, scopes: list[str], purpose: str = "",
                      expires_at=None) -> tuple[ApiClient, str]:  # fmt: skip
    """A token for a machine of the street office: (client, token); the token is not kept."""
    if strange := set(scopes) - SCOPES.keys():
        raise DomainError(f"没有这样的范围：{'、'.join(sorted(strange))}。可选：{_ALL_SCOPES}。")
    if not scopes:
        raise DomainError(f"请至少给一个范围：{_ALL_SCOPES}。")
    client = ApiClient(
        name=name, community=community, scopes=sorted(scopes), purpose=purpose,
        expiry_date=expires_at,
    )  # fmt: skip
    token = ApiClient.objects.assign_key(client)
    _check(client)
    client.save(force_insert=True)
    _record_client(
        by, client, name=name, scopes=client.scopes, purpose=purpose, expires_at=expires_at
    )
    return client, token


@action(Permission.STAFF_UPDATE)
def api_client_revoke(*, by, client: ApiClient) -> ApiClient:
    """End a token for good."""
    if client.revoked:
        unchanged()
        return client
    client.revoked = True
    client.save(update_fields=["revoked"])
    _record_client(by, client, revoked=True)
    return client


# --- Inside


def _managed(by, user: User) -> User:
    """The stored account, locked. Raises OutOfScope or NotAllowed."""
    stored = User.objects.select_for_update(no_key=True).filter(pk=user.pk).first()
    visible = User.objects.visible_to(by, Permission.STAFF_UPDATE)
    if stored is None or not visible.filter(pk=stored.pk).exists():
        raise OutOfScope
    if not may_manage(by, stored):
        raise NotAllowed("这个账号还有别处的岗位，或岗位不在您的授予范围内，请联系系统管理员。")
    return stored


def _user_write(by, stored: User, version: int, values: dict, reason: str = "") -> User:
    changed = {name: new for name, new in values.items() if getattr(stored, name) != new}
    if not changed:
        unchanged()
        return stored
    if stored.version != version:
        raise Conflict(stored, values)
    before = shown_values(stored, changed)
    for name, new in changed.items():
        setattr(stored, name, new)
    _check(stored)
    stored.version, stored.changed_at = version + 1, timezone.now()
    stored.save(update_fields=[*changed, "version", "changed_at"])
    _record(by, stored, before=before, after=shown_values(stored, changed), reason=reason)
    return stored


def _password_set(by, user: User, password: str) -> User:
    user.set_password(password)
    user.version, user.changed_at = user.version + 1, timezone.now()
    user.save(update_fields=["password", "version", "changed_at"])
    Session.objects.filter(user=user).delete()
    brake.lift(user)
    _record(by, user, after={"password": "***"})
    return user


def _check(row: User | ApiClient) -> None:
    try:
        row.full_clean(exclude=["grants"])
    except ValidationError as error:
        raise domain_error(error) from error


def _check_cells(post: Membership, cells: list) -> None:
    if post.needs_cells and not cells:
        raise DomainError("这个岗位要指定负责的网格。", field="cells")
    if any(cell.community_id != post.community_id for cell in cells):
        raise OutOfScope
    if any(cell.valid_to is not None for cell in cells):
        raise DomainError("其中有已停用的网格，请重新选择。", field="cells")


def _check_beside_others(post: Membership) -> None:
    """No post twice at the same time; control (administrator, auditor) beside no other work."""
    others = Membership.objects.filter(user=post.user).ending_after(post.from_on)
    if post.to_on:
        others = others.filter(from_on__lte=post.to_on)
    for other in others:
        same_place = (other.community_id, other.street_id) == (post.community_id, post.street_id)
        if other.role == post.role and same_place:
            raise DomainError("这个人在这段时间已有相同的岗位。", field="role")
        if other.role != post.role and {other.role, post.role} & PLACELESS:
            raise DomainError("系统管理员、审计员不能兼任其他岗位。", field="role")


def _not_the_last_admin(user: User) -> None:
    admins = Membership.objects.current(timezone.localdate()).filter(
        role=Role.ADMIN, user__is_active=True
    )
    if admins.filter(user=user).exists() and not admins.exclude(user=user).exists():
        raise DomainError("这是最后一位系统管理员，停用后将无人能管理账号。请先设置另一位。")


def _record(by, row, *, tenant=None, before=None, after=None, reason: str = "") -> None:
    if tenant is None and isinstance(row, User):
        posts = row.memberships.exclude(community=None).order_by("-from_on")
        tenant = posts.values_list("community_id", flat=True).first()
    record_change(
        by=by, model=row._meta.label_lower, row_id=row.pk, tenant=tenant, before=before,
        after=after, reason=reason,
    )  # fmt: skip


def _record_client(by, client: ApiClient, **after) -> None:
    record_change(
        by=by, model="accounts.apiclient", row_id=client.log_id, tenant=client.community_id,
        after=after,
    )  # fmt: skip
