"""Ledgers as they come from other desks: what a spreadsheet spoils, other words, other shapes."""

import datetime as dt
import io
import zipfile

import pytest
from django.db import connection

from grids.models import GridCell
from portal.core.access import SYSTEM
from portal.core.imports import runs
from portal.core.models import ImportRun
from residents.imports.values import parse_date
from residents.models import CareTag, Household, LifeEvent, Resident, Stay
from tests.ledgers import ledger, workbook
from tests.people import make_community
from tests.people import make_id_number as number

pytestmark = pytest.mark.django_db
PLAIN = ["姓名", "身份证号", "住址"]


def person(serial=1):
    return number(dt.date(1980, 5, 4), "1", serial)


def take(bring, *rows, headings=PLAIN):
    """Import with places created; returns (exit code, outcome)."""
    return bring(ledger(*rows, headings=headings), "--create-places")


def addresses():
    return sorted(Household.objects.values_list("addr_key", flat=True))


# --- Spoiled by the spreadsheet


def test_an_address_that_became_a_date_is_refused(bring):
    code, outcome = take(
        bring,
        ["王大", person(1), dt.date(2003, 2, 1)],
        ["王二", person(2), "2003-2-1"],
        ["王三", person(3), "3-2-501"],
    )
    assert (code, [r["row"] for r in outcome["refused"]]) == (3, [2, 3])
    assert all("日期" in r["reason"] for r in outcome["refused"])
    assert addresses() == ["3-2-501"]


@pytest.mark.parametrize("place", [[dt.date(2026, 3, 2), "", 501], [3, 2, dt.date(2026, 5, 1)],
                                   [-3, 2, 501]])  # fmt: skip
def test_a_spoiled_part_of_an_address_is_refused(bring, place):
    heads = ["楼号", "单元", "房号", "姓名", "身份证号"]
    assert take(bring, [*place, "王大", person()], headings=heads)[0] == 3


def test_an_age_in_the_place_of_a_birth_date_is_refused(bring):
    heads = ["姓名", "性别", "出生日期", "住址"]
    code, outcome = take(bring, ["王大", "男", 60, "3-2-501"], headings=heads)
    assert (code, "看不懂日期" in outcome["refused"][0]["reason"]) == (3, True)


def test_a_formula_without_a_result_is_refused_unless_it_is_a_remark(bring):
    rows = [[*PLAIN, "户籍地址", "备注"], ["王大", person(1), "3-2-501", "", ""],
            ["王二", person(2), "3-2-502", "", ""]]  # fmt: skip
    data = workbook(("台账", rows), formulas=[(1, 3, "=A1&B1"), (2, 4, "=A1&B1")])
    _, outcome = bring(data, "--create-places")
    assert [(r["row"], r["column"]) for r in outcome["refused"]] == [(2, "户籍地址")]
    assert Resident.objects.get().note == "=A1&B1"


def test_a_formula_that_gives_the_empty_text_is_a_blank(bring):
    rows = [[*PLAIN, "电话"], ["王大", person(), "3-2-501", ""]]
    data = _replaced(workbook(("台账", rows), formulas=[(1, 3, '=IF(A9="","",A9)')]),
                     b'<c r="D2"><f>', b'<c r="D2" t="str"><f>')  # fmt: skip
    assert bring(data, "--create-places")[0] == 0


def test_bare_numbers_of_a_workbook_from_1904_are_its_days(bring):
    rows = [["姓名", "性别", "出生日期", "住址"], ["王大", "男", 42433, "3-2-501"]]
    data = _replaced(workbook(("台账", rows)), b"<workbookPr ", b'<workbookPr date1904="1" ',
                     "xl/workbook.xml")  # fmt: skip
    bring(data, "--create-places")
    assert Resident.objects.get().born_on == dt.date(2020, 3, 5)


def _replaced(data, old, new, part="xl/worksheets/sheet1.xml"):
    """The workbook with the bytes ``old`` of a part replaced."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w") as made:
        for name in source.namelist():
            content = source.read(name)
            if name == part:
                assert old in content
                content = content.replace(old, new)
            made.writestr(name, content)
    return buffer.getvalue()


def test_a_name_with_covered_characters_is_refused(bring):
    code, outcome = take(bring, ["李**", person(1), "3-2-501"], ["*王大", person(2), "3-2-502"])
    assert (code, [r["row"] for r in outcome["refused"]]) == (3, [2])
    assert Resident.objects.get().name == "王大"


# --- Other words


def test_who_the_ledger_calls_dead_or_moved_is_not_entered(bring):
    code, outcome = take(
        bring,
        ["王大", person(1), "3-2-501", "死亡"],
        ["王二", person(2), "3-2-502", "已迁出"],
        ["王三", person(3), "3-2-503", "在册"],
        headings=[*PLAIN, "人员状态"],
    )
    assert (code, [r["row"] for r in outcome["refused"]]) == (3, [2, 3])
    assert Resident.objects.get().name == "王三"


def test_a_remark_about_a_death_is_a_warning(bring):
    _, outcome = take(bring, ["王大", person(), "3-2-501", "2026年5月去世"],
                      ["王二", person(2), "3-2-502", "户口未迁出"],
                      headings=[*PLAIN, "备注"])  # fmt: skip
    told = [w["row"] for w in outcome["warnings"] if w["column"] == "备注"]
    assert (outcome["created"], told) == (2, [2])


def test_a_kind_of_member_without_a_branch_is_left_out_with_a_warning(bring):
    code, outcome = take(bring, ["王大", person(), "3-2-501", "正式党员"],
                         headings=[*PLAIN, "党员类别"])  # fmt: skip
    assert (code, outcome["created"]) == (0, 1)
    assert "组织关系" in outcome["warnings"][-1]["reason"]


@pytest.mark.parametrize("word", ["空号", "停机", "不详"])
def test_no_telephone_in_words_is_none(bring, word):
    code, outcome = take(bring, ["王大", person(), "3-2-501", word], headings=[*PLAIN, "电话"])
    assert (code, outcome["warnings"][-1]["column"]) == (0, "电话")
    assert Resident.objects.get().phone_mask == ""


def test_one_cell_under_several_spellings_is_made_once(bring):
    heads = ["网格", *PLAIN]
    rows = [[cell, f"王{n}", person(i), f"3-2-50{i}"]
            for i, (cell, n) in enumerate(zip(["第一网格", "第1网格", "1", "一", "东网格"],
                                              "甲乙丙丁戊", strict=True), 1)]  # fmt: skip
    code, _ = take(bring, *rows, headings=heads)
    assert code == 0
    assert sorted(GridCell.objects.values_list("name", flat=True)) == ["东网格", "第一网格"]


# --- Other shapes


def test_building_and_entrance_in_one_column(bring):
    heads = ["楼栋单元", "房号", "姓名", "身份证号"]
    take(bring, ["3号楼2单元", "501", "王大", person(1)], ["3-2", "502", "王二", person(2)],
         headings=heads)  # fmt: skip
    assert addresses() == ["3-2-501", "3-2-502"]


def test_a_door_that_holds_the_entrance_or_the_whole_address(bring):
    heads = ["楼号", "门牌号", "姓名", "身份证号"]
    take(bring, ["3号楼", "2单元501", "王大", person(1)], ["3", "3号楼2单元502", "王二", person(2)],
         ["4号楼", "101", "王三", person(3)], headings=heads)  # fmt: skip
    assert addresses() == ["3-2-501", "3-2-502", "4-101"]


def test_a_list_of_heads_alone(bring):
    heads = ["户主姓名", "户主身份证号", "户主电话", "家庭住址"]
    code, _ = take(bring, ["王大", person(), "13800138000", "3-2-501"], headings=heads)
    assert code == 0
    assert Household.objects.get().head.name == "王大"


def test_members_side_by_side_are_told(bring):
    heads = [*PLAIN, "姓名", "身份证号"]
    _, outcome = take(bring, ["王大", person(), "3-2-501", "王二", person(2)], headings=heads)
    told = [w["reason"] for w in outcome["warnings"] if "一行只导入一个人" in w["reason"]]
    assert (outcome["created"], len(told)) == (1, 2)


def test_two_estates_in_a_column_are_told(bring):
    heads = ["小区", "楼号", "单元", "房号", "姓名", "身份证号"]
    _, outcome = take(bring, ["爱民佳苑", 3, 2, 501, "王大", person(1)],
                      ["幸福花园", 3, 2, 502, "王二", person(2)], headings=heads)  # fmt: skip
    assert any("爱民佳苑、幸福花园" in w["reason"] for w in outcome["warnings"])


def test_a_cell_merged_over_a_household_counts_for_all_its_members(bring):
    rows = [[*PLAIN, "与户主关系", "是否低保"], ["王大", person(1), "3-2-501", "户主", "是"],
            ["王二", person(2), None, "子", None],
            ["赵大", person(3), "3-2-502", "户主", None]]  # fmt: skip
    bring(workbook(("台账", rows, [(1, 2, 2, 2), (1, 4, 2, 4)])), "--create-places")
    tagged = CareTag.objects.filter(kind="low_income").values_list("resident__name", flat=True)
    assert sorted(tagged) == ["王二", "王大"]


def test_footers_over_several_columns_are_no_people(bring):
    heads = ["姓名", "性别", "身份证号", "住址"]
    code, outcome = take(bring, ["王大", "男", person(), "3-2-501"], ["小计", "男1人", "女0人", ""],
                         ["网格员签字：", "", "", "日期："], ["制表：李红", "", "审核：张强", ""],
                         headings=heads)  # fmt: skip
    assert (code, outcome["rows"]) == (0, 1)


# --- What follows from a change


def test_another_kind_of_residence_is_a_life_event(bring):
    heads = [*PLAIN, "居住类型"]
    take(bring, ["王大", person(), "3-2-501", "常住"], headings=heads)
    code, outcome = take(bring, ["王大", person(), "3-2-501", "空挂户"], headings=heads)
    assert (code, outcome["updated"]) == (0, 1)
    event = LifeEvent.objects.get()
    assert (event.kind, event.was["residence"]) == ("residence", "home")
    assert (event.closed_stay.kind, event.opened_stay.kind) == ("home", "away_out")
    assert event.closed_stay.to_on == event.opened_stay.from_on == event.on
    assert Stay.objects.get(to_on=None) == event.opened_stay
    assert take(bring, ["王大", person(), "3-2-501", "空挂户"], headings=heads)[1]["same"] == 1
    assert LifeEvent.objects.count() == 1


def test_undo_takes_a_changed_residence_back(bring):
    heads = [*PLAIN, "居住类型"]
    take(bring, ["王大", person(), "3-2-501", "常住"], headings=heads)
    take(bring, ["王大", person(), "3-2-501", "空挂户"], headings=heads)
    runs.import_undo(by=SYSTEM, run=ImportRun.objects.order_by("created_at", "id").last())
    assert not LifeEvent.objects.exists()
    assert Resident.objects.get().residence == "home"
    stay = Stay.objects.get()
    assert (stay.kind, stay.to_on) == ("home", None)


def test_moving_with_another_kind_of_residence_is_one_event(bring):
    heads = [*PLAIN, "居住类型"]
    take(bring, ["王大", person(), "3-2-501", "常住"], headings=heads)
    take(bring, ["王大", person(), "4-1-101", "空挂户"], headings=heads)
    assert LifeEvent.objects.get().kind == "move_within"
    assert Stay.objects.get(to_on=None).kind == "away_out"


def test_a_large_import_renews_the_statistics(
    bring,
    monkeypatch,
    django_capture_on_commit_callbacks,
):
    monkeypatch.setattr(runs, "MANY", 3)
    people = [["王大", person(1), "3-2-501"], ["王二", person(2), "3-2-502"]]
    assert _analyzed(django_capture_on_commit_callbacks, bring, people) == []
    people = [[name, person(i), f"3-2-60{i}"] for i, name in enumerate("赵钱孙", 3)]
    people = [[f"{name}大", *rest] for name, *rest in people]
    asked = _analyzed(django_capture_on_commit_callbacks, bring, people)
    assert any('"residents_resident"' in sql for sql in asked)


def _analyzed(capture, bring, people):
    with capture() as callbacks:
        take(bring, *people)
    asked = []

    def seen(execute, sql, params, many, context):
        asked.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(seen):
        for callback in callbacks:
            callback()
    return [sql for sql in asked if sql.startswith("ANALYZE")]


@pytest.mark.parametrize("cell", ["1956年3月5日 星期一", "1956-03-05（星期一）", "1956.3.5周一"])
def test_a_weekday_behind_a_date(cell):
    assert parse_date(cell) == dt.date(1956, 3, 5)


def test_yes_under_a_heading_that_does_not_ask_says_nothing_about_residence(bring):
    take(bring, ["王大", person(), "3-2-501", "1"], headings=[*PLAIN, "状态"])
    assert Resident.objects.get().residence == "home"


# --- Which sheet is ours


def people(prefix):
    return [PLAIN, [f"{prefix}大", person(1), "3-2-501"], [f"{prefix}二", person(2), "3-2-502"]]


def titled(title, prefix):
    return [[title], *people(prefix)]


@pytest.mark.parametrize(
    "sheets",
    [
        [("松里社区", people("赵")), ("青松里", people("王"))],
        [("新青松里社区", people("赵")), ("青松里社区", people("王"))],
        [("A", titled("红旗街道新青松里社区", "赵")), ("B", titled("红旗街道青松里社区", "王"))],
        [("样表", [[*PLAIN, "电话"]]), ("数据", people("王"))],
        [("青松里社区", people("王")), ("重名", titled("青松里社区居民台账", "赵"))],
        [("青松里社区（旧）", people("赵")), ("青松里", people("王"))],
        [("150399001007", people("王")), ("150399001008", people("赵"))],
    ],
)
def test_the_sheet_that_names_the_community_is_taken(bring, sheets):
    assert bring(workbook(*sheets), "--create-places")[0] == 0
    assert set(Resident.objects.values_list("name", flat=True)) == {"王大", "王二"}


@pytest.mark.parametrize(
    "sheets",
    [
        [("1号楼", titled("青松里社区居民台账", "王")), ("2号楼", titled("青松里社区台账", "赵"))],
        [("青松里一号楼", people("王")), ("青松里二号楼", people("赵"))],
        [("松里", people("王")), ("新青松里", people("赵"))],
    ],
)
def test_of_sheets_that_are_alike_none_is_taken_silently(bring, sheets):
    code, outcome = bring(workbook(*sheets), "--create-places")
    assert (code, "--sheet" in outcome["error"], Resident.objects.count()) == (2, True, 0)


@pytest.mark.parametrize("own", ["社区1", "测试社区A", "A社区"])
def test_communities_told_apart_by_a_sign_only(bring, own):
    sheets = [("社区10", people("赵")), ("测试社区AB", people("赵")), ("BA社区", people("赵"))]
    data = workbook(*sheets, (own, people("王")))
    assert bring(data, "--create-places", community=make_community("150399001009", own))[0] == 0
    assert set(Resident.objects.values_list("name", flat=True)) == {"王大", "王二"}


def test_a_community_whose_name_holds_ours_is_another_one(bring, pines):
    rows = [
        ["王大", person(1), "3-2-501", "新青松里社区"],
        ["王二", person(2), "3-2-502", "青松里"],
        ["王三", person(3), "3-2-503", pines.code],
    ]
    code, outcome = take(bring, *rows, headings=[*PLAIN, "社区"])
    assert (code, [r["row"] for r in outcome["refused"]]) == (3, [2])


def test_columns_that_were_not_taken_are_told(bring):
    _, outcome = take(bring, ["王大", person(), "3-2-501", "山东"], headings=[*PLAIN, "籍贯"])
    assert "“籍贯”：没有认出，不导入" in [w["reason"] for w in outcome["warnings"]]


@pytest.mark.parametrize(
    ("heading", "gone", "here"),
    [
        ("是否死亡", "是", "否"),
        ("是否健在", "否", "是"),
        ("死亡时间", dt.date(2020, 3, 1), "无"),
        ("变动情况", "迁出", "迁入"),
        ("变动情况", "已去世", "无变动"),
    ],
)
def test_a_column_that_tells_of_deaths_and_moves_refuses(bring, heading, gone, here):
    rows = [["王大", person(1), "3-2-501", gone], ["王二", person(2), "3-2-502", here]]
    rows.append(["王三", person(3), "3-2-503", ""])
    code, outcome = take(bring, *rows, headings=[*PLAIN, heading])
    assert (code, [(r["row"], r["column"]) for r in outcome["refused"]]) == (3, [(2, heading)])
