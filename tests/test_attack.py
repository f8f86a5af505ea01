"""What attacks on the running portal have found, each kept as a test (TRUST A02, W04, W09)."""

import datetime as dt
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from grids.models import Community
from grids.site_plan import figures_of
from portal.accounts.models import User
from portal.core import kept
from portal.core.errors import OutOfScope
from portal.core.indicators import Scope, figures
from portal.duty.actions.changes import swap_ask
from portal.duty.actions.feeds import calendar_feed_make
from residents.actions.rows import locked
from tests.duty.rows import make_member, make_roster, make_shift
from tests.people import PASSWORD, client_of, make_user
from tests.residents.test_race import at_once

ROOT = Path(settings.BASE_DIR)
LOCK = re.compile(r"select_for_update\(([^)]*\)?[^)]*)\)")
# Nothing refers to the heads of the logs, files and messages that are being sent or received.
UNREFERRED = {"audit.py", "delivery.py", "receipts.py", "uploads.py", "jobs.py"}


# --- Odd values


@pytest.mark.parametrize(
    "address",
    [
        "/logs/looks/?until=9999-12-31", "/logs/changes/?since=0001-01-01&until=0001-01-01",
        "/duty/hours/?month=9999-12", "/duty/hours/?month=0001-01", "/duty/fairness/?year=9999",
        "/duty/fairness/?year=0001", "/indicators/?file=xlsx", "/indicators/duty.gaps/",
        "/places/plan/?figure=place.buildings",
    ],
)  # fmt: skip
def test_days_and_figures_at_the_edges_open_a_page(director, address):
    assert client_of(director).get(address).status_code == 200


def test_nul_for_a_community_is_no_error(admin_user):
    answer = client_of(admin_user).get(reverse("accounts:staff_create") + "?community=%00")
    assert answer.status_code in (200, 404)


@pytest.mark.parametrize("target", ["abc", "1", "{{7*7}}", "a:b"])
def test_going_on_to_what_is_no_address_leads_home(director, community, target):
    client, data = client_of(director), {"next": target, "tenant": str(community.pk)}
    for name in ("accounts:large_text", "core:tenant_choose"):
        assert client.post(reverse(name), data).headers["Location"] == "/"
    data = {"username": "director", "password": PASSWORD, "next": target}
    assert Client().post(reverse("accounts:sign_in"), data).headers["Location"] == "/"


# --- Figures of the whole tenant


def test_every_figure_can_be_asked_for_by_cell(community):
    found = figures(Scope(community.pk), dt.date(2026, 11, 22), by_part=True)
    assert found["duty.gaps"].parts == {}


def test_only_figures_of_cells_tone_the_plan(director, community):
    codes = {known.code for known in figures_of(director, community.pk)}
    assert "duty.gaps" not in codes
    assert "place.buildings" in codes


# --- What stays secret


@pytest.mark.django_db
def test_a_change_of_password_is_not_kept(client):
    data = {"old": "one-secret-1", "new1": "two-secret-2", "new2": "two-secret-2"}
    assert client.post(reverse("accounts:password_change"), data).status_code == 302


def test_password_fields_are_the_ones_that_are_never_kept():
    from portal.accounts.forms import PasswordChangeForm

    assert set(PasswordChangeForm.base_fields) <= set(kept.SECRETS)


def test_a_swap_tells_nothing_of_strangers(clerk, other_community, community):
    stranger = make_user("director", other_community, name="夏侯外")
    make_member(community, clerk)
    shift = make_shift(make_roster(community, state="published"), "2027-01-05 08:00",
                       "2027-01-05 12:00", clerk)  # fmt: skip
    with pytest.raises(OutOfScope):
        swap_ask(by=clerk, shift=shift, taker=stranger, reason="有事")


@pytest.mark.parametrize("left", ["the_post", "the_house"])
def test_a_calendar_ends_with_the_post(clerk, client, left):
    address = reverse("duty:calendar_feed", args=[calendar_feed_make(by=clerk)])
    assert client.get(address).status_code == 200
    gone = {"grants": []} if left == "the_post" else {"is_active": False}
    User.objects.filter(pk=clerk.pk).update(**gone)
    assert client.get(address).status_code == 404


def test_a_refused_method_is_as_guarded_as_a_page(client, director):
    client.force_login(director)
    answer = client.get(reverse("accounts:sign_out"))
    assert answer.status_code == 405
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Frame-Options"] == "DENY"


# --- Locks


def refer(community):
    """What the check of a reference does at the end of somebody else's transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM grids_community WHERE id = %s FOR KEY SHARE NOWAIT",
                       [community.pk])  # fmt: skip
        return cursor.fetchone()


@pytest.mark.django_db(transaction=True)
def test_a_locked_row_can_be_referred_to(community):
    """Else whoever holds the log waits for a row, and the row's holder for the log."""
    if connection.vendor != "postgresql":
        return
    with transaction.atomic():
        locked(Community, community.pk)
        assert at_once(lambda: refer(community)) == [(1,)]


def sources():
    for room in ("portal", "grids", "residents"):
        yield from (ROOT / room).rglob("*.py")


def test_locks_let_references_pass():
    """Also in rooms to come; bare locks only on rows that nothing refers to."""
    bare = [
        (path.name, call)
        for path in sources() if path.name not in UNREFERRED
        for call in LOCK.findall(path.read_text()) if "no_key=True" not in call
    ]  # fmt: skip
    assert bare == []
