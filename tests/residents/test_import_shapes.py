"""Shapes of ledgers: what printed forms, pasted pages and pen-and-paper habits leave behind."""

import datetime as dt

import pytest

from residents.models import CareTag, Household, Resident
from tests.ledgers import ledger, workbook
from tests.people import make_id_number as number

pytestmark = pytest.mark.django_db
PLAIN = ["姓名", "身份证号", "住址"]


def person(serial=1, sex="1"):
    return number(dt.date(1958, 3, 12), sex, serial)


def take(bring, rows, merged=(), name="台账"):
    return bring(workbook((name, rows, merged)), "--create-places")


def homes():
    return {p.name: (p.addr_key, p.household.head.name) for p in Resident.objects.all()}


@pytest.mark.parametrize(
    "row",
    [
        ["青松里社区居民台账（第2页）"],
        ["第 1 页 共 3 页"],
        ["以上共 1 户 2 人"],
        ["", "本页小计：2人"],
        ["社区书记：王芳", "社区主任：李娜"],
        ["- 2 -"],
        PLAIN,
        ["填报单位：青松里", "填报日期：2026.11"],
    ],
)
def test_what_printed_pages_leave_between_people_is_no_person(bring, row):
    rows = [["青松里社区居民台账"], ["填报单位：青松里", "填报日期：2026.11"], PLAIN]
    rows += [["王大", person(1), "3-2-501"], row, ["王二", person(2), "3-2-502"], row]
    code, outcome = take(bring, rows)
    assert (code, outcome["rows"]) == (0, 2)


def test_a_two_row_heading_repeated_in_the_middle_is_no_person(bring):
    heads = [["人员信息", "", "住址"], ["姓名", "身份证号", ""]]
    rows = [*heads, ["王大", person(1), "3-2-501"], *heads, ["王二", person(2), "3-2-502"]]
    code, outcome = take(bring, rows, [(0, 0, 0, 1)])
    assert (code, outcome["rows"]) == (0, 2)


@pytest.mark.parametrize("guide", [["1", "2", "3"], ["甲", "乙", 1], ["必填", "（必填）", "选填"]])
def test_numbers_and_hints_below_the_heading_are_no_person(bring, guide):
    code, outcome = take(bring, [PLAIN, guide, ["王大", person(), "3-2-501"]])
    assert (code, outcome["rows"]) == (0, 1)


@pytest.mark.parametrize("mark", ["同上", "〃", '"'])
def test_ditto_is_the_value_above(bring, mark):
    rows = [[*PLAIN, "民族"], ["王大", person(1), "3-2-501", "回"], ["王二", person(2), mark, mark],
            ["王三", person(3), "3-2-502", ""]]  # fmt: skip
    assert take(bring, rows)[0] == 0
    said = list(Resident.objects.order_by("name").values_list("name", "addr_key", "ethnicity"))
    assert sorted(said) == [("王三", "3-2-502", ""), ("王二", "3-2-501", "03"),
                            ("王大", "3-2-501", "03")]  # fmt: skip


def test_a_household_number_or_the_head_s_name_carries_the_address_down(bring):
    heads = ["户号", "户主姓名", "姓名", "与户主关系", "身份证号", "住址"]
    rows = [
        ["1", "", "李大", "妻", person(1, "2"), "3-2-501"],
        ["1", "", "王大", "户主", person(2), ""],
        ["", "赵大", "赵大", "户主", person(3), "3-2-502"],
        ["", "赵大", "赵二", "", person(4), ""],
    ]
    code, _ = bring(ledger(*rows, headings=heads), "--create-places")
    assert code == 0
    assert homes() == {"李大": ("3-2-501", "王大"), "王大": ("3-2-501", "王大"),
                       "赵大": ("3-2-502", "赵大"), "赵二": ("3-2-502", "赵大")}  # fmt: skip


ROOMS = ["单元", "房号", "姓名", "身份证号"]


@pytest.mark.parametrize(
    ("above", "name"), [([["青松里2号楼居民登记表"]], "台账"), ([], "2号楼"), ([], "青松里2栋")]
)
def test_a_building_that_only_the_title_names(bring, above, name):
    code, outcome = take(bring, [*above, ROOMS, ["1", "101", "王大", person()]], name=name)
    assert (code, Household.objects.get().addr_key) == (0, "2-1-101")
    assert any("2号楼" in w["reason"] for w in outcome["warnings"])


def test_section_rows_name_the_building_of_those_below(bring):
    rows = [ROOMS, ["1号楼"], ["1", "101", "王大", person(1)], ["二号楼三单元"],
            ["", "101", "王二", person(2)], ["4", "102", "王三", person(3)]]  # fmt: skip
    code, outcome = take(bring, rows)
    assert (code, outcome["rows"]) == (0, 3)
    assert [place for place, _ in homes().values()] == ["1-1-101", "2-3-101", "2-4-102"]


def test_a_title_with_two_buildings_decides_nothing(bring):
    code, _ = take(bring, [["1号楼2号楼住户"], ROOMS, ["1", "101", "王大", person()]])
    assert (code, Resident.objects.count()) == (3, 0)


def test_an_address_beside_a_room_is_the_building(bring):
    heads = ["姓名", "身份证号", "家庭住址", "房号"]
    rows = [["王大", person(1), "3号楼", "2单元501"], ["王二", person(2), "3-2", 502]]
    assert bring(ledger(*rows, headings=heads), "--create-places")[0] == 0
    assert [place for place, _ in homes().values()] == ["3-2-501", "3-2-502"]


def test_building_and_entrance_alone_are_taken_with_a_warning(bring):
    code, outcome = take(bring, [PLAIN, ["王大", person(), "3-2"]])
    assert (code, "缺房号" in outcome["warnings"][-1]["reason"]) == (0, True)


def test_hidden_rows_are_read_and_told(bring):
    data = workbook(("台账", [PLAIN, ["王大", person(), "3-2-501"]]), hidden=[1])
    code, outcome = bring(data, "--create-places")
    assert (code, outcome["created"]) == (0, 1)
    assert "1 行是隐藏的" in outcome["warnings"][0]["reason"]


# --- Cells


@pytest.mark.parametrize("cell", ["身份证丢失", "未办理", "无身份证", "不详"])
def test_words_for_no_number_need_a_birth_date(bring, cell):
    rows = [[*PLAIN, "出生日期"], ["王大", cell, "3-2-501", "1950-1-2"],
            ["王二", cell, "3-2-502", ""]]  # fmt: skip
    code, outcome = take(bring, rows)
    assert (code, [r["row"] for r in outcome["refused"]]) == (3, [3])
    assert cell in next(w for w in outcome["warnings"] if w["row"] == 2)["reason"]


@pytest.mark.parametrize("cell", ["身份证：{}", "{}（丢失）", " {}(待换证)"])
def test_words_beside_a_number_are_told(bring, cell):
    code, outcome = take(bring, [PLAIN, ["王大", cell.format(person()), "3-2-501"]])
    assert (code, Resident.objects.get().id_mask[:6]) == (0, "150399")
    assert "没有保存" in outcome["warnings"][-1]["reason"]


@pytest.mark.parametrize(
    ("born", "code"), [("58年3月12日", 0), ("58.3", 0), (580312, 0), ("59年3月12日", 3)]
)
def test_the_number_tells_the_century_of_a_short_year(bring, born, code):
    rows = [[*PLAIN, "出生日期"], ["王大", person(), "3-2-501", born]]
    assert take(bring, rows)[0] == code


def test_what_differs_between_rows_of_one_person_is_told(bring):
    rows = [[*PLAIN, "电话"], ["王大", person(), "3-2-501", "13800138000"],
            ["王二", person(), "3-2-502", "13900139000"]]  # fmt: skip
    code, outcome = take(bring, rows)
    assert (code, outcome["same"]) == (0, 1)
    assert "姓名、住址、联系电话不同" in outcome["warnings"][-1]["reason"]


@pytest.mark.parametrize(
    ("cell", "tag"), [("肢体二级", "42"), ("二级", "2"), ("听力残疾三级", "23")]
)
def test_a_grade_may_name_the_category_too(bring, cell, tag):
    assert take(bring, [[*PLAIN, "残疾等级"], ["王大", person(), "3-2-501", cell]])[0] == 0
    found = CareTag.objects.get()
    assert found.category + found.grade == tag


@pytest.mark.parametrize("cell", ["是", "否"])
def test_an_answer_is_no_registered_address(bring, cell):
    code, outcome = take(bring, [[*PLAIN, "户籍"], ["王大", person(), "3-2-501", cell]])
    assert (code, Resident.objects.get().registered_address) == (0, "")
    assert "不是地址" in outcome["warnings"][-1]["reason"]


def test_a_branch_under_its_name_says_no_kind_of_member(bring):
    rows = [[*PLAIN, "组织关系"], ["王大", person(), "3-2-501", "第一中学党委"]]
    code, outcome = take(bring, rows)
    assert (code, "看不出党员类别" in outcome["warnings"][-1]["reason"]) == (0, True)


@pytest.mark.parametrize("cell", ["低保边缘户", "低保已取消", "曾享受"])
def test_a_need_that_is_in_doubt_is_left_out_and_told(bring, cell):
    code, outcome = take(bring, [[*PLAIN, "是否低保"], ["王大", person(), "3-2-501", cell]])
    assert (code, CareTag.objects.count(), cell in outcome["warnings"][-1]["reason"]) == (
        0,
        0,
        True,
    )


# --- Who is head


@pytest.mark.parametrize(
    ("heading", "marks"), [("是否户主", ["", "√"]), ("户主", ["王大", "王大"])]
)
def test_a_head_named_in_a_column_may_stand_below_a_member(bring, heading, marks):
    rows = [["李大", person(1, "2"), "3-2-501", marks[0]], ["王大", person(2), "3-2-501", marks[1]]]
    assert bring(ledger(*rows, headings=[*PLAIN, heading]), "--create-places")[0] == 0
    assert homes() == {"李大": ("3-2-501", "王大"), "王大": ("3-2-501", "王大")}


def test_a_list_without_relations_leaves_registered_households_as_they_are(bring):
    rows = [["王大", person(1), "3-2-501", "户主"], ["李大", person(2, "2"), "3-2-501", "妻"]]
    bring(ledger(*rows, headings=[*PLAIN, "与户主关系"]), "--create-places")
    rows = [["李大", person(2, "2"), "3-2-501", "13800138000"], ["王二", person(3), "3-2-501", ""]]
    code, outcome = bring(ledger(*rows, headings=[*PLAIN, "电话"]), "--create-places")
    assert (code, outcome["updated"], outcome["created"]) == (0, 1, 1)
    assert {home for _, home in homes().values()} == {"王大"}
    assert Resident.objects.get(name="李大").relation == "12"


def test_newborn_twins_of_both_sexes_are_not_made_one(bring):
    heads = ["姓名", "性别", "出生日期", "住址"]
    rows = [["未取名", "男", "2026-11-01", "3-2-501"], ["未取名", "女", "2026-11-01", "3-2-501"]]
    code, outcome = bring(ledger(*rows, headings=heads), "--create-places")
    assert (code, [r["row"] for r in outcome["refused"]]) == (3, [3])
    assert "性别不同" in outcome["refused"][0]["reason"]


def test_lines_of_a_form_about_nobody_are_passed_over_and_told(bring):
    heads = ["社区", "姓名", "民族", "身份证号", "住址"]
    rows = [["青松里", "王大", "汉族", person(), "3-2-501"], ["青松里", "", "汉族", "", ""],
            ["青松里", "", "汉族", "", "无"]]  # fmt: skip
    code, outcome = bring(ledger(*rows, headings=heads), "--create-places")
    assert (code, outcome["rows"]) == (0, 1)
    assert "2 行没有姓名" in "".join(w["reason"] for w in outcome["warnings"])


def test_spare_lines_of_a_household_on_a_printed_form_are_nobody(bring):
    heads = ["户主", "住址", "姓名", "与户主关系", "身份证号"]
    rows = [
        heads,
        ["王大", "3-2-501", "王大", "户主", person(1)],
        ["", "", "李大", "妻", person(2, "2")],
        [""] * 5,
        ["赵大", "3-2-502", "赵大", "户主", person(3)],
        [""] * 5,
    ]
    merged = [(1, 0, 3, 0), (1, 1, 3, 1), (4, 0, 5, 0), (4, 1, 5, 1)]
    code, outcome = take(bring, rows, merged)
    assert (code, outcome["rows"], homes()["李大"]) == (0, 3, ("3-2-501", "王大"))


def test_another_name_for_a_registered_number_is_told(bring):
    take(bring, [PLAIN, ["王大", person(), "3-2-501"]])
    code, outcome = take(bring, [PLAIN, ["赵六", person(), "3-2-501"]])
    assert (code, outcome["updated"]) == (0, 1)
    assert "登记的姓名是“王大”" in outcome["warnings"][-1]["reason"]


GROUPED = ([["姓名", "出生日期", "", "", "住址"], ["", "年", "月", "日", ""]], [(0, 1, 0, 3)])
FLAT = ([["姓名", "出生年份", "月", "日", "住址"]], [])


@pytest.mark.parametrize(("heads", "merged"), [GROUPED, FLAT])
def test_a_birth_date_in_three_columns_is_one(bring, heads, merged):
    rows = [["王大", 1958, 3, 12, "3-2-501"], ["王二", "1960年", "12月", "5日", "3-2-502"],
            ["王三", 1960, "", "", "3-2-503"]]  # fmt: skip
    _, outcome = take(bring, [*heads, *rows], merged)
    born = {p.name: p.born_on for p in Resident.objects.all()}
    assert born == {"王大": dt.date(1958, 3, 12), "王二": dt.date(1960, 12, 5)}
    (refused,) = outcome["refused"]
    assert refused["reason"] == "出生日期缺少日"


def test_several_columns_about_deaths_and_moves_are_all_read(bring):
    heads = [*PLAIN, "是否死亡", "死亡日期", "迁出时间"]
    rows = [["王大", person(1), "3-2-501", "否", "", ""],
            ["王二", person(2), "3-2-502", "是", "", ""],
            ["王三", person(3), "3-2-503", "", "2024-01-02", ""],
            ["王四", person(4), "3-2-504", "", "", "2023.5"]]  # fmt: skip
    _, outcome = take(bring, [heads, *rows])
    assert [r.name for r in Resident.objects.all()] == ["王大"]
    assert [row["column"] for row in outcome["refused"]] == ["是否死亡", "死亡日期", "迁出时间"]


def test_whether_somebody_is_a_party_member_tells_no_kind_of_membership(bring):
    said = [("王大", "是"), ("王二", "否"), ("王三", "预备党员")]
    rows = [[name, person(n), f"3-2-50{n}", word] for n, (name, word) in enumerate(said, 1)]
    code, outcome = take(bring, [[*PLAIN, "是否党员"], *rows])
    found = dict(Resident.objects.values_list("name", "political"))
    assert (code, found) == (0, {"王大": "01", "王二": "", "王三": "02"})
    assert any("党员类别" in warning["reason"] for warning in outcome["warnings"])


@pytest.mark.parametrize("cell", ["E12345678", "ＥＡ１２３４５６７", "H0123456789"])
def test_a_passport_needs_no_column_for_its_kind_but_a_birth_date(bring, cell):
    heads = ["姓名", "证件号码", "出生日期", "住址"]
    rows = [heads, ["JOHN", cell, "1980-01-02", "3-2-501"], ["MARY", "E7654321", "", "3-2-502"]]
    _, outcome = take(bring, rows)
    assert [(r.name, r.id_kind) for r in Resident.objects.all()] == [("JOHN", "other")]
    assert [row["reason"] for row in outcome["refused"]] == ["没有出生日期"]
    assert "护照" in outcome["warnings"][-1]["reason"]


@pytest.mark.parametrize("cell", ["00123456", "A50399195803121396", "E1234", "1503991958031"])
def test_what_may_be_a_spoiled_number_is_no_passport(bring, cell):
    heads = ["姓名", "证件号码", "出生日期", "住址"]
    code, _ = take(bring, [heads, ["王大", cell, "1980-01-02", "3-2-501"]])
    assert (code, Resident.objects.count()) == (3, 0)
