"""Finding people, homes and buildings from what staff type, inside the community at work.

The kind of the text chooses the indexes: one arm of a UNION ALL for each, in the order of
the index and with its own limit, so that the work does not grow with the register. The
statements are compiled once for each reach and kept (portal.core.lists.statements).
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.db import connection
from django.db.models import (
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    SmallIntegerField,
    Subquery,
    TextField,
    Value,
)
from django.db.models.functions import Cast, Coalesce, StrIndex, Substr, Upper
from django.utils import timezone

from grids.models import Building, Dwelling, DwellingUse, GridCell
from portal.accounts.permissions import Permission
from portal.core.access import access_of
from portal.core.audit import access_record
from portal.core.crypto import blind
from portal.core.errors import DomainError
from portal.core.fields import Literal
from portal.core.lists.statements import Statement, compiled, joined, kept
from portal.core.models import AccessLog
from residents.codes import label
from residents.models import Resident, ResidentStatus
from residents.search_words import Kind, Words, understand

PAGE = 20
HOMES_WITH_PEOPLE = 3  # so many homes found at once show who lives there
A_MINUTE, A_DAY = 10, 100  # searches by id number, for each user
# Stand in a kept statement for the texts that are looked for.
FIRST, SECOND, THIRD = "\ue001", "\ue002", "\ue003"
_HERE = frozenset({ResidentStatus.LIVING})
_FOUND = "residents.search"


class TooMany(DomainError):
    """The user searched by id number more often than anybody needs to."""


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
        _add(found, _rows(by, tenant, Kind.INITIALS, words.text, words.place, words.place))
    elif words.kind == Kind.NAME:
        _add(found, _rows(by, tenant, Kind.NAME, words.text, words.place.upper(),
                          _in_json(words.place)))  # fmt: skip
        if words.inside:
            _inside_buildings(by, tenant, found)
    elif words.kind == Kind.ADDRESS:
        _by_address(by, tenant, found)
    return found


# --- People, by one index each


def _rows(by, tenant, kind: Kind, *texts: str) -> list[tuple]:
    reach = access_of(by).reach(Permission.RESIDENT_SEARCH)
    key = None if access_of(by).total else (_FOUND, kind, tenant, *map(tuple, reach))
    statement = kept(key, lambda: joined([(name, compiled(rows)) for name, rows
                                          in _arms(kind, by, tenant)]))  # fmt: skip
    return _filled(statement, texts).rows()


def _filled(statement: Statement, texts: Iterable[str]) -> Statement:
    marks = dict(zip((FIRST, SECOND, THIRD), texts, strict=False))
    params = []
    for value in statement.params:
        if isinstance(value, str) and value[:1] in marks:
            value = marks[value[:1]] + value[1:]
        params.append(value)
    return statement._replace(params=tuple(params))


def _arms(kind: Kind, by, tenant) -> list[tuple[str, QuerySet]]:
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
        for start in (2, 3, 4):
            inside = people.annotate(inside=Substr("name", Literal(start)))
            arms.append(inside.filter(inside__prefix=FIRST).order_by("inside", "pk"))
        late = StrIndex(Substr("name", Literal(5)), Value(FIRST))
        long = people.filter(name__length__gt=Literal(4)).annotate(late=late)
        arms.append(long.filter(late__gt=0).order_by("name", "pk"))
    named = [("person", _person_columns(rows)[: PAGE + 1]) for rows in arms]
    if kind in (Kind.NAME, Kind.INITIALS, Kind.ADDRESS):
        named.append(("building", _buildings(by, tenant)))
    return named


def _person_columns(people: QuerySet) -> QuerySet:
    return people.values_list(
        "pk", "name", "addr_key", _cell_name(), "sex", "birth_year", "status", "phone_mask"
    )


def _buildings(by, tenant) -> QuerySet:
    """A community has some dozens of buildings: their names and former names are read."""
    rows = Building.objects.visible_to(by, Permission.RESIDENT_SEARCH).filter(community=tenant)
    rows = rows.annotate(
        in_name=StrIndex(Upper("name"), Value(SECOND)),
        old=Cast("aliases", TextField()),
        in_old=StrIndex(Upper("old"), Upper(Value(THIRD))),
    ).filter(Q(in_name__gt=0) | Q(in_old__gt=0) | Q(number=SECOND))
    return rows.order_by("number_sort").values_list(
        "pk", "name", "number", _cell_name(), "old", Value(0, SmallIntegerField()), Value(""),
        Value(""),
    )[: PAGE + 1]  # fmt: skip


def _cell_name() -> Coalesce:
    cells = GridCell.objects.filter(pk=OuterRef("cell_id")).values("name")
    return Coalesce(Subquery(cells), Value(""))


def _in_json(text: str) -> str:
    """The text as it stands inside a JSON list: SQLite keeps \\u escapes, PostgreSQL not."""
    native = connection.vendor == "postgresql"
    return json.dumps(text, ensure_ascii=not native)[1:-1]


def _add(found: Found, rows: list[tuple]) -> None:
    """Sort rows into the answer: each person once, those who left at the end."""
    people: dict[UUID, Hit] = {}
    for kind, key, *values in rows:
        if kind == "person":
            people.setdefault(_uuid(key), _person(_uuid(key), *values))
        else:
            found.buildings.append(_building(_uuid(key), *values))
    ordered = sorted(people.values(), key=lambda hit: bool(hit.gone))
    found.people = ordered[:PAGE]
    found.more = len(ordered) > PAGE


def _person(key, name, address, cell, sex, year, status, phone) -> Hit:
    gone = "" if status in _HERE else ResidentStatus(status).label
    notes = (label("sex", sex), f"{year} 年生", phone)
    return Hit("resident", key, name, address, cell, tuple(filter(None, notes)), gone)


def _building(key, name, number, cell, old, *_) -> Hit:
    former = json.loads(old)
    notes = (f"曾用名：{'、'.join(former)}",) if former else ()
    return Hit("building", key, name or f"{number}号楼", number, cell, notes)


# --- By number


def _by_number(by, tenant, found: Found) -> None:
    words, texts = found.words, [found.words.text]
    if words.kind == Kind.ID:
        _limit(by)
        texts = [blind(words.text, "id")]
    elif words.kind == Kind.PHONE:
        texts = [words.text[-4:], blind(words.text, "phone")]
    _add(found, _rows(by, tenant, words.kind, *texts))
    access_record(
        by, action="search_id" if words.kind == Kind.ID else "search_phone", tenant=tenant,
        model=Resident._meta.label_lower, subjects=[hit.key for hit in found.people],
        count=len(found.people), fields="证件号码" if words.kind == Kind.ID else "联系电话",
    )  # fmt: skip


def _limit(by) -> None:
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


def _by_address(by, tenant, found: Found) -> None:
    words = found.words
    if words.place:  # 纺织厂1号楼2单元501: a building's former name, or an estate in front
        _by_building_name(by, tenant, found, words.place)
        if found.buildings:
            _inside_buildings(by, tenant, found)
            return
    rooms = [f"{words.building}-{door}-{words.room}" for door in range(1, 10)] if words.room else []
    rows = _homes(by, tenant, words.text, rooms)
    _add_homes(by, tenant, found, rows)
    if not rows and not words.typed.isascii():  # A座 may be no number but a name
        _by_building_name(by, tenant, found, words.typed)
    elif rows and words.text == f"{words.building}-":
        name = rows[0]["building"] or f"{words.building}号楼"
        key = _uuid(rows[0]["building_id"])
        found.buildings = [Hit("building", key, name, words.building, rows[0]["cell"])]


def _by_building_name(by, tenant, found: Found, name: str) -> None:
    _add(found, _rows(by, tenant, Kind.ADDRESS, "", name.upper(), _in_json(name)))


def _inside_buildings(by, tenant, found: Found) -> None:
    """老粮站楼2单元501: the rest of the address, inside the buildings of that name."""
    inside, rows = found.words.inside, []
    for hit in found.buildings[:2]:
        rooms = []
        if "-" not in inside:
            rooms = [f"{hit.plate}-{door}-{inside}" for door in range(1, 10)]
        rows += _homes(by, tenant, f"{hit.plate}-{inside}", rooms)
    _add_homes(by, tenant, found, rows)


def _homes(by, tenant, start: str, exact: list[str]) -> list[dict]:
    """Dwellings whose address begins so, or is one of the exact ones; one row a household."""
    doors = (
        Dwelling.objects.visible_to(by, Permission.RESIDENT_SEARCH)
        .filter(community=tenant)
        .annotate(
            home=FilteredRelation("households", condition=Q(households__closed_on=None)),
            cell_name=_cell_name(),
        )
    )
    columns = ("pk", "addr_key", "addr_sort", "cell_name", "use", "building_id", "building__name",
               "home__id", "home__head__name")  # fmt: skip
    arms = [doors.filter(addr_key__in=exact)] if exact else []
    arms.append(doors.filter(addr_key__prefix=start).order_by("addr_key"))
    rows = joined([("home", compiled(arm.values_list(*columns)[: PAGE + 1])) for arm in arms])
    names = ("pk", "key", "sort", "cell", "use", "building_id", "building", "home", "head")
    return [dict(zip(names, values, strict=True)) for _, *values in rows.rows()]


def _add_homes(by, tenant, found: Found, rows: list[dict]) -> None:
    homes = {}
    for row in rows:
        homes.setdefault((row["pk"], row["home"]), _home(row))
    found.homes = list(homes.values())[:PAGE]
    found.more = len(homes) > PAGE
    inhabited = [hit.key for hit in found.homes if hit.model == "household"]
    if 0 < len(inhabited) <= HOMES_WITH_PEOPLE:
        people = (
            Resident.objects.visible_to(by, Permission.RESIDENT_SEARCH)
            .filter(community=tenant, household__in=inhabited)
            .exclude(status=ResidentStatus.VOID)
        )
        members = compiled(_person_columns(people.order_by("addr_sort", "relation"))[: PAGE + 1])
        more = found.more
        _add(found, [("person", *row) for row in members.rows()])
        found.more |= more


def _home(row: dict) -> Hit:
    if row["home"]:
        head = row["head"] or "（未指定户主）"
        return Hit("household", _uuid(row["home"]), f"{head} 户", row["key"], row["cell"])
    use = DwellingUse(row["use"]).label
    note = use if row["use"] != DwellingUse.OWN else "无人居住"
    return Hit("dwelling", _uuid(row["pk"]), "没有登记住户", row["key"], row["cell"], (note,))


def _uuid(value) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)
