"""The kind of a search is decided from the text alone."""

import pytest

from residents.search_words import Kind, understand
from tests.people import make_id_number

NUMBER = make_id_number()


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("3-2-501", "3-2-501"), ("３－２－５０１", "3-2-501"), ("3—2—501", "3-2-501"),
        ("03-02-501", "3-2-501"), ("3 2 501", "3-2-501"), ("3号楼2单元501", "3-2-501"),
        ("三号楼二单元501室", "3-2-501"), ("3#2单元501", "3-2-501"), ("3幢2单元501室", "3-2-501"),
        ("爱民小区3号楼2单元501", "3-2-501"), ("A5-2-301", "A5-2-301"),
        # on the way there
        ("3", "3-"), ("12号楼", "12-"), ("十二号楼", "12-"), ("3-", "3-"), ("3-2", "3-2"),
        ("3-2-", "3-2-"), ("3号楼2单元", "3-2-"), ("3号楼2单元5", "3-2-5"), ("3-2-5", "3-2-5"),
    ],
)  # fmt: skip
def test_addresses_in_every_notation_also_half_typed(typed, key):
    words = understand(typed)
    assert (words.kind, words.text) == (Kind.ADDRESS, key)


@pytest.mark.parametrize("typed", ["3-501", "3栋501", "3号楼501室"])
def test_a_room_without_its_entrance_is_looked_for_behind_all(typed):
    words = understand(typed)
    assert (words.kind, words.building, words.room) == (Kind.ADDRESS, "3", "501")


@pytest.mark.parametrize(
    ("typed", "kind", "text"),
    [
        ("王小", Kind.NAME, "王小"), (" 王 小 明 ", Kind.NAME, "王小明"),
        ("田一", Kind.NAME, "田一"),
        ("古丽·买买提", Kind.NAME, "古丽·买买提"), ("古丽•买", Kind.NAME, "古丽·买"),
        ("𬍛", Kind.NAME, "𬍛"), ("%", Kind.NAME, "%"), ("wxm", Kind.INITIALS, "wxm"),
        ("W X M", Kind.INITIALS, "wxm"), ("5678", Kind.TAIL, "5678"),
        ("５６７８", Kind.TAIL, "5678"), ("138 1234 5678", Kind.PHONE, "13812345678"),
        ("+86-13812345678", Kind.PHONE, "13812345678"),
        ("0470-8223344", Kind.PHONE, "04708223344"), (NUMBER, Kind.ID, NUMBER),
        (f"{NUMBER[:6]} {NUMBER[6:14]} {NUMBER[14:]}".lower(), Kind.ID, NUMBER),
        ("", Kind.NOTHING, ""), (" \t", Kind.NOTHING, ""), ("\0", Kind.NOTHING, ""),
    ],
)  # fmt: skip
def test_other_kinds(typed, kind, text):
    words = understand(typed)
    assert (words.kind, words.text) == (kind, text)


def test_old_numbers_are_searched_in_their_new_form_when_finished():
    old = NUMBER[:6] + NUMBER[8:17]
    assert understand(old).text == NUMBER
    assert understand(old, unfinished=True).kind == Kind.UNCLEAR


@pytest.mark.parametrize(
    ("typed", "part"),
    [
        (NUMBER[:-1], "现在 17 位"), (NUMBER[:12], "现在 12 位"), ("138123", "末 4 位"),
        (NUMBER[:-1] + ("1" if NUMBER[-1] != "1" else "2"), "校验位"), ("王" * 41, "太长"),
    ],
)  # fmt: skip
def test_what_cannot_be_searched_says_why(typed, part):
    words = understand(typed)
    assert words.kind == Kind.UNCLEAR
    assert part in words.hint
    assert words.is_secret


@pytest.mark.parametrize(
    ("typed", "place", "inside"),
    [
        ("老粮站楼", "老粮站楼", ""), ("老粮站楼2单元501", "老粮站楼", "2-501"),
        ("老粮站楼二单元", "老粮站楼", "2-"), ("邮电楼501", "邮电楼", "501"),
        ("纺织厂1号楼2单元501", "纺织厂1号楼", "2-501"),
    ],
)  # fmt: skip
def test_names_of_buildings_with_the_rest_of_an_address(typed, place, inside):
    words = understand(typed)
    assert (words.place, words.inside) == (place, inside)
