"""Cells of ledgers: dates in every notation, yes and no, blanks."""

import re
import unicodedata
from datetime import date, datetime, timedelta
from functools import lru_cache

from portal.core.errors import DomainError

_BLANK_WORDS = "无 / - — —— － \\ 、 空 暂无 没有 . N/A #N/A NULL NONE null None"
_YES_WORDS = """
是 有 √ ✓ ✔ ☑ 1 1.0 Y YES TRUE 对 V 享受 在册 低保 低保户 独居 是的 ● ■ 空巢 残疾 残疾人 人户分离
"""
_NO_WORDS = """
否 无 没有 × ✗ ✘ ☐ 0 0.0 N NO FALSE 不是 非 X 未享受 不享受 非低保 不独居 □ 健全 非残疾 正常 正常人
健康 健康人 无残疾
"""
BLANKS = frozenset(["", *_BLANK_WORDS.split()])
_YES = frozenset(_YES_WORDS.split())
_NO = frozenset(_NO_WORDS.split())
_NO_NUMBER_WORDS = """
丢失 已丢失 遗失 已遗失 丢了 身份证丢失 身份证遗失 身份证已丢失 证件丢失 未办 未办理 没办 未办证
未办身份证 暂未办理 办理中 正在办理 在办 补办 补办中 正在补办 待补 待补办 待办 无身份证 没有身份证
无证件 无号码 无身份证号 未上户 未上户口 未落户 未报户口 无户口 黑户 不详 未知 不清楚 未提供
拒绝提供 未登记 未采集 新生儿 新生儿未办 未带 找不到
"""
_NO_NUMBER = frozenset(_NO_NUMBER_WORDS.split())
_BESIDE = re.compile(
    r"(?P<before>[\u4e00-\u9fff]{2,6}:?)?\s*(?P<number>\d[\dXx ]{13,20})"
    r"\s*(?P<behind>\([^()\d]{1,12}\))?"
)
_EPOCH = date(1899, 12, 30)  # day 0 of spreadsheets
_SINCE_1904 = 1462  # days by which the other day 0 is later
_AGES = 130  # up to here a bare number is an age or a serial number, not a day of 1900
_HAN = str.maketrans("〇零○Ｏ一二三四五六七八九", "0000123456789")
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FULL = re.compile(r"(\d{4})[年./\-](\d{1,2})[月./\-](\d{1,2})[日号]?")
_MONTH = re.compile(r"(\d{4})[年./\-](\d{1,2})月?")
_WEEKDAY = re.compile(r"[\s,，(]*(?:星期|周|礼拜)[一二三四五六日天][)\s]*$")
_DAY_PART = re.compile(r"([0-9]*)十([0-9]?)")

SHORT_YEAR = "日期“{}”的年份只有两位，请写四位，如 1958-03-12"
UNREADABLE = "看不懂日期“{}”，请写成 1958-03-12"


class LeftOut(DomainError):
    """A word that says nothing about its column: the value is left out, the row is taken."""


class ShortYear(DomainError):
    """A date whose year has two digits: only somebody who knows the year can read it."""

    def __init__(self, shown: str, *parts):
        super().__init__(SHORT_YEAR.format(shown))
        self.parts = tuple(int(part) for part in parts)

    def fits(self, day: date) -> bool:
        return (day.year % 100, day.month, day.day)[: len(self.parts)] == self.parts


class PartialDate(tuple):
    """(year, month or None): a birth date of which the day, or day and month, are not known."""


def is_blank(value) -> bool:
    return value is None or value == "" or (isinstance(value, str) and value.strip() in BLANKS)


def number_alone(text: str) -> tuple[str, str | None]:
    """(number, words beside it) of a cell for identity numbers; "" where words say that there
    is none. A cell that holds anything else comes back whole, with None."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if plain in _NO_NUMBER:
        return "", plain
    found = _BESIDE.fullmatch(plain)
    if found and (beside := found["before"] or found["behind"]):
        return found["number"], beside.strip(":() ")
    return text, None


def text_of(value) -> str:
    """What a person sees in the cell: no .0 behind whole numbers, dates as ISO."""
    if type(value) is str:
        return value.strip()
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat()
    return str(value)


def yes_no(value) -> bool | None:
    """True, False, or None for a blank.

    Raises DomainError for another word.
    """
    if isinstance(value, bool):
        return value
    text = unicodedata.normalize("NFKC", text_of(value)).upper()
    if text in _YES:
        return True
    if text in _NO:
        return False
    if text in BLANKS:
        return None
    raise DomainError(f"看不懂“{text[:10]}”，请填 是 或 否")


def parse_date(value, from_1904: bool = False) -> date | PartialDate | None:
    """A date cell in any notation; None for a blank, PartialDate when the day is missing.

    ``from_1904``: bare numbers are days of a workbook that counts from 1904.
    Raises DomainError with the reason.
    """
    if type(value) is str:
        return _date_of_text(value)
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _date_of_number(value, _SINCE_1904 if from_1904 else 0)
    raise DomainError(UNREADABLE.format(str(value)[:20]))


def date_joined(year, month, day):
    """One cell for a date that stands in three: as far as it is known."""
    parts = [re.sub("[年月日号]$", "", text_of(part)) for part in (year, month, day)]
    while parts and is_blank(parts[-1]):
        parts.pop()
    return "-".join(parts)


@lru_cache(maxsize=65536)
def _date_of_text(value: str) -> date | PartialDate | None:
    if _ISO.fullmatch(value):
        return _date(*value.split("-"), value)
    text = unicodedata.normalize("NFKC", value).strip().strip("'’")
    if text in BLANKS or text in ("不详", "未知", "不清楚"):
        return None
    shown = text[:20]
    text = re.split(r"(?<=[\d日号])(?:T|\s+)\d{1,2}:\d{2}", text)[0]  # a time behind the date
    text = _WEEKDAY.sub("", text)
    text = "".join(text.split()).rstrip("。.,，生")
    text = _DAY_PART.sub(_tens, text.translate(_HAN)) if re.search("[年月]", text) else text
    text = re.sub(r"[‐-―−—–、，,]", "-", text)
    if found := _FULL.fullmatch(text):
        return _date(*found.groups(), shown)
    if re.fullmatch(r"\d{8}", text):
        return _date(text[:4], text[4:6], text[6:], shown)
    if re.fullmatch(r"\d{6}", text) and text[:2] not in ("18", "19", "20"):
        raise ShortYear(shown, text[:2], text[2:4], text[4:])
    if found := _MONTH.fullmatch(text) or re.fullmatch(r"(\d{4})(\d{2})", text):
        return _month(*found.groups(), shown)
    if found := re.fullmatch(r"(\d{4})年?", text):
        return PartialDate((int(found[1]), None))
    if re.fullmatch(r"\d{5}(\.0)?", text):
        return _date_of_number(float(text))
    if found := re.fullmatch(r"(\d{2})[年./\-](\d{1,2})(?:月|[月./\-](\d{1,2})日?)?", text):
        raise ShortYear(shown, *filter(None, found.groups()))
    raise DomainError(UNREADABLE.format(shown))


def _tens(found: re.Match) -> str:
    """十二 → 12, 2十 → 20, 2十3 → 23 (the digits are translated before)."""
    return f"{found[1] or 1}{found[2] or 0}"


def _date_of_number(value: float, shift: int = 0) -> date | PartialDate:
    shown = text_of(float(value))
    if float(value).is_integer():
        whole = int(value)
        if 19000101 <= whole <= 22001231:
            return _date(shown[:4], shown[4:6], shown[6:], shown)
        if 190001 <= whole <= 220012:
            return _month(shown[:4], shown[4:], shown)
        if 1850 <= whole <= 2200:
            return PartialDate((whole, None))
    elif 1850 <= value <= 2200:  # 1958.3; 1958.1 may be October
        year, _, month = shown.partition(".")
        return PartialDate((int(year), None)) if month == "1" else _month(year, month, shown)
    if _AGES < value < 110_000:
        return _EPOCH + timedelta(days=int(value) + shift)
    if 100_000 < value < 1_000_000 and float(value).is_integer():
        raise ShortYear(shown, shown[:2], shown[2:4], shown[4:])
    raise DomainError(UNREADABLE.format(shown[:20]))


def _month(year: str, month: str, shown: str) -> PartialDate:
    if not 1 <= int(month) <= 12:
        raise DomainError(f"日期“{shown}”的月份不存在")
    return PartialDate((int(year), int(month)))


def _date(year: str, month: str, day: str, shown: str) -> date:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise DomainError(f"日期“{shown}”不存在") from None
