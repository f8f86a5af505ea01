"""A brake on guessing passwords.

Failures are counted for each sign-in name and for each address; from the limit on, each one
is followed by a longer wait. A browser in which the account was opened before is counted by
itself alone, so that a stranger's guesses never keep its owner out (OWASP: device cookies).
A try counts before the password is looked at and is taken back when it was right: guesses
sent at once are braked like guesses one after the other. Names that nobody has are braked
alike, so that the answer does not tell which account exists. Rows hold digests only.
"""

from datetime import datetime, timedelta
from ipaddress import IPv6Network, ip_address
from typing import NamedTuple
from uuid import uuid4

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from portal.accounts.models import Brake, User
from portal.core.audit import access_record
from portal.core.crypto import blind
from portal.core.errors import TooMany
from portal.core.locks import hold

OF_A_NAME, OF_AN_ADDRESS = 5, 20
WAITS = (1, 2, 4, 8, 15)  # minutes, for the failure that reaches the limit and those after it
FORGOTTEN = timedelta(minutes=15)  # without a failure, counted from the end of the wait
KEPT = timedelta(days=1)
COOKIE = "linli_known"
COOKIE_AGE = 180 * 24 * 3600
NAMES = 8  # accounts that a shared browser is known to


class Stranger:
    """Who tries to sign in, as the logs know them."""

    pk, name = None, "未登录"


class Try(NamedTuple):
    """One look at a password: what it counts for, as {digest: failures that are free}."""

    name: str
    keys: dict[str, int]


def sign_in_try(request, username: str) -> Try:
    name = _name_key(username)
    browser, known = _cookie_read(request)
    if name in known:
        return Try(name, {blind(f"{browser} {name}", "brake browser"): OF_A_NAME})
    address = blind(_network(request.META.get("REMOTE_ADDR", "")), "brake address")
    return Try(name, {name: OF_A_NAME, address: OF_AN_ADDRESS})


def password_try(user: User) -> Try:
    """The old password, asked for once more from somebody who is signed in."""
    return Try(_name_key(user.username), {blind(str(user.pk), "brake password"): OF_A_NAME})


@transaction.atomic
def begin(tried: Try) -> None:
    """Count a try. Raises TooMany, which names the moment, while there is a wait."""
    now = timezone.now()
    hold(*(f"brake {key}" for key in tried.keys))
    Brake.objects.filter(at__lt=now - KEPT).delete()
    rows = {row.key: row for row in Brake.objects.filter(key__in=tried.keys)}
    ends = [end for key, row in rows.items() if (end := _end(row, tried.keys[key])) > now]
    if ends:
        raise _refusal(max(ends), now)
    for key, free in tried.keys.items():
        row = rows.get(key) or Brake(key=key)
        row.fails = row.fails + 1 if now < _end(row, free) + FORGOTTEN else 1
        row.name, row.at = "" if free == OF_AN_ADDRESS else tried.name, now
        row.save()


@transaction.atomic
def right(tried: Try) -> None:
    """The password was right: nothing stands against the account, nor this try against the
    address, whose other failures stay."""
    Brake.objects.filter(key__in=tried.keys, name=tried.name).delete()
    Brake.objects.filter(key__in=tried.keys, fails__gt=0).update(fails=F("fails") - 1)


def wrong(username: str) -> None:
    """Log a failure without what was typed: a password may stand in the field of the name."""
    user = User.objects.filter(username=username).first()
    posts = user.memberships.exclude(community=None).order_by("-from_on") if user else None
    tenant = posts.values_list("community_id", flat=True).first() if user else None
    access_record(Stranger, action="sign_in_failed", model=User._meta.label_lower,
                  row_id=getattr(user, "pk", None), tenant=tenant,
                  reason=f"登录名 {user.username}" if user else "没有这个登录名")  # fmt: skip


def lift(user: User) -> None:
    """Forget the failures of an account, as a new password does."""
    Brake.objects.filter(name=_name_key(user.username)).delete()


def known_keep(request, response, user: User) -> None:
    """Let the browser be known from now on to whom it just opened the account for."""
    browser, known = _cookie_read(request)
    name = _name_key(user.username)
    names = [name, *(other for other in known if other != name)][:NAMES]
    value = signing.dumps([browser or uuid4().hex, names], salt=COOKIE)
    response.set_cookie(COOKIE, value, max_age=COOKIE_AGE, path=request.path, httponly=True,
                        samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)  # fmt: skip


def _cookie_read(request) -> tuple[str, list[str]]:
    try:
        browser, known = signing.loads(request.COOKIES.get(COOKIE, ""), salt=COOKIE,
                                       max_age=COOKIE_AGE)  # fmt: skip
    except signing.BadSignature:
        return "", []
    return browser, known


def _name_key(username: str) -> str:
    return blind(username, "brake name")


def _network(address: str) -> str:
    """An address, or of the newer kind the 64 bits that one connection has."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address or "?"
    if parsed.version == 4:
        return address
    return str(IPv6Network((int(parsed) >> 64 << 64, 64)))


def _end(row: Brake, free: int) -> datetime:
    over = row.fails - free
    minutes = WAITS[min(over, len(WAITS) - 1)] if over >= 0 else 0
    return row.at + timedelta(minutes=minutes)


def _refusal(end: datetime, now: datetime) -> TooMany:
    minutes = -int((now - end).total_seconds() // 60)
    clock = timezone.localtime(end + timedelta(seconds=59)).strftime("%H:%M")
    return TooMany(
        f"试错的次数太多，为保护账号，请在 {clock} 以后（约 {minutes} 分钟）再试。",
        seconds=minutes * 60,
    )
