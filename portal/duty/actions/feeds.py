"""A private address at which a calendar program reads one person's shifts."""

import hashlib
import secrets

from django.utils import timezone

from portal.accounts.permissions import Permission
from portal.core.access import access_of
from portal.core.actions import action, record_change, unchanged
from portal.duty.models import CalendarFeed


@action(Permission.DUTY_VIEW)
def calendar_feed_make(*, by) -> str:
    """A new address; the one before ends. Returns the token, which is shown once."""
    token = secrets.token_urlsafe(32)
    _end(by)
    row = CalendarFeed.objects.create(user=by, digest=digest(token), created_by=by, changed_by=by)
    record_change(by=by, model=row._meta.label_lower, row_id=row.pk)
    return token


@action(Permission.DUTY_VIEW)
def calendar_feed_revoke(*, by) -> None:
    if _end(by):
        record_change(by=by, model=CalendarFeed._meta.label_lower)
    else:
        unchanged()


def feed_of(token: str) -> CalendarFeed | None:
    """The feed that is in force; None for every other token, and for people who have left
    or hold no post any more in which they would see the shifts."""
    rows = CalendarFeed.objects.select_related("user").filter(revoked_at=None)
    row = rows.filter(digest=digest(token)).first()
    return row if row and access_of(row.user).can(Permission.DUTY_VIEW) else None


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _end(by) -> int:
    return CalendarFeed.objects.filter(user=by, revoked_at=None).update(
        revoked_at=timezone.now(), changed_by=by
    )
