"""The box on every page: what is sent, what is shown, what never comes into an address."""

import pytest
from django.urls import reverse

from residents import search as searching
from tests.people import client_of, make_id_number, make_resident

HTMX = {"HTTP_HX_REQUEST": "true"}
NUMBER = make_id_number()  # of 王小明 in conftest


@pytest.fixture
def url():
    return reverse("residents:search")


def test_search_page_says_what_can_be_typed(client_of_clerk, url):
    answer = client_of_clerk.get(url)
    assert answer.status_code == 200
    assert "搜索框里可以输入" in answer.content.decode()


@pytest.fixture
def client_of_clerk(clerk):
    return client_of(clerk)


def test_search_shows_a_page_of_groups(client_of_clerk, head, url):
    answer = client_of_clerk.post(url, {"q": "3-2-501"})
    page = answer.content.decode()
    assert reverse("residents:resident_show", args=[head.pk]) in page
    assert reverse("residents:household_show", args=[head.household_id]) in page
    assert "<title>" in page


def test_search_answers_with_a_fragment_while_typing(client_of_clerk, head, url):
    answer = client_of_clerk.post(url, {"q": "王小"}, **HTMX)
    fragment = answer.content.decode()
    assert "王小明" in fragment
    assert "138****5678" in fragment
    assert "<title>" not in fragment
    assert NUMBER not in fragment


def test_search_while_typing_nothing_is_empty(client_of_clerk, url):
    assert client_of_clerk.post(url, {"q": " "}, **HTMX).content.decode().strip() == ""


@pytest.mark.parametrize("typed", ["无此人", "wqq", "9-9-901"])
def test_search_without_result_says_so(client_of_clerk, url, typed):
    for extra in ({}, HTMX):
        assert "没有" in client_of_clerk.post(url, {"q": typed}, **extra).content.decode()


@pytest.mark.parametrize("typed", [NUMBER, "13812345678", NUMBER[:16]])
def test_search_by_number_never_answers_an_address(client_of_clerk, head, url, typed):
    answer = client_of_clerk.get(url, {"q": typed}, follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain == [(url, 302)]
    assert "王小明" not in page
    assert typed not in page
    assert "不写进网址" in page


@pytest.mark.parametrize("typed", [NUMBER, "13812345678"])
def test_search_by_number_finds_by_post_and_does_not_repeat_it(client_of_clerk, head, url, typed):
    page = client_of_clerk.post(url, {"q": typed}).content.decode()
    assert "王小明" in page
    assert typed not in page


def test_search_by_name_also_answers_an_address(client_of_clerk, head, url):
    assert "王小明" in client_of_clerk.get(url, {"q": "王小"}).content.decode()


def test_search_escapes_what_was_typed(client_of_clerk, url):
    page = client_of_clerk.post(url, {"q": "<b>王</b>"}).content.decode()
    assert "<b>王" not in page
    assert "&lt;b&gt;王" in page


@pytest.mark.parametrize("typed", ["\0", "王\0", "\\", "🏠", "‮王", "'\"", "%s", "{{", "1" * 5000])
def test_search_never_fails(client_of_clerk, url, typed):
    assert client_of_clerk.post(url, {"q": typed}).status_code == 200


def test_search_by_id_number_too_often_is_refused(client_of_clerk, head, url, monkeypatch):
    monkeypatch.setattr(searching, "A_MINUTE", 1)
    client_of_clerk.post(url, {"q": NUMBER})
    answer = client_of_clerk.post(url, {"q": NUMBER})
    assert answer.status_code == 429
    assert "每分钟最多 1 次" in answer.content.decode()


def test_search_of_another_cell_gives_nothing(head, child, leader_b, url):
    page = client_of(leader_b).post(url, {"q": "王小"}).content.decode()
    assert "王小明" not in page
    assert "王小花" not in page


@pytest.mark.parametrize("who", ["doctor", "street", "auditor", "admin_user", "outsider", "guard"])
def test_search_needs_the_permission_and_the_box_shows_it(request, who, url, community):
    client = client_of(request.getfixturevalue(who))
    assert client.post(url, {"q": "王"}).status_code == 403
    assert url not in client.get(reverse("core:inbox")).content.decode()


def test_search_page_takes_three_statements_at_most(
    client_of_clerk, head, home, url, django_assert_max_num_queries
):
    for number in range(25):
        make_resident(home, f"王小{'一二三四五'[number % 5]}")
    for typed in ("王小", "wx", "3-2-501", "3"):
        with django_assert_max_num_queries(3):
            client_of_clerk.post(url, {"q": typed}, **HTMX)
