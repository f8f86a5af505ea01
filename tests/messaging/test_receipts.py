"""Receipts: signed and fresh, or refused; late, repeated and in any order, one right end."""

import itertools
import json
import time
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from portal.core.audit import verify_logs
from portal.core.models import ChangeLog, Notice
from portal.messaging.delivery import message_send
from portal.messaging.gateways.http import HttpGateway
from portal.messaging.receipts import CLOCK_OFF, signature
from portal.messaging.views import BODY_MOST
from tests.messaging.outbox import MINUTE, NOON, NUMBER, make_message, stored

pytestmark = pytest.mark.django_db
SECRET = "a-secret-that-only-the-gateway-knows"


@pytest.fixture(autouse=True)
def secret(settings):
    settings.LINLI_SMS_SECRET = SECRET


@pytest.fixture
def sent(fake, clerk, community):
    row = make_message(tenant=community.pk)
    message_send(row.pk, NOON)
    return stored(row)


def post(body, stamp=None, sign=None, **headers):
    """The answer to a receipt, as the gateway would send it: without session or token."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    stamp = str(int(time.time())) if stamp is None else stamp
    return Client(enforce_csrf_checks=True).post(
        reverse("messaging:receipt_take"), data, content_type="application/json",
        headers={"X-Linli-Timestamp": stamp,
                 "X-Linli-Signature": signature(stamp, data) if sign is None else sign, **headers},
    )  # fmt: skip


def receipt(row, state="delivered", **more):
    return {"reference": str(row.pk), "state": state, **more}


def test_receipt_take_marks_a_message_delivered(sent):
    answer = post(receipt(sent))
    assert (answer.status_code, answer.json()) == (200, {"ok": True, "state": "delivered"})
    row = stored(sent)
    assert (row.state, row.sent_at) == ("delivered", NOON)
    assert row.delivered_at >= row.created_at
    entry = ChangeLog.objects.get(action="receipt_take")
    assert (entry.by_name, entry.before, entry.row) == ("短信平台", {"state": "sent"}, sent.pk)


def test_receipt_finds_a_message_by_the_gateways_id(sent):
    assert post({"id": sent.gateway_id, "state": "delivered"}).status_code == 200
    assert stored(sent).state == "delivered"


def test_another_gateways_id_is_unknown(sent, settings):
    settings.LINLI_SMS_GATEWAY = "file"
    assert post({"id": sent.gateway_id, "state": "delivered"}).status_code == 404


@pytest.mark.parametrize("order", sorted(set(itertools.permutations(["failed", "delivered"] * 2))))
def test_receipts_in_any_order_end_delivered(sent, order):
    for state in order:
        assert post(receipt(sent, state)).status_code == 200
    assert (stored(sent).state, stored(sent).error) == ("delivered", "")


def test_a_repeated_receipt_changes_nothing(sent):
    data, stamp = json.dumps(receipt(sent)).encode(), str(int(time.time()))
    answers = {post(data, stamp).content for _ in range(5)}
    assert len(answers) == 1
    assert ChangeLog.objects.filter(action="receipt_take").count() == 1
    assert verify_logs() == []


def test_a_failed_receipt_is_told_once(sent, clerk):
    for _ in range(3):
        post(receipt(sent, "failed"))
    assert stored(sent).state == "failed"
    assert Notice.objects.get().recipient == clerk


@pytest.mark.parametrize("state", ["delivered", "failed"])
def test_a_receipt_that_overtakes_the_answer_stands(fake, state, monkeypatch):
    """The gateway reports before its own answer is back."""
    row, send = make_message(), HttpGateway.send

    def overtaken(self, *args):
        answer = send(self, *args)
        post(receipt(row, state))
        return answer

    monkeypatch.setattr(HttpGateway, "send", overtaken)
    assert message_send(row.pk, NOON) is None
    assert stored(row).state == state
    assert message_send(row.pk, NOON + 5 * MINUTE) is None


def test_a_receipt_stops_a_message_that_was_to_be_tried_again(fake):
    row, fake.script = make_message(), ["lost"]
    assert message_send(row.pk, NOON) == "queued"
    post(receipt(row))
    assert message_send(row.pk, NOON + MINUTE) is None
    assert stored(row).state == "delivered"


# --- Not taken


def test_an_unknown_message_is_404(sent):
    assert post({"reference": str(uuid4()), "state": "delivered"}).status_code == 404


@pytest.mark.parametrize("age", [-CLOCK_OFF - 5, CLOCK_OFF + 5])
def test_an_old_or_early_receipt_is_refused(sent, age):
    assert post(receipt(sent), str(int(time.time()) + age)).status_code == 403
    assert stored(sent).state == "sent"


@pytest.mark.parametrize("stamp", ["", "-1", "1e9", "９９", "9" * 30, "x"])
def test_a_strange_timestamp_is_refused(sent, stamp):
    assert post(receipt(sent), stamp, sign="0" * 64).status_code == 403


def test_a_forged_receipt_is_refused(sent, settings):
    stamp, data = str(int(time.time())), json.dumps(receipt(sent)).encode()
    other = signature(str(int(stamp) - 1), data)
    for sign in ("", "0" * 64, "é", other, signature(stamp, data + b" ")):
        assert post(data, stamp, sign).status_code == 403
    settings.LINLI_SMS_SECRET = ""  # whoever guesses that there is none
    assert post(data, stamp).status_code == 403
    assert stored(sent).state == "sent"


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"{", b"null", b"[" * 4000, b'{"state": "delivered"}', b"\xff",
        b'{"reference": "x", "state": "delivered"}', b'{"reference": 7, "state": "delivered"}',
        b'{"id": "", "state": "failed"}', b'{"id": "a\\u0000", "state": "failed"}',
        b'{"id": ["a"], "state": "failed"}', b'{"id": "a", "state": ["failed"]}',
        b'{"id": "a", "state": "sent"}',
    ],
)  # fmt: skip
def test_a_strange_body_is_refused(sent, body):
    assert post(body).status_code == 422


@pytest.mark.parametrize(
    "moment", ["", "x", 7, None, "2026-13-40T00:00:00Z", "2026-03-02T12:00:00", "0001-01-01T00:00Z",
               "9999-12-31T23:59:59-12:00", "2999-01-01T00:00:00Z"],
)  # fmt: skip
def test_a_strange_moment_is_replaced_by_ours(sent, moment):
    assert post(receipt(sent, at=moment)).status_code == 200
    assert stored(sent).delivered_at >= sent.created_at


def test_the_gateways_moment_is_kept(sent):
    post(receipt(sent, at=sent.created_at.isoformat()))
    assert stored(sent).delivered_at == sent.created_at


def test_a_long_body_is_not_read(sent):
    assert post(b" " * BODY_MOST + b"{}").status_code == 413


def test_receipts_are_posted_only(client, sent):
    assert client.get(reverse("messaging:receipt_take")).status_code == 405


def test_no_answer_holds_the_number(sent):
    said = b"".join(post(body).content for body in (receipt(sent), b"{", {"state": "failed"}))
    assert NUMBER.encode() not in said
