"""Every read of personal rows stands in the access log, without values."""

import re
from uuid import UUID

import pytest

from portal.core.audit import verify_logs
from portal.core.models import AccessLog
from residents.models import Household, Resident


@pytest.mark.parametrize(("feed", "model"), [("residents", Resident), ("households", Household)])
def test_a_page_of_people_is_one_entry(api, community, family, feed, model):
    api.get(f"/api/v1/{feed}/")
    entry = AccessLog.objects.get()
    assert (entry.action, entry.model, entry.tenant) == (
        "api_read", model._meta.label_lower, community.pk,
    )  # fmt: skip
    assert set(entry.subjects) == {str(key) for key in model.objects.values_list("pk", flat=True)}
    assert entry.count == model.objects.count()
    assert (entry.by_name, entry.role) == ("街道办数据接口", "接口")
    assert entry.by is not None
    assert verify_logs() == []


def test_one_person_is_one_entry(api, family):
    key = Resident.objects.get(name="王大山").pk
    api.get(f"/api/v1/residents/{key}/")
    entry = AccessLog.objects.get()
    assert (entry.row, entry.subjects, entry.count) == (key, [str(key)], 1)


def test_every_format_and_an_unchanged_answer_are_logged(api, family):
    tag = api.get("/api/v1/residents/").headers["ETag"]
    api.get("/api/v1/residents/", headers={"if-none-match": tag})
    for kind in ("csv", "ndjson", "xlsx"):
        api.get(f"/api/v1/residents/?format={kind}")
    assert AccessLog.objects.count() == 5


def test_no_value_enters_the_log(api, family):
    api.get("/api/v1/residents/")
    row = AccessLog.objects.values().get()
    # Hashes and ids are hexadecimal digits: any short number may turn up in them.
    text = str([value for value in row.values() if not isinstance(value, UUID)
                and not re.fullmatch("[0-9a-f]{64}", str(value))])  # fmt: skip
    text = re.sub("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "", text)
    assert not any(word in text for word in ("王大山", "王小川", "1381234", "150399", "3-2-501"))
    assert "1980" not in re.sub(r"datetime\.datetime\(.*?\)", "", text)


def test_places_figures_and_refusals_are_no_reads_of_people(api, family, strangers):
    for path in ("communities", "cells", "buildings", "dwellings", "indicators"):
        api.get(f"/api/v1/{path}/")
    stranger = Resident.objects.get(name="李外人").pk
    for path in ("?limit=0", "?community=150399002001", f"{stranger}/"):
        api.get(f"/api/v1/residents/{path}")
    assert not AccessLog.objects.exists()
