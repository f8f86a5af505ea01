"""GB 11643 and the cards built like it. Numbers are the published specimens."""

import datetime as dt
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from residents import idnumbers
from residents.idnumbers import IdNumberError, check

TODAY = dt.date(2026, 11, 22)


@pytest.mark.parametrize(
    ("number", "kind", "sex", "born_on"),
    [
        ("11010519491231002X", "id", "2", dt.date(1949, 12, 31)),
        ("440524188001010014", "id", "1", dt.date(1880, 1, 1)),
        ("810000199408230021", "hmt", "2", dt.date(1994, 8, 23)),
        ("830000199201300022", "hmt", "2", dt.date(1992, 1, 30)),
        ("911124198108030024", "prc", "2", dt.date(1981, 8, 3)),
        ("932682198501010017", "prc", "1", dt.date(1985, 1, 1)),
    ],
)
def test_published_specimens_pass(number, kind, sex, born_on):
    found = check(number, TODAY)
    assert (found.value, found.kind, found.sex, found.born_on) == (number, kind, sex, born_on)


@pytest.mark.parametrize(
    ("number", "rule", "words"),
    [
        ("110105194912310021", "check", "校验位不对"),
        ("810000199408230022", "check", "校验位不对"),
        ("11010519490230002X", "date", "2 月 30 日不存在"),
        ("110105194913310021", "date", "月份 13 不存在"),
        ("15039919580312851", "length", "应为 18 位，现在 17 位"),
        (1.503991958031295e17, "spoiled", "设为文本"),
        ("1.50399195803130E+17", "spoiled", "设为文本"),
        ("150399209901010117", "future", "在今天以后"),
        ("150399************", "characters", "星号"),
        ("15039919580312A396", "characters", "不该有的字符"),
        ("1503991958031X1396", "characters", "最后一位"),
    ],
)
def test_the_failed_rule_is_named(number, rule, words):
    with pytest.raises(IdNumberError, match=words) as caught:
        check(number, TODAY)
    assert caught.value.rule == rule


def test_the_date_is_checked_before_the_check_digit():
    with pytest.raises(IdNumberError) as caught:
        check("110105194902300021", TODAY)
    assert caught.value.rule == "date"


@pytest.mark.parametrize(
    "typed",
    ["１１０１０５１９４９１２３１００２Ｘ", "11010519491231002x", "110105 19491231 002X",
     "'11010519491231002X", "110105-19491231-002X", "\u200b11010519491231002X"],
)  # fmt: skip
def test_spelling_does_not_matter(typed):
    assert check(typed, TODAY).value == "11010519491231002X"


def test_fifteen_digits_become_eighteen_with_a_warning():
    found = check("130503670401001", TODAY)
    assert found.value == "130503196704010016"
    assert "15 位" in found.warnings[0]


def test_a_number_cell_with_all_its_digits_is_read():
    assert check(130503670401001.0, TODAY).value == "130503196704010016"


def test_an_unknown_division_and_a_high_age_only_warn():
    body = "20039919580312139"
    found = check(body + idnumbers.check_character(body), TODAY)
    assert "不在省级代码表" in found.warnings[0]
    assert "146 岁" in check("440524188001010014", TODAY).warnings[0]


@pytest.mark.parametrize(
    ("number", "shown"), [("11010519491231002X", "110105************"), ("E12345678", "E1*******")]
)
def test_mask_shows_the_division_only(number, shown):
    assert idnumbers.mask(number) == shown


@given(st.dates(dt.date(1900, 1, 1), TODAY), st.integers(0, 999))
def test_every_made_number_tells_its_date_and_sex(born_on, serial):
    body = f"150399{born_on:%Y%m%d}{serial:03}"
    found = check(body + idnumbers.check_character(body), TODAY)
    assert found.born_on == born_on
    assert found.sex == ("1" if serial % 2 else "2")


@given(st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_never_passes(place, more):
    digits = list("11010519491231002X")
    digits[place] = str((int(digits[place]) + more) % 10)
    with pytest.raises(IdNumberError):
        check("".join(digits), TODAY)


@given(st.text(max_size=24))
def test_any_text_passes_or_is_refused_in_words(text):
    with suppress(IdNumberError):
        assert len(check(text, TODAY).value) == 18
