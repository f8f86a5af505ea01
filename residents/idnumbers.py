"""Identity numbers: GB 11643-1999 and the cards built like it.

Check digit (ISO 7064 MOD 11-2) and date decide. The division code only warns: counties are
abolished while their numbers live on, and residents keep the code of their first
registration for life.
"""

import re
import unicodedata
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from portal.core.errors import DomainError
from residents import codes

CARD, HMT, PERMANENT = "id", "hmt", "prc"
OLDEST = 130  # years
_PLAIN = re.compile(r"[0-9]{17}[0-9X]")
_SPOILED = re.compile(r"\d(\.\d+)?[Ee]\+?1[4-7]", re.ASCII)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_SERIAL_SUM = {f"{n:03}": sum(int(d) * w for d, w in zip(f"{n:03}", (8, 4, 2), strict=True))
               for n in range(1000)}  # fmt: skip
_SERIAL_SEX = {serial: "1" if int(serial) % 2 else "2" for serial in _SERIAL_SUM}
SPOILED = "号码被表格软件改成了科学计数，末几位已丢失，请把该列设为文本后重填"


class IdNumberError(DomainError):
    """``rule`` names what failed: spoiled, characters, length, date, future, check."""

    def __init__(self, rule: str, message: str):
        super().__init__(message, field="id_number")
        self.rule = rule


class IdNumber(NamedTuple):
    """A number that passed: 18 characters in upper case, and what it says."""

    value: str
    kind: str  # "id" | "hmt" | "prc"
    born_on: date
    sex: str  # GB/T 2261.1: "1" | "2"
    mask: str
    warnings: tuple[str, ...] = ()


def check(text, today: date | None = None) -> IdNumber:
    """Check a number as typed or as a cell holds it (full-width, spaces, lower-case x).

    Raises IdNumberError with the first rule that failed, the date before the check digit.
    """
    number = text if type(text) is str and _PLAIN.fullmatch(text) else _tidy(text)
    warnings = ()
    if len(number) == 15:
        number = upgrade(number)
        warnings = ("15 位旧号码已换成 18 位，请核对",)
    born_on, birthday_sum = _birthday(number[6:14])
    today = today or date.today()  # noqa: DTZ011 - a calendar day, the process runs in local time
    if born_on > today:
        raise IdNumberError("future", f"出生日期 {born_on} 在今天以后，请核对第 7 至 14 位")
    kind, area_sum, strange = _area(number[:6])
    serial = number[14:17]
    if _CHECK[(area_sum + birthday_sum + _SERIAL_SUM[serial]) % 11] != number[17]:
        hint = "，号码以 000 结尾，多半被表格软件改过" if number.endswith("000") else ""
        raise IdNumberError("check", f"身份证号校验位不对，请核对最后一位{hint}")
    if strange:
        warnings += (strange,)
    if today.year - born_on.year > OLDEST:
        warnings += (f"按号码已 {today.year - born_on.year} 岁，请核对",)
    return IdNumber(number, kind, born_on, _SERIAL_SEX[serial], mask(number), warnings)


def upgrade(number: str) -> str:
    """The 18-character form of a 15-digit number of the 1984 rule (born in 19..)."""
    body = f"{number[:6]}19{number[6:]}"
    return body + check_character(body)


def check_character(body: str) -> str:
    """The check character for the first 17 digits."""
    return _CHECK[sum(int(d) * w for d, w in zip(body, _WEIGHTS, strict=True)) % 11]


def mask(number: str) -> str:
    """First six characters and stars: ``150399************``; short numbers show two."""
    shown = 6 if len(number) >= 15 else 2
    return number[:shown] + "*" * (len(number) - shown)


def is_spoiled(value) -> bool:
    """A long number that a spreadsheet kept as a float has lost its last digits."""
    if isinstance(value, float):
        return not (value.is_integer() and abs(value) < 1e15)
    return isinstance(value, str) and _SPOILED.fullmatch(value.strip()) is not None


def _tidy(value) -> str:
    if is_spoiled(value):
        raise IdNumberError("spoiled", SPOILED)
    text = str(int(value)) if isinstance(value, float | int) else str(value)
    text = unicodedata.normalize("NFKC", text).strip("'’‘`\"")
    text = re.sub(r"[\s\-‐-―_.]", "", text).upper().replace("×", "X").replace("＊", "X")
    text = re.sub(r"[\u200b-\u200f\u202a-\u202e\u2060\ufeff]", "", text)
    if "*" in text:
        raise IdNumberError("characters", "号码里有星号，是遮盖过的号码，请填完整的号码")
    if re.fullmatch(r"\d{15}|\d{17}[\dX]", text):
        return text
    if re.fullmatch(r"\d+X?", text):
        raise IdNumberError("length", f"应为 18 位，现在 {len(text)} 位")
    if strange := re.sub(r"[\dX]", "", text):
        raise IdNumberError("characters", f"号码里有不该有的字符“{strange[:6]}”")
    raise IdNumberError("characters", "字母 X 只能在最后一位")


@lru_cache(maxsize=65536)
def _birthday(digits: str) -> tuple[date, int]:
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:])
    if not 1 <= month <= 12:
        raise IdNumberError("date", f"出生月份 {month} 不存在，请核对第 11、12 位")
    if not 1800 <= year <= 2200:
        raise IdNumberError("date", f"出生年份 {year} 不可能，请核对第 7 至 10 位")
    try:
        born_on = date(year, month, day)
    except ValueError:
        raise IdNumberError("date", f"出生日期 {month} 月 {day} 日不存在") from None
    return born_on, sum(int(d) * w for d, w in zip(digits, _WEIGHTS[6:14], strict=True))


@lru_cache(maxsize=8192)
def _area(digits: str) -> tuple[str, int, str]:
    """(kind, weighted sum, warning) of the first six digits."""
    total = sum(int(d) * w for d, w in zip(digits, _WEIGHTS[:6], strict=True))
    provinces = {code[:2] for code in codes.standard_names("province")}
    if digits[0] == "9":  # the 2023 permanent residence card: 9, province, country
        known = digits[1:3] in provinces
        return PERMANENT, total, "" if known else f"受理地区 {digits[1:3]} 不在省级代码表中"
    if digits[:2] in ("81", "82", "83"):
        return HMT, total, ""
    known = digits[:2] in provinces
    return CARD, total, "" if known else f"地址码 {digits} 不在省级代码表中，请核对"
