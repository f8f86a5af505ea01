"""Who may not read, and what cannot be read: JSON in one shape, never a server error."""

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.conftest import SCOPES, caller
from tests.people import client_of, make_api_client

NEEDS = {
    "cells": "places", "buildings": "places", "dwellings": "places", "households": "households",
    "residents": "residents", "indicators": "figures",
}  # fmt: skip
LISTS = [*NEEDS, "communities"]


def error_of(answer):
    assert answer.headers["Content-Type"] == "application/json"
    body = answer.json()
    assert set(body) == {"error"}
    assert {"code", "message"} <= set(body["error"])
    assert any("\u4e00" <= letter <= "\u9fff" for letter in body["error"]["message"])
    return body["error"]["code"]


@pytest.mark.parametrize("path", [*LISTS, "schema", "nothing/here"])
def test_nobody_reads_without_a_token(db, family, path):
    answer = Client().get(f"/api/v1/{path}/")
    assert answer.status_code == 401
    assert error_of(answer) == "not_authenticated"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("path", LISTS)
def test_a_signed_in_browser_is_no_client(director, family, path):
    assert client_of(director).get(f"/api/v1/{path}/").status_code == 401


def test_a_wrong_token_is_refused(db):
    answer = Client(headers={"authorization": "Bearer nonsense"}).get("/api/v1/residents/")
    assert answer.status_code == 401
    assert error_of(answer) == "bad_token"


@pytest.mark.parametrize("path", NEEDS)
def test_each_feed_needs_its_scope(community, family, path):
    for scope in SCOPES:
        answer = caller(community, scope).get(f"/api/v1/{path}/")
        assert answer.status_code == (200 if scope == NEEDS[path] else 403)
        if answer.status_code == 403:
            assert error_of(answer) == "not_allowed"


def test_a_token_without_scopes_sees_only_whose_it_is(community, other_community):
    token = make_api_client(community)
    api = Client(headers={"authorization": f"Bearer {token}"})
    for path in NEEDS:
        assert api.get(f"/api/v1/{path}/").status_code == 403
    assert api.get("/api/v1/communities/").status_code == 200


@pytest.mark.parametrize("path", LISTS)
def test_a_foreign_code_answers_like_a_missing_one(api, strangers, family, path):
    codes = (
        "150399002001",
        "999999999999",
        "1",
        "",
        "x' or 1=1",
        "\x00",
        "１５０３９９００１００１",
    )
    answers = [api.get(f"/api/v1/{path}/", {"community": code}) for code in codes]
    assert [answer.status_code for answer in answers] == [404] * len(codes)
    assert len({answer.content for answer in answers}) == 1
    assert error_of(answers[0]) == "not_found"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
@pytest.mark.parametrize("path", [*LISTS, "schema"])
def test_nothing_is_written(api, family, method, path):
    answer = getattr(api, method)(f"/api/v1/{path}/")
    assert answer.status_code == 405
    assert error_of(answer) == "read_only"


@pytest.mark.parametrize("path", ["nothing/", "residents/1/", "residents/x/y/", "residents//"])
def test_unknown_addresses_are_404(api, path):
    answer = api.get(f"/api/v1/{path}")
    assert answer.status_code == 404
    assert error_of(answer) == "not_found"


@pytest.mark.parametrize("path", LISTS)
def test_the_last_slash_may_be_left_out(api, family, path):
    assert api.get(f"/api/v1/{path}").status_code == 200


@pytest.mark.parametrize("query", ["format=xml", "format=html", "format=", "format=JSON"])
def test_unknown_formats_are_406(api, query):
    if query == "format=":
        assert api.get(f"/api/v1/residents/?{query}").status_code == 200
        return
    answer = api.get(f"/api/v1/residents/?{query}")
    assert answer.status_code == 406
    assert "ndjson" in answer.json()["error"]["message"]
    assert error_of(answer) == "no_such_format"


def test_an_unknown_accept_header_is_406(api):
    assert api.get("/api/v1/residents/", headers={"accept": "image/png"}).status_code == 406


BAD = {
    "limit": ["0", "-1", "1001", "x", "1.5", "", "９", "99999999999999999999", "\x00"],
    "cursor": ["x", "!!!", "eA", "MjAyNi0xMS0yMnx4fHg", "\x00", "é", "a" * 5000],
    "updated_since": ["x", "2026-13-01", "2026-02-30T00:00:00Z", "0001-01-01T00:00:00+14:00",
                      "9999-12-31T23:59:59-14:00", "2026-11-22T25:00:00Z", "\x00"],
}  # fmt: skip


@pytest.mark.parametrize(("field", "value"), [(f, v) for f, values in BAD.items() for v in values])
def test_bad_parameters_say_which_one(api, family, field, value):
    answer = api.get("/api/v1/residents/", {field: value})
    assert answer.status_code == 400
    assert error_of(answer) == "bad_parameter"
    assert answer.json()["error"]["field"] == field


@pytest.mark.parametrize("on", ["x", "2026-13-01", "2026-02-30", "1800-01-01", "9999-12-31", "\x00",
                                "2026-11-22T00:00", "20261122"])  # fmt: skip
def test_bad_days_are_400(api, on):
    answer = api.get("/api/v1/indicators/", {"on": on})
    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == "on"


@pytest.mark.parametrize("path", [*LISTS, "indicators"])
def test_a_misspelt_parameter_is_refused_not_ignored(api, family, path):
    answer = api.get(f"/api/v1/{path}/", {"update_since": "2026-11-22"})
    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == "update_since"
    assert "community" in answer.json()["error"]["message"]


def test_what_is_asked_wrongly_tells_nothing_without_a_token(client, db):
    assert client.get("/api/v1/residents/?update_since=1").status_code == 401


WORD = st.text(max_size=40) | st.sampled_from(["150399001001", "2026-11-22", "1", "csv", "xlsx"])
NAMES = st.sampled_from(["community", "on", "limit", "cursor", "updated_since", "format", "x"])


@settings(max_examples=60, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(path=st.sampled_from(LISTS), query=st.dictionaries(NAMES, WORD, max_size=4), tail=WORD)
def test_no_question_breaks_the_server(api, family, path, query, tail):
    query = {name: value.encode("utf-8", "replace").decode() for name, value in query.items()}
    assert api.get(f"/api/v1/{path}/", query).status_code in (200, 400, 404, 406)
    tail = tail.encode("utf-8", "replace").decode().replace("?", "").replace("#", "")
    assert api.get(f"/api/v1/{path}/{tail}").status_code in (200, 400, 404, 406)


# --- The description


def test_the_description_is_for_clients_and_staff(api, director, outsider):
    for reader in (api, client_of(director)):
        schema = reader.get("/api/v1/schema/").json()
        assert schema["openapi"].startswith("3.1")
        assert set(schema["paths"]) >= {f"/api/v1/{path}/" for path in LISTS}
    assert Client().get("/api/v1/schema/").status_code == 401


def test_the_description_is_valid_and_without_warnings(capsys, settings):
    from django.core.management import call_command

    call_command("spectacular", "--validate", "--fail-on-warn")
    assert "/api/v1/residents/{key}/" in capsys.readouterr().out
