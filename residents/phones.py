"""Telephone numbers as people write them: one stored form, mask, last four digits."""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from portal.core.errors import DomainError

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LABEL = re.compile("^(?:手机|电话|座机|固话|家庭|本人)[号码]*:?(?=[\\d+(])|(?<=\\d{11})\\.0+$")
# Whose number it is: 儿子13800138000, 13800138000（女儿）.
_WHOSE = re.compile(
    r"(?:[\u4e00-\u9fff]{1,6}:?)?\s*(\+?\d[\d\- ]{5,}\d)\s*(?:\(?[\u4e00-\u9fff]{1,8}\)?)?"
)
_SPLIT = re.compile(r"[/、,;|\n]|或|和")
# Service numbers that the numbering library calls invalid: 12345, 95588, 400 and 800 lines.
_SERVICE = re.compile(r"1[01]\d|12\d|1[012]\d{3}|9[56]\d{3,4}|[48]00\d{7}")
_LOCAL = re.compile(r"[2-8]\d{6,7}")
_SHORT = re.compile(r"[5-9]\d{2,5}")
SPOILED = "电话被表格软件改成了小数或科学计数，请把该列设为文本后重填"
_EXTENSION = re.compile(r"(?:转|分机|EXT\.?|X|-)\s*(\d{1,5})$")


class PhoneError(DomainError):
    def __init__(self, message: str):
        super().__init__(message, field="phone")


class Phone(NamedTuple):
    """``value`` is digits only (a foreign number with its +, an extension after -)."""

    value: str
    mask: str
    tail: str
    warning: str = ""


def parse(text) -> Phone:
    """Normalise a telephone as typed or as a cell holds it.

    Raises PhoneError. Of several numbers in one cell the first is taken, with a warning.
    """
    if type(text) is str and _MOBILE.fullmatch(text):
        return Phone(text, f"{text[:3]}****{text[7:]}", text[7:])
    if isinstance(text, float | int):
        if not float(text).is_integer() or abs(text) >= 1e15:
            raise PhoneError(SPOILED)
        text = str(int(text))
    return _parse(text)


def mask(value: str) -> str:
    """``138****5678``; a landline keeps its area code and last four digits."""
    if _MOBILE.fullmatch(value):
        return f"{value[:3]}****{value[7:]}"
    number, _, _ = value.partition("-")
    if len(number) <= 6:
        return number
    area = 0
    if number[0] == "0":
        area = 3 if number[1] in "12" else 4
    hidden = len(number) - area - 4
    head = f"{number[:area]}-" if area else ""
    return f"{head}{'*' * hidden}{number[-4:]}"


@lru_cache(maxsize=16384)
def _parse(text: str) -> Phone:
    plain = unicodedata.normalize("NFKC", text).strip().strip("'’‘`\"").upper()
    plain = _LABEL.sub("", plain)
    parts = [part for part in _SPLIT.split(plain) if re.search(r"\d", part)]
    if re.fullmatch(r"1[3-9]\d{9}(?:\s+1[3-9]\d{9})+", plain):
        parts = plain.split()
    if len(parts) > 1 and len(re.sub(r"\D", "", parts[0])) >= 7:
        return _said(parts[0])._replace(warning="一格里有几个号码，只取第一个")
    if len(parts) > 1 and set(plain) <= set("0123456789,"):
        plain = plain.replace(",", "")  # 138,0013,8000
    return _said(plain)


def _said(text: str) -> Phone:
    """A number that may stand beside words."""
    found = _WHOSE.fullmatch(text.strip())
    if found is None or found[1] == text.strip():
        return _one(text)
    return _one(found[1])._replace(warning="号码旁边的说明没有保存")


def _one(text: str) -> Phone:
    extension = ""
    compact = re.sub(r"[\s()\u200b-\u200f\u202a-\u202e\ufeff.]", "", text)
    compact = re.sub(r"[‐-―ー－—_]", "-", compact)
    bare = compact.replace("-", "")
    bare = re.sub(r"^(\+|00)86(?=\d{10,})", "", bare)
    if re.fullmatch(r"86(1[3-9]\d{9})", bare):
        bare = bare[2:]
    if re.fullmatch(r"0(1[3-9]\d{9})", bare):  # a mobile dialled with a trunk zero
        bare = bare[1:]
    if _MOBILE.fullmatch(bare):
        return parse(bare)
    if re.fullmatch(r"0?\d{2,3}-?\d{7,8}(?:转|分机|EXT|X|-)\d{1,5}", compact):
        found = _EXTENSION.search(compact)
        extension, bare = found[1], compact[: found.start()].replace("-", "")
    if re.fullmatch(r"\d\.?\d*E\+?\d+", text.strip()):
        raise PhoneError(SPOILED)
    if letters := re.sub(r"[\d+]", "", bare):
        raise PhoneError(f"电话里有不该有的字符“{letters[:6]}”")
    if _SERVICE.fullmatch(bare) or _LOCAL.fullmatch(bare) or _SHORT.fullmatch(bare):
        return _phone(bare, extension)
    return _phone(_by_plan(bare), extension)


def _by_plan(digits: str) -> str:
    """Landlines and foreign numbers, checked against the numbering plans."""
    import phonenumbers  # loaded on first use: most ledgers hold mobiles only

    if len(digits) == 11 and digits[0] == "1":
        raise PhoneError(f"没有 {digits[:3]} 开头的手机号，请核对")
    try:
        number = phonenumbers.parse(digits, "CN")
    except phonenumbers.NumberParseException:
        raise PhoneError("不像电话号码，请核对") from None
    if phonenumbers.is_valid_number(number):
        if number.country_code == 86:
            return f"0{number.national_number}"
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if digits[:1] == "1":
        raise PhoneError(f"手机号应为 11 位，现在 {len(digits)} 位")
    if digits[:1] == "0":
        raise PhoneError("固定电话的区号或位数不对，请核对")
    raise PhoneError(f"电话号码位数不对，现在 {len(digits)} 位")


def _phone(number: str, extension: str = "") -> Phone:
    value = f"{number}-{extension}" if extension else number
    return Phone(value, mask(value), number[-4:])
