"""Carry a plan out, set by set: places, households, people and what is recorded of them."""

from datetime import date

from django.utils import timezone

from grids.addresses import sort_key
from grids.models import Building, Dwelling, GridCell
from portal.core.bulk import bulk_insert, bulk_update
from portal.core.crypto import blind, seal
from portal.core.errors import DomainError
from portal.core.ids import new_id
from portal.core.imports.undo import Undo
from portal.core.locks import hold
from residents.imports.plan import DISABILITY, MARKS, Plan, disability_of
from residents.models import (
    CareTag,
    Household,
    LifeEvent,
    LifeEventKind,
    PartyMember,
    Residence,
    Resident,
    Stay,
    id_columns,
    phone_columns,
    seal_place,
)
from residents.names import initials

PERSON = (
    "id", "community_id", "cell_id", "household_id", "addr_key", "addr_sort", "relation", "name",
    "initials", "initials_alt", "sex", "born_on", "birth_year", "id_kind", "id_sealed", "id_blind",
    "id_mask", "phone_sealed", "phone_blind", "phone_mask", "phone_tail", "ethnicity", "education",
    "marital", "political", "residence", "registered_address", "note", "created_by_id",
    "changed_by_id",
)  # fmt: skip
CHANGEABLE = tuple(
    name for name in PERSON if name not in ("id", "community_id", "created_by_id", "changed_by_id")
)
NO_DOCUMENT = ("", b"", None, "")
NO_PHONE = (b"", "", "", "")
HOME = Residence.HOME.value
STAY = ("id", "community_id", "cell_id", "resident_id", "household_id", "kind", "from_on")
EVENT = ("id", "community_id", "cell_id", "resident_id", "household_id", "kind", "on", "note",
         "closed_stay_id", "opened_stay_id", "was")  # fmt: skip
NOTE = "台账导入"
HANDS = ("created_by_id", "changed_by_id")


def plan_write(by, plan: Plan, today: date, progress=None) -> Undo:
    """Write everything that the plan says, inside the caller's transaction.

    Returns what takes it back. Raises DomainError when somebody was faster.
    """
    report = progress or (lambda done, total, text: None)
    total = len(plan.outcomes)
    writer = _Writer(by, plan, today)
    _hold_nameless(plan)
    report(0, total, "写入楼栋和房屋")
    writer.places()
    report(total // 10, total, "写入住户")
    writer.homes()
    report(total // 5, total, "写入居民")
    writer.people()
    report(total * 7 // 10, total, "写入变更")
    writer.changed_people()
    report(total * 9 // 10, total, "写入标签和党员")
    writer.records()
    return writer.undo


def _hold_nameless(plan: Plan) -> None:
    """Without a number nothing in the tables keeps a second entry of the person out."""
    table, community = plan.table, plan.state.community_id
    names, births = table.columns["name"], table.columns["born_on"]
    keys = [
        f"person:{community}:{names[i]}:{births[i]}"
        for i in plan.home_of
        if i not in plan.known and plan.blinds[i] is None
    ]
    if len(keys) <= 200:  # beyond that one key for the whole community would do no harm either
        hold(f"import:{community}", *keys)
    else:
        hold(f"import:{community}")


class _Writer:
    def __init__(self, by, plan: Plan, today: date):
        self.plan, self.today = plan, today
        self.by, self.user = by, getattr(by, "pk", None)
        self.community = plan.state.community_id
        self.undo = Undo()
        self.ids = {index: known.id for index, known in plan.known.items()}
        self.new = [i for i in sorted(plan.home_of) if i not in plan.known]
        for index in self.new:
            self.ids[index] = new_id()

    def insert(self, model, columns, rows: list[tuple]) -> None:
        """Rows of (id, …); the hands are added."""
        if rows:
            hands = (self.user, self.user)
            bulk_insert(model, (*columns, *HANDS), (row + hands for row in rows))
            self.undo.created(model, [row[0] for row in rows])

    # --- Places

    def places(self) -> None:
        places, c = self.plan.places, self.community
        self.insert(
            GridCell, ("id", "community_id", "number", "name"),
            [(key, c, number, name) for key, name, number in places.cells.values()],
        )  # fmt: skip
        self.insert(
            Building,
            ("id", "community_id", "cell_id", "number", "number_sort", "floors", "entrances"),
            [
                (key, c, cell, number, sort_key(number), top or None, len(doors) or None)
                for number, (key, cell, top, doors) in places.buildings.items()
            ],
        )
        self.insert(
            Dwelling,
            ("id", "community_id", "cell_id", "building_id", "entrance", "floor", "room",
             "addr_key", "addr_sort"),
            [
                (key, c, cell, building, a.entrance, a.floor, a.room, a.key, sort_key(a.key))
                for key, cell, building, a in places.dwellings.values()
            ],
        )  # fmt: skip

    # --- Households

    def homes(self) -> None:
        at, c, rows, heads = self.plan.places.at, self.community, [], []
        for group in self.plan.groups:
            head = self.ids[group.head] if group.head is not None else None
            if group.home is None:
                place = at[group.key]
                number = group.number or ""
                rows.append((group.id, c, place.cell_id, place.id, group.key,
                             sort_key(group.key), number, head))  # fmt: skip
            elif head and group.home.head_id != head:
                heads.append((group.home, head))
        self.insert(
            Household,
            ("id", "community_id", "cell_id", "dwelling_id", "addr_key", "addr_sort", "number",
             "head_id"),
            rows,
        )  # fmt: skip
        self._update(
            Household, ("head_id",),
            [(home.id, head) for home, head in heads],
            {home.id: (home.version, (home.head_id,)) for home, _ in heads},
        )  # fmt: skip

    # --- People

    def people(self) -> None:
        if not self.new:
            return
        bulk_insert(Resident, PERSON, self._persons())
        self.undo.created(Resident, [self.ids[index] for index in self.new])
        c, at, home_of = self.community, self.plan.places.at, self.plan.home_of
        residences, stays = self.plan.table.get("residence"), []
        for index in self.new:
            group = home_of[index]
            stays.append((new_id(), c, at[group.key].cell_id, self.ids[index], group.id,
                          residences[index] or HOME))  # fmt: skip
        self.insert(
            Stay, ("id", "community_id", "cell_id", "resident_id", "household_id", "kind"), stays
        )

    def _persons(self):
        """The new people as rows of PERSON, made one by one while they are written."""
        plan, community, user = self.plan, self.community, self.user
        get, blinds, at = plan.table.get, plan.blinds, plan.places.at
        names, births, sexes = get("name"), get("born_on"), get("sex")
        numbers, calls = get("id_number"), get("phone")
        relations, ethnicities, educations = get("relation"), get("ethnicity"), get("education")
        maritals, politicals, parties = get("marital"), get("political"), get("party_kind")
        residences, registered, notes = get("residence"), get("registered_address"), get("note")
        for i in self.new:
            key, group, number, phone = self.ids[i], plan.home_of[i], numbers[i], calls[i]
            political, born_on, place = politicals[i] or "", births[i], str(key)
            if parties[i] and political not in ("01", "02"):
                political = "01"
            document = call = None
            if number:
                sealed = seal(number.value, seal_place("id_sealed", place))
                document = (number.kind, sealed, blinds[i], number.mask)
            if phone:
                sealed = seal(phone.value, seal_place("phone_sealed", place))
                call = (sealed, blind(phone.value, "phone"), phone.mask, phone.tail)
            yield (
                key, community, at[group.key].cell_id, group.id, group.key, sort_key(group.key),
                relations[i], names[i], *initials(names[i]), sexes[i] or "0", born_on,
                born_on.year, *(document or NO_DOCUMENT), *(call or NO_PHONE),
                ethnicities[i] or "", educations[i] or "", maritals[i] or "", political,
                residences[i] or HOME, registered[i] or "", notes[i] or "", user, user,
            )  # fmt: skip

    def changed_people(self) -> None:
        touched = sorted(i for i in self.plan.changes if self._touches_row(i))
        if not touched:
            return
        keys = [self.ids[index] for index in touched]
        stored = _locked(Resident, keys, ("version", *CHANGEABLE))
        rows, before = [], {}
        for index in touched:
            key = self.ids[index]
            version, *old = stored[key]
            if version != self.plan.known[index].version:
                raise DomainError("检查期间有人修改了表中的居民，请重新检查后再写入")
            values = dict(zip(CHANGEABLE, old, strict=True)) | self._columns(index)
            rows.append((key, *(values[name] for name in CHANGEABLE)))
            before[key] = (version, tuple(old))
        self._update(Resident, CHANGEABLE, rows, before)
        self._moves([i for i in touched if self._moves_home(i)])
        self._residences([i for i in touched if "residence" in self.plan.columns[i]])

    def _touches_row(self, index: int) -> bool:
        return bool(self.plan.columns[index]) or self._moves_home(index)

    def _moves_home(self, index: int) -> bool:
        return self.plan.home_of[index].id != self.plan.known[index].household_id

    def _columns(self, index: int) -> dict:
        """The columns of a stored person that the row changes."""
        values, key = dict(self.plan.columns[index]), self.ids[index]
        if name := values.get("name"):
            values["initials"], values["initials_alt"] = initials(name)
        if born_on := values.get("born_on"):
            values["birth_year"] = born_on.year
        if number := values.pop("id_number", None):
            values |= id_columns(key, number.value, number.kind, number.mask)
        if phone := values.pop("phone", None):
            values |= phone_columns(key, phone.value, phone.mask)
        if self._moves_home(index):
            group = self.plan.home_of[index]
            values |= {
                "household_id": group.id, "addr_key": group.key, "addr_sort": sort_key(group.key),
                "cell_id": self.plan.places.at[group.key].cell_id,
            }  # fmt: skip
        return values

    def _moves(self, moving: list[int]) -> None:
        """People found at another address: the stay ends today, a new one begins."""
        if not moving:
            return
        plan, c, at = self.plan, self.community, self.plan.places.at
        open_stays = _open_stays([self.ids[i] for i in moving])
        ended, before, opened, events = [], {}, [], []
        for index in moving:
            key, known, group = self.ids[index], plan.known[index], plan.home_of[index]
            cell = at[group.key].cell_id
            stay = open_stays.get(key)
            kind = plan.columns[index].get("residence", known.residence)
            begun = (new_id(), c, cell, key, group.id, kind, self.today)
            opened.append(begun)
            if stay:
                ended.append((stay[0], max(self.today, stay[2] or self.today)))
                before[stay[0]] = (stay[1], (None,))
            closed = stay[0] if stay else None
            events.append((new_id(), c, cell, key, group.id, LifeEventKind.MOVE_WITHIN.value,
                           self.today, NOTE, closed, begun[0], self._was(known)))  # fmt: skip
        self._update(Stay, ("to_on",), ended, before)
        self.insert(Stay, STAY, opened)
        self.insert(LifeEvent, EVENT, events)
        self._leave_heads({self.ids[i] for i in moving})
        self._carry_records({self.ids[i]: at[plan.home_of[i].key].cell_id for i in moving})

    def _carry_records(self, cells: dict) -> None:
        """Open tags and Party records go where the person goes (resident → new cell)."""
        for model in (CareTag, PartyMember):
            rows, before = [], {}
            for resident, key, version, cell in _open_records(model, list(cells)):
                if cell != cells[resident]:
                    rows.append((key, cells[resident]))
                    before[key] = (version, (cell,))
            self._update(model, ("cell_id",), rows, before)

    def _leave_heads(self, gone: set) -> None:
        """A household whose head moved away has none, unless the ledger named a new one."""
        kept = {g.home.id for g in self.plan.groups if g.home and g.head is not None}
        homes = [
            home
            for home in self.plan.state.homes.values()
            if home.head_id in gone and home.id not in kept
        ]
        self._update(
            Household, ("head_id",),
            [(home.id, None) for home in homes],
            {home.id: (home.version, (home.head_id,)) for home in homes},
        )  # fmt: skip

    def _residences(self, indexes: list[int]) -> None:
        """Another kind of residence at the same address: as on the page, the stay ends today,
        one of the new kind begins, and a life event says so. Who moved has both already."""
        staying = [i for i in indexes if not self._moves_home(i)]
        open_stays = _open_stays([self.ids[i] for i in staying])
        c, ended, before, opened, events = self.community, [], {}, [], []
        for index in staying:
            key, known = self.ids[index], self.plan.known[index]
            home = self.plan.state.homes[known.household_id]
            begun = (new_id(), c, home.cell_id, key, home.id,
                     self.plan.columns[index]["residence"], self.today)  # fmt: skip
            opened.append(begun)
            stay = open_stays.get(key)
            if stay:
                ended.append((stay[0], max(self.today, stay[2] or self.today)))
                before[stay[0]] = (stay[1], (None,))
            events.append((new_id(), c, home.cell_id, key, home.id, LifeEventKind.RESIDENCE.value,
                           self.today, NOTE, stay[0] if stay else None, begun[0],
                           self._was(known) | self._address_was(index)))  # fmt: skip
        self._update(Stay, ("to_on",), ended, before)
        self.insert(Stay, STAY, opened)
        self.insert(LifeEvent, EVENT, events)

    def _address_was(self, index: int) -> dict:
        old = self.plan.known[index].registered_address
        new = self.plan.columns[index].get("registered_address", old)
        return {} if new == old else {"registered_address": [old, new]}

    def _was(self, known) -> dict:
        """What a life event keeps of before, so that it can be taken back."""
        home = self.plan.state.homes[known.household_id]
        return {"status": known.status, "household": str(known.household_id),
                "residence": known.residence, "relation": known.relation,
                "head": home.head_id == known.id}  # fmt: skip

    # --- What is recorded of people

    def records(self) -> None:
        self._tags()
        self._party()

    def _tags(self) -> None:
        plan, c = self.plan, self.community
        started, ended, corrected = [], [], []
        marks = [(kind, plan.table.get(name)) for name, kind in MARKS.items()
                 if name in plan.table.columns]  # fmt: skip
        has_disability = bool({"disability_category", "disability_grade"} & set(plan.table.columns))
        for index, group in plan.home_of.items():
            if not marks and not has_disability:
                break
            key = self.ids[index]
            tags = plan.state.tags.get(key, {})
            wanted = [(kind, said[index], ("", "")) for kind, said in marks]
            if has_disability:
                said = disability_of(plan.table, index)
                wanted.append((DISABILITY, said if said is None else bool(said), said or ("", "")))
            for kind, said, (category, grade) in wanted:
                tag = tags.get(kind)
                if said and tag is None:
                    cell = plan.places.at[group.key].cell_id
                    started.append((new_id(), c, cell, key, kind, category, grade))
                elif said is False and tag is not None:
                    ended.append(tag)
                elif said and kind == DISABILITY:
                    values = (category or tag.category, grade or tag.grade)
                    if values != (tag.category, tag.grade):
                        corrected.append((tag, values))
        self.insert(
            CareTag,
            ("id", "community_id", "cell_id", "resident_id", "kind", "category", "grade",
             "from_on"),
            self._tags_apart(started),
        )  # fmt: skip
        self._update(
            CareTag, ("to_on",), [(tag.id, self.today) for tag in ended],
            {tag.id: (tag.version, (tag.to_on,)) for tag in ended},
        )  # fmt: skip
        self._update(
            CareTag, ("category", "grade"), [(tag.id, *values) for tag, values in corrected],
            {tag.id: (tag.version, (tag.category, tag.grade)) for tag, _ in corrected},
        )  # fmt: skip

    def _tags_apart(self, started: list[tuple]) -> list[tuple]:
        """With the day they start: where an earlier one of the kind has ended, it is today.

        Nobody may have given the people such a tag since the plan was made: they are locked.
        """
        stored = sorted({row[3] for row in started} & self.plan.state.people.keys())
        _locked(Resident, stored, ())
        new, ended = {row[3:5] for row in started}, set()
        for start in range(0, len(stored), 500):
            rows = CareTag.objects.filter(resident__in=stored[start : start + 500])
            for resident, kind, to_on in rows.values_list("resident_id", "kind", "to_on"):
                ended.add((resident, kind))
                if (resident, kind) in new and (to_on is None or to_on > self.today):
                    raise DomainError("检查期间有人修改了表中的居民，请重新检查后再写入")
        return [(*row, self.today if row[3:5] in ended else None) for row in started]

    def _party(self) -> None:
        plan, c = self.plan, self.community
        if "party_kind" not in plan.table.columns:
            return
        started, ended, corrected = [], [], []
        for index, group in plan.home_of.items():
            said = plan.table.columns["party_kind"][index]
            if said is None:
                continue
            member = plan.state.party.get(self.ids[index])
            if said and member is None:
                cell = plan.places.at[group.key].cell_id
                started.append((new_id(), c, cell, self.ids[index], said))
            elif member and not said:
                ended.append(member)
            elif member and said != member.kind:
                corrected.append((member, said))
        self.insert(PartyMember, ("id", "community_id", "cell_id", "resident_id", "kind"), started)
        self._update(
            PartyMember, ("to_on",), [(member.id, self.today) for member in ended],
            {member.id: (member.version, (None,)) for member in ended},
        )  # fmt: skip
        self._update(
            PartyMember, ("kind",), [(member.id, said) for member, said in corrected],
            {member.id: (member.version, (member.kind,)) for member, _ in corrected},
        )  # fmt: skip

    def _update(self, model, columns, rows: list[tuple], before: dict) -> None:
        if rows:
            changed = bulk_update(model, columns, rows, by=self.by)
            if changed != len(rows):
                raise DomainError("检查期间有人修改了表中的居民，请重新检查后再写入")
            self.undo.changed(model, columns, before)


def _locked(model, keys: list, columns: tuple) -> dict:
    """Stored values by id, the rows locked to the end of the transaction."""
    found = {}
    for start in range(0, len(keys), 500):
        part = sorted(keys[start : start + 500])
        rows = model._base_manager.filter(pk__in=part).order_by("pk").select_for_update(no_key=True)
        found |= {row[0]: row[1:] for row in rows.values_list("pk", *columns)}
    return found


def _open_records(model, residents: list):
    """(resident, id, version, cell) of what is open."""
    for start in range(0, len(residents), 500):
        rows = model.objects.unended(timezone.localdate())
        rows = rows.filter(resident__in=residents[start : start + 500])
        yield from rows.values_list("resident_id", "id", "version", "cell_id")


def _open_stays(keys: list) -> dict:
    """Resident → (id, version, from, kind) of the open stay."""
    found = {}
    for start in range(0, len(keys), 500):
        rows = Stay.objects.filter(resident__in=keys[start : start + 500], to_on=None)
        for resident, *rest in rows.values_list("resident_id", "id", "version", "from_on", "kind"):
            found[resident] = rest
    return found
