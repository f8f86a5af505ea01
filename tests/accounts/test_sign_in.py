"""Signing in and out, and what ends a session."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts import actions
from portal.accounts.access import access_rebuild
from portal.accounts.forms import SignInForm
from portal.accounts.models import Membership, Session
from portal.core.access import access_of
from portal.core.models import ChangeLog
from tests.people import PASSWORD, client_of, make_user

pytestmark = pytest.mark.django_db
SIGN_IN = "/account/sign-in/"
PAGE = "/account/password/"  # any page for the signed-in


def sign_in(client, username="clerk", password=PASSWORD, **data):
    return client.post(SIGN_IN, {"username": username, "password": password, **data})


def is_out(client):
    response = client.get(PAGE)
    return response.status_code == 302 and response.url.startswith(SIGN_IN)


def test_sign_in_opens_the_pages_and_is_logged(client, clerk):
    assert sign_in(client).status_code == 302
    assert client.get(PAGE).status_code == 200
    assert ChangeLog.objects.get(action="sign_in").by == clerk.pk


def test_sign_in_takes_the_name_in_any_case(client, clerk):
    assert sign_in(client, " CLERK ").status_code == 302


@pytest.mark.parametrize("username", ["clerk", "nobody", "", "x" * 500, "cl\x00erk"])
def test_sign_in_wrong_keeps_the_name_and_tells_nothing(client, clerk, username):
    response = sign_in(client, username, "wrong-password-1")
    assert response.status_code == 200
    assert response.context["form"]["username"].value() == username
    assert "wrong-password-1" not in response.content.decode()
    assert is_out(client)


def test_sign_in_says_the_same_for_wrong_unknown_and_disabled(client, clerk):
    clerk.is_active = False
    clerk.save()
    pages = [sign_in(client, name, word).context["form"].errors["__all__"] for name, word in
             (("clerk", PASSWORD), ("clerk", "wrong"), ("nobody", "wrong"))]  # fmt: skip
    assert pages == [[SignInForm.WRONG]] * 3


def test_sign_in_renews_the_session_id(client, clerk):
    client.force_login(make_user())
    before = client.session.session_key
    client.post("/account/sign-out/")
    sign_in(client)
    assert client.session.session_key != before
    assert not Session.objects.filter(pk=before).exists()


@pytest.mark.parametrize(
    ("asked", "target"),
    [
        ("/account/password/", "/account/password/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/account/sign-in/", "/"),
    ],
)
def test_sign_in_goes_on_to_our_own_pages_only(client, clerk, asked, target):
    assert sign_in(client, next=asked).url == target


def test_sign_in_twice_goes_on(clerk):
    assert client_of(clerk).get(SIGN_IN).status_code == 302


def test_page_asked_for_comes_after_signing_in(client, clerk):
    page = client.get(client.get(PAGE).url)
    assert page.context["next"] == PAGE


def test_fragment_asked_for_without_session_sends_the_whole_page_to_sign_in(client):
    response = client.get(PAGE, headers={"hx-request": "true", "hx-current-url": f"http://x{PAGE}"})
    assert response.status_code == 401
    assert response["HX-Redirect"] == f"{SIGN_IN}?next={PAGE}"


def test_fragment_asked_for_from_no_address_is_sent_to_sign_in_too(client):
    response = client.get(PAGE, headers={"hx-request": "true", "hx-current-url": "http://["})
    assert response["HX-Redirect"] == f"{SIGN_IN}?next="


def test_sign_in_needs_the_csrf_token(clerk):
    assert sign_in(Client(enforce_csrf_checks=True)).status_code == 403


def test_sign_out_ends_the_session(clerk):
    client = client_of(clerk)
    assert client.get("/account/sign-out/").status_code == 405
    client.post("/account/sign-out/")
    assert is_out(client)
    assert not Session.objects.exists()
    assert client.post("/account/sign-out/").status_code == 302


def test_large_text_stays_with_the_person(clerk):
    client = client_of(clerk)
    assert client.post("/account/large-text/", {"next": PAGE}).url == PAGE
    assert 'class="large"' in client_of(clerk).get(PAGE).content.decode()
    client.post("/account/large-text/")
    assert 'class="large"' not in client.get(PAGE).content.decode()


def change(client, old=PASSWORD, new="quiet-maple-window-4", again=None):
    return client.post(PAGE, {"old": old, "new1": new, "new2": again or new})


def test_password_change_keeps_this_browser_and_ends_the_others(clerk):
    here, elsewhere = client_of(clerk), client_of(clerk)
    assert change(here).status_code == 302
    assert here.get(PAGE).status_code == 200
    assert is_out(elsewhere)
    clerk.refresh_from_db()
    assert clerk.check_password("quiet-maple-window-4")


@pytest.mark.parametrize(
    "data",
    [
        {"old": "wrong"},
        {"new": "short-1"},
        {"new": "202611221234567"},
        {"new": "password1234"},
        {"new": "x" * 129},
        {"again": "another-long-one-9"},
    ],
)
def test_password_change_refuses(clerk, data):
    client = client_of(clerk)
    assert change(client, **data).context["form"].errors
    clerk.refresh_from_db()
    assert clerk.check_password(PASSWORD)


def test_disabled_person_is_sent_to_sign_in_at_the_next_request(clerk, director):
    client = client_of(clerk)
    assert client.get(PAGE).status_code == 200
    actions.staff_disable(by=director, user=clerk, version=clerk.version)
    assert is_out(client)
    assert not Session.objects.filter(user=clerk).exists()


def test_session_that_outlives_the_account_opens_nothing(clerk):
    client = client_of(clerk)
    type(clerk).objects.update(is_active=False)
    assert is_out(client)


def test_password_reset_sends_to_sign_in_at_the_next_request(clerk, director):
    client = client_of(clerk)
    made = actions.password_reset(by=director, user=clerk)
    assert is_out(client)
    assert sign_in(client, password=made.password).status_code == 302


@pytest.mark.parametrize(("days", "seen"), [(-1, 0), (0, 1), (1, 1)])
def test_post_counts_up_to_its_last_day(clerk, community, days, seen):
    today = timezone.localdate()
    Membership.objects.update(to_on=today + dt.timedelta(days=days))
    access_rebuild(clerk)
    assert len(access_of(clerk).tenants("RESIDENT_VIEW")) == seen


def test_post_of_tomorrow_gives_nothing_today(clerk):
    Membership.objects.update(from_on=timezone.localdate() + dt.timedelta(days=1))
    access_rebuild(clerk)
    assert access_of(clerk).grants == ()


def test_grants_end_by_the_clock_without_anybody_writing(clerk, monkeypatch):
    Membership.objects.update(to_on=timezone.localdate())
    access_rebuild(clerk)
    assert access_of(clerk).grants
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    monkeypatch.setattr("django.utils.timezone.localdate", lambda: tomorrow)
    assert access_of(clerk).grants == ()


def test_signed_in_page_costs_one_query(clerk, django_assert_num_queries):
    client = client_of(clerk)
    client.get(reverse("accounts:password_change"))
    with django_assert_num_queries(1):
        client.get(reverse("accounts:password_change"))
