"""Names of people: one spelling, initials for search, the mask for shared screens."""

import os
import re
import unicodedata
from functools import lru_cache

from portal.core.errors import DomainError

LONGEST = 50
_PLAIN = re.compile("[\u4e00-\u9fff]{2,4}")
_DOTS = re.compile("[·•・‧∙⋅᛫ꞏ●]|(?<=[^\x00-\x7f])[.．](?=[^\x00-\x7f])")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]")
_LOST = re.compile("[?？□\ufffd]")

_COMPOUND = """
欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政
濮阳 公冶 太叔 申屠 公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 令狐 百里 呼延 东郭 南门
轩辕 拓跋 单于 西门 第五 公良 谷梁 左丘 梁丘 司寇 纳兰 完颜 淳于 赫舍 叶赫
"""
COMPOUND = frozenset(_COMPOUND.split())
# Surnames read otherwise than the character usually is: reading of the surname, other one.
_SURNAMES = {
    "曾": "zc", "单": "sd", "解": "xj", "仇": "qc", "区": "oq", "查": "zc", "朴": "pb", "盖": "gj",
    "种": "cz", "繁": "pf", "员": "y", "尉": "wy", "覃": "qt", "翟": "zd", "乐": "yl", "缪": "m",
    "秘": "b", "逄": "p", "洗": "x", "召": "sz", "黑": "h", "乜": "nm", "宓": "mf", "谌": "cs",
    "折": "sz", "郇": "xh", "隗": "wk", "幺": "y", "祭": "zj", "柏": "b", "车": "c", "都": "d",
    "长": "zc", "藏": "zc", "沈": "s", "冼": "x", "鲜": "x", "强": "q", "石": "s", "薄": "b",
    "朝": "cz", "臧": "z", "佴": "n", "哈": "h", "纪": "j", "贾": "j", "宿": "s", "重": "cz",
}  # fmt: skip
_COMPOUND_READINGS = {"万俟": "mq", "尉迟": "yc", "单于": "cy", "长孙": "zs", "澹台": "tt"}
# Characters of given names with two living readings: the usual one first.
_GIVEN = {
    "重": "zc", "长": "cz", "乐": "ly", "行": "xh", "朝": "zc", "盛": "sc", "传": "cz", "藏": "cz",
    "茜": "qx", "解": "jx", "单": "ds", "曾": "cz", "查": "cz", "率": "sl", "洗": "x", "调": "td",
    "弹": "td", "降": "jx", "都": "d", "贾": "jg", "还": "hh", "石": "s", "朴": "p", "仇": "cq",
    "娜": "n", "莎": "s", "婷": "t", "卡": "kq", "伽": "qj", "佛": "f", "铅": "q", "莘": "sx",
}  # fmt: skip


class NameRefused(DomainError):
    def __init__(self, message: str):
        super().__init__(message, field="name")


def normalise(text) -> str:
    """One spelling of a name: no spaces between Chinese characters, ``·`` as the dot.

    Raises DomainError when the text cannot be a name.
    """
    if type(text) is str and _PLAIN.fullmatch(text):
        return text
    return _normalise(str(text))


@lru_cache(maxsize=8192)
def _normalise(text: str) -> str:
    name = unicodedata.normalize("NFC", _INVISIBLE.sub("", text)).strip().lstrip("*＊").strip("'’")
    if name.endswith(("*", "＊")):  # 李** would become 李
        raise NameRefused("姓名里有 *，像是隐去了字，请填写完整的姓名")
    if any(unicodedata.category(c) == "Cc" and not c.isspace() for c in name):
        raise NameRefused("姓名里有看不见的控制字符，请重新填写")
    name = _DOTS.sub("·", " ".join(name.split()))
    name = "".join(_narrow(c) for c in name)
    name = re.sub(r" *· *", "·", name)
    name = re.sub("(?<=[^\x00-\x7f]) +| +(?=[^\x00-\x7f])", "", name)
    if not name:
        raise NameRefused("没有姓名")
    if _LOST.search(name):
        raise NameRefused("姓名里有没能显示的字（? 或 □），请填写正确的字")
    if len(name) > LONGEST:
        raise NameRefused(f"姓名超过 {LONGEST} 个字")
    if beside := re.search(r"[(（].*", name):
        raise NameRefused(f"姓名旁边写着“{beside[0][:12]}”，这一格请只填姓名")
    for c in name:
        if not (c in " ·-'’〇" or unicodedata.category(c)[0] in "LM" or 0xE000 <= ord(c) < 0xF900):
            raise NameRefused(f"姓名里有不该有的字符“{c}”")
    if not any(unicodedata.category(c)[0] == "L" or ord(c) >= 0xE000 for c in name):
        raise NameRefused("不像姓名，请核对")
    return name


def _narrow(c: str) -> str:
    """Full-width Latin letters and signs become ordinary ones; Chinese ones stay as they are."""
    return chr(ord(c) - 0xFEE0) if "\uff01" <= c <= "\uff5e" else c


def surname(name: str) -> str:
    """The surname: two characters for the compound ones, one for the others, whole before ·."""
    if "·" in name:
        return name.partition("·")[0]
    if len(name) > 2 and name[:2] in COMPOUND:
        return name[:2]
    return name[:1]


def mask(name: str) -> str:
    """``张*``, ``欧阳**``: the surname and a star for each further character."""
    shown = surname(name)
    return shown + "*" * max(len(name) - len(shown), 1) if name else ""


class _Readings(dict):
    """Character → its initial letters (most usual first), filled as characters turn up."""

    def __init__(self, special: dict[str, str]):
        super().__init__(special)

    def __missing__(self, c: str) -> str:
        self[c] = letters = _dictionary(c)
        return letters


def _dictionary(c: str) -> str:
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")  # 25 MiB that names do not need
    os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "true")
    from pypinyin.constants import PINYIN_DICT  # loaded on first use: the table is large

    readings = PINYIN_DICT.get(ord(c))
    if readings:
        return unicodedata.normalize("NFD", readings.split(",")[0])[0].lower()
    return c.lower() if c.isascii() and c.isalpha() else ""


_first = _Readings(_SURNAMES)
_later = _Readings(_GIVEN)


def initials(name: str) -> tuple[str, str]:
    """Pinyin initials in lower case: the likely ones, and the other reading or ""."""
    head = _COMPOUND_READINGS.get(name[:2])
    if head and len(name) > 2:
        return head + "".join([_later[c][:1] for c in name[2:]]), ""
    letters = [_first[name[:1]]]
    letters += [_later[c] for c in name[1:]]
    text = "".join(letters)
    if len(text) == len(name):  # one reading each: nearly all names
        return text, ""
    main = "".join([reading[:1] for reading in letters])
    other = "".join([reading[-1:] for reading in letters])
    return main, other if other != main else ""
