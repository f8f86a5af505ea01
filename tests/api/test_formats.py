"""The same rows as JSON, CSV, NDJSON and XLSX; ETag and 304."""

import csv
import io
import json

import openpyxl
import pytest

from portal.core.api_formats import CsvRenderer, XlsxRenderer
from residents.models import Resident


def read(api, kind, path="residents", query=""):
    answer = api.get(f"/api/v1/{path}/?format={kind}{query}")
    assert answer.status_code == 200
    if kind == "csv":
        assert answer.content.startswith(b"\xef\xbb\xbf")
        return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    if kind == "ndjson":
        return [json.loads(line) for line in answer.content.splitlines()]
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


@pytest.mark.parametrize("kind", ["csv", "ndjson", "xlsx"])
def test_every_format_holds_the_same_rows(api, family, kind):
    wanted = api.get("/api/v1/residents/").json()["results"]
    rows = read(api, kind)
    assert [(r["name"], r["id"], str(r["birth_year"])) for r in rows] == [
        (r["name"], r["id"], str(r["birth_year"])) for r in wanted
    ]
    assert list(rows[0]) == list(wanted[0])


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize(
    "name", ["=1+1", "+1", "-1", "@x", "\t=1", "＝1", "＠x", "\u200b=1", "﹢1"]
)
def test_a_name_that_looks_like_a_formula_is_text(api, family, kind, name):
    Resident.objects.filter(name="王大山").update(name=name)
    assert f"'{name}" in {row["name"] for row in read(api, kind)}


def test_a_heading_that_looks_like_a_formula_is_text():
    """The figures by cell have the cells' names as headings."""
    head = CsvRenderer().write(["=1+1"], [{"=1+1": 7}]).decode("utf-8-sig").split()
    assert head == ["'=1+1", "7"]
    book = openpyxl.load_workbook(io.BytesIO(XlsxRenderer().write(["=1+1"], [{"=1+1": 7}])))
    assert [cell.value for (cell,) in book.active.iter_rows()] == ["'=1+1", 7]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_empty_page_still_has_its_heading(api, community, kind):
    answer = api.get(f"/api/v1/buildings/?format={kind}")
    assert answer.status_code == 200
    if kind == "csv":
        assert answer.content.decode("utf-8-sig").startswith("id,version,changed_at,community,")
    assert read(api, kind, "buildings") == []


@pytest.mark.parametrize("kind", ["csv", "ndjson", "xlsx"])
def test_files_are_pages_too_and_name_the_next_one(api, family, kind):
    answer = api.get(f"/api/v1/residents/?format={kind}&limit=1")
    assert f"format={kind}" in answer.headers["Link"]
    assert f'filename="residents.{kind}"' in answer.headers["Content-Disposition"]
    assert len(read(api, kind, query="&limit=1")) == 1


@pytest.mark.parametrize("kind", ["json", "csv", "ndjson", "xlsx"])
def test_every_format_says_where_the_next_pull_begins(api, family, kind):
    answer = api.get("/api/v1/residents/", {"format": kind})
    again = api.get("/api/v1/residents/", {"updated_since": answer["X-Synced-To"]})
    assert again.status_code == 200
    if kind == "json":
        assert answer["X-Synced-To"] == answer.json()["synced_to"]


def test_csv_names_its_letters(api, family):
    assert api.get("/api/v1/residents/?format=csv")["Content-Type"] == "text/csv; charset=utf-8"


@pytest.mark.parametrize("kind", ["csv", "ndjson", "xlsx"])
def test_one_row_and_the_indicators_have_all_formats(api, family, kind):
    key = Resident.objects.get(name="王大山").pk
    assert [r["name"] for r in read(api, kind, f"residents/{key}")] == ["王大山"]
    figures = {r["code"]: r["value"] for r in read(api, kind, "indicators")}
    assert int(figures["population.residents"]) == 2


def test_accept_chooses_the_format_too(api, family):
    answer = api.get("/api/v1/residents/", headers={"accept": "text/csv"})
    assert answer.headers["Content-Type"].startswith("text/csv")


def test_an_unchanged_answer_is_304(api, family):
    first = api.get("/api/v1/residents/?limit=1")
    again = api.get("/api/v1/residents/?limit=1", headers={"if-none-match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["ETag"] == first.headers["ETag"]


def test_a_changed_row_is_not_304(api, family):
    tag = api.get("/api/v1/residents/").headers["ETag"]
    Resident.objects.filter(name="王大山").update(name="王大海")
    assert api.get("/api/v1/residents/", headers={"if-none-match": tag}).status_code == 200


def test_the_tag_differs_by_format_and_by_scope(api, community, family):
    from tests.api.conftest import caller

    answers = [
        api.get("/api/v1/residents/"), api.get("/api/v1/residents/?format=csv"),
        caller(community, "residents").get("/api/v1/residents/"),
    ]  # fmt: skip
    assert len({answer.headers["ETag"] for answer in answers}) == 3
    assert all(answer.headers["Cache-Control"] == "no-store" for answer in answers)
