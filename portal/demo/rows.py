"""From invented families to rows of the tables, ready for bulk writing."""

from uuid import UUID

from grids.models import DwellingUse
from portal.core.ids import new_id
from portal.demo.families import Family, Person
from residents.idnumbers import mask as id_mask
from residents.models import (
    CareTag,
    Household,
    IdKind,
    LifeEvent,
    LifeEventKind,
    PartyMember,
    Residence,
    Resident,
    ResidentStatus,
    Stay,
    id_columns,
    phone_columns,
)
from residents.names import initials
from residents.phones import mask as phone_mask

DWELLING = ["id", "community_id", "cell_id", "building_id", "entrance", "floor", "room", "addr_key",
            "addr_sort", "use"]  # fmt: skip
USE = DWELLING.index("use")
_PLACE = ["id", "community_id", "cell_id"]
_ADDRESS = ["addr_key", "addr_sort"]
HOUSEHOLD = [*_PLACE, *_ADDRESS, "dwelling_id", "number", "head_id", "closed_on"]
RESIDENT = [*_PLACE, *_ADDRESS, "household_id", "relation", "name", "initials", "initials_alt",
            "sex", "born_on", "birth_year", "ethnicity", "education", "marital", "political",
            "residence", "registered_address", "status", "id_kind", "id_sealed", "id_blind",
            "id_mask", "phone_sealed", "phone_blind", "phone_mask", "phone_tail"]  # fmt: skip
STAY = [*_PLACE, "resident_id", "household_id", "kind", "from_on", "to_on"]
TAG = [*_PLACE, "resident_id", "kind", "category", "grade", "from_on", "to_on"]
PARTY = [*_PLACE, "resident_id", "kind", "from_on", "to_on"]
EVENT = [*_PLACE, "resident_id", "household_id", "kind", "on", "was", "closed_stay_id",
         "opened_stay_id"]  # fmt: skip
_GONE = {ResidentStatus.DEAD: LifeEventKind.DEATH, ResidentStatus.MOVED: LifeEventKind.MOVE_OUT}
# Shops and the dwellings of owners who live elsewhere, among those without a household.
BUSINESS, EMPTY_OWN = 70, 69


def tables(plan, community: UUID, dwellings: list[list]) -> list[tuple]:
    """(model, columns, rows) in the order of writing; names the use of the dwellings too."""
    return _Books(plan, community, dwellings).tables()


class _Books:
    def __init__(self, plan, community, dwellings):
        self.community = community
        self.households, self.residents, self.stays = [], [], []
        self.tags, self.party, self.events = [], [], []
        order = plan.random.sample(dwellings, len(dwellings))
        homes, empty = order[: len(plan.families)], order[len(plan.families) :]
        homes.sort(key=lambda home: home[DWELLING.index("addr_sort")])
        for number, (family, home) in enumerate(zip(plan.families, homes, strict=True), 1):
            home[USE] = _use(family, plan.random)
            earlier = None
            if family in plan.moved:
                earlier = self._closed(empty.pop(), family.members[0].from_on)
            self._family(family, home, f"{number:04}", earlier)
        for number, family in enumerate(plan.left, len(homes) + 1):
            self._family(family, empty.pop(), f"{number:04}", closed_on=family.members[0].gone[1])
        _other_uses(empty)

    def tables(self):
        return [
            (Household, HOUSEHOLD, self.households), (Resident, RESIDENT, self.residents),
            (Stay, STAY, self.stays), (CareTag, TAG, self.tags),
            (PartyMember, PARTY, self.party), (LifeEvent, EVENT, self.events),
        ]  # fmt: skip

    def _place(self, home) -> tuple:
        """(row id, community, cell)"""
        return new_id(), self.community, home[2]

    def _closed(self, home, closed_on) -> UUID:
        """The household that a family left when it moved within the community."""
        place = self._place(home)
        self.households.append((*place, *home[7:9], home[0], "", None, closed_on))
        return place

    def _family(self, family: Family, home, number, earlier=None, closed_on=None):
        place = self._place(home)
        head = None
        for person in family.members:
            key = self._person(person, home, place[0], earlier)
            if person.relation == "02" and not person.gone:
                head = key
        self.households.append((*place, *home[7:9], home[0], number, head, closed_on))

    def _person(self, person: Person, home, household, earlier) -> UUID:
        place = self._place(home)
        key, others = place[0], lambda: self._place(home)
        status, gone_on = person.gone or (ResidentStatus.LIVING, None)
        kind = "" if not person.id_number else (
            IdKind.CARD if len(person.id_number) == 18 else IdKind.OTHER
        )  # fmt: skip
        number, phone = person.id_number, person.phone
        self.residents.append((
            *place, *home[7:9], household, person.relation, person.name, *initials(person.name),
            person.sex, person.born_on, person.born_on.year, person.ethnicity, person.education,
            person.marital, person.political, person.residence, person.registered_address, status,
            *id_columns(key, number, kind, id_mask(number)).values(),
            *phone_columns(key, phone, phone and phone_mask(phone)).values(),
        ))  # fmt: skip
        stay = others()
        self.stays.append((*stay, key, household, person.residence, person.from_on, gone_on))
        self.tags += [(*others(), key, *tag) for tag in person.tags]
        if person.party:
            self.party.append((*others(), key, *person.party))
        was = {"status": ResidentStatus.LIVING, "household": str(household),
               "residence": person.residence, "relation": person.relation,
               "head": person.relation == "02"}  # fmt: skip
        before = None
        if person.event == LifeEventKind.MOVE_WITHIN:
            before = new_id(), self.community, earlier[2]
            self.stays.append((*before, key, earlier[0], person.residence, None, person.from_on))
            was["household"] = str(earlier[0])
        if person.event:
            was_then = was if before else {}
            self.events.append((*others(), key, household, person.event, person.from_on, was_then,
                                before and before[0], stay[0]))  # fmt: skip
        if person.gone:
            self.events.append((*others(), key, household, _GONE[status], gone_on, was, stay[0],
                                None))  # fmt: skip
        return key


def _use(family: Family, random) -> str:
    residence = family.members[0].residence
    rents = residence == Residence.FLOATING or (
        residence == Residence.AWAY_IN and random.random() < 0.4
    )
    return DwellingUse.RENT if rents else DwellingUse.OWN


def _other_uses(empty: list[list]) -> None:
    ground = [home for home in empty if home[DWELLING.index("floor")] == 1]
    for home in ground[:BUSINESS]:
        home[USE] = DwellingUse.BUSINESS
    others = [home for home in empty if home[USE] == DwellingUse.VACANT]
    for home in others[:EMPTY_OWN]:
        home[USE] = DwellingUse.OWN
