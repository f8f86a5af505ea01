"""Exports: what is written, in all three kinds of file, and what the log keeps of it."""

import csv
import datetime as dt
import io
import json
import unicodedata

import pytest
from django.db import connection
from django.http import QueryDict
from django.urls import reverse
from python_calamine import CalamineWorkbook

from portal.core.exports import export
from portal.core.exports.neutral import SIGNS, UNSEEN, neutral, plain
from portal.core.exports.streams import csv_stream, ndjson_stream
from portal.core.exports.table import blocks, finished_sql, heading
from portal.core.jobs import job_execute
from portal.core.lists import ListQuery, list_named, lists
from portal.core.models import AccessLog, Job, JobState
from tests.people import (
    client_of,
    make_building,
    make_dwelling,
    make_household,
    make_id_number,
    make_resident,
)

LEADS = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"]
BODIES = ["1+1", "SUM(A1:A9)", 'HYPERLINK("http://x","y")', "cmd|' /C calc'!A0", '王,丽;"涛"']
HIDDEN = [" =1", "\u00a0=1", "\ufeff=1", "\u200b=1", "\u3000+1", "\u202e@x", "\x0b-1", "\u2028=1",
          " \t\u200d＝1", "'=1", "'' =1", "\u00ad=1"]  # fmt: skip
SHAPES = ["﹦1", "﹢1", "﹣1", "﹫x", "−1", "⁼1", "₊1", "⩵1"]
HARMLESS = ["王丽涛", "3-2-501", "a=b", " 王", "'", "'王", "\u3000", "１楼", "(=1)"]
RISKY = [lead + body for lead in LEADS for body in BODIES] + HIDDEN + SHAPES
PAYLOADS = RISKY + HARMLESS


def url(kind, name="residents"):
    return reverse("core:list_export", args=[name, kind])


def query_for(user, community, address="", name="residents"):
    return ListQuery(list_named(name), user, community.pk, QueryDict(address))


def read_csv(data: bytes) -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def read_xlsx(data: bytes) -> list[list]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return book.get_sheet_by_index(0).to_python()


def body_of(response) -> bytes:
    return b"".join(response.streaming_content)


@pytest.fixture
def household(community, cell_a):
    return make_household(make_dwelling(make_building(community, "3", cell_a)))


@pytest.fixture
def payloads(household):
    """A resident for each payload, in a column of free text."""
    assert len(PAYLOADS) == 84
    for place, text in enumerate(PAYLOADS):
        make_resident(household, f"甲{place:02}", registered_address=text)
    return PAYLOADS


WITH_TEXT = "c=registered_address&sort=name"


@pytest.mark.parametrize("kind", ["csv", "ndjson", "xlsx"])
def test_export_neutralises_every_payload_and_loses_none(director, community, payloads, kind):
    response = client_of(director).post(url(kind), {"query": WITH_TEXT})
    data = body_of(response)
    if kind == "ndjson":
        cells = [json.loads(line)["registered_address"] for line in data.splitlines()]
    else:
        rows = read_csv(data) if kind == "csv" else read_xlsx(data)
        assert rows[0] == ["姓名", "户籍地址"]
        cells = [row[1] for row in rows[1:]]
    assert cells == [f"'{text}" for text in RISKY] + HARMLESS
    assert [plain(cell) for cell in cells] == payloads


def test_neutral_sees_through_every_shape_and_every_blank():
    """The signs are all that Unicode folds to = + - @ and lie in the plane that Excel knows."""
    folded = {c for c in map(chr, range(0x10000)) if unicodedata.normalize("NFKC", c)[0] in "=+-@"}
    assert folded - set(SIGNS) == set()
    for sign in SIGNS:
        assert neutral(f"{sign}1") == f"'{sign}1"
    for blank in UNSEEN:
        assert neutral(f"{blank}=1") == f"'{blank}=1"
    assert "\x00" in UNSEEN


def test_neutral_says_the_same_in_sql_and_in_python(director, community, payloads):
    query = query_for(director, community, WITH_TEXT)
    sql, params = finished_sql(query)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        written = cursor.fetchall()
    assert written == [row for block in blocks(query) for row in block]


def test_every_list_can_be_written_with_all_its_columns(director, community):
    """PostgreSQL compares the types of a statement's branches, with rows or without."""
    for spec in lists():
        every = "&".join(f"c={column.key}" for column in spec.columns)
        query = query_for(director, community, every, spec.name)
        head = read_csv(b"".join(csv_stream(query)))[0]
        assert head == [column.label for column in query.available], spec.name
        sql, params = finished_sql(query)
        with connection.cursor() as cursor:
            cursor.execute(sql, params)


def test_export_shows_the_chosen_columns_filter_and_order(director, community, household):
    make_resident(
        household, "王丽涛", "2", dt.date(1950, 1, 2), phone="13800005678", education="20"
    )
    make_resident(household, "张强", "1", dt.date(1990, 1, 2))
    make_resident(household, "李小明", "1", dt.date(1985, 6, 1), education="70")
    address = "c=sex&c=birth_year&c=education&c=phone_mask&sex=1&sort=-name"
    rows = read_csv(body_of(client_of(director).post(url("csv"), {"query": address})))
    assert rows == [
        ["姓名", "性别", "出生年份", "联系电话", "文化程度"],
        ["李小明", "男", "1985", "", "初中"],
        ["张强", "男", "1990", "", ""],
    ]


def test_export_holds_no_number_no_birth_date_and_no_hidden_class(party_clerk, clerk, community,
                                                                  household):  # fmt: skip
    born = dt.date(1951, 3, 4)
    number = make_id_number(born)
    make_resident(household, born_on=born, id_number=number, phone="13800005678", political="01")
    every = "&".join(f"c={column.key}" for column in list_named("residents").columns)
    for kind in ("csv", "ndjson"):
        text = body_of(client_of(clerk).post(url(kind), {"query": every})).decode()
        assert f"{number[:6]}************" in text
        assert "138****5678" in text
        assert number not in text
        assert number[-4:] not in text.replace("138****5678", "")
        assert "1951-03" not in text
        assert "中共党员" not in text


def test_export_needs_its_permission(leader_a, outsider, household):
    make_resident(household)
    assert client_of(leader_a).post(url("csv"), {"query": ""}).status_code == 403
    assert client_of(outsider).post(url("csv"), {"query": ""}).status_code == 403
    assert client_of(leader_a).post(url("csv", "dwellings"), {"query": ""}).status_code == 200


def test_export_changes_nothing_by_get_and_knows_its_formats(director):
    assert client_of(director).get(url("csv")).status_code == 405
    assert client_of(director).post(url("pdf")).status_code == 404
    assert client_of(director).post(url("csv", "nothing")).status_code == 404


def test_export_is_logged_without_values(director, community, household):
    make_resident(household, "王丽涛")
    client_of(director).post(url("csv"), {"query": "q=王&sex=1"})
    entry = AccessLog.objects.get(action="list_export")
    assert (entry.count, entry.tenant, entry.model) == (1, community.pk, "residents.resident")
    assert "性别" in entry.reason
    assert "姓名或住址" in entry.reason
    assert "王" not in entry.reason


def test_export_with_a_wrong_filter_writes_nothing(director, household):
    make_resident(household)
    response = client_of(director).post(url("csv"), {"query": "age_from=abc"})
    assert response.status_code == 302
    assert not AccessLog.objects.exists()


def test_export_of_text_keeps_long_digits_as_text(director, household):
    make_resident(household, registered_address="150399198005040017")
    rows = read_xlsx(body_of(client_of(director).post(url("xlsx"), {"query": WITH_TEXT})))
    assert rows[1][1] == "150399198005040017"


@pytest.mark.parametrize("kind", ["xlsx", "csv", "ndjson"])
def test_export_of_many_rows_is_a_job(director, household, monkeypatch, kind,
                                      django_capture_on_commit_callbacks):  # fmt: skip
    make_resident(household, "王丽涛")
    make_resident(household, "张强")
    monkeypatch.setitem(export.AT_ONCE, kind, 1)
    client = client_of(director)
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(url(kind), {"query": "sort=-name&c=sex"})
    job = Job.objects.get()
    assert response.headers["Location"] == reverse("core:job_show", args=[job.pk])
    assert (job.state, job.message) == (JobState.DONE, "共 2 人")
    data = body_of(client.get(reverse("core:job_file", args=[job.pk])))
    assert "王丽涛".encode() in data or "王丽涛" in str(read_xlsx(data))
    assert AccessLog.objects.get(action="list_export").count == 2


def test_export_job_asks_again_what_its_owner_may(director, community, household):
    make_resident(household)
    job = export.export_queue(query_for(director, community), "csv")
    director.is_active = False
    director.save()
    assert job_execute(job.pk).state == JobState.FAILED
    assert not AccessLog.objects.exists()


def test_export_streams_in_large_chunks(director, community, household):
    for place in range(30):
        make_resident(household, f"甲{place:02}", registered_address="长" * 100)
    query = query_for(director, community, WITH_TEXT)
    assert len(list(csv_stream(query))) == 1
    assert len(list(ndjson_stream(query))) == 1
    assert heading(query) == ["姓名", "户籍地址"]
