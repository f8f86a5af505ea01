import pytest

from residents import codes


@pytest.mark.parametrize(
    ("table", "word", "code"),
    [
        ("sex", "男", "1"),
        ("sex", "女性", "2"),
        ("ethnic", "汉", "01"),
        ("ethnic", "蒙古族", "02"),
        ("ethnic", "土家", "15"),
        ("education", "本 科", "20"),
        ("education", "中专", "41"),
        ("education", "文盲", "90"),
        ("marital", "离异", "40"),
        ("marital", "已婚未育", "20"),
        ("education", "高中在读", "60"),
        ("education", "大专及以上", "30"),
        ("education", "小学文化程度", "80"),
        ("ethnic", "1", "01"),
        ("relation", "1", None),
        ("relation", "堂弟", "91"),
        ("relation", "业主", "02"),
        ("relation", "借住人", "99"),
        ("ethnic", "维族", "05"),
        ("relation", "户主", "02"),
        ("relation", "长子", "22"),
        ("relation", "儿媳", "38"),
        ("political", "党员", "01"),
        ("political", "群众", "13"),
        ("id_document", "护照", "03"),
        ("disability_category", "肢体", "4"),
        ("disability_grade", "2级", "2"),
        ("relation", "12", "12"),
    ],
)
def test_everyday_words(table, word, code):
    assert codes.code_for(table, word) == code


@pytest.mark.parametrize(("table", "word"), [("relation", "老铁"), ("sex", "x"), ("ethnic", "")])
def test_an_unknown_word_has_no_code(table, word):
    assert codes.code_for(table, word) is None


@pytest.mark.parametrize("table", list(codes.STANDARDS))
def test_codes_are_text_and_every_label_leads_back(table):
    for code, label in codes.choices(table):
        assert isinstance(code, str)
        assert codes.code_for(table, label) == code
        assert codes.code_for(table, codes.standard_names(table)[code]) == code


def test_every_word_stands_for_a_code_of_its_table():
    for table, words in codes.WORDS.items():
        assert set(words.values()) <= set(codes.standard_names(table))


def test_an_unknown_code_stays_visible():
    assert codes.label("sex", "7") == "7"
    assert codes.label("sex", "") == ""
