"""Columns that are answered in a few words: needs, Party membership, kind of residence."""

import re
import unicodedata

from portal.core.errors import DomainError
from residents import codes
from residents.imports.values import LeftOut, parse_date, text_of, yes_no
from residents.models import PartyKind, Residence

_PARTY = (
    ("流动", PartyKind.FLOATING),
    ("在职", PartyKind.IN_SERVICE),
    ("退休", PartyKind.RETIRED),
    ("离休", PartyKind.RETIRED),
    ("支部", PartyKind.BRANCH),
    ("社区", PartyKind.BRANCH),
    ("在册", PartyKind.BRANCH),
)
# What kind of member, but not where the branch is.
_MEMBER = frozenset(
    ["正式党员", "预备党员", "中共党员", "中共预备党员", "党员", "正式", "预备", "是", "√"]
)
_NOT_A_MEMBER = frozenset(["否", "非党员", "群众", "团员", "不是", "无党派"])
_GONE = re.compile("^已?(?:死亡|去世|亡故|故|注销|销户|迁出|迁走|搬走|搬离|搬出)")
_STAYS = re.compile("迁入|转入|新增|新生|出生|入住|在册|在住|在世|健在|正常|无变|未")
NOT_ENTERED = "已死亡或迁出的人不导入；已登记的，请在居民页办理死亡登记或迁出"
_UNSURE = re.compile("边缘|低收入|取消|停保|停发|退出|曾|原|申请|拟|空巢|特困")
_ASKS = re.compile("是否|分离|流动")
_RESIDENCE = (
    ("户在人不在", Residence.AWAY_OUT),
    ("空挂", Residence.AWAY_OUT),
    ("外出", Residence.AWAY_OUT),
    ("人在户不在", Residence.AWAY_IN),
    ("人户分离", Residence.AWAY_IN),
    ("流动", Residence.FLOATING),
    ("流入", Residence.FLOATING),
    ("外来", Residence.FLOATING),
    ("暂住", Residence.FLOATING),
    ("人户一致", Residence.HOME),
    ("人在户在", Residence.HOME),
    ("户在人在", Residence.HOME),
    ("在册", Residence.HOME),
    ("常住", Residence.HOME),
    ("户籍", Residence.HOME),
    ("本地", Residence.HOME),
    ("本市", Residence.HOME),
)
# What may stand around a community's name in a title.
_COMMUNITY = "社区|居民委员会|居委会|村民委员会|村委会"
_BEFORE = "^|[^\u4e00-\u9fff]|[省市区县旗盟州镇乡]|街道|街|办事处|街道办"
_BEHIND = (
    "$|[^\u4e00-\u9fff]|居民|人口|人员|家庭|户|住|常住|台账|信息|基础|花名册|名册|登记|党员|网格"
    "|第|[一二三四五六七八九十]"
)
_FORMAL = str.maketrans("壹贰叁肆", "一二三四")
_GRADE = re.compile(r"([一二三四1234])级|[（(]?([一二三四])[)）]?$")


def community_stem(name: str) -> str:
    """青松里 for 青松里社区居民委员会."""
    return re.sub(f"(?:{_COMMUNITY})+$", "", "".join(name.split()))


def words_name(text: str, name: str) -> bool:
    """A title or a sheet's name speaks of that community, not of one whose name holds it:
    和平里社区 and 新和平社区 are not 和平社区."""
    stem = re.escape(community_stem(name))
    found = rf"(?:{_BEFORE})(?<![0-9A-Za-z]){stem}(?![0-9A-Za-z])(?:{_COMMUNITY}|{_BEHIND})"
    return re.search(found, text) is not None


def party_kind(cell, heading: str) -> str:
    """The kind of membership, "" for none. Raises DomainError for an unknown word."""
    text = _plain(cell)
    if text in _NOT_A_MEMBER:
        return ""
    for word, kind in _PARTY:
        if word in text:
            return kind.value
    if text in _MEMBER:
        raise LeftOut(f"“{text}”没有说明组织关系在哪里，这一栏没有导入")
    if "组织关系" in heading:  # often the name of an employer's branch
        raise LeftOut(f"从“{text[:12]}”看不出党员类别，这一栏没有导入")
    raise DomainError(f"不认识党员类别“{text[:12]}”，请填 社区支部、在职、离退休 或 流动")


def residence(cell, heading: str) -> str:
    """The kind of residence; under a heading that asks (是否人户分离) also yes and no."""
    text = _plain(cell)
    if _GONE.match(text):
        raise DomainError(f"写的是“{text[:12]}”，{NOT_ENTERED}")
    for word, kind in _RESIDENCE:
        if word in text and not text.startswith(("非", "无")):
            return kind.value
    try:
        answer = yes_no(text)
    except DomainError:
        # 自住, 出租 say something else.
        raise LeftOut(f"不认识居住类型“{text[:12]}”，这一栏没有导入") from None
    if not answer:
        return Residence.HOME.value
    if not _ASKS.search(heading):
        raise LeftOut(f"看不懂居住类型“{text[:12]}”，这一栏没有导入")
    return (Residence.FLOATING if "流动" in heading else Residence.AWAY_IN).value


def departure(cell, heading: str) -> None:
    """Columns about deaths and moves: whoever they tell of is not entered. Under a heading
    that asks whether somebody lives (是否健在) no means gone.

    Raises DomainError for the dead and the moved, LeftOut for other words.
    """
    text = _plain(cell)
    lives = re.search("健在|在世", heading)
    try:
        gone = yes_no(text)
    except DomainError:
        gone = _GONE.match(text) is not None or _is_date(text)
        if not gone and not _STAYS.match(text):
            raise LeftOut(f"不认识“{text[:12]}”，这一栏没有导入") from None
        lives = None
    if gone is not None and gone != bool(lives):
        raise DomainError(f"写的是“{text[:12]}”，{NOT_ENTERED}")


def disability(cell, heading: str) -> tuple[str, str] | bool:
    """(category, grade) as far as the cell tells, False for none."""
    text = _plain(cell)
    grade = _GRADE.search(text)
    stem = _GRADE.sub("", text) if grade else text
    level = codes.code_for("disability_grade", grade[1] or grade[2]) or "" if grade else ""
    stem = stem.replace("残疾人", "").replace("残疾", "").strip("、,，/()（）")
    if not stem:
        return ("", level)
    if category := codes.code_for("disability_category", stem):
        return (category, level)
    several = [codes.code_for("disability_category", part) for part in re.split("[、,，/]", stem)]
    if len(several) > 1 and all(several):
        return ("7", level)
    try:
        return ("", level) if yes_no(stem) else False
    except DomainError:
        raise DomainError(f"不认识残疾类别“{text[:12]}”") from None


def disability_grade(cell, heading: str) -> tuple[str, str]:
    """(category or "", grade): 二级, 肢体二级."""
    text = _plain(cell)
    if code := codes.code_for("disability_grade", text.replace("残疾", "")):
        return ("", code)
    try:
        said = disability(cell, heading)
    except DomainError:
        said = None
    if not said or not said[1]:
        raise DomainError(f"不认识残疾等级“{text[:12]}”，请填 一级 至 四级")
    return said


def flag(cell, heading: str) -> bool | None:
    """是否低保, 独居: yes or no; a word like 低保边缘 or 低保已取消 is neither."""
    text = _plain(cell)
    if _UNSURE.search(text):
        raise LeftOut(f"“{text[:12]}”看不出是或否，这一栏没有导入")
    if text.startswith(("低保", "享受", "独居", "A类", "B类", "C类")):
        return True
    return yes_no(text)


def _is_date(text: str) -> bool:
    try:
        return parse_date(text) is not None
    except DomainError:
        return False


def _plain(cell) -> str:
    return "".join(unicodedata.normalize("NFKC", text_of(cell)).split()).upper().translate(_FORMAL)


READERS = {
    "party_kind": party_kind,
    "residence": residence,
    "departure": departure,
    "disability_category": disability,
    "disability_grade": disability_grade,
    "low_income": flag,
    "living_alone": flag,
}
