"""An import on its way through the pages: upload, columns, check, write, result, undo."""

import io
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.core import jobs
from portal.core.files import file_delete, file_read
from portal.core.imports import runs
from portal.core.models import AccessLog, ChangeLog, ImportMapping, ImportRun, Job
from portal.core.workbooks import workbook_open
from residents.actions import resident_update
from residents.imports import packed
from residents.models import PartyMember, Resident
from tests.core.importing import (  # noqa: F401 - fixtures
    apply,
    bring,
    check,
    content,
    jobs_at_once,
    person,
    upload,
)
from tests.ledgers import HEADINGS, committed, ledger, workbook
from tests.people import client_of, make_id_number

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(clerk):
    return client_of(clerk)


def test_from_upload_to_result(desk, community):
    response, run = upload(desk, committed("two-row-heading.xlsx"))
    assert response["Location"] == reverse("core:import_columns", args=[run.pk])
    page = check(desk, run)
    assert run.counts["new"] == 6
    assert "田梓远" in page.content.decode()
    assert not Resident.objects.exists()
    page = apply(desk, run)
    assert (run.state, run.counts["new"]) == ("applied", 6)
    assert Resident.objects.filter(community=community).count() == 6
    assert "已写入" in page.content.decode()
    entry = ChangeLog.objects.get(action="import_apply")
    assert (entry.by, entry.after["new"]) == (run.owner_id, 6)


def test_samples_and_preview_are_masked(desk):
    _, run = upload(desk, ledger(person()))
    page = desk.get(reverse("core:import_columns", args=[run.pk])).content.decode()
    assert "150399************" in page
    assert "138****8000" in page
    shown = check(desk, run).content.decode()
    for clear in (make_id_number(serial=1), "13800138000"):
        assert clear not in page + shown


def test_a_changed_value_shows_old_and_new(desk):
    bring(desk, person())
    _, run = upload(desk, ledger(person(name="王大明", phone="13900139000")))
    page = check(desk, run).content.decode()
    assert "<del>王小明</del> <ins>王大明</ins>" in page
    assert "<del>138****8000</del> <ins>139****9000</ins>" in page
    assert Resident.objects.get().name == "王小明"


def test_party_membership_is_covered_for_who_may_not_see_it(desk, director):
    heads = [*HEADINGS, "党员类别"]
    bring(desk, [*person(), "在职"], headings=heads)
    _, run = upload(desk, ledger([*person(), "退休"], headings=heads))
    assert "离退休党员" not in check(desk, run).content.decode()
    page = client_of(director).get(reverse("core:import_show", args=[run.pk]))
    assert "离退休党员" in page.content.decode()


def told(client, page="core:import_show", run=None):
    """What a page says without its addresses and tokens."""
    html = client.get(reverse(page, args=[run.pk] if run else [])).content.decode()
    text = re.sub(r"<[^>]*>", " ", html[html.index("<main") : html.index("</main")])
    return re.sub(r"\s+|今天 \d\d:\d\d", " ", text)


def test_a_guess_about_somebody_s_party_membership_is_not_answered(desk, director):
    heads = [*HEADINGS, "党员类别", "政治面貌"]
    bring(desk, [*person(), "在职", "中共党员"], [*person("3-2-502", "李红", 2), "", "群众"],
          headings=heads)  # fmt: skip
    pages = []
    for guess in (("在职", "中共党员"), ("退休", "中共党员")):
        rows = [*person(), *guess], [*person("3-2-502", "李兰", 2), "流动", "群众"]
        _, run = upload(desk, ledger(*rows, headings=heads))
        check(desk, run)
        pages.append(told(desk, run=run))
        assert "党员类别、政治面貌按台账写入" in pages[-1]
        assert "党员类别、政治面貌按台账写入" not in told(client_of(director), run=run)
    assert "变更 1 人 相同 1 行" in pages[0]
    assert pages[0] == pages[1]
    assert "变更 2 人 相同 0 行" in told(client_of(director), run=run)
    apply(desk, run)
    assert set(PartyMember.objects.values_list("resident__name", "kind")) == {
        ("王小明", "retired"), ("李兰", "floating"),
    }  # fmt: skip
    assert "变更的 1 人" in told(desk, "core:import_undo", run)
    assert "变更的 2 人" in told(client_of(director), "core:import_undo", run)
    assert "台账.xlsx 已写入 0 1 0" in told(desk, "core:import_list")
    assert "台账.xlsx 已写入 0 2 0" in told(client_of(director), "core:import_list")


def test_changes_of_a_run_that_was_not_checked_are_not_counted_for_everybody(desk, clerk, director):
    run = ImportRun.objects.create(
        kind="residents", tenant=director.memberships.get().community_id, owner=director,
        file_name="台账.xlsx", file_hash="", state="applied",
        counts={"rows": 9, "new": 4, "changed": 3, "same": 2, "refused": 0},
    )  # fmt: skip
    assert "变更 3 人 相同 2 行" in told(client_of(director), run=run)
    assert "变更 3" not in told(desk, run=run)


def test_columns_can_be_corrected_and_are_remembered(desk):
    data = ledger([*person(), "李红"], headings=[*HEADINGS[:1], "称呼", *HEADINGS[2:], "姓名"])
    _, run = upload(desk, data)
    check(desk, run, column_1="name", column_6="")
    assert ImportMapping.objects.count() == 1
    apply(desk, run)
    assert Resident.objects.get().name == "王小明"
    _, again = upload(desk, data)
    assert again.mapping["1"] == "name"
    assert "6" not in again.mapping


def test_columns_without_a_name_do_not_pass(desk):
    _, run = upload(desk, ledger(person()))
    page = desk.post(
        reverse("core:import_columns", args=[run.pk]), {"sheet": "台账", "column_0": "address"}
    )
    assert page.status_code == 422
    assert "没有找到“姓名”列" in page.content.decode()
    assert not Job.objects.exists()


def test_another_sheet_can_be_chosen(desk):
    _, run = upload(desk, committed("two-communities.xlsx"))
    page = desk.get(reverse("core:import_columns", args=[run.pk]), {"sheet": "向阳里"})
    assert page.context["found"].name == "向阳里"
    check(desk, run, sheet="向阳里")
    assert (run.sheet, run.counts["new"]) == ("向阳里", 1)


@pytest.mark.parametrize(
    ("data", "words"), [(b"", "空的"), (b"%PDF", "不是 Excel"), (b"PK\x03\x04", "损坏")]
)
def test_an_unusable_file_is_refused_in_the_form(desk, data, words):
    response, run = upload(desk, data)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert run is None


def test_refused_rows_come_back_as_a_workbook_to_mend(desk, clerk):
    wrong = person(serial=2, name="李大", place=None, relation="妻")
    wrong[3] = wrong[3][:17]
    _, run = upload(desk, ledger([*person(), ""], [*wrong, "=1+1"], headings=[*HEADINGS, "备注"]))
    check(desk, run)
    apply(desk, run)
    run.refresh_from_db()
    assert run.job.has_file
    answer = desk.get(reverse("core:job_file", args=[run.job_id]))
    rows = workbook_open(answer.getvalue()).sheet("未导入").rows
    assert rows[0] == [*HEADINGS, "备注", "未导入原因"]
    assert rows[1][:3] == ["3-2-501", "李大", "男"]
    assert rows[1][6:] == ["'=1+1", "身份证号：应为 18 位，现在 17 位"]
    rows[1][3] = make_id_number(serial=2)
    _, mended = upload(desk, ledger(rows[1], headings=rows[0]))
    check(desk, mended)
    apply(desk, mended)
    wife = Resident.objects.get(name="李大")
    assert (wife.note, wife.household.head.name) == ("=1+1", "王小明")


def test_what_changed_after_the_check_stops_the_writing(desk, clerk):
    bring(desk, person())
    _, run = upload(desk, ledger(person(name="王大明")))
    check(desk, run)
    someone = Resident.objects.get()
    resident_update(by=clerk, resident=someone, version=someone.version, values={"name": "王中明"})
    page = apply(desk, run).content.decode()
    assert "重新检查" in page
    assert Resident.objects.get().name == "王中明"
    assert run.state == "checked"


def test_a_started_import_can_be_stopped_and_leaves_nothing(desk, clerk, monkeypatch):
    _, run = upload(desk, ledger(person()))
    check(desk, run)
    before = content()

    def stopping(by, plan, progress):
        raise jobs.Cancelled

    kind = runs.kind_of("residents")
    monkeypatch.setattr(runs, "kind_of", lambda name: _with(kind, write=stopping))
    apply(desk, run)
    assert run.job.state == "cancelled"
    assert content() == before
    assert run.state == "checked"


def _with(kind, **values):
    from dataclasses import replace

    return replace(kind, **values)


def test_applying_twice_writes_once(desk):
    run = bring(desk, person())
    before = content()
    page = apply(desk, run)
    assert content() == before
    assert "状态" in page.content.decode()


# --- Who may, and what is kept


def test_a_run_does_one_thing_at_a_time(desk, director):
    """Two people, or two windows of one, begin the same run; only forms of one page are once."""
    _, run = upload(desk, ledger(person()))
    check(desk, run)
    run.refresh_from_db()
    Job.objects.filter(pk=run.job_id).update(state="running", finished_at=None)
    start, columns = (
        reverse(f"core:import_{step}", args=[run.pk]) for step in ("start", "columns")
    )
    sent = {f"column_{index}": name for index, name in run.mapping.items()}
    for client in (desk, client_of(director)):
        client.post(start)
        assert "正在进行" in client.post(columns, {"sheet": run.sheet, **sent}).content.decode()
    assert set(run_jobs()) == {run.job_id}
    Job.objects.filter(pk=run.job_id).update(state="done", finished_at=timezone.now())
    client_of(director).post(start)
    assert len(run_jobs()) == 2
    run.refresh_from_db()
    assert (run.state, run.job.state) == ("applied", "done")


def run_jobs():
    return Job.objects.filter(kind__startswith="import_").values_list("pk", flat=True)


def test_only_who_may_import_in_the_whole_community(leader_a, party_clerk, street, other_community,
                                                    desk):  # fmt: skip
    _, run = upload(desk, ledger(person()))
    for user in (leader_a, party_clerk, street):
        assert client_of(user).get(reverse("core:import_list")).status_code == 403
    from portal.accounts.permissions import Role
    from tests.people import make_user

    stranger = client_of(make_user(Role.CLERK, other_community))
    for name in ("import_show", "import_columns", "import_undo"):
        assert stranger.get(reverse(f"core:{name}", args=[run.pk])).status_code == 404
    assert stranger.post(reverse("core:import_start", args=[run.pk])).status_code == 404
    assert "台账.xlsx" not in stranger.get(reverse("core:import_list")).content.decode()


def test_looking_at_the_preview_is_logged(desk):
    _, run = upload(desk, ledger(person()))
    check(desk, run)
    entry = AccessLog.objects.get(action="import_show")
    assert (entry.row, entry.count) == (run.pk, 1)


def test_file_plan_and_undo_are_sealed(desk):
    run = bring(desk, person())
    run.refresh_from_db()
    number = make_id_number(serial=1).encode()
    for blob in (bytes(run.plan), bytes(run.undo)):
        assert blob
        assert number not in blob
        assert "王小明".encode() not in blob
    assert file_read(run.file_key)[:2] == b"PK"


def test_a_purged_file_asks_for_a_new_upload(desk):
    _, run = upload(desk, ledger(person()))
    file_delete(run.file_key)
    page = desk.get(reverse("core:import_columns", args=[run.pk]))
    assert "重新上传" in page.content.decode()


def test_what_was_checked_is_written_without_the_file(desk):
    _, run = upload(desk, ledger(person()))
    check(desk, run)
    assert make_id_number(serial=1).encode() in file_read(run.table_key)
    assert {run.file_key, run.table_key} <= runs.uploads_held()
    file_delete(run.file_key)
    apply(desk, run)
    assert Resident.objects.get().name == "王小明"


def test_what_another_version_checked_is_checked_again(desk, monkeypatch):
    _, run = upload(desk, ledger(person()))
    check(desk, run)
    monkeypatch.setattr(packed, "SHAPE", packed.SHAPE + 1)
    page = apply(desk, run).content.decode()
    assert "请重新检查" in page
    assert not Resident.objects.exists()
    check(desk, run)
    apply(desk, run)
    assert Resident.objects.exists()


def test_pages_of_the_preview(desk):
    _, run = upload(desk, ledger(*(person(f"3-2-{n}", serial=n) for n in range(101, 221))))
    check(desk, run)
    page = desk.get(reverse("core:import_show", args=[run.pk]), {"tab": "new", "page": "3"})
    assert len(page.context["rows"]) == 20
    far = desk.get(reverse("core:import_show", args=[run.pk]), {"tab": "x", "page": "99999"})
    assert far.context["page"] == 3


def test_the_preview_takes_few_queries(desk, django_assert_max_num_queries):
    _, run = upload(desk, ledger(*(person(f"3-2-{n}", serial=n) for n in range(101, 151))))
    check(desk, run)
    with django_assert_max_num_queries(9):
        desk.get(reverse("core:import_show", args=[run.pk]))


def test_a_workbook_of_many_rows_in_one_go(desk):
    people = [person(f"{n // 400 + 1}-{n % 4 + 1}-{n % 100 + 101}", f"王{chr(0x4E00 + n)}", n % 500,
                     phone="") for n in range(450)]  # fmt: skip
    run = bring(desk, *people)
    assert run.counts["new"] == 450
    assert io.BytesIO(bytes(run.undo)).read(1) == b"\x01"


TITLED = [["2号楼住户"], ["单元", "房号", "姓名", "身份证号"], ["1", "101", "李大", ""]]
DITTO = [
    ["住址", "民族", "姓名", "身份证号"],
    ["3-2-501", "汉", "王大", "1"],
    ["同上", "", "李大", ""],
]


@pytest.mark.parametrize(("rows", "place"), [(TITLED, "2-1-101"), (DITTO, "3-2-501")])
def test_a_row_to_mend_keeps_the_address_that_stood_elsewhere(desk, rows, place):
    good = make_id_number()
    _, run = upload(desk, workbook(("台账", [*rows[:-1], [*rows[-1][:-1], good[:17]]])))
    check(desk, run)
    apply(desk, run)
    run.refresh_from_db()
    answer = desk.get(reverse("core:job_file", args=[run.job_id]))
    back = workbook_open(answer.getvalue()).sheet("未导入").rows
    bring(desk, [*back[-1][:3], good, ""], headings=back[0])
    assert Resident.objects.get(name="李大").addr_key == place
