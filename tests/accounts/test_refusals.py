"""What an action refuses behind a page that did not expect it."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from portal.core.errors import DomainError, NotAllowed, OutOfScope
from portal.core.middleware import Refusals
from tests.people import client_of


@pytest.mark.parametrize(
    ("refusal", "answer"), [(OutOfScope, Http404), (NotAllowed, PermissionDenied)]
)
def test_a_refusal_has_its_answer(rf, refusal, answer):
    with pytest.raises(answer):
        Refusals(None).process_exception(rf.get("/"), refusal())


def test_any_other_error_stays_an_error(rf):
    assert Refusals(None).process_exception(rf.get("/"), DomainError("…")) is None


def test_an_address_for_forms_alone_explains_itself(clerk):
    answer = client_of(clerk).get("/imports/upload/")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "没有任何数据被改动" in answer.content.decode()


def test_an_address_of_another_host_is_refused_not_a_fault(client, db):
    assert client.get("/", headers={"host": "elsewhere.example"}).status_code == 400


@pytest.mark.parametrize("key", ["abcdefgh\x00ijk", "\xff" * 20, "x" * 5000])
def test_a_session_that_is_no_key_is_nobodys(client, db, key):
    client.cookies["linli_session"] = key
    assert client.get("/").status_code == 302
