"""The gateways: what they write, send and answer."""

import json
import logging
import stat
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal.messaging.gateways import Refused, Sent, Unreachable, gateway, http
from portal.messaging.gateways.console import ConsoleGateway, number_mask
from portal.messaging.gateways.file import FileGateway
from portal.messaging.gateways.http import HttpGateway
from tests.messaging.outbox import NUMBER, TEXT

KEY = UUID("0198c0de-0000-7000-8000-0000000000ab")


@pytest.mark.parametrize(
    ("number", "mask"), [(NUMBER, "*********42"), ("110", "*10"), ("12", "**"), ("", "**")]
)
def test_a_number_is_known_by_two_digits(number, mask):
    assert number_mask(number) == mask


def test_console_tells_neither_number_nor_text(caplog):
    caplog.set_level(logging.DEBUG)
    assert ConsoleGateway().send(KEY, NUMBER, TEXT) == Sent("")
    assert NUMBER not in caplog.text
    assert TEXT not in caplog.text
    assert f"to *********42, {len(TEXT)} characters" in caplog.text


@pytest.mark.parametrize("name", ["file", "console", "http"])
def test_the_setting_names_the_gateway(settings, name):
    settings.LINLI_SMS_GATEWAY, settings.LINLI_SMS_URL = name, "https://sms.example"
    assert gateway().name == name


def test_http_without_an_address_says_what_to_do(settings):
    settings.LINLI_SMS_URL = ""
    with pytest.raises(ImproperlyConfigured, match=r"LINLI_SMS_URL.*请"):
        HttpGateway()


# --- A folder


def lines(path):
    return [json.loads(line) for file in path.glob("*.jsonl")
            for line in file.read_text("utf-8").splitlines()]  # fmt: skip


def test_file_has_one_line_a_reference(folder_gateway):
    for _ in range(3):
        FileGateway().send(KEY, NUMBER, TEXT)
    (line,) = lines(folder_gateway)
    assert (line["reference"], line["number"], line["text"]) == (str(KEY), NUMBER, TEXT)


def test_file_is_closed_to_others(folder_gateway):
    FileGateway().send(KEY, NUMBER, TEXT)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in folder_gateway.iterdir()}
    assert (modes, stat.S_IMODE(folder_gateway.stat().st_mode)) == ({0o600}, 0o700)


def test_file_finds_what_came_and_nothing_else(folder_gateway):
    assert FileGateway().find(KEY) is None
    FileGateway().send(KEY, NUMBER, f'x {{"reference": "{UUID(int=1)}"')
    assert FileGateway().find(KEY) == Sent(str(KEY))
    assert FileGateway().find(UUID(int=1)) is None


def test_file_mends_what_a_power_cut_left(folder_gateway):
    """The torn line is no message: it is not found, and removed before the next one."""
    FileGateway().send(UUID(int=1), NUMBER, TEXT)
    (path,) = folder_gateway.glob("*.jsonl")
    with open(path, "ab") as file:
        file.write(f'{{"reference": "{KEY}", "num'.encode())
    assert FileGateway().find(KEY) is None
    FileGateway().send(KEY, NUMBER, TEXT)
    assert [line["reference"] for line in lines(folder_gateway)] == [str(UUID(int=1)), str(KEY)]


def test_file_looks_into_older_months_too(folder_gateway):
    FileGateway().send(KEY, NUMBER, TEXT)
    (path,) = folder_gateway.glob("*.jsonl")
    path.rename(path.with_name("2020-01.jsonl"))
    FileGateway().send(KEY, NUMBER, TEXT)
    assert len(lines(folder_gateway)) == 1


def test_file_takes_many_writers_at_once(folder_gateway):
    keys = [uuid4() for _ in range(40)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: FileGateway().send(key, NUMBER, TEXT * 50), keys * 3))
    assert sorted(line["reference"] for line in lines(folder_gateway)) == sorted(map(str, keys))


def test_file_that_cannot_be_written_is_tried_again(folder_gateway, monkeypatch):
    def full(*args):
        raise OSError(28, "full")

    monkeypatch.setattr("portal.messaging.gateways.file._append", full)
    with pytest.raises(Unreachable):
        FileGateway().send(KEY, NUMBER, TEXT)


# --- HTTP


def test_http_sends_the_message_under_its_reference(fake):
    assert HttpGateway().send(KEY, NUMBER, TEXT) == Sent("gw-00ab")
    method, path, headers = fake.requests[0]
    assert (method, path, headers["Idempotency-Key"]) == ("POST", "/messages", str(KEY))
    assert headers["Authorization"] == "Bearer token-of-the-gateway"
    assert fake.bodies[str(KEY)] == {"reference": str(KEY), "number": NUMBER, "text": TEXT}


def test_http_takes_a_known_reference_as_sent(fake):
    for _ in range(3):
        HttpGateway().send(KEY, NUMBER, TEXT)
    assert fake.applied == {str(KEY): 1}


@pytest.mark.parametrize(
    ("word", "error"),
    [
        (400, Refused), (402, Refused), (413, Refused), (422, Refused),
        (401, Unreachable), (403, Unreachable), (404, Unreachable), (408, Unreachable),
        (429, Unreachable), (500, Unreachable), (503, Unreachable), (302, Unreachable),
        ("hang", Unreachable), ("drop", Unreachable), ("cut", Unreachable), ("lost", Unreachable),
    ],
)  # fmt: skip
def test_http_maps_every_failure(fake, word, error):
    fake.script = [word]
    with pytest.raises(error) as caught:
        HttpGateway().send(KEY, NUMBER, TEXT)
    assert type(caught.value) is error
    assert NUMBER not in caught.value.reason
    assert len(fake.requests) == 1  # no redirect was followed


@pytest.mark.parametrize(
    ("word", "found"), [("ok", Sent("gw-00ab")), (404, None), (405, None), (501, None)]
)
def test_http_is_asked_for_a_reference(fake, word, found):
    HttpGateway().send(KEY, NUMBER, TEXT)
    fake.script = [word]
    assert HttpGateway().find(KEY) == found
    assert fake.requests[-1][:2] == ("GET", f"/messages/{KEY}")


@pytest.mark.parametrize("word", [500, 302, 401])
def test_http_that_cannot_tell_is_asked_again(fake, word):
    fake.script = [word]
    with pytest.raises(Unreachable):
        HttpGateway().find(KEY)


def test_http_refuses_a_wrong_certificate(fake, settings):
    """A plain server under https has none at all."""
    settings.LINLI_SMS_URL = fake.url.replace("http:", "https:")
    with pytest.raises(Unreachable, match="证书"):
        HttpGateway().send(KEY, NUMBER, TEXT)


def test_http_that_nobody_serves_is_tried_again(fake, settings):
    settings.LINLI_SMS_URL = "http://127.0.0.1:9/"
    with pytest.raises(Unreachable, match="连不上"):
        HttpGateway().send(KEY, NUMBER, TEXT)


@pytest.mark.parametrize(
    ("answer", "found"),
    [(b'{"id": 7}', "7"), (b'{"id": "a\\u0000b"}', ""), (b"[]", ""), (b"<html>", ""), (b"", ""),
     (b"[" * 9999, ""), (b'{"id": "' + b"x" * 99 + b'"}', "x" * 80)],
)  # fmt: skip
def test_http_keeps_only_a_usable_id(answer, found):
    assert http._id_in(answer) == found
