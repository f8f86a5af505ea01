"""The feed of incidents: the own community, never who reported it, words only by agreement."""

import pytest

from portal.core.models import AccessLog
from tests.api.conftest import caller
from tests.grids.incidents import make_category, make_handler, make_incident, move, report
from tests.people import make_building

pytestmark = pytest.mark.django_db
URL = "/api/v1/incidents/"
FIELDS = {
    "id", "version", "changed_at", "community", "cell", "building", "number", "category", "group",
    "state", "source", "is_urgent", "handler", "reported_at", "due_at", "handle_due_at",
    "handled_at", "closed_at", "is_in_time", "level", "delays", "urges", "returns",
    "satisfaction", "parent", "merged_into",
}  # fmt: skip
WORDS = {"text", "place", "result"}


@pytest.fixture
def row(clerk, community, other_community, cell_a):
    make_incident(other_community)
    made = report(
        clerk, community, "王大山家门口灯不亮", building=make_building(community, "3", cell_a),
        category=make_category(community, "路灯不亮"), reporter_name="李芳芳", spot="东门",
        reporter_phone="13912345678",
    )  # fmt: skip
    return move(clerk, made, "urge", note="李芳芳又来电话")


def test_it_gives_state_and_limits_without_people_and_words(row, community):
    answer = caller(community, "incidents").get(URL)
    (found,) = answer.json()["results"]
    assert set(found) == FIELDS
    assert (found["id"], found["number"], found["category"], found["group"]) == (
        str(row.pk), row.number, "路灯不亮", "facility"
    )  # fmt: skip
    for secret in ("李芳芳", "1391234", "139***", "王大山", "东门"):
        assert secret not in answer.content.decode()


@pytest.mark.parametrize("form", ["json", "csv", "ndjson", "xlsx"])
def test_no_format_tells_who_reported(row, community, form):
    answer = caller(community, "incidents", "incident_text").get(f"{URL}?format={form}")
    assert answer.status_code == 200
    for secret in ("李芳芳", "1391234", "139***"):
        assert secret.encode() not in answer.content


def test_words_come_with_the_agreed_scope_only(row, community):
    (found,) = caller(community, "incidents", "incident_text").get(URL).json()["results"]
    assert set(found) == FIELDS | WORDS
    assert (found["text"], found["place"]) == ("王大山家门口灯不亮", "东门")
    assert caller(community, "incident_text").get(URL).status_code == 403


def test_one_row_and_no_neighbours(row, community, other_community):
    api = caller(community, "incidents")
    assert api.get(f"{URL}{row.pk}/").json()["number"] == row.number
    assert caller(other_community, "incidents").get(f"{URL}{row.pk}/").status_code == 404


def test_other_scopes_open_nothing(row, community):
    assert caller(community, "places", "residents").get(URL).status_code == 403


def test_a_move_comes_with_the_next_pull(row, clerk, community):
    api = caller(community, "incidents")
    synced = api.get(URL).json()["synced_to"]
    move(clerk, row, "accept", category=make_category(community, handler=make_handler(community)))
    (found,) = api.get(URL, {"updated_since": synced}).json()["results"]
    assert (found["state"], found["version"]) == ("accepted", row.version + 1)


def test_it_is_described(community):
    text = caller(community, "incidents").get("/api/v1/schema/").content.decode()
    assert URL in text
    assert "reporter" not in text


def test_reading_is_no_look_at_a_person(row, community):
    before = AccessLog.objects.count()
    caller(community, "incidents").get(URL)
    assert AccessLog.objects.count() == before
