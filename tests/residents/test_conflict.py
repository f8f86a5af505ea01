"""Two people change one row: nobody's words are lost, nothing is overwritten silently."""

import re

import pytest
from django.urls import reverse

from residents.actions import household_update, resident_move_out, resident_update
from residents.models import Resident
from tests.people import client_of, make_id_number

KEPT = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
FIELD = re.compile(r'name="(initial-[a-z_]+)" value="([^"]*)"')


def form_data(client, url) -> dict:
    """What a browser sends back when nothing is changed."""
    form = client.get(url).context["form"]
    data = {"version": form.initial["version"]}
    for name, field in form.fields.items():
        value = form[name].value()
        if value not in (None, False):
            data[name] = str(value)
        if field.show_hidden_initial:
            data[f"initial-{name}"] = "" if value is None else str(value)
    return data


@pytest.fixture
def url(head):
    return reverse("residents:resident_update", args=[head.pk])


def stored(head):
    return Resident.objects.filter(pk=head.pk).values().get()


def test_resident_update_sent_back_unchanged_changes_nothing(clerk, head, url):
    before, client = stored(head), client_of(clerk)
    data = form_data(client, url)
    assert data.get("id_number", "") == data.get("phone", "") == ""
    for _ in range(5):
        assert client.post(url, data).status_code == 302
    assert stored(head) == before


@pytest.mark.parametrize("name", ["id_number", "phone"])
def test_a_mask_sent_back_is_never_stored(clerk, head, url, name):
    client = client_of(clerk)
    masks = {"id_number": head.id_mask, "phone": head.phone_mask}
    client.post(url, form_data(client, url) | {name: masks[name]})
    fresh = Resident.objects.get(pk=head.pk)
    assert (fresh.id_number, fresh.phone) == (head.id_number, "13812345678")


def test_resident_update_changes_and_clears_numbers(clerk, head, url):
    client = client_of(clerk)
    data = form_data(client, url) | {"phone": "13999990000", "id_clear": "on"}
    assert client.post(url, data).status_code == 302
    fresh = Resident.objects.get(pk=head.pk)
    assert (fresh.phone, fresh.id_number, fresh.id_blind) == ("13999990000", "", None)


def test_resident_update_changes_only_what_was_changed(clerk, director, head, url):
    """A field that the page merely carried does not come back over a newer value."""
    client = client_of(clerk)
    data = form_data(client, url) | {"education": "60"}
    resident_update(by=director, resident=head, version=1, values={"note": "新的备注"})
    response = client.post(url, data)
    assert response.status_code == 409
    kept = dict(KEPT.findall(response.content.decode())) | {"_pick-education": "mine"}
    assert client.post(url, kept).status_code == 302
    fresh = Resident.objects.get(pk=head.pk)
    assert (fresh.education, fresh.note) == ("60", "新的备注")


def test_a_stale_form_shows_both_values_and_who(clerk, director, head, url):
    client = client_of(clerk)
    data = form_data(client, url) | {"education": "60", "note": "我写的备注"}
    resident_update(by=director, resident=head, version=1, values={"education": "70"})
    response = client.post(url, data)
    html = response.content.decode()
    assert response.status_code == 409
    assert "赵主任" in html
    rows = {row["label"]: (row["theirs"], row["yours"]) for row in response.context["rows"]}
    assert rows == {"文化程度": ("初中", "高中"), "备注": ("", "我写的备注")}
    assert Resident.objects.get(pk=head.pk).note == ""


@pytest.mark.parametrize(("pick", "education"), [("mine", "60"), ("theirs", "70")])
def test_each_field_can_be_chosen(clerk, director, head, url, pick, education):
    client = client_of(clerk)
    data = form_data(client, url) | {"education": "60", "note": "我写的备注"}
    resident_update(by=director, resident=head, version=1, values={"education": "70"})
    kept = dict(KEPT.findall(client.post(url, data).content.decode()))
    kept |= {"_pick-education": pick, "_pick-note": "mine"}
    assert client.post(url, kept).status_code == 302
    fresh = Resident.objects.get(pk=head.pk)
    assert (fresh.education, fresh.note, fresh.version) == (education, "我写的备注", 3)


def test_sealed_values_are_compared_as_masks(clerk, director, head, url):
    client = client_of(clerk)
    mine = make_id_number(head.born_on, "1", 9)
    data = form_data(client, url) | {"phone": "13911112222", "id_number": mine}
    resident_update(by=director, resident=head, version=1, values={"phone": "13700000000"})
    response = client.post(url, data)
    rows = {row["label"]: (row["theirs"], row["yours"]) for row in response.context["rows"]}
    assert rows["联系电话"] == ("137****0000", "139****2222")
    assert "13700000000" not in response.content.decode()
    kept = dict(KEPT.findall(response.content.decode()))
    kept |= {"_pick-phone": "theirs", "_pick-id_number": "mine"}
    assert client.post(url, kept).status_code == 302
    fresh = Resident.objects.get(pk=head.pk)
    assert (fresh.phone, fresh.id_number) == ("13700000000", mine)


def test_a_third_change_meets_the_page_again(clerk, director, head, url):
    client = client_of(clerk)
    data = form_data(client, url) | {"education": "60"}
    resident_update(by=director, resident=head, version=1, values={"education": "70"})
    kept = dict(KEPT.findall(client.post(url, data).content.decode()))
    resident_update(by=director, resident=head, version=2, values={"education": "80"})
    assert client.post(url, kept | {"_pick-education": "mine"}).status_code == 409


def test_a_stale_record_keeps_day_and_note(clerk, director, head):
    url = reverse("residents:resident_death", args=[head.pk])
    resident_update(by=director, resident=head, version=1, values={"education": "70"})
    data = {"version": 1, "on": "2026-03-01", "note": "医院告知"}
    response = client_of(clerk).post(url, data)
    assert response.status_code == 409
    kept = dict(KEPT.findall(response.content.decode()))
    assert (kept["note"], kept["version"]) == ("医院告知", "2")
    assert client_of(clerk).post(url, kept).status_code == 302
    assert Resident.objects.get(pk=head.pk).status == "dead"


def test_a_stale_record_about_somebody_who_left_is_explained(clerk, director, head):
    url = reverse("residents:resident_death", args=[head.pk])
    resident_move_out(by=director, resident=head, version=1, on=head.born_on)
    data = {"version": 1, "on": "2026-03-01", "note": "医院告知"}
    response = client_of(clerk).post(url, data)
    assert {row["label"]: row["theirs"] for row in response.context["rows"]} == {"状态": "已迁出"}


def test_household_update_conflict(clerk, director, home):
    url = reverse("residents:household_update", args=[home.pk])
    client = client_of(clerk)
    data = form_data(client, url) | {"number": "77"}
    household_update(by=director, household=home, version=1, values={"number": "78"})
    response = client.post(url, data)
    assert response.status_code == 409
    assert response.context["rows"][0]["theirs"] == "78"
