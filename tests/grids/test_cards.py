"""Contact cards: what they say, when they must be printed again, the public page."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from grids import actions
from grids.cards import cards_of
from grids.models import CardPrint, PostKind
from portal.core.errors import NotAllowed
from tests.people import client_of, make_building, make_dwelling, make_household, make_resident

DAY = dt.date(2026, 11, 22)


@pytest.fixture
def building(community, cell_a, leader_a, clerk, director):
    for user, phone in ((leader_a, "8800-0011"), (clerk, "8800-0022")):
        user.work_phone = phone
        user.save()
    for user, kind in ((leader_a, PostKind.LEADER), (clerk, PostKind.HEAD)):
        actions.post_give(by=director, cell=cell_a, user=user, kind=kind, from_on=DAY)
    return make_building(community, "3", cell_a)


def state(community, building):
    return cards_of(community, [building], DAY)[0].state


def printed(by, community, building):
    return actions.cards_printed(by=by, community=community, on=DAY,
                                 cards=cards_of(community, [building], DAY))  # fmt: skip


def test_a_card_names_staff_and_leader(community, building, leader_a, clerk):
    contacts = cards_of(community, [building], DAY)[0].contacts
    assert [(c.post, c.name, c.phone) for c in contacts] == [
        ("包片干部", clerk.name, "8800-0022"),
        ("网格长", leader_a.name, "8800-0011"),
    ]


def test_a_card_is_listed_again_when_its_words_change(clerk, director, community, building,
                                                     leader_a):  # fmt: skip
    assert state(community, building) == "new"
    printed(clerk, community, building)
    assert state(community, building) == "good"
    leader_a.work_phone = "8800-0099"
    leader_a.save()
    assert state(community, building) == "changed"
    printed(clerk, community, building)
    assert state(community, building) == "good"
    actions.community_update(by=clerk, community=community, version=community.version,
                             values={"office_hours": "每天 8:00–20:00"})  # fmt: skip
    community.refresh_from_db()
    assert state(community, building) == "changed"
    assert CardPrint.objects.count() == 1


def test_cards_cost_the_same_for_many_buildings(community, cell_a, building,
                                                django_assert_num_queries):  # fmt: skip
    many = [building, *(make_building(community, str(n), cell_a) for n in range(10, 40))]
    with django_assert_num_queries(5):
        cards_of(community, many, DAY)


def test_cards_printed_is_for_those_who_keep_the_places(leader_a, community, building):
    with pytest.raises(NotAllowed):
        printed(leader_a, community, building)


def test_a_card_that_changed_after_its_printing_is_not_remembered(
    clerk, community, building, cell_a, leader_a
):
    other = make_building(community, "4", cell_a)
    page, url = client_of(clerk), reverse("grids:cards_printed")
    said = [card.digest for card in cards_of(community, [building, other], DAY)]
    other.name = "教师楼"
    other.save()
    keys = [str(building.pk), str(other.pk)]
    html = page.post(url, {"building": keys, "said": said}, follow=True).content.decode()
    assert "1 栋楼的卡在打印以后又变了" in html
    assert [state(community, one) for one in (building, other)] == ["good", "new"]


def test_cards_of_another_committee_are_left_alone(clerk, community, other_community):
    foreign = make_building(other_community, "9")
    page = client_of(clerk).post(reverse("grids:cards_printed"), {"building": str(foreign.pk)})
    assert page.status_code == 302
    assert not CardPrint.objects.exists()


def test_the_sheet_has_a_code_for_each_card(clerk, building):
    page = client_of(clerk).get(reverse("grids:card_print"), {"building": str(building.pk)})
    text = page.content.decode()
    assert text.count('<article class="contact-card">') == 1
    assert '<div class="contact-code"><svg' in text
    assert "style=" not in text


def test_the_list_says_what_is_missing(clerk, community, cell_b):
    make_building(community, "7", cell_b)
    text = client_of(clerk).get(reverse("grids:card_list")).content.decode()
    assert "没有包片干部或其工作电话" in text
    assert "打印要印的 1 张" in text


def test_the_public_page_tells_nothing_about_residents(building, leader_a):
    make_resident(make_household(make_dwelling(building)), name="林默然", phone="13900001111")
    answer = Client().get(reverse("website:building_card", args=[building.pk]))
    text = answer.content.decode()
    assert answer.status_code == 200
    assert leader_a.name in text
    assert 'href="tel:8800-0011"' in text
    assert "林默然" not in text
    assert "1390" not in text


def test_the_public_page_of_nothing_is_missing(db):
    url = reverse("website:building_card", args=["018f0000-0000-7000-8000-000000000000"])
    assert Client().get(url).status_code == 404


def test_post_pages(director, cell_a, leader_a, clerk):
    client = client_of(director)
    give = reverse("grids:post_give", args=[cell_a.pk])
    client.post(give, {"kind": "backup", "user": str(clerk.pk), "from_on": "2026-11-01"})
    post = cell_a.posts.get()
    assert "备岗" in client.get(reverse("grids:cell_show", args=[cell_a.pk])).content.decode()
    client.post(reverse("grids:post_end", args=[post.pk]), {"version": 1, "to_on": "2026-11-20"})
    post.refresh_from_db()
    assert post.to_on == dt.date(2026, 11, 20)
