"""Addresses of dwellings as staff write and say them, turned into one key.

``3号楼2单元501``, ``3-2-501``, ``三号楼二单元501室``, ``3#2单元501`` and ``3幢2单元501室`` are all
``3-2-501``; a building without entrances gives ``3-501``, which is also what staff type.
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from portal.core.errors import DomainError

LONGEST = 100
_DIGIT = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNIT = {"十": 10, "百": 100, "千": 1000}
_N = r"(?:[A-Z甲乙丙丁]?\d{1,4}[A-Z]?|[A-Z]{1,2}|[零〇一二两三四五六七八九十百千]{1,6}|[甲乙丙丁])"
_ROOM = (
    r"(?:[A-Z]?\d{1,4}[A-Z]?(?:[东西南北中左右前后](?:户|室|门)?)?"
    r"|[零〇一二两三四五六七八九十百千]{1,6}"
    r"|(?:[东西南北中左右前后]|[甲乙丙丁])(?:户|室|门)?|[A-Z]"
    r"|(?:地下室|车库|阁楼|门房|门卫|门市|商铺|商店|底商|门面)\d{0,4})"
)
_BUILDING_WORD = r"(?:号?楼|号?[栋幢座#]楼?|号(?!院|小区|弄|街坊)|排|#)"
_WORDS = re.compile(
    rf"^(?P<prefix>.*?)第?(?P<building>{_N})(?P<word>{_BUILDING_WORD})[-,]?"
    rf"(?:第?(?P<entrance>{_N}|[东西南北中](?=单元))(?:号?单元|单|号?门栋|号?门洞|号?梯|号?门(?=.)|-)[-,]?)?"
    rf"(?:第?(?P<floor>{_N})[层楼][-,]?)?"
    rf"第?(?P<room>{_ROOM})[室号房户]?$"
)
_DASHES = re.compile(
    rf"^(?P<prefix>.*?(?<![\dA-Z]))(?P<building>{_N})-(?:(?P<entrance>{_N})(?:单元)?-)?"
    rf"(?P<room>{_ROOM})[室号房户]?$"
)
_BUNGALOW = re.compile(
    rf"^(?P<prefix>.*?)(?P<building>[东西南北前后]?平房)-?(?P<room>{_N})[室号房户]?$"
)
_NAMED = re.compile(rf"第?(?P<n>{_N})(?:号楼|号?[栋幢座]楼?|#楼?)(?:第?(?P<door>{_N})单元)?")
# A house number in front of the last one: two dwellings in one cell.
_ANOTHER = re.compile(rf"\d-\d|\d-$|{_N}(?:号楼|号?[栋幢座]|单元|室)")
_NUMBER_ONLY = re.compile(rf"^第?(?P<n>{_N})(?:号?楼|号?[栋幢座#]楼?|号|排)?$")
_ENTRANCE_ONLY = re.compile(
    rf"^第?(?P<n>{_N}|[东西南北中])(?:号?单元|单|号?门栋|号?门洞|号?门|号?梯)?$"
)
_ROOM_ONLY = re.compile(rf"^(?P<n>{_ROOM})[室号房户]?$")
_DAY = re.compile(r"(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}")
_POINTS = re.compile(r"\d{1,3}([.、])\d{1,2}\1\d{3,4}[室号户]?")
_REMARK = re.compile(r"(?<=[\d室号户])(?:租户|租住|出租|自住|自有|空置|空房)$")
_BLANK_ENTRANCE = frozenset(["", "无", "/", "-", "0", "无单元"])


class AddressError(DomainError):
    def __init__(self, message: str):
        super().__init__(message, field="address")


class Address(NamedTuple):
    """One dwelling. ``entrance`` is "" without entrances, ``floor`` None when unknown."""

    building: str
    entrance: str
    room: str
    floor: int | None
    key: str
    prefix: str = ""  # street, estate or community written in front


@lru_cache(maxsize=65536)
def parse(text: str) -> Address:
    """The dwelling that a text names.

    Raises AddressError with what is missing.
    """
    plain = _tidy(text)
    if not plain:
        raise AddressError("没有住址")
    if len(plain) > LONGEST:
        raise AddressError(f"住址超过 {LONGEST} 个字")
    if _DAY.fullmatch(plain):
        raise AddressError(f"住址“{plain}”像是日期，多半被表格软件改过，请核对")
    if _POINTS.fullmatch(plain):  # 3.2.501
        plain = re.sub("[.、]", "-", plain)
    plain = _REMARK.sub("", plain)
    dashed = plain.replace("/", "-")
    found = _WORDS.match(plain) or _DASHES.match(dashed) or _BUNGALOW.match(dashed)
    if found is None:
        raise AddressError(_what_is_missing(plain))
    parts = found.groupdict()
    if _ANOTHER.search(parts["prefix"]):
        raise AddressError(f"住址“{plain[:20]}”里不止一处房屋，请只留一处，如 3-2-501")
    return _address(parts["building"], parts.get("entrance") or "", parts["room"],
                    parts.get("floor"), parts["prefix"], parts.get("word") == "排")  # fmt: skip


@lru_cache(maxsize=65536)
def from_parts(building: str, entrance: str, room: str) -> Address:
    """The dwelling that three columns name; the room column may hold the whole address.

    Raises AddressError naming the part that is missing or not understood.
    """
    room = _tidy(room)
    if not room:
        raise AddressError("没有房号")
    building, entrance = _tidy(building), _tidy(entrance)
    if not building:
        return parse(room)
    inner = _NUMBER_ONLY.match(building)
    prefix = ""
    if inner is None:  # an estate in front of the number, or building and entrance in one cell
        if entrance in _BLANK_ENTRANCE and (whole := _WORDS.match(f"{building}{room}")):
            return parse(whole[0])
        inner = re.match(rf"^(?P<prefix>.*?)(?P<n>{_N}){_BUILDING_WORD}$", building)
        if inner is None:
            raise AddressError(f"看不懂楼号“{building[:12]}”")
        prefix = inner["prefix"]
    if entrance in _BLANK_ENTRANCE:
        entrance = ""
    elif (door := _ENTRANCE_ONLY.match(entrance)) is None:
        raise AddressError(f"看不懂单元“{entrance[:12]}”")
    else:
        entrance = door["n"]
    place = _ROOM_ONLY.match(room)
    if place is None:
        whole = _WORDS.match(room) or _DASHES.match(room)
        if whole is None or _number(whole["building"]) != _number(inner["n"]):
            raise AddressError(f"看不懂房号“{room[:12]}”")
        return parse(room)
    return _address(inner["n"], entrance, place["n"], None, prefix, building.endswith("排"))


def building_named(text: str, alone: bool = False) -> tuple[str, str] | None:
    """(building, entrance or "") that a title names: 爱民佳苑2号楼居民登记表 → ("2", "").

    None when it names none or several; ``alone``: when it says anything else besides.
    """
    plain = _tidy(text)
    found = [_NAMED.fullmatch(plain)] if alone else list(_NAMED.finditer(plain))
    if len(found) != 1 or found[0] is None:
        return None
    return _number(found[0]["n"]), _number(found[0]["door"] or "")


def key_of(building: str, entrance: str, room: str) -> str:
    """``3-2-501``, or ``3-501`` where there are no entrances."""
    return f"{building}-{entrance}-{room}" if entrance else f"{building}-{room}"


@lru_cache(maxsize=65536)
def sort_key(text: str) -> str:
    """Text order that is number order: digit runs padded to four places."""
    return re.sub(r"\d+", lambda run: run[0].zfill(4), text)


def floor_of(room: str) -> int | None:
    """The floor that a room number tells: 501 → 5, 1203 → 12, 地下室 → -1."""
    if digits := re.match(r"[A-Z]?(\d{3,4})", room):
        return int(digits[1][:-2]) or None
    if room.startswith(("地下室", "车库")):
        return -1
    return None


def _address(building, entrance, room, floor, prefix, is_row=False) -> Address:
    building, entrance, room = _number(building), _number(entrance), _number(room)
    if is_row:
        building = f"{building}排"
    stated = _number(floor) if floor else ""
    storey = int(stated) if stated.isdigit() else floor_of(room)
    if stated.isdigit() and re.fullmatch(r"\d{1,2}", room):  # 5层1号: the room counts per floor
        room = f"{stated}{room.zfill(2)}"
    elif stated and not room[:1].isdigit():
        room = f"{stated}{room}"
    return Address(building, entrance, room, storey, key_of(building, entrance, room), prefix)


def _tidy(text: str) -> str:
    plain = unicodedata.normalize("NFKC", str(text)).upper()
    plain = re.sub(r"[\s\u200b-\u200f\u202a-\u202e\u2060\ufeff。]|'", "", plain)
    if not re.search(r"\d\(\d|\d\)\d", plain):  # 501(2) is not 5012
        plain = re.sub("[()]", "", plain)
    plain = re.sub(r"[‐-―−ー－—_~]+|-{2,}", "-", plain).strip("-,;、")
    return re.sub(r"(\d)\.0$", r"\1", plain).replace("號", "号").replace("樓", "楼")


def _number(text: str) -> str:
    """Digits for Chinese numerals, no leading zeros; words stay."""
    if not text:
        return ""
    if all(c in _DIGIT or c in _UNIT for c in text):
        return str(_chinese(text))
    return re.sub(r"^([A-Z甲乙丙丁]?)0+(?=\d)", r"\1", text)


def _chinese(text: str) -> int:
    """三 → 3, 十二 → 12, 五〇一 → 501, 五百零一 → 501."""
    if not any(c in _UNIT for c in text):
        return int("".join(str(_DIGIT[c]) for c in text))
    total, digit = 0, 0
    for c in text:
        if c in _UNIT:
            total += (digit or 1) * _UNIT[c]
            digit = 0
        else:
            digit = _DIGIT[c]
    return total + digit


def _what_is_missing(plain: str) -> str:
    if not re.search(rf"{_N}{_BUILDING_WORD}|\d-", plain):
        return f"住址“{plain[:20]}”里没有楼号，请写成 3号楼2单元501 或 3-2-501"
    if re.search(r"(?:单元|楼|栋|幢|座|#)$", plain):
        return f"住址“{plain[:20]}”里没有房号"
    return f"看不懂住址“{plain[:20]}”，请写成 3号楼2单元501 或 3-2-501"
