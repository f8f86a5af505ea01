"""What a ledger would do: a function of the file and of what is stored, writing nothing.

The check shows it, the application makes it again inside its transaction and compares.
"""

import hashlib
from dataclasses import dataclass, field

from portal.core.crypto import blind
from portal.core.imports import CHANGED, NEW, REFUSED, SAME
from residents import codes
from residents.imports.columns import Table
from residents.imports.headings import LABELS
from residents.imports.homes import Group, groups_make, heads_check, homes_match
from residents.imports.places import Places, places_find
from residents.imports.state import Known, State
from residents.imports.words import words_name
from residents.models import (
    CareKind,
    Disability,
    DisabilityGrade,
    PartyKind,
    Residence,
    ResidentStatus,
)

TABLES = {"sex": "sex", "relation": "relation", "ethnicity": "ethnic", "education": "education",
          "marital": "marital", "political": "political"}  # fmt: skip
PLAIN = (*TABLES, "residence", "registered_address", "note")
COMPARED = ("name", "address", "phone", *PLAIN)
MARKS = {"low_income": CareKind.LOW_INCOME.value, "living_alone": CareKind.LIVING_ALONE.value}
DISABILITY = CareKind.DISABILITY.value


@dataclass
class Plan:
    """Rows by index into ``table``; ``changes`` are (field, label, old, new) for people."""

    table: Table
    state: State
    places: Places
    groups: list[Group] = field(default_factory=list)
    known: dict[int, Known] = field(default_factory=dict)
    doubles: dict[int, str] = field(default_factory=dict)
    blinds: list = field(default_factory=list)
    home_of: dict[int, Group] = field(default_factory=dict)
    changes: dict[int, list[tuple]] = field(default_factory=dict)
    columns: dict[int, dict] = field(default_factory=dict)
    outcomes: list[str] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        return {
            "rows": len(self.outcomes),
            NEW: self.outcomes.count(NEW),
            CHANGED: self.outcomes.count(CHANGED),
            SAME: self.outcomes.count(SAME),
            REFUSED: self.outcomes.count(REFUSED),
            "households": sum(1 for group in self.groups if group.home is None),
            "dwellings": len(self.places.dwellings),
            "buildings": len(self.places.buildings),
            "cells": len(self.places.cells),
        }

    def digest(self) -> str:
        """Equal for two plans that do the same to the same rows."""
        parts = [repr(sorted(self.counts().items())), "".join(o[0] for o in self.outcomes)]
        parts += [f"{i}:{self.known[i].id}:{self.changes[i]!r}" for i in sorted(self.changes)]
        parts += [f"{i}:{self.table.errors[i]!r}" for i in sorted(self.table.errors)]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def plan_make(table: Table, state: State, create_places: bool = False) -> Plan:
    """Decide for every row: new, changed, same, or refused with the reason."""
    _refuse_other_communities(table, state)
    plan = Plan(table, state, places_find(table, state, create_places))
    _match(plan)
    plan.groups = groups_make(table, plan.doubles, plan.known, state)
    homes_match(table, plan.groups, plan.known, state)
    heads_check(table, plan.groups, plan.known, state)
    plan.groups = [group for group in plan.groups if group.rows]
    if "relation" not in table.headings:
        heads = "户主姓名" if "head_name" in table.headings else "每处住址第一人"
        table.notes.append(f"没有“与户主关系”列：按{heads}定户主，其他人的关系记为其他")
    for group in plan.groups:
        for index in group.rows:
            plan.home_of[index] = group
    for index, known in plan.known.items():
        if index in plan.home_of:
            _compare(plan, index, known)
    plan.outcomes = [_outcome(plan, index) for index in range(len(table))]
    return plan


def _outcome(plan: Plan, index: int) -> str:
    if index in plan.doubles:
        return SAME
    if index in plan.table.errors:
        return REFUSED
    if index not in plan.known:
        return NEW
    return CHANGED if plan.changes.get(index) else SAME


def _refuse_other_communities(table: Table, state: State) -> None:
    """A community column that names another one: the row belongs into its books."""
    known = {None: True, state.community_code: True}
    for index, name in enumerate(table.get("community")):
        if name not in known:
            known[name] = words_name(name, state.community_name)
        if not known[name]:
            table.error(index, "community", f"这一行属于“{name[:20]}”，不是本社区")


def _match(plan: Plan) -> None:
    """Find each row's person, by number, else by name and birth date; mark repeated rows."""
    table = plan.table
    numbers, names, births = table.get("id_number"), table.get("name"), table.get("born_on")
    numbered: dict[str, int] = {}
    persons: dict[tuple, int] = {}
    blinds: list = [None] * len(table)
    for index, number in enumerate(numbers):
        if number is None or index in table.errors:
            continue
        key = blinds[index] = blind(number.value, "id")
        first = numbered.setdefault(key, index)
        if first != index:
            _double(plan, index, first, "id_number", f"与第 {table.numbers[first]} 行证件号码相同")
        else:
            persons.setdefault((names[index], births[index]), index)
    plan.blinds = blinds
    if not plan.state.people and len(numbered) + len(plan.doubles) + len(table.errors) == len(
        table
    ):
        return
    taken: dict = {}
    by_number, by_name = plan.state.by_number, plan.state.by_name
    for key, index in numbered.items():
        known = by_number.get(key)
        if known is None:  # entered without a number before
            alike = by_name.get((names[index], births[index]), ())
            alike = [person for person in alike if not person.id_blind and person.id not in taken]
            known = alike[0] if len(alike) == 1 else None
        if known is not None:
            taken[known.id] = index
            _keep(plan, index, known)
    for index, number in enumerate(numbers):
        if number is None and index not in table.errors:
            _match_by_name(plan, index, persons, taken)


def _match_by_name(plan: Plan, index: int, persons: dict, taken: dict) -> None:
    table = plan.table
    person = (table.columns["name"][index], table.columns["born_on"][index])
    first = persons.setdefault(person, index)
    if first != index:
        sexes = table.get("sex")
        if {sexes[first], sexes[index]} == {"1", "2"}:  # newborn twins without names
            text = f"与第 {table.numbers[first]} 行同名、同出生日期而性别不同，请填证件号码"
            table.error(index, "name", text)
            return
        text = f"与第 {table.numbers[first]} 行同名、同出生日期，按同一人处理"
        _double(plan, index, first, "name", text)
        return
    alike = [known for known in plan.state.by_name.get(person, ()) if known.id not in taken]
    bare = [known for known in alike if not known.id_blind]
    found = bare if len(bare) == 1 else alike
    if len(found) > 1:
        table.error(index, "name", "本社区有几位同名、同出生日期的居民，请填证件号码")
    elif found:
        taken[found[0].id] = index
        _keep(plan, index, found[0])


def _double(plan: Plan, index: int, first: int, name: str, text: str) -> None:
    get = plan.table.get
    differing = [
        LABELS[field]
        for field in COMPARED
        if (column := get(field))[index] and column[first] and column[index] != column[first]
    ]
    besides = f"，{'、'.join(differing)}不同" if differing else ""
    plan.doubles[index] = text
    plan.table.warn(index, name, f"{text}{besides}，以前一行为准")


def _keep(plan: Plan, index: int, known: Known) -> None:
    if known.status == ResidentStatus.LIVING:
        plan.known[index] = known
        return
    state = ResidentStatus(known.status).label
    text = f"这位居民登记为{state}，请先在居民页办理更正或迁入"
    plan.table.error(index, "name", text)


def _compare(plan: Plan, index: int, known: Known) -> None:
    """Collect what the row says differently; a blank cell says nothing."""
    table, changes, columns = plan.table, [], {}
    get = table.columns.get
    for name in PLAIN:
        values = get(name)
        new = values[index] if values else None
        if new and new != getattr(known, name):
            if name == "sex" and new in ("0", "9"):
                continue
            if name == "relation" and name not in table.headings:
                continue
            changes.append(
                (name, LABELS[name], shown(name, getattr(known, name)), shown(name, new))
            )
            columns[name] = new
    if get("name")[index] != known.name:
        text = f"这个证件号码登记的姓名是“{known.name}”，将改为表中的，请核对是不是同一人"
        table.warn(index, "name", text)
        changes.append(("name", "姓名", known.name, get("name")[index]))
        columns["name"] = get("name")[index]
    if get("born_on")[index] != known.born_on:
        changes.append(("born_on", "出生日期", str(known.born_on), str(get("born_on")[index])))
        columns["born_on"] = get("born_on")[index]
    _compare_sealed(plan, index, known, changes, columns)
    _compare_tags(plan, index, known, changes)
    _compare_party(plan, index, known, changes, columns)
    home = plan.home_of[index]
    if home.id != known.household_id:
        old = known.addr_key
        new = home.key if home.key != old else f"{home.key}（另一户）"
        changes.append(("household", "住户", old, new))
    if changes:
        plan.changes[index], plan.columns[index] = changes, columns


def _compare_sealed(plan: Plan, index: int, known: Known, changes: list, columns: dict) -> None:
    table = plan.table
    number, phone = table.get("id_number")[index], table.get("phone")[index]
    if number and plan.blinds[index] != known.id_blind:
        changes.append(("id_number", "证件号码", known.id_mask, number.mask))
        columns["id_number"] = number
    if phone and blind(phone.value, "phone") != known.phone_blind:
        changes.append(("phone", "联系电话", known.phone_mask, phone.mask))
        columns["phone"] = phone


def _compare_tags(plan: Plan, index: int, known: Known, changes: list) -> None:
    tags = plan.state.tags.get(known.id, {})
    for name, kind in MARKS.items():
        said = plan.table.get(name)[index]
        if said is not None and said != (kind in tags):
            changes.append((name, LABELS[name], "否" if said else "是", "是" if said else "否"))
    said = disability_of(plan.table, index)
    if said is None:
        return
    tag = tags.get(DISABILITY)
    old = (tag.category, tag.grade) if tag else None
    new = said and (said[0] or (old or ("", ""))[0], said[1] or (old or ("", ""))[1])
    if (new or None) != old:
        changes.append(("disability", "残疾", shown_disability(old), shown_disability(new)))


def _compare_party(plan: Plan, index: int, known: Known, changes: list, columns: dict) -> None:
    said = plan.table.get("party_kind")[index]
    if said is None:
        return
    member = plan.state.party.get(known.id)
    old = member.kind if member else ""
    if said != old:
        changes.append(
            ("party_kind", "党员类别", shown("party_kind", old), shown("party_kind", said))
        )
    if said and columns.get("political", known.political) not in ("01", "02"):
        changes.append(("political", "政治面貌", shown("political", known.political), "中共党员"))
        columns["political"] = "01"


def disability_of(table: Table, index: int) -> tuple[str, str] | bool | None:
    """(category, grade), False for none, None when the ledger says nothing."""
    said = table.get("disability_category")[index]
    also = table.get("disability_grade")[index]
    if also and said is not False:
        category, grade = said or ("", "")
        return (category or also[0], also[1] or grade)
    return said


def shown(name: str, value) -> str:
    """A stored value as the preview shows it."""
    if not value:
        return ""
    if name in TABLES:
        return codes.label(TABLES[name], value)
    if name == "residence":
        return Residence(value).label
    if name == "party_kind":
        return PartyKind(value).label
    return str(value)


def shown_disability(value) -> str:
    if not value:
        return "无"
    category = Disability(value[0]).label if value[0] else "未填类别"
    return category + (DisabilityGrade(value[1]).label if value[1] else "")
