"""The heading of a ledger, found among titles, groups and footers."""

import pytest

from residents.imports.recognise import field_of, is_footer, missing, recognise

NUMBER = "11010519491231002X"


def fields(layout):
    return {c.heading: c.field for c in layout.columns if c.field}


def test_title_rows_above_are_passed_over():
    rows = [
        ["某社区居民台账", "", ""],
        ["填报日期：2026年", "", ""],
        ["姓名", "身份证号", "家庭住址"],
        ["王小明", NUMBER, "3-2-501"],
    ]
    layout = recognise(rows, [(0, 0, 0, 2)])
    assert (layout.first_row, layout.title) == (3, "某社区居民台账")
    assert fields(layout) == {"姓名": "name", "身份证号": "id_number", "家庭住址": "address"}


def test_two_row_heading_with_group_cells():
    rows = [
        ["序号", "住址", "", "", "人员信息", "", "备注"],
        ["", "楼栋", "单元", "房号", "姓名", "身份证号码", ""],
        [1.0, "3号楼", "2单元", "501", "王小明", NUMBER, ""],
    ]
    merged = [(0, 0, 1, 0), (0, 1, 0, 3), (0, 4, 0, 5), (0, 6, 1, 6)]
    layout = recognise(rows, merged)
    assert layout.first_row == 2
    assert fields(layout) == {
        "楼栋": "building",
        "单元": "entrance",
        "房号": "room",
        "姓名": "name",
        "身份证号码": "id_number",
        "备注": "note",
    }


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("姓 名", "name"),
        ("*姓名（必填）", "name"),
        ("公民身份号码", "id_number"),
        ("证件\n号码", "id_number"),
        ("现居住地址", "address"),
        ("联系方式", "phone"),
        ("与户主的关系", "relation"),
        ("出生年月", "born_on"),
        ("学历", "education"),
        ("婚否", "marital"),
        ("是否低保户", "low_income"),
        ("户口所在地", "registered_address"),
        ("户主姓名", "head_name"),
        ("本人联系电话号码", "phone"),
        ("楼/单元/室", "address"),
        ("身份证号：18位", "id_number"),
        ("家庭成员情况", ""),
        ("村（社区）", "community"),
        ("身份证地址", "registered_address"),
        ("残疾类型及等级", "disability_category"),
        ("是否为低保户", "low_income"),
        ("是否户主", "head_name"),
        ("死亡时间", "departure"),
        ("组织关系", "party_kind"),
        ("网格员电话", ""),
        ("监护人姓名", ""),
        ("配偶身份证号", ""),
        ("户主电话", ""),
        ("残疾证号", ""),
        ("工作单位地址", ""),
        ("原住址", ""),
        ("是否本地户籍", ""),
        ("劳动关系", ""),
        ("就业状态", ""),
        ("序号", ""),
        ("年龄", ""),
        ("", ""),
    ],
)
def test_words_of_headings(heading, name):
    assert field_of(heading)[0] == name


def test_values_decide_when_the_heading_does_not():
    rows = [["姓名", "号码", "联系", "住址"], ["王小明", NUMBER, "13800138000", "3-2-501"]]
    layout = recognise(rows)
    assert layout.mapping == {0: "name", 1: "id_number", 2: "phone", 3: "address"}
    assert "按内容" in layout.columns[1].remark


def test_what_is_never_collected_is_left_out_and_said():
    rows = [["姓名", "身份证号", "住址", "宗教信仰"], ["王小明", NUMBER, "3-2-501", "无"]]
    layout = recognise(rows)
    assert layout.columns[3].field == ""
    assert "不收集" in layout.columns[3].remark


def test_two_columns_for_one_field_leave_the_better_one():
    rows = [
        ["姓名", "身份证号", "住址", "联系电话", "本人电话2"],
        ["王小明", NUMBER, "3-2-501", "13800138000", ""],
    ]
    layout = recognise(rows)
    assert layout.mapping[3] == "phone"
    assert "重复" in layout.columns[4].remark


def test_a_word_inside_another_heading_is_not_that_column():
    rows = [
        ["姓名", "身份证号", "住址", "房屋性质", "户籍性质"],
        ["王小明", NUMBER, "3-2-501", "自住", "农业"],
    ]
    assert recognise(rows).mapping == {0: "name", 1: "id_number", 2: "address"}


def test_members_beside_their_head_are_the_people():
    rows = [
        ["户主信息", "", "家庭成员", "", ""],
        ["姓名", "身份证号", "姓名", "身份证号", "住址"],
        ["王大", NUMBER, "王二", NUMBER, "3-2-501"],
    ]
    layout = recognise(rows, [(0, 0, 0, 1), (0, 2, 0, 4)])
    assert layout.mapping == {0: "head_name", 2: "name", 3: "id_number", 4: "address"}


def test_a_title_right_above_the_heading_is_no_group():
    rows = [["青松里社区居民台账"], ["姓名", "身份证号", "住址"], ["王小明", NUMBER, "3-2-501"]]
    assert recognise(rows).title == "青松里社区居民台账"
    assert recognise(rows, [(0, 0, 0, 2)]).header_rows == (1,)


def test_the_line_of_the_reporting_unit_is_no_group():
    rows = [["青松里社区台账"], ["填报单位：青松里", "", "填报日期：2026年"],
            ["姓名", "身份证号", "住址"], ["王小明", NUMBER, "3-2-501"]]  # fmt: skip
    assert recognise(rows).header_rows == (2,)


def test_what_is_said_of_others_is_left_alone_whatever_stands_in_it():
    rows = [
        ["本人信息", "", "", "", "监护人信息", "", "配偶身份证号"],
        ["姓名", "证件", "住址", "民族", "姓名", "电话", ""],
        ["王小明", NUMBER, "3-2-501", "汉", "王大", "13800138000", NUMBER],
    ]
    layout = recognise(rows, [(0, 0, 0, 3), (0, 4, 0, 5), (0, 6, 1, 6)])
    assert layout.mapping == {0: "name", 1: "id_number", 2: "address", 3: "ethnicity"}
    assert ["不是居民本人" in c.remark for c in layout.columns[4:]] == [True] * 3


def test_an_address_under_a_group_of_registration_is_the_registered_one():
    rows = [["姓名", "证件号码", "户籍信息", "现住信息"], ["", "", "地址", "地址"],
            ["王小明", NUMBER, "青山区", "3-2-501"]]  # fmt: skip
    merged = [(0, 0, 1, 0), (0, 1, 1, 1)]
    assert recognise(rows, merged).mapping == {
        0: "name", 1: "id_number", 2: "registered_address", 3: "address"}  # fmt: skip


@pytest.mark.parametrize(
    ("doors", "name"), [(["501", "502室"], "room"), (["1", "2"], "household_number")]
)
def test_a_household_number_beside_a_building_may_be_the_room(doors, name):
    rows = [["楼号", "户号", "姓名", "证件号码"]] + [["3", d, "王小明", NUMBER] for d in doors]
    assert recognise(rows).mapping[1] == name


def test_headings_in_several_lines_are_one():
    rows = [["姓名", "与户主\n关系", "身份证号", "住址"], ["王小明", "户主", NUMBER, "3-2-501"]]
    assert recognise(rows).columns[1].heading == "与户主关系"


def test_a_ledger_given_back_with_reasons_is_of_the_same_source():
    rows = [["姓名", "身份证号", "住址"], ["王小明", NUMBER, "3-2-501"]]
    back = [[*rows[0], "未导入原因"], [*rows[1], "没有住址"]]
    assert recognise(rows).signature == recognise(back).signature


def test_a_year_at_the_end_of_the_heading_does_no_harm():
    rows = [["姓名", "身份证号", "住址", "", 2026.0], ["王小明", NUMBER, "3-2-501", "", ""]]
    assert recognise(rows).mapping == {0: "name", 1: "id_number", 2: "address"}


def test_no_ledger_no_layout():
    assert recognise([["支出", "金额"], ["水费", 30.0]]) is None
    assert recognise([]) is None


def test_missing_must_haves_are_named():
    assert missing({0: "name"}) == [
        "没有找到“住址”列，也没有“楼栋、单元、房号”列",
        "没有找到“身份证号”列，也没有“出生日期”列",
    ]
    assert missing({0: "name", 1: "name", 2: "address", 3: "born_on"}) == [
        "“姓名”对应了几列，请只留一列"
    ]


@pytest.mark.parametrize(
    "cells", [["填表人：", "审核人："], ["合计", 30.0], ["共 30 户 81 人"], ["说明：以上"]]
)
def test_footers(cells):
    assert is_footer(cells)


def test_a_person_is_no_footer():
    assert not is_footer(["注小明", NUMBER])
