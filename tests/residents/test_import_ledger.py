"""``import_ledger``: a committee's ledger as it is, from the file to the tables."""

import datetime as dt
import io
import json

import pytest
from django.core.management import call_command
from django.utils import timezone

from grids.models import Building, Dwelling, GridCell
from portal.core.audit import verify_logs
from portal.core.models import ChangeLog, ImportRun
from residents.models import CareTag, Household, LifeEvent, PartyMember, Resident, Stay
from tests.ledgers import FOLDER, HEADINGS, ledger, workbook
from tests.people import make_building, make_community, make_dwelling, make_household, make_resident
from tests.people import make_id_number as number

pytestmark = pytest.mark.django_db


def row(place, name, relation="户主", serial=1, born_on=dt.date(1980, 5, 4), sex="1", phone=""):
    return [
        place,
        name,
        "男" if sex == "1" else "女",
        number(born_on, sex, serial),
        phone,
        relation,
    ]


def counts(outcome):
    return tuple(outcome[name] for name in ("rows", "created", "updated", "same"))


# --- Whole files


def test_a_ledger_with_two_row_heading_and_merged_cells(bring, pines):
    code, outcome = bring("two-row-heading.xlsx", "--create-places")
    assert (code, counts(outcome), outcome["refused"]) == (0, (6, 6, 0, 0), [])
    assert list(GridCell.objects.values_list("name", "number")) == [("第1网格", 1), ("第2网格", 2)]
    assert list(Building.objects.values_list("number", "floors")) == [("1", 1), ("2", 12)]
    homes = {home.addr_key: home for home in Household.objects.all()}
    assert sorted(homes) == ["1-1-101", "1-1-102", "2-3-1203"]
    family = homes["1-1-101"].members.order_by("relation")
    assert [(p.name, p.relation) for p in family] == [
        ("田梓远", "02"),
        ("沈霞", "12"),
        ("田浩", "20"),
    ]
    assert homes["1-1-101"].head.name == "田梓远"
    assert homes["2-3-1203"].cell.number == 2


def test_what_the_columns_mean_is_stored(bring):
    bring("two-row-heading.xlsx", "--create-places")
    woman = Resident.objects.get(name="沈霞")
    assert (woman.sex, woman.ethnicity, woman.education, woman.political) == ("2", "02", "41", "13")
    assert (woman.phone, woman.phone_mask) == ("04733022118", "0473-***2118")
    assert (woman.id_number[:6], woman.id_mask) == ("150399", "150399************")
    tag = CareTag.objects.get(resident=woman)
    assert (tag.kind, tag.category, tag.grade) == ("disability", "1", "2")
    assert CareTag.objects.get(kind="low_income").resident.name == "欧阳燕然"
    party = dict(PartyMember.objects.values_list("resident__name", "kind"))
    assert party == {"田梓远": "retired", "田浩": "in_service", "曾重": "branch"}
    assert Resident.objects.get(name="曾重").initials_alt == "cc"
    assert Stay.objects.filter(to_on=None).count() == 6


def test_the_same_file_again_changes_nothing(bring):
    bring("two-row-heading.xlsx", "--create-places")
    before = set(Resident.objects.values_list("id", "version"))
    code, outcome = bring("two-row-heading.xlsx", "--create-places")
    assert (code, counts(outcome), outcome["warnings"]) == (0, (6, 0, 0, 6), [])
    assert set(Resident.objects.values_list("id", "version")) == before
    assert (Household.objects.count(), Stay.objects.count(), LifeEvent.objects.count()) == (3, 6, 0)


def test_every_fault_has_its_row_column_and_reason(bring):
    code, outcome = bring("faults.xlsx", "--create-places")
    assert (code, counts(outcome)) == (3, (21, 8, 0, 1))
    found = {r["row"]: (r["column"], r["reason"]) for r in outcome["refused"]}
    assert {row: column for row, (column, _) in found.items()} == {
        6: "身份证号", 7: "身份证号", 8: "身份证号", 9: "身份证号", 10: "性别", 11: "出生日期",
        14: "电话", 15: "姓名", 16: "住址", 20: "身份证号", 21: "关系", 22: "住址",
    }  # fmt: skip
    assert "科学计数" in found[6][1]
    assert outcome["warnings"][0]["row"] == 3
    assert Resident.objects.get(name__startswith="阿依").note == "=1+1"
    assert Household.objects.filter(addr_key="3-2-501").count() == 7


def test_faults_again_are_the_same_faults(bring):
    bring("faults.xlsx", "--create-places")
    code, outcome = bring("faults.xlsx", "--create-places")
    assert (code, counts(outcome), len(outcome["refused"])) == (3, (21, 0, 0, 9), 12)


def test_of_several_sheets_the_one_of_the_community_is_taken(bring, pines):
    code, outcome = bring("two-communities.xlsx", "--create-places")
    assert (code, outcome["created"]) == (0, 2)
    assert [w["row"] for w in outcome["warnings"]] == [None]
    woman = Resident.objects.get(name="李红")
    assert (woman.residence, woman.registered_address) == ("away_in", "青山区幸福路 1 号")
    assert (woman.household.head.name, woman.relation) == ("王小明", "80")


def test_a_sheet_of_another_community_is_taken_only_with_a_warning(bring):
    make_community("150399001008", "向阳里")
    code, outcome = bring("two-communities.xlsx", "--create-places", "--sheet", "向阳里")
    assert (code, outcome["created"]) == (0, 1)
    assert "向阳里" in outcome["warnings"][0]["reason"]


def test_several_likely_sheets_ask_for_a_choice(bring):
    data = workbook(*(
        (name, [HEADINGS, row("3-2-501", "王小明", serial=serial)])
        for serial, name in enumerate("甲乙")
    ))  # fmt: skip
    code, outcome = bring(data, "--create-places")
    assert (code, "甲、乙" in outcome["error"]) == (2, True)
    assert bring(data, "--create-places", "--sheet", "乙")[0] == 0


# --- Unusable files


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "空的"),
        (b"%PDF-1.7", "不是 Excel"),
        (ledger(headings=["支出", "金额"]), "没有认出"),
        (ledger(), "没有数据行"),
        (ledger(["王小明", "男"], headings=["姓名", "性别"]), "住址"),
    ],
)
def test_an_unusable_file_says_why_and_changes_nothing(bring, data, words):
    code, outcome = bring(data, "--create-places")
    assert code == 2
    assert words in outcome["error"]
    assert not Resident.objects.exists()
    assert not ImportRun.objects.exists()


def test_the_limit_counts_people_not_headings(bring, monkeypatch):
    monkeypatch.setattr("portal.core.workbooks.MAX_ROWS", 2)
    people = [row(f"3-2-{n}", "王大", serial=n) for n in (101, 102, 103)]
    assert bring(ledger(*people[:2]), "--create-places")[0] == 0
    code, outcome = bring(ledger(*people), "--create-places")
    assert (code, "超过 2 行" in outcome["error"]) == (2, True)


def test_an_unknown_community_or_file_is_unusable(bring, tmp_path):
    out, err = io.StringIO(), io.StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("import_ledger", "residents", str(tmp_path / "no.xlsx"), "--community", "1",
                     stdout=out, stderr=err)  # fmt: skip
    assert end.value.code == 2
    assert "社区" in err.getvalue()


# --- Households


def test_members_below_a_head_without_address_are_the_household(bring):
    rows = row("3-2-501", "王大"), row(None, "王二", "子", 2), row("3-2-502", "李大", serial=3)
    bring(ledger(*rows), "--create-places")
    assert Resident.objects.get(name="王二").household.head.name == "王大"


def test_two_heads_at_one_address_are_two_households(bring):
    bring(ledger(row("3-2-501", "王大"), row("3-2-501", "李大", serial=2),
                 row("3-2-501", "李妻", "妻", 3)), "--create-places")  # fmt: skip
    assert Household.objects.count() == 2
    assert Resident.objects.get(name="李妻").household.head.name == "李大"


def test_members_far_from_their_head_find_it_by_address(bring):
    bring(ledger(row("3-2-501", "王子", "子", 2), row("5-1-101", "李大", serial=3),
                 row("3号楼2单元501", "王大")), "--create-places")  # fmt: skip
    assert Resident.objects.get(name="王子").household.head.name == "王大"
    assert Household.objects.count() == 2


def test_a_mended_head_joins_the_household_that_waits(bring):
    wrong = row("3-2-501", "王大")
    wrong[3] = wrong[3][:17]
    bring(ledger(wrong, row("3-2-501", "王妻", "妻", 2, sex="2")), "--create-places")
    assert Household.objects.get().head is None
    code, _ = bring(ledger(row("3-2-501", "王大")), "--create-places")
    assert code == 0
    assert Household.objects.get().head.name == "王大"


def test_a_household_number_keeps_households_apart(bring):
    heads = [*HEADINGS, "户号"]
    bring(ledger([*row("3-2-501", "王大"), "7"], [*row("3-2-501", "李妻", "妻", 3), "8"],
                 [*row("3-2-501", "王妻", "妻", 2), "7"], [*row("3-2-501", "李大", serial=4), "8"],
                 headings=heads), "--create-places")  # fmt: skip
    numbers = dict(Resident.objects.values_list("name", "household__number"))
    assert numbers == {"王大": "7", "王妻": "7", "李大": "8", "李妻": "8"}


def test_a_registered_head_is_not_replaced_silently(bring):
    bring(ledger(row("3-2-501", "王大"), row("3-2-501", "王妻", "妻", 2)), "--create-places")
    code, outcome = bring(ledger(row("3-2-501", "王妻", "户主", 2)))
    assert code == 3
    assert "王大" in outcome["refused"][0]["reason"]
    bring(ledger(row("3-2-501", "王妻", "户主", 2), row("3-2-501", "王大", "配偶")))
    assert Household.objects.get().head.name == "王妻"


# --- Places


def test_unknown_dwellings_are_refused_without_create_places(bring, pines):
    make_dwelling(make_building(pines), "2", "501")
    code, outcome = bring(ledger(row("3-2-501", "王大"), row("9-1-101", "李大", serial=2)))
    assert (code, outcome["created"]) == (3, 1)
    assert "9-1-101" in outcome["refused"][0]["reason"]
    assert Dwelling.objects.count() == 1


def test_another_community_in_its_column_is_refused(bring):
    heads = [*HEADINGS, "所属社区"]
    code, outcome = bring(ledger([*row("3-2-501", "王大"), "青松里社区"],
                                 [*row("3-2-502", "李大", serial=2), "向阳里社区"], headings=heads),
                          "--create-places")  # fmt: skip
    assert (code, outcome["created"], outcome["refused"][0]["column"]) == (3, 1, "所属社区")


# --- Changes


def test_a_changed_cell_changes_the_row_and_a_blank_one_erases_nothing(bring):
    bring(ledger(row("3-2-501", "王大", phone="13800138000")), "--create-places")
    code, outcome = bring(ledger(row("3-2-501", "王大明")))
    assert (code, counts(outcome)) == (0, (1, 0, 1, 0))
    person = Resident.objects.get()
    assert (person.name, person.initials, person.phone, person.version) == (
        "王大明", "wdm", "13800138000", 2)  # fmt: skip


def test_another_address_is_a_move_with_stays_and_event(bring):
    bring(ledger(row("3-2-501", "王大")), "--create-places")
    bring(ledger(row("5-1-101", "王大")), "--create-places")
    person = Resident.objects.get()
    assert (person.addr_key, person.household.addr_key) == ("5-1-101", "5-1-101")
    assert [s.household.addr_key for s in person.stays.order_by("id")] == ["3-2-501", "5-1-101"]
    event = person.events.get()
    assert (event.kind, event.opened_stay.to_on) == ("move_within", None)
    assert Household.objects.get(addr_key="3-2-501").head is None


def test_a_number_is_added_to_who_had_none(bring):
    heads = [*HEADINGS, "出生日期"]
    child = ["3-2-501", "王宝", "男", None, None, "户主", dt.date(1980, 5, 4)]
    bring(ledger(child, headings=heads), "--create-places")
    _, outcome = bring(ledger(row("3-2-501", "王宝")))
    assert outcome["updated"] == 1
    assert Resident.objects.get().id_number == number(serial=1)
    assert bring(ledger(child, headings=heads))[1]["same"] == 1


def test_needs_begin_change_and_end(bring):
    heads = [*HEADINGS, "低保", "残疾类别", "残疾等级", "党员类别"]

    def told(*more):
        return bring(ledger([*row("3-2-501", "王大"), *more], headings=heads), "--create-places")

    told("是", "肢体", "三级", "在职")
    told("否", "肢体", "二级", "退休")
    low = CareTag.objects.get(kind="low_income")
    assert low.to_on is not None
    assert CareTag.objects.get(kind="disability").grade == "2"
    assert PartyMember.objects.get().kind == "retired"
    assert told("否", "肢体", "二级", "退休")[1]["same"] == 1


def test_a_tag_with_a_planned_end_is_known_and_one_that_ended_begins_again(bring):
    heads = [*HEADINGS, "低保"]
    today = timezone.localdate()

    def told(word):
        return bring(ledger([*row("3-2-501", "王大"), word], headings=heads), "--create-places")

    told("是")
    CareTag.objects.update(to_on=today + dt.timedelta(30))
    assert told("是")[1]["same"] == 1
    told("否")
    assert CareTag.objects.get().to_on == today
    told("是")
    again = CareTag.objects.get(to_on=None)
    assert again.from_on == today
    assert told("是")[1]["same"] == 1


def test_an_unknown_word_about_residence_is_left_out_with_a_warning(bring):
    heads = [*HEADINGS, "居住状况"]
    code, outcome = bring(
        ledger([*row("3-2-501", "王大"), "自住"], headings=heads), "--create-places"
    )
    assert (code, outcome["created"], outcome["warnings"][0]["column"]) == (0, 1, "居住状况")
    assert Resident.objects.get().residence == "home"


def test_who_died_or_left_is_not_entered_again(bring, pines):
    home = make_household(make_dwelling(make_building(pines)))
    make_resident(home, "王大", id_number=number(serial=1), status="dead")
    code, outcome = bring(ledger(row("3-2-501", "王大")))
    assert code == 3
    assert "已故" in outcome["refused"][0]["reason"]


def test_other_communities_are_not_touched(bring, other_community):
    home = make_household(make_dwelling(make_building(other_community)))
    other = make_resident(home, "王大", id_number=number(serial=1), phone="13900139000")
    bring(ledger(row("3-2-501", "王大")), "--create-places")
    assert Resident.objects.filter(name="王大").count() == 2
    other.refresh_from_db()
    assert other.version == 1


def test_two_people_of_one_name_and_birth_need_a_number(bring, pines):
    home = make_household(make_dwelling(make_building(pines)))
    for _ in range(2):
        make_resident(home, "王大", born_on=dt.date(1980, 5, 4))
    nameless = ["3-2-501", "王大", "男", None, None, "子", dt.date(1980, 5, 4)]
    code, outcome = bring(ledger(nameless, headings=[*HEADINGS, "出生日期"]))
    assert (code, "证件号码" in outcome["refused"][0]["reason"]) == (3, True)


# --- What is kept of it


def test_a_dry_run_writes_nothing(bring):
    code, outcome = bring("two-row-heading.xlsx", "--create-places", "--dry-run")
    assert (code, outcome["created"]) == (0, 6)
    assert not Resident.objects.exists()
    assert not Building.objects.exists()
    assert not ChangeLog.objects.exists()


def test_one_log_row_for_the_batch_without_values(bring):
    bring("two-row-heading.xlsx", "--create-places")
    entry = ChangeLog.objects.get()
    assert entry.action == "import_apply"
    assert entry.after["new"] == 6
    assert "田梓远" not in json.dumps(entry.after, ensure_ascii=False)
    assert verify_logs() == []


def test_text_output_tells_rows_and_reasons(pines):
    out = io.StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("import_ledger", "residents", str(FOLDER / "faults.xlsx"), "--community",
                     pines.code, "--create-places", stdout=out)  # fmt: skip
    assert end.value.code == 3
    assert "新增 8" in out.getvalue()
    assert "第 21 行 关系" in out.getvalue()
