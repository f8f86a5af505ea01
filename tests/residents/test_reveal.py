"""A number in clear: one field, one POST, one reason, one log row."""

import pytest
from django.urls import reverse

from portal.accounts.permissions import Role
from portal.core.models import AccessLog
from tests.people import client_of, make_user


@pytest.fixture
def url(head):
    return reverse("residents:resident_reveal", args=[head.pk])


def htmx(client, url, **data):
    return client.post(url, data, headers={"HX-Request": "true"})


@pytest.mark.parametrize(
    ("field", "fields"), [("phone", "phone"), ("id_number", "number")]
)  # fmt: skip
def test_resident_reveal_shows_one_field_and_writes_who_and_why(clerk, head, url, field, fields):
    response = htmx(client_of(clerk), url, field=field, reason="verify")
    html = response.content.decode()
    values = {"phone": head.phone, "id_number": head.id_number}
    assert values.pop(field) in html
    assert values.popitem()[1] not in html
    row = AccessLog.objects.get()
    assert (row.action, row.row, row.by, row.by_name) == (
        "resident_reveal", head.pk, clerk.pk, "钱社工",
    )  # fmt: skip
    assert (row.fields_class, row.reason, row.role) == (fields, "核对身份", "社工")
    assert head.phone not in str(AccessLog.objects.values())
    assert "no-store" in response.headers["Cache-Control"]


def test_resident_reveal_other_reason_asks_for_words(clerk, head, url):
    client = client_of(clerk)
    html = htmx(client, url, field="phone", reason="other").content.decode()
    assert head.phone not in html
    assert not AccessLog.objects.exists()
    html = htmx(client, url, field="phone", reason="other", text="送米").content.decode()
    assert head.phone in html
    assert AccessLog.objects.get().reason == "送米"


def test_resident_reveal_works_without_script(clerk, head, url):
    html = client_of(clerk).post(url, {"field": "phone", "reason": "visit"}).content.decode()
    assert head.phone in html
    assert "<title>" in html


@pytest.mark.parametrize(
    "data", [{"field": "note", "reason": "visit"}, {"field": "phone", "reason": "x"}, {}]
)
def test_resident_reveal_refuses_anything_else(clerk, url, data):
    assert client_of(clerk).post(url, data).status_code == 400
    assert not AccessLog.objects.exists()


def test_resident_reveal_never_by_get(clerk, url):
    assert client_of(clerk).get(url).status_code == 405


def test_resident_reveal_needs_role_and_cell(party_clerk, leader_b, url):
    data = {"field": "phone", "reason": "visit"}
    assert client_of(party_clerk).post(url, data).status_code == 403
    assert client_of(leader_b).post(url, data).status_code == 404
    assert not AccessLog.objects.exists()


def test_resident_reveal_of_a_minor_needs_more(monkeypatch, community, child):
    from portal.accounts import access
    from portal.accounts.permissions import ROLES, Permission

    short = {**ROLES, Role.CLERK: ROLES[Role.CLERK] - {Permission.MINOR_VIEW}}
    monkeypatch.setattr(access, "ROLES", short)
    client = client_of(make_user(Role.CLERK, community))
    url = reverse("residents:resident_reveal", args=[child.pk])
    assert client.post(url, {"field": "id_number", "reason": "visit"}).status_code == 403
    assert not AccessLog.objects.exists()


def test_without_its_log_row_nothing_is_revealed(monkeypatch, clerk, head, url):
    def broken(*args, **kwargs):
        raise OSError("disk full")

    monkeypatch.setattr("residents.views.records.access_record", broken)
    client = client_of(clerk)
    client.raise_request_exception = False
    response = htmx(client, url, field="phone", reason="visit")
    assert response.status_code == 500
    assert head.phone not in response.content.decode()
