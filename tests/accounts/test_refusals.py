"""What an action refuses behind a page that did not expect it."""

from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from portal.core.errors import DomainError, NotAllowed, OutOfScope
from portal.core.middleware import Refusals
from portal.wsgi import ODD_LETTERS, application
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


def served(path: str, method: str, kind: str) -> tuple[str, str]:
    """Status and text as gunicorn gets them; the test client makes requests of its own."""
    told = []
    answer = application(
        {
            "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": "next=%E7%BD%91",
            "CONTENT_TYPE": kind, "CONTENT_LENGTH": "8", "wsgi.input": BytesIO(b"next=%ff"),
            "SERVER_NAME": "localhost", "SERVER_PORT": "80", "wsgi.url_scheme": "http",
        },
        lambda status, headers: told.append(status),
    )  # fmt: skip
    text = b"".join(answer).decode()
    getattr(answer, "close", str)()
    return told[0], text


@pytest.mark.parametrize("path", ["/account/sign-in/", "/api/v1/communities/", "/m/", "/nothing/"])
@pytest.mark.parametrize("charset", [
    "charset=hex", "charset=rot13", "charset=idna", "charset=zip", "CHARSET=utf-7",
    "charset=utf-16", "charset=gbk", "charset=none", "charset*=hex''ff", "title*=odd''a",
])  # fmt: skip
def test_letters_other_than_utf_8_are_refused_not_a_fault(db, path, charset):
    for method in ("GET", "POST"):
        status, text = served(path, method, f"application/x-www-form-urlencoded; {charset}")
        assert (status, text) == ("400 Bad Request", ODD_LETTERS)


@pytest.mark.parametrize("charset", ["", "; charset=utf-8", "; charset=UTF8", '; charset="utf-8"'])
def test_utf_8_by_any_of_its_names_is_welcome(db, charset):
    status, text = served("/account/sign-in/", "GET", f"text/plain{charset}")
    assert status == "200 OK"
    assert "登录" in text
