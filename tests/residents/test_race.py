"""Two staff at once, on real transactions: one person, nothing lost, no deadlock shown."""

import datetime as dt

import pytest
from django.urls import reverse

from portal.core.audit import verify_logs
from portal.core.errors import Conflict
from residents.actions import (
    AlreadyRegistered,
    LooksRegistered,
    resident_create,
    resident_move_within,
    resident_update,
)
from residents.models import Resident, Stay
from tests.people import client_of, make_id_number, make_resident
from tests.racing import at_once

pytestmark = pytest.mark.django_db(transaction=True)

BORN = dt.date(1990, 2, 3)
NUMBER = make_id_number(BORN, "2", 7)
CREATE = "residents:resident_create"


def entering(by, household, **values):
    values = {"name": "李芳", "relation": "99", "born_on": BORN, **values}
    return lambda: resident_create(by=by, household=household, values=values)


@pytest.mark.parametrize(
    ("values", "refusal"),
    [({"id_number": NUMBER}, AlreadyRegistered), ({}, LooksRegistered)],
    ids=["number", "without number"],
)
def test_eight_staff_enter_one_person(clerk, director, head, home, other_home, values, refusal):
    calls = [
        entering(by, place, **values)
        for by in (clerk, director) for place in (home, other_home) for _ in range(2)
    ]  # fmt: skip
    results = at_once(*calls)
    made = [r for r in results if isinstance(r, Resident)]
    assert len(made) == 1
    assert [type(r) for r in results if r not in made] == [refusal] * 7
    assert Resident.objects.filter(name="李芳").count() == 1
    assert Stay.objects.filter(resident=made[0]).count() == 1
    assert verify_logs() == []


def test_different_people_of_one_household_wait_for_each_other(clerk, director, home):
    calls = [
        entering(by, home, name=f"李{word}", id_number=make_id_number(BORN, "2", n))
        for n, (word, by) in enumerate(zip("甲乙丙丁戊己", [clerk, director] * 3, strict=True))
    ]
    results = at_once(*calls)
    assert [r for r in results if not isinstance(r, Resident)] == []
    assert verify_logs() == []


def test_a_move_and_a_change_cross_without_loss(clerk, director, head, home, other_home):
    results = at_once(
        lambda: resident_move_within(
            by=clerk, resident=head, version=1, household=other_home, on=BORN, relation="02"
        ),
        lambda: resident_update(by=director, resident=head, version=1, values={"note": "新"}),
    )
    conflicts = [r for r in results if isinstance(r, Conflict)]
    assert len(conflicts) == 1
    head.refresh_from_db()
    assert (head.version, head.note == "新") == (2, head.household_id == home.pk)


def test_two_people_change_places(clerk, director, head, home, other_home):
    """Both actions lock both households: in one order, or this would be a deadlock."""
    other = make_resident(other_home, "李芳", "2", BORN, relation="02")
    results = at_once(
        lambda: resident_move_within(
            by=clerk, resident=head, version=1, household=other_home, on=BORN, relation="99"
        ),
        lambda: resident_move_within(
            by=director, resident=other, version=1, household=home, on=BORN, relation="99"
        ),
    )
    assert [r for r in results if isinstance(r, Exception)] == []


def test_the_same_form_in_parallel_is_carried_out_once(clerk, head, home):
    url = reverse(CREATE, args=[home.pk])
    data = {"name": "李芳", "relation": "12", "residence": "home", "id_number": NUMBER,
            "_once": "0198c0de-0000-7000-8000-000000000002"}  # fmt: skip
    clients = [client_of(clerk) for _ in range(4)]
    results = at_once(*[lambda c=c: c.post(url, data) for c in clients])
    assert {(r.status_code, r.url) for r in results} == {(302, results[0].url)}
    assert Resident.objects.filter(name="李芳").count() == 1


def test_two_forms_about_one_person_end_with_one_and_keep_what_was_typed(
    clerk, director, head, home, other_home
):
    data = {"name": "李芳", "relation": "12", "residence": "home", "id_number": NUMBER,
            "note": "门铃坏了"}  # fmt: skip
    clients = [(client_of(clerk), home), (client_of(director), other_home)]
    posts = [
        lambda c=client, h=h: c.post(reverse(CREATE, args=[h.pk]), data) for client, h in clients
    ]
    refused, entered = sorted(at_once(*posts), key=lambda r: r.status_code)
    assert (refused.status_code, entered.status_code) == (200, 302)
    html = refused.content.decode()
    assert "已登记在" in html
    assert "门铃坏了" in html
