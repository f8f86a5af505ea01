"""Finding people, homes and buildings from what staff type, inside the community at work.

The kind of the text chooses the indexes: one arm of a UNION ALL for each, in the order of
the index and with its own limit, so that the work does not grow with the register. The
statements are compiled once for each reach and kept (portal.core.lists.statements).
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import connection, connections
from django.db.models import (
    FilteredRelation,
    Q,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.functions import Cast, Length, StrIndex, Substr, Upper
from django.utils import timezone

from grids.models import Building, Dwelling, DwellingUse, GridCell
from portal.accounts.permissions import Permission
from portal.core.access import access_of
from portal.core.audit import access_record
from portal.core.crypto import blind
from portal.core.errors import TooMany
from portal.core.fields import LAST_CHARACTER, Literal
from portal.core.lists.statements import Statement, compiled, kept
from portal.core.models import AccessLog
from portal.core.prepared import prepared_cursor
from residents.codes import label
from residents.models import Resident, ResidentStatus
from residents.models.people import ADULT
from residents.search_words import Kind, Words, understand

PAGE = 20
HOMES_WITH_PEOPLE = 3  # so many homes found at once show who lives there
A_MINUTE, A_DAY = 10, 100  # searches by id number, for each user
# Stand in a kept statement for the texts that are looked for.
FIRST, SECOND, THIRD, FOURTH, FIFTH = MARKS = "\ue001\ue002\ue003\ue004\ue005"
_HERE = frozenset({ResidentStatus.LIVING})
_FOUND = "residents.search"


@dataclass(frozen=True)
class Hit:
    """One line of the answer: ``model`` and ``key`` name the row, ``plate`` the address."""

    model: str
    key: UUID
    label: str
    plate: str = ""
    where: str = ""
    notes: tuple[str, ...] = ()
    gone: str = ""


@dataclass
class Found:
    """The answer to one search, grouped."""

    words: Words
    people: list[Hit] = field(default_factory=list)
    homes: list[Hit] = field(default_factory=list)
    buildings: list[Hit] = field(default_factory=list)
    more: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.people or self.homes or self.buildings)


def search(by, tenant: UUID, typed: str, unfinished: bool = False) -> Found:
    """Look for what was typed. A search by number is written to the access log, found or
    not. Raises TooMany."""
    words = understand(typed, unfinished)
    found = Found(words)
    if words.kind in (Kind.ID, Kind.PHONE, Kind.TAIL):
        _by_number(by, tenant, found)
    elif words.kind == Kind.INITIALS:
        _add(
            by,
            tenant,
            found,
            _rows(by, tenant, Kind.INITIALS, words.text, words.place, words.place),
        )
    elif words.kind == Kind.NAME:
        if not (words.inside and _by_address(by, tenant, found)):
            _add(by, tenant, found, _rows(by, tenant, Kind.NAME, words.text, words.place.upper(),
                              _in_json(words.place)))  # fmt: skip
    elif words.kind == Kind.ADDRESS and not _by_address(by, tenant, found):
        # A座 may be no number but a name
        _add(by, tenant, found, _rows(by, tenant, Kind.ADDRESS, "", words.typed.upper(),
                          _in_json(words.typed)))  # fmt: skip
    return found


# --- People, by one index each


def _rows(by, tenant, kind: Kind, *texts: str) -> list[tuple]:
    return _kept(by, tenant, (kind,), lambda: _arms(kind, by, tenant), texts)


def _kept(by, tenant, what: tuple, arms: Callable[[], list], texts) -> list[tuple]:
    """The rows of the arms; their statement depends on the reach and ``what`` alone."""
    reach = access_of(by).reach(Permission.RESIDENT_SEARCH)
    key = None if access_of(by).total else (_FOUND, *what, tenant, *map(tuple, reach))
    statement = kept(key, lambda: _united(arms()))
    if not statement.sql:
        return []
    with prepared_cursor(statement.using) as cursor:
        cursor.execute(statement.sql, _put_in(statement, texts))
        return cursor.fetchall()


def _put_in(statement: Statement, wanted: Iterable) -> list:
    """The parameters with what is wanted in the places of the marks."""
    native = connections[statement.using].features.has_native_uuid_field
    marks = {}
    for mark, value in zip(MARKS, wanted, strict=False):
        if isinstance(value, UUID):
            key = UUID(int=ord(mark))
            marks[key if native else key.hex] = value if native else value.hex
        else:  # the end of a range is the mark and one character more
            marks |= {mark: value, mark + LAST_CHARACTER: value + LAST_CHARACTER}
    return [marks.get(value, value) for value in statement.params]


def _united(arms: list[QuerySet]) -> Statement:
    """One statement for all arms; the name of the row's cell comes to the end of each row.

    The columns of an arm are its name, the row's key, its cell's key, then others.
    """
    parts = [part for part in map(compiled, arms) if part.sql]
    if not parts:
        return Statement("", "", ())
    cell = f"(SELECT name FROM {GridCell._meta.db_table} WHERE id = arm.cell_id)"  # noqa: S608
    sql = " UNION ALL ".join(f"SELECT arm.*, {cell} FROM ({part.sql}) arm" for part in parts)  # noqa: S608
    return Statement(parts[0].using, sql, tuple(v for part in parts for v in part.params))


def _arms(kind: Kind, by, tenant) -> list[QuerySet]:
    people = (
        Resident.objects.visible_to(by, Permission.RESIDENT_SEARCH)
        .filter(community=tenant)
        .exclude(status=ResidentStatus.VOID)
    )
    if kind == Kind.ADDRESS:  # by a building's name
        arms = []
    elif kind == Kind.ID:
        arms = [people.filter(id_blind=FIRST)]
    elif kind == Kind.PHONE:
        arms = [people.exclude(phone_tail=Literal("")).filter(phone_tail=FIRST, phone_blind=SECOND)]
    elif kind == Kind.TAIL:
        tails = people.exclude(phone_tail=Literal(""))
        arms = [tails.filter(phone_tail=FIRST).order_by("phone_tail", "pk")]
    elif kind == Kind.INITIALS:
        others = people.exclude(initials_alt=Literal(""))
        arms = [
            people.filter(initials__prefix=FIRST).order_by("initials", "pk"),
            others.filter(initials_alt__prefix=FIRST).order_by("initials_alt", "pk"),
            people.filter(name__prefix=SECOND).order_by("name", "pk"),
        ]
    else:
        arms = [people.filter(name__prefix=FIRST).order_by("name", "pk")]
        four = people.filter(name__length__gt=Literal(3))
        for start, those in ((2, people), (3, people), (4, four)):
            inside = those.annotate(inside=Substr("name", Literal(start)))
            arms.append(inside.filter(inside__prefix=FIRST).order_by("inside", "pk"))
        late = StrIndex(Substr("name", Literal(5)), Value(FIRST))
        long = people.filter(name__length__gt=Literal(4)).annotate(late=late)
        arms.append(long.filter(late__gt=0).order_by("name", "pk"))
    arms = [_person_columns(rows) for rows in arms]
    if kind in (Kind.NAME, Kind.INITIALS, Kind.ADDRESS):
        arms.append(_buildings(by, tenant))
    return arms


def _person_columns(people: QuerySet) -> QuerySet:
    return people.values_list(
        Literal("person"), "pk", "cell_id", "name", "addr_key", "sex", "birth_year", "status",
        "phone_mask",
    )[: PAGE + 1]  # fmt: skip


def _buildings(by, tenant) -> QuerySet:
    rows = Building.objects.visible_to(by, Permission.RESIDENT_SEARCH).filter(community=tenant)
    rows = _named_so(rows, SECOND, THIRD).order_by("number_sort")
    return rows.values_list(
        Literal("building"), "pk", "cell_id", "name", "number", "old", Literal(0), Literal(""),
        Literal(""),
    )[: PAGE + 1]  # fmt: skip


def _named_so(buildings: QuerySet, name: str, in_json: str) -> QuerySet:
    """A community has some dozens of buildings: their names and former names are read, of those
    that have any."""
    return buildings.annotate(
        in_name=StrIndex(Upper("name"), Value(name)),
        old=Cast("aliases", TextField()),
        in_old=StrIndex(Upper("old"), Upper(Value(in_json))),
    ).filter(Q(name__gt="", in_name__gt=0) | Q(~Q(old="[]"), in_old__gt=0) | Q(number=name))


def _in_json(text: str) -> str:
    """The text as it stands inside a JSON list: SQLite keeps \\u escapes, PostgreSQL not."""
    native = connection.vendor == "postgresql"
    return json.dumps(text, ensure_ascii=not native)[1:-1]


def _add(by, tenant, found: Found, rows: list[tuple]) -> None:
    """Sort rows into the answer: each person once, those who left at the end."""
    people: dict[UUID, Hit] = {}
    for arm, key, part, *values in rows:
        if arm == "person":
            if not _open(by, tenant, part and _uuid(part), values[3]):
                values[5] = ""
            people.setdefault(_uuid(key), _person(_uuid(key), *values))
        else:
            found.buildings.append(_building(_uuid(key), *values))
    ordered = sorted(people.values(), key=lambda hit: bool(hit.gone))
    found.people = ordered[:PAGE]
    found.more = len(ordered) > PAGE


def _open(by, tenant, part, birth_year: int) -> bool:
    """Whether the telephone may be shown: a minor's is a class of its own. By the year, so
    that whoever comes of age this year still counts."""
    young = birth_year >= timezone.localdate().year - ADULT
    return not young or access_of(by).covers(Permission.MINOR_VIEW, tenant, part)


def _person(key, name, address, sex, year, status, phone, cell) -> Hit:
    gone = "" if status in _HERE else ResidentStatus(status).label
    notes = (label("sex", sex), f"{year} 年生", phone)
    return Hit("resident", key, name, address, cell or "", tuple(filter(None, notes)), gone)


def _building(key, name, number, old, _sex, _year, _status, cell) -> Hit:
    former = json.loads(old)
    notes = (f"曾用名：{'、'.join(former)}",) if former else ()
    return Hit("building", key, name or f"{number}号楼", number, cell or "", notes)


# --- By number


def _by_number(by, tenant, found: Found) -> None:
    words, texts = found.words, [found.words.text]
    if words.kind == Kind.ID:
        number_limit(by)
        texts = [blind(words.text, "id")]
    elif words.kind == Kind.PHONE:
        texts = [words.text[-4:], blind(words.text, "phone")]
    _add(by, tenant, found, _rows(by, tenant, words.kind, *texts))
    access_record(
        by, action="search_id" if words.kind == Kind.ID else "search_phone", tenant=tenant,
        model=Resident._meta.label_lower, subjects=[hit.key for hit in found.people],
        count=len(found.people), fields="证件号码" if words.kind == Kind.ID else "联系电话",
    )  # fmt: skip


def number_limit(by) -> None:
    """Nobody needs to try out numbers. Raises TooMany."""
    now = timezone.now()
    mine = AccessLog.objects.filter(by=by.pk, action="search_id")
    for count, period, text in (
        (A_MINUTE, timedelta(minutes=1), "每分钟"), (A_DAY, timedelta(days=1), "每天"),
    ):  # fmt: skip
        if mine.filter(at__gt=now - period).count() >= count:
            raise TooMany(
                f"按证件号码查找，{text}最多 {count} 次。请稍后再试，或按姓名、门牌查找。"
            )


# --- By address


def _by_address(by, tenant, found: Found) -> bool:
    """Add homes and who lives there; whether there were any.

    纺织厂1号楼2单元501 is a home in the building of that former name, if there is one; else the
    words in front are the estate's.
    """
    words = found.words
    arms = {"named": bool(words.inside), "behind": bool(words.room), "home": bool(words.text)}
    if words.kind == Kind.NAME:
        arms |= {"behind": False, "home": False}
    texts = (words.place.upper(), _in_json(words.place), words.inside, words.text, words.building)
    wanted = tuple(name for name, is_wanted in arms.items() if is_wanted)
    by_room = "-" not in words.inside
    if by_room and words.room:
        texts = (*texts[:2], words.room, *texts[3:])
    rows = _kept(by, tenant, ("homes", by_room, *wanted),
                 lambda: _home_arms(by, tenant, wanted, by_room), texts)  # fmt: skip
    if any(row[0] == "named" for row in rows):
        rows = [row for row in rows if row[0] == "named"]
    homes = [_Home(*row) for row in rows]
    _add_homes(by, tenant, found, homes)
    if homes and (homes[0].arm == "named" or words.text == f"{words.building}-"):
        found.buildings = list({home.building: home.building_hit() for home in homes}.values())
    return bool(homes)


class _Home(NamedTuple):
    """A dwelling, with one of its households if it has any."""

    arm: str
    key: UUID
    cell_key: UUID | None
    address: str
    sort: str
    use: str
    building: UUID
    building_name: str
    number: str
    household: UUID | None
    head: str | None
    cell_name: str | None

    @property
    def cell(self) -> str:
        return self.cell_name or ""

    def building_hit(self) -> Hit:
        name = self.building_name or f"{self.number}号楼"
        return Hit("building", _uuid(self.building), name, self.number, self.cell)

    def hit(self) -> Hit:
        if self.household:
            label = f"{self.head or '（未指定户主）'} 户"
            return Hit("household", _uuid(self.household), label, self.address, self.cell)
        use = DwellingUse(self.use)
        note = "无人居住" if use == DwellingUse.OWN else use.label
        return Hit("dwelling", _uuid(self.key), "没有登记住户", self.address, self.cell, (note,))


def _home_arms(by, tenant, wanted, by_room: bool) -> list[QuerySet]:
    """Dwellings in a building of that name, behind any entrance, or whose key begins so."""
    doors = Dwelling.objects.visible_to(by, Permission.RESIDENT_SEARCH).filter(community=tenant)
    doors = doors.annotate(
        home=FilteredRelation("households", condition=Q(households__closed_on=None)),
        rest=Substr("addr_key", Length("building__number") + 2),
    )
    buildings = _named_so(Building.objects.filter(community=tenant), FIRST, SECOND).values("pk")
    inside = doors.filter(building__in=buildings)
    arms = {
        "named": inside.filter(room=THIRD) if by_room else inside.filter(rest__prefix=THIRD),
        "behind": doors.filter(building__community=tenant, building__number=FIFTH, room=THIRD),
        "home": doors.filter(addr_key__prefix=FOURTH),
    }
    columns = ("pk", "cell_id", "addr_key", "addr_sort", "use", "building_id", "building__name",
               "building__number", "home__id", "home__head__name")  # fmt: skip
    return [
        arms[name].order_by("addr_key").values_list(Literal(name), *columns)[: PAGE + 1]
        for name in wanted
    ]


def _add_homes(by, tenant, found: Found, rows: list[_Home]) -> None:
    rows = sorted({(row.key, row.household): row for row in rows}.values(), key=_by_sort)
    found.homes = [row.hit() for row in rows[:PAGE]]
    found.more = len(rows) > PAGE
    inhabited = [hit.key for hit in found.homes if hit.model == "household"]
    if 0 < len(inhabited) <= HOMES_WITH_PEOPLE:
        keys = [*inhabited, *inhabited * HOMES_WITH_PEOPLE][:HOMES_WITH_PEOPLE]
        more = found.more
        _add(by, tenant, found, _kept(by, tenant, ("members",), lambda: _members(by, tenant), keys))
        found.more |= more


def _members(by, tenant) -> list[QuerySet]:
    """Who lives in the homes that the first marks stand for."""
    homes = [UUID(int=ord(mark)) for mark in MARKS[:HOMES_WITH_PEOPLE]]
    people = (
        Resident.objects.visible_to(by, Permission.RESIDENT_SEARCH)
        .filter(community=tenant, household__in=homes)
        .exclude(status=ResidentStatus.VOID)
    )
    return [_person_columns(people.order_by("addr_sort", "relation", "born_on"))]


def _by_sort(home: _Home) -> str:
    return home.sort


def _uuid(value) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)
