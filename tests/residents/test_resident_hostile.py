"""Strange text in every field, and fields that nobody offered: refused or kept as they are."""

import pytest
from django.urls import reverse

from residents.models import Household, Resident
from tests.people import client_of

STRANGE = ["a\x00b", "𠮷👵🏽\u202e'; DROP TABLE x;--<script>%s", "²", "9" * 400, "-1"]
BASE = {"name": "李芳", "relation": "99", "sex": "2", "born_on": "1990-02-03", "residence": "home",
        "address": "3-2-501", "into": "new", "id_number": "", "id_type": "", "phone": "",
        "from_on": "", "note": "", "confirmed": "", "_once": "", "building": ""}  # fmt: skip
FIELDS = [*BASE, "version", "on", "reason", "field", "text", "head", "kind", "category", "grade",
          "registered_address", "entrance", "room", "moved_in", "ethnicity"]  # fmt: skip
HOUSEHOLD_PAGES = ["household_update", "household_head_change", "household_move",
                   "household_close", "resident_create", "birth_record"]  # fmt: skip
RESIDENT_PAGES = ["resident_update", "resident_void", "resident_death", "resident_move_within",
                  "resident_residence_change", "resident_reveal", "care_tag_add"]  # fmt: skip


@pytest.mark.parametrize("text", STRANGE, ids=range(len(STRANGE)))
def test_no_field_of_any_form_can_break_the_server(director, home, head, text):
    client, answers = client_of(director), set()
    pages = [(name, home) for name in HOUSEHOLD_PAGES] + [(name, head) for name in RESIDENT_PAGES]
    urls = [reverse(f"residents:{name}", args=[row.pk]) for name, row in pages]
    urls += [reverse("residents:household_create"), reverse("residents:resident_register")]
    for url in urls:
        answers.add(client.post(url, dict.fromkeys(FIELDS, text)).status_code)
    for field in BASE:
        answers.add(client.post(urls[-1], BASE | {field: text}).status_code)
        Resident.objects.filter(name="李芳").update(status="void")
    for name, url in [("before", reverse("residents:resident_looks", args=[head.pk])),
                      ("dwelling", urls[-1])]:  # fmt: skip
        answers.add(client.get(url, {name: text}).status_code)
    assert answers <= {200, 302, 400, 404, 409}


def test_reveal_reason_with_a_nul_is_kept_without_it(clerk, head):
    url = reverse("residents:resident_reveal", args=[head.pk])
    data = {"field": "phone", "reason": "other", "text": "走\x00访"}
    assert client_of(clerk).post(url, data).status_code == 200


def test_markup_is_shown_as_text(clerk, home, head):
    Resident.objects.filter(pk=head.pk).update(note="<b>x</b>", registered_address="<b>x</b>")
    html = client_of(clerk).get(reverse("residents:resident_show", args=[head.pk])).content.decode()
    assert "<b>x</b>" not in html
    assert "&lt;b&gt;x" in html


def test_posting_every_column_changes_only_what_the_form_offers(clerk, home, head, other_home):
    """Mass assignment: each column of the model goes along, only the note was changed."""
    before = Resident.objects.filter(pk=head.pk).values().get()
    client = client_of(clerk)
    url = reverse("residents:resident_update", args=[head.pk])
    form = client.get(url).context["form"]
    data = {name: str(value) for name in form.fields if (value := form[name].value())}
    data |= {f"initial-{name}": value for name, value in data.items()}
    columns = {field.attname for field in Resident._meta.concrete_fields} - set(form.fields)
    foreign = dict.fromkeys(columns, "99") | {
        "household_id": str(other_home.pk), "household": str(other_home.pk), "status": "dead",
        "cell": str(other_home.cell_id), "political": "13", "residence": "floating",
    }  # fmt: skip
    assert client.post(url, foreign | data | {"note": "新"}).status_code == 302
    after = Resident.objects.filter(pk=head.pk).values().get()
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"note", "version", "changed_at", "changed_by_id"}
    assert Household.objects.get(pk=home.pk).version == 1
