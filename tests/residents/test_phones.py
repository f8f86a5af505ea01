from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from residents.phones import PhoneError, mask, parse


@pytest.mark.parametrize(
    ("typed", "value", "shown"),
    [
        ("13800138000", "13800138000", "138****8000"),
        ("+86 138-0013-8000", "13800138000", "138****8000"),
        ("8613800138000", "13800138000", "138****8000"),
        ("013800138000", "13800138000", "138****8000"),
        (13800138000.0, "13800138000", "138****8000"),
        ("１３８００１３８０００", "13800138000", "138****8000"),
        ("0473-3022118", "04733022118", "0473-***2118"),
        ("(0473) 3022118", "04733022118", "0473-***2118"),
        ("010-12345678", "01012345678", "010-****5678"),
        ("0473-3022118转801", "04733022118-801", "0473-***2118"),
        ("3022118", "3022118", "***2118"),
        ("12345", "12345", "12345"),
        ("95588", "95588", "95588"),
        ("400-810-1234", "4008101234", "******1234"),
        ("+852 9123 4567", "+85291234567", "********4567"),
        ("手机：13800138000", "13800138000", "138****8000"),
        ("13800138000.0", "13800138000", "138****8000"),
        ("138,0013,8000", "13800138000", "138****8000"),
    ],
)
def test_numbers_as_people_write_them(typed, value, shown):
    phone = parse(typed)
    assert (phone.value, phone.mask, phone.mask) == (value, shown, mask(value))
    assert phone.tail == value.partition("-")[0][-4:]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("1380013800", "应为 11 位，现在 10 位"),
        ("12800138000", "没有 128 开头"),
        ("无号码", "不该有的字符"),
        ("0473-302211", "区号或位数"),
        ("138001380001", "应为 11 位，现在 12 位"),
        (1.38001380001380e17, "科学计数"),
        ("1.38E+10", "科学计数"),
    ],
)
def test_refusals_say_why(typed, words):
    with pytest.raises(PhoneError, match=words):
        parse(typed)


def test_of_several_numbers_the_first_is_taken_with_a_warning():
    phone = parse("13800138000/13900139000")
    assert phone.value == "13800138000"
    assert phone.warning


@given(st.text(max_size=20))
def test_any_text_passes_or_is_refused_in_words(text):
    with suppress(PhoneError):
        assert parse(text).value


@pytest.mark.parametrize(
    ("typed", "warning"),
    [
        ("13800138000 13900139000", "只取第一个"),
        ("13800138000（儿子）", "说明没有保存"),
        ("0473-3022118(家)", "说明没有保存"),
        ("儿子13800138000", "说明没有保存"),
        ("13800138000王强", "说明没有保存"),
        ("女儿：138-0013-8000", "说明没有保存"),
        ("13800138000（儿子）/13900139000（女儿）", "只取第一个"),
    ],
)
def test_more_than_a_number_in_the_cell_is_told(typed, warning):
    phone = parse(typed)
    assert phone.value in ("13800138000", "04733022118")
    assert warning in phone.warning
