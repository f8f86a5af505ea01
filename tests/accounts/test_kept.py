"""What was typed outlives the session: kept in the sign-in page, sent again afterwards."""

import datetime as dt
import html
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.core import kept
from tests.people import PASSWORD

FORM = {"name": "新<楼>", "note": ["一", "二"]}


@pytest.fixture
def address():
    return reverse("grids:building_create")


def hidden(response, name="kept"):
    text = response.content.decode()
    return html.unescape(re.search(rf'name="{name}" value="([^"]*)"', text)[1])


def fields(response):
    text = response.content.decode()
    form = text[text.index('class="form-actions"') :]
    found = re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', form)
    return [(name, html.unescape(value)) for name, value in found if name != kept.TOKEN]


def signed_in_again(client, answer, **more):
    return client.post(reverse("accounts:sign_in"), {
        "username": "clerk", "password": PASSWORD, "kept": hidden(answer), **more})  # fmt: skip


def test_form_sent_without_a_session_is_kept_through_sign_in(client, clerk, address):
    refused = client.post(address, FORM)
    assert refused.status_code == 401
    assert "您刚才填写的内容都在" in refused.content.decode()
    assert "新" not in hidden(refused)
    again = signed_in_again(client, refused)
    assert fields(again) == [("name", "新<楼>"), ("note", "一"), ("note", "二")]
    assert f'action="{address}"' in again.content.decode()


def test_wrong_password_keeps_it_too(client, clerk, address):
    refused = client.post(address, FORM)
    wrong = signed_in_again(client, refused, password="wrong-password-1")
    assert fields(signed_in_again(client, wrong))[0] == ("name", "新<楼>")


def test_kept_form_sent_again_is_carried_out(client, clerk, address, community):
    refused = client.post(address, {"number": "77"})
    again = signed_in_again(client, refused)
    answer = client.post(address, dict(fields(again)))
    assert answer.status_code in (200, 302)
    assert client.session["_auth_user_id"] == str(clerk.pk)


@pytest.mark.parametrize("data", [{"password": "x", "a": "b"}, {"new_password1": "x"}, {}])
def test_secrets_and_nothing_are_not_kept(client, address, data):
    assert client.post(address, data).status_code == 302


def test_a_fragment_is_sent_to_sign_in_as_before(client, address):
    answer = client.post(address, FORM, headers={"HX-Request": "true"})
    assert "HX-Redirect" in answer.headers


def test_too_large_a_form_is_not_kept(client, address):
    assert client.post(address, {"note": "长" * kept.MOST}).status_code == 302


@pytest.mark.parametrize("text", ["", "zz", "00", "31" * 40])
def test_foreign_texts_do_not_open(client, clerk, text):
    answer = client.post(reverse("accounts:sign_in"), {
        "username": "clerk", "password": PASSWORD, "kept": text})  # fmt: skip
    assert answer.status_code == 302


def test_kept_text_ends(client, clerk, address, monkeypatch):
    refused = client.post(address, FORM)
    later = timezone.now() + kept.LASTS + dt.timedelta(minutes=1)
    monkeypatch.setattr(kept.timezone, "now", lambda: later)
    assert signed_in_again(client, refused).status_code == 302


def stale(address, clerk, origin):
    client = Client(enforce_csrf_checks=True)
    client.force_login(clerk)
    client.get(address)
    data = FORM | {kept.TOKEN: "a" * 64}
    return client.post(address, data, headers={"Origin": origin} if origin else {})


def test_form_from_before_another_sign_in_may_be_sent_again(clerk, address):
    answer = stale(address, clerk, "http://testserver")
    assert answer.status_code == 403
    assert fields(answer)[0] == ("name", "新<楼>")


@pytest.mark.parametrize("origin", ["http://evil.example", "null", ""])
def test_a_strangers_form_is_never_offered_again(clerk, address, origin):
    answer = stale(address, clerk, origin)
    assert answer.status_code == 403
    assert "继续提交" not in answer.content.decode()
