"""The desk's list of messages: that they went out, never what they said."""

import re

import pytest
from django.urls import reverse

from portal.accounts.models import User
from tests.messaging.outbox import NUMBER, TEXT, at, make_message
from tests.people import client_of

LIST = reverse("core:list", args=["messages"])
pytestmark = pytest.mark.django_db


@pytest.fixture
def messages(clerk, community, other_community):
    """One to a clerk of this committee, one of another committee."""
    User.objects.filter(pk=clerk.pk).update(work_phone=NUMBER)
    other = make_message("other", tenant=other_community.pk)
    row = make_message(tenant=community.pk, recipient=clerk, purpose="duty-remind")
    type(row).objects.filter(pk=row.pk).update(created_at=at(22, 5), state="failed", tries=3,
                                               gateway="http", error="短信平台不收")  # fmt: skip
    return row, other


def page(user, **params):
    return client_of(user).get(LIST, params)


def test_messages_list_shows_what_became_of_each(director, messages):
    text = re.sub(r"<[^>]+>", "|", page(director).content.decode())
    for word in ("2026-03-02 22:05", "值班提醒", "钱社工", "*********42", "未送达", "短信平台",
                 "短信平台不收"):  # fmt: skip
        assert word in text


def test_messages_list_holds_neither_number_nor_text(director, messages):
    columns = ["created", "number", "next", "sent", "delivered", "error"]
    for response in (page(director), page(director, c=columns)):
        said = response.content.decode()
        assert not any(value in said for value in (NUMBER, NUMBER[-3:], TEXT))


def test_messages_list_keeps_to_the_own_committee(director, messages):
    row, _ = messages
    assert [line[0] for line in page(director).context["page"].rows] in ([row.pk], [row.pk.hex])


@pytest.mark.parametrize(
    ("params", "count"),
    [({"state": "failed"}, 1), ({"state": "sent"}, 0), ({"purpose": "duty-remind"}, 1),
     ({"purpose": "alarm-duty-missed"}, 0), ({"who": "钱"}, 1), ({"who": "赵"}, 0)],
)  # fmt: skip
def test_messages_list_is_narrowed(director, messages, params, count):
    assert len(page(director, **params).context["page"].rows) == count


def test_messages_without_recipient_are_shown(director, community):
    make_message(tenant=community.pk, purpose="试发")
    assert "试发" in page(director).content.decode()


def test_messages_list_is_for_desks(messages, leader_a, guard):
    assert [page(user).status_code for user in (leader_a, guard)] == [403, 403]


def test_the_menu_leads_there(clerk, leader_a):
    inbox = reverse("core:inbox")
    assert [LIST in client_of(user).get(inbox).content.decode() for user in (clerk, leader_a)] == [
        True, False,
    ]  # fmt: skip
