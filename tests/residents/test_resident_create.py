"""Entering people: what the forms check, and that one person stays one person."""

import datetime as dt

import pytest
from django.urls import reverse

from portal.accounts.permissions import Role
from portal.core.models import AccessLog, ChangeLog
from residents.actions import AlreadyRegistered, LooksRegistered, resident_create, resident_move_out
from residents.idnumbers import check_character
from residents.models import Household, IdKind, LifeEvent, LifeEventKind, Resident, Stay
from tests.people import (
    client_of,
    make_building,
    make_dwelling,
    make_household,
    make_id_number,
    make_resident,
    make_user,
)

BORN = dt.date(1990, 2, 3)
NUMBER = make_id_number(BORN, "2", 7)
TYPED = {"name": "李 芳", "relation": "12", "residence": "home", "id_number": NUMBER,
         "sex": "0", "born_on": "", "phone": "138 1234 5678"}  # fmt: skip


def post(user, home, **changes):
    url = reverse("residents:resident_create", args=[home.pk])
    return client_of(user).post(url, {**TYPED, **changes})


def errors(response):
    return response.context["form"].errors


def test_resident_create_derives_sex_and_birth_date(clerk, head, home):
    assert post(clerk, home).status_code == 302
    resident = Resident.objects.get(name="李芳")
    assert (resident.sex, resident.born_on, resident.birth_year) == ("2", BORN, 1990)
    assert (resident.initials, resident.phone_tail) == ("lf", "5678")
    assert (resident.id_number, resident.phone) == (NUMBER, "13812345678")
    assert (resident.created_by, resident.cell) == (clerk, home.cell)
    assert Stay.objects.get(resident=resident).from_on is None
    logged = str(list(ChangeLog.objects.values("before", "after")))
    assert NUMBER not in logged
    assert "13812345678" not in logged


def test_resident_create_names_the_rule_and_keeps_what_was_typed(clerk, home):
    wrong = NUMBER[:-1] + ("0" if NUMBER[-1] != "0" else "1")
    response = post(clerk, home, id_number=wrong, note="门铃坏了")
    assert "校验位" in errors(response)["id_number"][0]
    html = response.content.decode()
    assert wrong in html
    assert "门铃坏了" in html
    assert not Resident.objects.exists()


def test_resident_create_points_out_disagreements_once(clerk, head, home):
    response = post(clerk, home, born_on="1990-02-04", sex="1")
    assert set(errors(response)) == {"born_on", "sex"}
    assert "1990-02-03" in errors(response)["born_on"][0]
    assert post(clerk, home, born_on="1990-02-04", sex="1", keep_difference="on").status_code == 302
    assert Resident.objects.get(name="李芳").born_on == dt.date(1990, 2, 4)


def test_resident_create_only_warns_of_an_unknown_division(clerk, head, home):
    body = "99" + NUMBER[2:17]
    strange = "70" + body[2:]
    response = client_of(clerk).post(
        reverse("residents:resident_create", args=[home.pk]),
        {**TYPED, "id_number": strange + check_character(strange)}, follow=True,
    )  # fmt: skip
    assert "不在省级代码表中" in response.content.decode()
    assert Resident.objects.filter(name="李芳").exists()


def test_resident_create_takes_a_passport(clerk, head, home):
    assert post(clerk, home, id_number="e 12345678", id_type="other", born_on="1990-02-03").url
    resident = Resident.objects.get(name="李芳")
    assert (resident.id_kind, resident.id_number) == (IdKind.OTHER, "E12345678")


def test_resident_create_with_a_day_records_the_move(clerk, head, home):
    post(clerk, home, from_on="2026-03-01", moved_in="on")
    event = LifeEvent.objects.get()
    assert (event.kind, event.opened_stay.from_on) == (LifeEventKind.MOVE_IN, dt.date(2026, 3, 1))


def test_resident_create_first_head_heads_the_household(clerk, home):
    post(clerk, home, relation="02")
    home.refresh_from_db()
    assert home.head.name == "李芳"


def test_resident_create_refuses_a_second_head(clerk, head, home):
    assert "王小明" in errors(post(clerk, home, relation="02"))["relation"][0]


def test_resident_create_is_no_way_to_try_out_numbers(leader_b, home, other_home):
    """Somebody knows name and birth date and asks for the four digits: hidden by the mask."""
    make_resident(home, "李芳", "2", BORN, NUMBER)
    make_resident(other_home, "李芳", "2", BORN)
    guesses = [make_id_number(BORN, "2", serial) for serial in (7, *range(20, 33))]
    told = [errors(post(leader_b, other_home, id_number=number)) for number in guesses]
    assert "已在本社区登记" in str(told[0])
    assert "每分钟最多 10 次" in str(told[-1])
    assert AccessLog.objects.filter(action="search_id", by=leader_b.pk).count() == 10
    assert not any(number in str(AccessLog.objects.values()) for number in guesses)


def test_resident_create_shows_who_is_already_there(clerk, director, head, home, other_home):
    resident_create(by=director, household=home, values={**TYPED, "born_on": None})
    response = post(clerk, other_home, name="李方", phone="13900000000")
    html = response.content.decode()
    assert "已登记在 3-2-501" in html
    assert "赵主任" in html
    assert "13900000000" in html
    assert Resident.objects.filter(name__startswith="李").count() == 1


def test_resident_create_tells_a_leader_nothing_about_other_cells(leader_b, home, other_home):
    make_resident(home, "李芳", "2", BORN, NUMBER)
    html = post(leader_b, other_home).content.decode()
    assert "已在本社区登记" in html
    assert "登记在 3-2-501" not in html
    assert Resident.objects.count() == 1


def test_resident_create_offers_those_who_left_to_move_in_again(clerk, home):
    gone = make_resident(home, "李芳", "2", BORN, NUMBER)
    resident_move_out(by=clerk, resident=gone, version=1, on=dt.date(2026, 1, 1))
    html = post(clerk, home).content.decode()
    assert reverse("residents:resident_move_in", args=[gone.pk]) in html


def test_resident_create_without_number_asks_about_look_alikes(clerk, head, home, other_home):
    known = make_resident(other_home, "李芳", "2", BORN)
    values = {"id_number": "", "born_on": "1990-02-03", "sex": "2"}
    response = post(clerk, home, **values)
    assert response.context["known"].residents == [known]
    assert response.content.decode().count('name="confirmed"') == 1
    assert Resident.objects.filter(name="李芳").count() == 1
    assert post(clerk, home, **values, confirmed=str(known.pk)).status_code == 302
    assert Resident.objects.filter(name="李芳").count() == 2


def test_confirmed_covers_only_the_look_alikes_that_were_shown(clerk, home, other_home):
    seen = make_resident(other_home, "李芳", "2", BORN)
    make_resident(home, "李芳", "2", BORN)
    values = {"name": "李芳", "born_on": BORN, "relation": "99"}
    with pytest.raises(LooksRegistered):
        resident_create(by=clerk, household=home, values=values, confirmed=[str(seen.pk)])


def test_two_numbers_are_two_people(clerk, head, home, other_home):
    make_resident(other_home, "李芳", "2", BORN, make_id_number(BORN, "2", 8))
    assert post(clerk, home).status_code == 302


def test_the_same_number_in_another_community_is_no_concern(clerk, head, home, other_community):
    foreign = make_household(make_dwelling(make_building(other_community, "1")))
    make_resident(foreign, "李芳", "2", BORN, NUMBER)
    assert post(clerk, home).status_code == 302


def test_resident_create_into_a_closed_household_is_refused(clerk, home):
    Household.objects.filter(pk=home.pk).update(closed_on=dt.date(2026, 1, 1))
    assert "已经销户" in str(errors(post(clerk, home)))


def test_resident_create_sent_twice_makes_one(clerk, head, home):
    client = client_of(clerk)
    url = reverse("residents:resident_create", args=[home.pk])
    data = {**TYPED, "_once": "0198c0de-0000-7000-8000-000000000001"}
    first, second = client.post(url, data), client.post(url, data)
    assert first.url == second.url
    assert Resident.objects.filter(name="李芳").count() == 1
    assert client.post(url, {**data, "name": "李方"}).status_code == 409


def test_resident_register_starts_a_household(clerk, home):
    dwelling = make_dwelling(home.dwelling.building, "2", "502")
    url = reverse("residents:resident_register")
    data = {**TYPED, "relation": "02", "address": "3号楼二单元502室"}
    assert client_of(clerk).post(url, data).status_code == 302
    household = Household.objects.get(dwelling=dwelling)
    assert household.head.name == "李芳"


def test_resident_register_asks_which_household_is_meant(clerk, head, home):
    url = reverse("residents:resident_register")
    data = {**TYPED, "address": "3-2-501"}
    response = client_of(clerk).post(url, data)
    assert "户主 王小明，1 人" in response.content.decode()
    assert client_of(clerk).post(url, {**data, "into": str(home.pk)}).status_code == 302
    assert Resident.objects.get(name="李芳").household == home


@pytest.mark.parametrize(
    ("changes", "text"),
    [({"address": "3-2-999"}, "没有找到房屋 3-2-999"), ({"address": "二单元"}, "没有楼号"),
     ({"address": ""}, "请写住址")],
)  # fmt: skip
def test_resident_register_says_what_is_wrong_with_the_address(clerk, home, changes, text):
    response = client_of(clerk).post(reverse("residents:resident_register"), {**TYPED, **changes})
    assert text in str(response.context["place"].errors)
    assert NUMBER in response.content.decode()


def test_resident_register_offers_a_leader_only_dwellings_of_the_own_cell(leader_b, home):
    response = client_of(leader_b).post(
        reverse("residents:resident_register"), {**TYPED, "address": "3-2-501"}
    )
    assert "没有找到房屋" in str(response.context["place"].errors)


def test_resident_create_never_takes_a_political_status_without_permission(clerk, home):
    post(clerk, home, relation="02", political="01")
    assert Resident.objects.get().political == ""


def test_resident_create_refuses_roles_that_only_read(community, home):
    reader = make_user(Role.PARTY_CLERK, community)
    assert post(reader, home).status_code == 403


def test_already_registered_carries_the_row(clerk, home):
    known = make_resident(home, "李芳", "2", BORN, NUMBER)
    with pytest.raises(AlreadyRegistered) as caught:
        resident_create(by=clerk, household=home, values={**TYPED, "born_on": None})
    assert caught.value.resident == known
