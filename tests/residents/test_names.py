from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.errors import DomainError
from residents.names import LONGEST, initials, mask, normalise


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("张 三", "张三"),
        ("李　　四", "李四"),
        (" 王小明\n", "王小明"),
        ("阿依古丽.买买提", "阿依古丽·买买提"),
        ("迪丽热巴 • 迪力木拉提", "迪丽热巴·迪力木拉提"),
        ("王𠅤", "王𠅤"),
        ("John  Smith", "John Smith"),
        ("\u200b王小明", "王小明"),
    ],
)
def test_one_spelling(typed, name):
    assert normalise(typed) == name


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "没有姓名"),
        ("  ", "没有姓名"),
        ("王?", "没能显示的字"),
        ("张3", "不该有的字符“3”"),
        ("张\x07三", "控制字符"),
        ("王" * (LONGEST + 1), "超过"),
        ("--", "不像姓名"),
    ],
)
def test_refusals_say_why(typed, words):
    with pytest.raises(DomainError, match=words):
        normalise(typed)


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("田梓远", ("tzy", "")),
        ("曾小红", ("zxh", "cxh")),
        ("单雄信", ("sxx", "dxx")),
        ("仇英", ("qy", "cy")),
        ("单于明月", ("cymy", "")),
        ("尉迟恭", ("ycg", "")),
        ("欧阳燕然", ("oyyr", "")),
        ("阿依古丽·买买提", ("ayglmmt", "")),
    ],
)
def test_initials_know_surnames(name, letters):
    assert initials(name) == letters


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三", "张*"),
        ("王小明", "王**"),
        ("欧阳燕然", "欧阳**"),
        ("阿依古丽·买买提", "阿依古丽****"),
        ("", ""),
    ],
)
def test_mask_shows_the_surname(name, shown):
    assert mask(name) == shown


@given(st.text(max_size=30))
def test_any_text_passes_or_is_refused_in_words(text):
    with suppress(DomainError):
        name = normalise(text)
        initials(name)
        assert normalise(name) == name
