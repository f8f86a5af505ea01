import datetime as dt
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.errors import DomainError
from residents.imports import words
from residents.imports.values import PartialDate, is_blank, parse_date, text_of, yes_no

MARCH = dt.date(1958, 3, 12)


@pytest.mark.parametrize(
    "cell",
    [
        "1958.3.12",
        "1958-03-12",
        "1958年3月12日",
        "19580312",
        "一九五八年三月十二日",
        "1958/3/12",
        "１９５８．３．１２",
        "1958-03-12 00:00:00",
        "1958年3月12日生",
        "1958、3、12",
        21256.0,
        "21256",
        19580312.0,
        MARCH,
        dt.datetime(1958, 3, 12),  # noqa: DTZ001
    ],
)
def test_dates_in_every_notation(cell):
    assert parse_date(cell) == MARCH


@pytest.mark.parametrize(
    ("cell", "date"),
    [
        ("一九五八年十月三十日", dt.date(1958, 10, 30)),
        ("二〇〇一年十一月二十三日", dt.date(2001, 11, 23)),
        ("一九五八年十二月十日", dt.date(1958, 12, 10)),
        ("1958.3", PartialDate((1958, 3))),
        (195803.0, PartialDate((1958, 3))),
        (1958.3, PartialDate((1958, 3))),
        (1958.1, PartialDate((1958, None))),
        ("1958年", PartialDate((1958, None))),
        ("无", None),
        ("—", None),
        (None, None),
    ],
)
def test_chinese_numerals_and_incomplete_dates(cell, date):
    assert parse_date(cell) == date


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("58.3.12", "只有两位"),
        ("1958-2-30", "不存在"),
        ("老早", "看不懂"),
        ("1958.13", "月份不存在"),
    ],
)
def test_a_wrong_date_says_why(cell, reason):
    with pytest.raises(DomainError, match=reason):
        parse_date(cell)


@given(st.dates(dt.date(1900, 6, 1), dt.date(2100, 1, 1)))
def test_a_date_reads_back_from_its_notations(day):
    serial = (day - dt.date(1899, 12, 30)).days
    texts = [day.isoformat(), f"{day.year}.{day.month}.{day.day}", f"{day:%Y%m%d}", float(serial)]
    if 1850 <= serial <= 2200:  # a bare number like 1905 is a year
        texts.pop()
    assert {parse_date(text) for text in texts} == {day}


@given(st.one_of(st.text(max_size=15), st.floats(allow_nan=False, allow_infinity=False)))
def test_any_cell_is_a_date_or_refused_in_words(cell):
    with suppress(DomainError):
        parse_date(cell)


@pytest.mark.parametrize(
    ("cell", "answer"),
    [
        ("是", True),
        ("√", True),
        (True, True),
        (1.0, True),
        ("否", False),
        ("×", False),
        ("", None),
        ("/", None),
    ],
)
def test_yes_and_no(cell, answer):
    assert yes_no(cell) is answer


def test_blanks_and_what_a_person_sees():
    assert all(is_blank(cell) for cell in ("", None, "/", "—", " ", "无"))
    assert [text_of(c) for c in (3.0, True, None, MARCH, " 甲 ")] == [
        "3",
        "是",
        "",
        "1958-03-12",
        "甲",
    ]


@pytest.mark.parametrize(
    ("reader", "cell", "value"),
    [
        ("party_kind", "在职党员", "in_service"),
        ("party_kind", "离退休党员", "retired"),
        ("party_kind", "社区支部党员", "branch"),
        ("party_kind", "流动党员", "floating"),
        ("party_kind", "否", ""),
        ("residence", "人户分离", "away_in"),
        ("residence", "户在人不在", "away_out"),
        ("residence", "流动人口", "floating"),
        ("residence", "常住", "home"),
        ("disability_category", "视力", ("1", "")),
        ("disability_category", "肢体残疾三级", ("4", "3")),
        ("disability_category", "是", ("", "")),
        ("disability_category", "健全", False),
        ("disability_category", "视力、听力", ("7", "")),
        ("disability_grade", "二级", ("", "2")),
        ("low_income", "低保户", True),
        ("low_income", "否", False),
    ],
)
def test_words_of_needs_and_membership(reader, cell, value):
    assert words.READERS[reader](cell, "") == value


def test_an_asking_heading_gives_yes_its_meaning():
    assert words.residence("是", "是否流动人口") == "floating"
    assert words.residence("是", "是否人户分离") == "away_in"
    assert words.residence("否", "是否人户分离") == "home"


@pytest.mark.parametrize("reader", ["party_kind", "residence", "disability_category", "low_income"])
def test_an_unknown_word_is_refused(reader):
    with pytest.raises(DomainError):
        words.READERS[reader]("说不清", "")
