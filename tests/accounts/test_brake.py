"""Guessing passwords is braked (TRUST U03), and nobody is locked out by a stranger."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.utils import timezone

from portal.accounts import actions, brake
from portal.accounts.forms import SignInForm
from portal.accounts.models import Brake
from portal.core.errors import TooMany
from portal.core.models import AccessLog
from tests.people import PASSWORD, client_of

pytestmark = pytest.mark.django_db
SIGN_IN = "/account/sign-in/"


@pytest.fixture(autouse=True)
def standing_clock(monkeypatch):
    """Time passes by ``later`` alone, however long a test takes."""
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)


def sign_in(client, username="clerk", password="wrong", **extra):  # noqa: S107
    return client.post(SIGN_IN, {"username": username, "password": password}, **extra)


def fail(times, username="clerk", client=None, **extra):
    return [sign_in(client or Client(), username, **extra).status_code for _ in range(times)]


def later(**period):
    Brake.objects.update(at=F("at") - dt.timedelta(**period))


def is_in(response):
    return response.status_code == 302


@pytest.mark.parametrize("username", ["clerk", "nobody"])
def test_sixth_guess_waits_whether_or_not_there_is_such_an_account(clerk, username):
    assert fail(6, username) == [200] * 5 + [429]


def test_refusal_reads_the_same_for_every_name_and_says_when_to_come_back(clerk):
    pages = []
    for name in ("clerk", "nobody"):
        fail(5, name)
        pages.append(sign_in(Client(), name))
    told = [page.context["form"].non_field_errors() for page in pages]
    assert told[0] == told[1]
    until = timezone.localtime(timezone.now() + dt.timedelta(seconds=119)).strftime("%H:%M")
    assert until in told[0][0]
    assert [page["Retry-After"] for page in pages] == ["60", "60"]


def test_right_password_is_not_looked_at_while_there_is_a_wait(clerk):
    fail(5)
    assert sign_in(Client(), password=PASSWORD).status_code == 429
    later(minutes=1)
    assert is_in(sign_in(Client(), password=PASSWORD))


def test_wait_grows_to_a_quarter_of_an_hour_and_no_further(clerk):
    fail(5)
    waits = []
    for _ in range(6):
        waits.append(int(sign_in(Client())["Retry-After"]) // 60)
        later(minutes=waits[-1])
        fail(1)
    assert waits == [1, 2, 4, 8, 15, 15]


def test_failures_are_forgotten_after_a_quiet_quarter_of_an_hour(clerk):
    fail(4)
    later(minutes=15, seconds=1)
    assert fail(5) == [200] * 5


def test_sign_in_forgets_the_failures_before_it(clerk):
    fail(4)
    assert is_in(sign_in(Client(), password=PASSWORD))
    assert fail(5) == [200] * 5


def test_stranger_never_keeps_the_owner_out_of_a_browser_that_is_known(clerk):
    own = Client()
    sign_in(own, password=PASSWORD)
    own.post("/account/sign-out/")
    fail(6)
    fail(20, "nobody")
    assert is_in(sign_in(own, password=PASSWORD))


def test_known_browser_is_braked_by_itself_and_for_its_accounts_only(clerk, director):
    own = Client()
    sign_in(own, password=PASSWORD)
    own.post("/account/sign-out/")
    assert fail(6, client=own) == [200] * 5 + [429]
    assert is_in(sign_in(Client(), password=PASSWORD))
    fail(5, "director")
    assert sign_in(own, "director", PASSWORD).status_code == 429


def test_cookie_that_somebody_made_up_is_no_known_browser(clerk):
    client = Client()
    client.cookies[brake.COOKIE] = "W10:made:up"
    assert fail(6, client=client) == [200] * 5 + [429]


def test_address_is_braked_whatever_names_it_tries(clerk):
    for number in range(20):
        assert fail(1, f"name{number}") == [200]
    assert sign_in(Client(), "name20").status_code == 429
    assert sign_in(Client(), "name20", REMOTE_ADDR="10.0.0.9").status_code == 200


def test_addresses_of_one_connection_count_together():
    for number in range(20):
        fail(1, f"name{number}", REMOTE_ADDR=f"2001:db8:0:1::{number}")
    assert sign_in(Client(), "x1", REMOTE_ADDR="2001:db8:0:1:9::1").status_code == 429
    assert sign_in(Client(), "x1", REMOTE_ADDR="2001:db8:0:2::1").status_code == 200


def test_own_account_does_not_clear_what_the_address_guessed(clerk):
    for number in range(19):
        fail(1, f"name{number}")
    sign_in(Client(), password=PASSWORD)
    assert fail(2, "name19") == [200, 429]


def test_new_password_lifts_the_brake(clerk, director):
    fail(6)
    made = actions.password_reset(by=director, user=clerk)
    assert is_in(sign_in(Client(), password=made.password))


def test_failure_is_logged_without_what_was_typed(clerk, community):
    sign_in(Client(), "clerk", "a-secret-guess")
    sign_in(Client(), "pass-in-the-name-field", "x")
    rows = AccessLog.objects.filter(action="sign_in_failed").order_by("seq")
    assert [(row.row, row.tenant) for row in rows] == [(clerk.pk, community.pk), (None, None)]
    assert [row.reason for row in rows] == ["登录名 clerk", "没有这个登录名"]
    assert all(row.by is None and row.by_name == "未登录" for row in rows)
    assert "127.0.0.1" in rows[0].origin
    text = str(list(rows.values()))
    assert "secret" not in text
    assert "pass-in" not in text


def test_brake_keeps_neither_names_nor_addresses(clerk):
    fail(1)
    kept = str(list(Brake.objects.values()))
    assert "clerk" not in kept
    assert "127.0.0.1" not in kept


def test_old_rows_go_by_themselves(clerk):
    fail(1, "nobody")
    later(days=2)
    fail(1)
    assert Brake.objects.count() == 2


def test_old_password_is_braked_where_it_is_asked_for_again(clerk):
    client = client_of(clerk)
    new = {"new1": "quiet-maple-window-4", "new2": "quiet-maple-window-4"}
    for _ in range(5):
        client.post("/account/password/", {"old": "wrong", **new})
    told = client.post("/account/password/", {"old": PASSWORD, **new}).context["form"]
    assert "以后" in told.errors["old"][0]
    assert is_in(sign_in(Client(), password=PASSWORD))


def test_wrong_password_still_says_the_one_sentence(clerk):
    assert sign_in(Client()).context["form"].non_field_errors() == [SignInForm.WRONG]


@pytest.mark.django_db(transaction=True)
def test_guesses_sent_at_once_are_braked_too(rf):
    tried = brake.sign_in_try(rf.post(SIGN_IN), "clerk")
    start = Barrier(12)

    def guess(_):
        try:
            start.wait(30)
            brake.begin(tried)
        except TooMany:
            return 0
        else:
            return 1
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as pool:
        assert sum(pool.map(guess, range(12))) == 5
