"""What a community has stored, as look-ups for one pass over a ledger."""

from collections import namedtuple
from uuid import UUID

from django.utils import timezone

from grids.models import Building, Community, Dwelling, GridCell
from residents.models import CareTag, Household, PartyMember, Resident, ResidentStatus

Known = namedtuple(
    "Known",
    "id version household_id addr_key relation name sex born_on id_kind id_blind id_mask "
    "phone_blind phone_mask ethnicity education marital political residence registered_address "
    "status note",
)
Home = namedtuple("Home", "id version addr_key head_id number closed_on cell_id")
Place = namedtuple("Place", "id cell_id")
Tag = namedtuple("Tag", "id version kind category grade to_on")
Member = namedtuple("Member", "id version kind")


class State:
    """Cells, buildings, dwellings, households and people of one community."""

    def __init__(self, community_id: UUID, tags: bool = True, party: bool = True):
        self.community_id = community_id
        self.community_name, self.community_code = Community.objects.values_list(
            "name", "code"
        ).get(pk=community_id)
        self.cells, self.cell_numbers = _cells(community_id)
        self.buildings = {
            number: Place(*rest)
            for number, *rest in Building.objects.filter(community=community_id)
            .values_list("number", "id", "cell_id").iterator(chunk_size=5000)
        }  # fmt: skip
        self.dwellings = {
            key: Place(*rest)
            for key, *rest in Dwelling.objects.filter(community=community_id)
            .values_list("addr_key", "id", "cell_id").iterator(chunk_size=5000)
        }  # fmt: skip
        self._load_homes()
        self._load_people()
        self.tags: dict[UUID, dict[str, Tag]] = {}
        self.party: dict[UUID, Member] = {}
        if tags and self.people:
            for resident, *rest in _open(CareTag, community_id, *Tag._fields[2:]):
                tag = Tag(*rest)
                self.tags.setdefault(resident, {})[tag.kind] = tag
        if party and self.people:
            for resident, *rest in _open(PartyMember, community_id, "kind"):
                self.party[resident] = Member(*rest)

    def _load_homes(self) -> None:
        self.homes: dict[UUID, Home] = {}
        self.homes_at: dict[str, list[Home]] = {}
        rows = Household.objects.filter(community=self.community_id).order_by("id")
        for row in rows.values_list(*Home._fields).iterator(chunk_size=5000):
            home = Home._make(row)
            self.homes[home.id] = home
            if home.closed_on is None:
                self.homes_at.setdefault(home.addr_key, []).append(home)

    def _load_people(self) -> None:
        self.people: dict[UUID, Known] = {}
        self.by_number: dict[str, Known] = {}
        self.by_name: dict[tuple, list[Known]] = {}
        rows = Resident.objects.filter(community=self.community_id)
        rows = rows.exclude(status=ResidentStatus.VOID).order_by("id")
        for row in rows.values_list(*Known._fields).iterator(chunk_size=5000):
            known = Known._make(row)
            self.people[known.id] = known
            if known.id_blind:
                self.by_number[known.id_blind] = known
            self.by_name.setdefault((known.name, known.born_on), []).append(known)


def _cells(community_id):
    names, numbers = {}, {}
    for key, name, number in GridCell.objects.filter(
        community=community_id, valid_to=None
    ).values_list("id", "name", "number"):
        names[name], numbers[number] = key, key
    return names, numbers


def _open(model, community_id, *columns):
    rows = model.objects.unended(timezone.localdate()).filter(resident__community=community_id)
    return rows.values_list("resident_id", "id", "version", *columns).iterator(chunk_size=5000)
