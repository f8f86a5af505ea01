"""A list on paper: all of it, masked, and in the log."""

import pytest
from django.urls import reverse

from portal.core.exports import paper
from portal.core.models import AccessLog
from tests.people import (
    client_of,
    make_building,
    make_dwelling,
    make_household,
    make_id_number,
    make_resident,
)

PRINT = reverse("core:list_print", args=["residents"])


@pytest.fixture
def people(community, cell_a):
    home = make_household(make_dwelling(make_building(community, "3", cell_a)))
    return [
        make_resident(home, "王丽涛", "2", phone="13800005678", id_number=make_id_number()),
        make_resident(home, "张强", "1"),
        make_resident(home, "赵明", "1"),
    ]


@pytest.fixture
def short_pages(monkeypatch):
    monkeypatch.setattr("portal.core.lists.query.PAGE_SIZE", 1)


def printed(user, **params):
    return client_of(user).get(PRINT, params)


def names(response) -> set[str]:
    page = response.content.decode()
    return {name for name in ("王丽涛", "张强", "赵明") if name in page}


def test_list_print_has_every_page_of_the_list(clerk, people, short_pages):
    assert names(printed(clerk, sex="1")) == {"张强", "赵明"}


def test_list_print_is_masked_and_says_what_was_asked(clerk, people):
    page = printed(clerk, sex="2").content.decode()
    assert "138****5678" in page
    assert "13800005678" not in page
    assert "性别：女" in page
    assert "状态：在册" in page
    assert f"{clerk.name} " in page.partition("<tfoot")[2].partition("</tfoot")[0]


def test_list_print_is_logged_without_values(clerk, community, people):
    printed(clerk, q="张", sex="1")
    entry = AccessLog.objects.get(action="list_print")
    assert (entry.count, entry.tenant, entry.model) == (1, community.pk, "residents.resident")
    assert "性别" in entry.reason
    assert "张" not in entry.reason


def test_list_print_beyond_the_limit_says_so(clerk, people, monkeypatch):
    monkeypatch.setattr(paper, "MOST", 2)
    response = printed(clerk)
    assert len(names(response)) == 2
    assert "一次最多打印 2 人" in response.content.decode()
    assert AccessLog.objects.get(action="list_print").count == 2


def test_list_print_says_so_though_the_list_is_not_counted_to_its_end(clerk, people, monkeypatch):
    monkeypatch.setattr(paper, "MOST", 2)
    told = paper.facts
    monkeypatch.setattr(paper, "facts", lambda query: told(query)._replace(count=1))
    assert "一次最多打印 2 人" in printed(clerk).content.decode()


def test_list_print_without_the_right_to_export_is_the_page_shown(leader_a, people, short_pages):
    first = client_of(leader_a).get(reverse("core:list", args=["residents"]))
    assert names(printed(leader_a)) == names(first)
    after = str(first.context["page"].rows[0][0])
    second = names(printed(leader_a, after=after))
    assert len(second) == 1
    assert second != names(first)
    assert [row.count for row in AccessLog.objects.filter(action="list_print")] == [1, 1]


def test_list_print_with_a_wrong_filter_shows_and_logs_nothing(clerk, people):
    assert printed(clerk, age_from="abc").status_code == 302
    assert not AccessLog.objects.exists()


def test_list_print_of_another_cell_is_empty(leader_b, people):
    assert names(printed(leader_b)) == set()


def test_list_print_needs_the_list(doctor, people):
    assert printed(doctor).status_code == 403


def test_resident_looks_tells_of_prints(director, clerk, people):
    printed(clerk)
    url = reverse("residents:resident_looks", args=[people[0].pk])
    looks = client_of(director).get(url).context["looks"]
    assert "打印名单" in [line["what"] for line in looks]
