from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grids.addresses import AddressError, building_named, from_parts, parse, sort_key


@pytest.mark.parametrize(
    "text",
    [
        "3号楼2单元501",
        "3-2-501",
        "三号楼二单元501室",
        "3#2单元501",
        "3.2.501",
        "3、2、501",
        "3号楼2单元501（租户）",
        "3幢2单元501室",
        "３号楼２单元５０１",
        "3 号楼 2 单元 501",
        "3栋2-501",
        "3栋-2-501",
        "3座2单元501户",
        "3—2—501",
        "03-02-0501",
        "爱民佳苑3号楼2单元501",
        "爱民路15号3号楼2单元501室",
        "六一小区三号楼二单元五百零一",
        "3楼2单元501",
        "3号楼2单元5层501",
        "3号楼2单元5楼1号",
        "三号楼二单元五〇一室",
        "3/2/501",
        "爱民小区3-2-501",
        "第3栋第2单元第501号",
    ],
)
def test_all_notations_are_one_dwelling(text):
    assert parse(text).key == "3-2-501"


@pytest.mark.parametrize(
    ("text", "key", "floor"),
    [
        ("3号楼501", "3-501", 5),
        ("3-501", "3-501", 5),
        ("A座1203", "A-1203", 12),
        ("5号楼地下室", "5-地下室", -1),
        ("12排3号", "12排-3", None),
        ("B3号楼2单元501", "B3-2-501", 5),
        ("3号楼甲单元501", "3-甲-501", 5),
        ("12号楼东单元301", "12-东-301", 3),
        ("甲3号楼1门101", "甲3-1-101", 1),
        ("平房12号", "平房-12", None),
        ("平房-12", "平房-12", None),
        ("红旗街东平房7号", "东平房-7", None),
        ("十二号楼三单元一〇二室", "12-3-102", 1),
    ],
)
def test_other_kinds_of_houses(text, key, floor):
    address = parse(text)
    assert (address.key, address.floor) == (key, floor)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "没有住址"),
        ("2003-2-1", "像是日期"),
        ("2003/02/01", "像是日期"),
        ("爱民佳苑", "没有楼号"),
        ("3号楼2单元", "没有房号"),
        ("501", "没有楼号"),
        ("3-1-101/3-1-102", "不止一处"),
        ("3-2-501/502", "不止一处"),
        ("3-2-501-1", "不止一处"),
        ("3-2-501(2)", "看不懂"),
        ("3号楼1单元101、3号楼1单元102", "不止一处"),
        ("3" * 101, "超过"),
    ],
)
def test_refusals_say_what_is_missing(text, words):
    with pytest.raises(AddressError, match=words):
        parse(text)


@pytest.mark.parametrize(
    ("parts", "key"),
    [
        (("1号楼", "1单元", "101"), "1-1-101"),
        (("3", "2", "501.0"), "3-2-501"),
        (("三号楼", "", "501室"), "3-501"),
        (("3", "无", "501"), "3-501"),
        (("爱民佳苑3栋", "2", "501"), "3-2-501"),
        (("", "", "3-2-501"), "3-2-501"),
        (("3", "2", "3-2-501"), "3-2-501"),
    ],
)
def test_three_columns(parts, key):
    assert from_parts(*parts).key == key


def test_three_columns_name_the_part_that_is_missing():
    with pytest.raises(AddressError, match="没有房号"):
        from_parts("3", "2", "")
    with pytest.raises(AddressError, match="楼号"):
        from_parts("东边那栋", "2", "501")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("爱民佳苑2号楼居民登记表", ("2", "")),
        ("三号楼二单元", ("3", "2")),
        ("A座", ("A", "")),
        ("1号楼2号楼", None),
        ("爱民佳苑", None),
        ("三楼住户", None),
    ],
)
def test_the_building_of_a_title(text, found):
    assert building_named(text) == found


def test_text_order_is_number_order():
    keys = ["10-1-101", "2-1-101", "2-1-1001", "2-1-901"]
    assert sorted(keys, key=sort_key) == ["2-1-101", "2-1-901", "2-1-1001", "10-1-101"]


@given(st.integers(1, 999), st.integers(0, 20), st.integers(101, 3999))
def test_every_address_reads_back_from_its_key(building, entrance, room):
    text = f"{building}号楼{f'{entrance}单元' if entrance else ''}{room}"
    assert parse(parse(text).key) == parse(text)


@given(st.text("0123456789号楼栋单元室-三二#A座 院", max_size=20))
def test_any_text_passes_or_is_refused_in_words(text):
    with suppress(AddressError):
        assert parse(text).room
