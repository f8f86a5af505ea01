"""What somebody typed into the search box: the kind is decided from the text alone.

``3-2-501``, ``3号楼2单元``, ``王小``, ``wxm``, ``5678``, a whole telephone or id number, a
building's former name. One kind of text asks one kind of index.
"""

import re
import unicodedata
from dataclasses import dataclass, replace
from enum import StrEnum

from grids import addresses
from portal.core.errors import DomainError
from residents import idnumbers, names, phones

LONGEST = 40
_ID = re.compile(r"\d{17}[\dX]|\d{15}")
_MOBILE = re.compile(r"(?:86)?1[3-9]\d{9}")
_LANDLINE = re.compile(r"0\d{9,11}|[2-8]\d{6,7}")
_DASHED = re.compile(
    r"[A-Z]?\d{1,4}[A-Z]?-(?:[A-Z]?\d{1,3}(?:-(?:[A-Z]?\d{1,5}[A-Z]?)?)?|\d{1,5})?"
)
_SPACED = re.compile(r"\d{1,3} \d{1,2} \d{2,5}")
# 3号楼, 3号楼2, 3号楼2单元, 三号楼二单元5: what an address looks like while it is typed.
_N = r"(?:[A-Z]?\d{1,4}[A-Z]?|[A-Z]|[零〇一二两三四五六七八九十百]{1,5})"
_TYPED = re.compile(
    rf"(?P<building>{_N})(?:号?楼|号?[栋幢座]楼?|#楼?|号)"
    rf"(?:(?P<entrance>{_N})(?:号?单元|单|门)-?)?(?P<rest>\d{{0,5}})(?:号|室)?"
)
# 老粮站楼2单元501, 邮电楼501: a name, then an entrance, a room or both.
_NAMED = re.compile(
    r"(?P<name>\D+?|\D*?\d+号楼)-?"
    r"(?:(?P<entrance>\d{1,2}|[一二三四五六七八九十])(?:单元|-)-?)?(?P<room>\d{2,5})?室?"
)


class Kind(StrEnum):
    """What is looked for."""

    NOTHING = "nothing"
    UNCLEAR = "unclear"  # digits that are neither a whole number nor a tail
    ID = "id"
    PHONE = "phone"
    TAIL = "tail"
    ADDRESS = "address"
    INITIALS = "initials"
    NAME = "name"


@dataclass(frozen=True)
class Words:
    """``text`` is what the index is asked for: a number in its stored form, an address key
    or its beginning, initials in lower case, a part of a name. ``hint`` is for the user."""

    kind: Kind
    text: str = ""
    hint: str = ""
    typed: str = ""  # tidied
    # Of an address: the room, when it may be behind any entrance of the building.
    room: str = ""
    building: str = ""
    # 老粮站楼 of 老粮站楼2单元501, and the rest as the end of an address key.
    place: str = ""
    inside: str = ""

    @property
    def is_secret(self) -> bool:
        """Whole numbers, and digits on the way to one, never go into an address."""
        return self.kind in (Kind.ID, Kind.PHONE, Kind.UNCLEAR)


def understand(typed: str, unfinished: bool = False) -> Words:
    """Decide what is looked for; never fails. ``unfinished`` while somebody still types:
    fifteen digits are then taken for the beginning of eighteen."""
    text = " ".join(unicodedata.normalize("NFKC", typed.replace("\0", "")).split())
    if len(text) > LONGEST:
        return Words(Kind.UNCLEAR, hint="文字太长，请只输姓名、门牌、电话或证件号码中的一种。")
    return replace(_understand(text, unfinished), typed=text)


def _understand(text: str, unfinished: bool) -> Words:
    if not text:
        return Words(Kind.NOTHING)
    digits = re.sub(r"[\s\-.()+]", "", text).upper()
    if re.fullmatch(r"\d{5,}X?", digits) and (found := _number(text, digits, unfinished)):
        return found
    if re.fullmatch(r"\d{4}", text):
        return Words(Kind.TAIL, text)
    return _address(text) or _letters(text) or _name(text)


def _number(text: str, digits: str, unfinished: bool) -> Words | None:
    """A telephone or id number; None for an address written with dashes."""
    if _ID.fullmatch(digits) and not (unfinished and len(digits) == 15):
        try:
            return Words(Kind.ID, idnumbers.check(digits).value)
        except DomainError as error:
            return Words(Kind.UNCLEAR, hint=f"证件号码：{error}。")
    if _MOBILE.fullmatch(digits) or _LANDLINE.fullmatch(digits):
        try:
            return Words(Kind.PHONE, phones.parse(digits).value)
        except DomainError as error:
            return Words(Kind.UNCLEAR, hint=f"电话：{error}。")
    if _DASHED.fullmatch(_dashes(text)) or _SPACED.fullmatch(text):
        return None
    if len(digits) > 11:
        return Words(Kind.UNCLEAR, hint=f"证件号码要输完整：18 位，现在 {len(digits)} 位。")
    return Words(Kind.UNCLEAR, hint="电话请输完整号码，或只输末 4 位。")


def _address(text: str) -> Words | None:
    spaced = _SPACED.fullmatch(text)
    plain = _dashes(text.replace(" ", "-" if spaced else "")).upper()
    if re.fullmatch(r"\d{1,3}", plain):  # a building
        return Words(Kind.ADDRESS, f"{int(plain)}-", building=str(int(plain)))
    if _DASHED.fullmatch(plain):
        parts = [re.sub(r"^([A-Z]?)0+(?=\d)", r"\1", part) for part in plain.split("-")]
        room = parts[1] if len(parts) == 2 and len(parts[1]) >= 3 else ""
        return Words(Kind.ADDRESS, "-".join(parts), building=parts[0], room=room)
    if found := _TYPED.fullmatch(plain):
        building, entrance = _numbers(found["building"], found["entrance"] or "")
        rest = found["rest"].lstrip("0")
        room = rest if len(rest) >= 3 and not entrance else ""
        key = f"{building}-{entrance}-{rest}" if entrance else f"{building}-{rest}"
        return Words(Kind.ADDRESS, key, building=building, room=room)
    try:
        whole = addresses.parse(text)
    except DomainError:
        return None
    if not any(c.isdigit() for c in plain) and whole.prefix:
        return None
    room = "" if whole.entrance else whole.room
    place, inside = _place(plain) if whole.prefix else ("", "")
    return Words(Kind.ADDRESS, whole.key, building=whole.building, room=room,
                 place=place, inside=inside)  # fmt: skip


def _letters(text: str) -> Words | None:
    plain = re.sub(r"[\s'’.]", "", text)
    if plain.isascii() and plain.isalpha() and len(plain) <= 8:
        return Words(Kind.INITIALS, plain.lower(), place=text)
    return None


def _name(text: str) -> Words:
    place, inside = _place(text.replace(" ", ""))
    try:
        name = names.normalise(text)
    except DomainError:
        name = text
    return Words(Kind.NAME, name, place=place, inside=inside)


def _place(text: str) -> tuple[str, str]:
    """(a building as people call it, the end of an address key): 邮电楼2单元501 → 邮电楼, 2-501."""
    found = _NAMED.fullmatch(text)
    if not found or not (found["room"] or found["entrance"]):
        return text, ""
    if not found["entrance"]:
        return found["name"], found["room"]
    _, entrance = _numbers("1", found["entrance"])
    return found["name"], f"{entrance}-{found['room'] or ''}"


def _dashes(text: str) -> str:
    return re.sub(r"[‐-―−ー－—_/~]+|-{2,}", "-", text)


def _numbers(building: str, entrance: str) -> tuple[str, str]:
    """三, 二 → 3, 2."""
    found = addresses.from_parts(building, entrance, "1")
    return found.building, found.entrance
