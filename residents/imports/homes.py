"""Which rows of a ledger are one household, and which stored household that is."""

from collections import Counter
from uuid import UUID

from portal.core.ids import new_id
from residents.imports.columns import Table
from residents.imports.state import Home, Known, State
from residents.models import ResidentStatus

HEAD, OTHER = "02", "80"


class Group:
    """Rows under one head. ``head`` is a row index, ``home`` the stored household or None."""

    __slots__ = ("has_refused_head", "head", "home", "id", "key", "number", "rows")

    def __init__(self, key: str, number: str | None = None):
        self.key, self.number = key, number
        self.head: int | None = None
        self.has_refused_head = False
        self.rows: list[int] = []
        self.home: Home | None = None
        self.id: UUID | None = None


def groups_make(table: Table, doubles: dict[int, str], known: dict[int, Known],
                state: State) -> list[Group]:  # fmt: skip
    """Put the rows together; writes the column ``relation`` where the ledger says nothing.

    A head starts a household; who follows at the same address (or below, without one)
    belongs to it. A household number, where there is one, decides instead.
    """
    relations = list(table.get("relation"))
    has_relations = "relation" in table.columns
    heads, numbers = table.get("head_name"), table.get("household_number")
    names, addresses, errors = table.columns["name"], table.columns["address"], table.errors
    groups: list[Group] = []
    last_at: dict[tuple, Group] = {}
    current: Group | None = None
    for index, address in enumerate(addresses):
        if index in doubles:
            continue
        relation = relations[index]
        if relation is None and heads[index]:
            relation = HEAD if heads[index] in (names[index], "是") else None
        if address is None:
            current = None if relation == HEAD else current
            continue
        number = numbers[index]
        place = (address.key, number)
        group = last_at.get(place)
        if relation is None and not has_relations:
            if index in known:  # a list about people who are registered with their relation
                relation = known[index].relation
            elif group is None and not heads[index] and address.key not in state.homes_at:
                relation = HEAD  # the first at an address
        if relation == HEAD and not number and group and (group.head is not None
                                                          or group.has_refused_head):  # fmt: skip
            group = None
        elif relation != HEAD and not number and current and current.key == address.key:
            group = current
        if group is None:
            group = Group(address.key, number)
            groups.append(group)
        last_at[place] = current = group
        if index in errors:
            group.has_refused_head = group.has_refused_head or relation == HEAD
            continue
        if relation == HEAD:
            if group.head is not None:
                table.error(index, "relation", "同一户号下有两位户主，请核对")
                continue
            group.head = index
        elif relation is None:
            relation = OTHER
            if has_relations:
                table.warn(index, "relation", "没有填与户主关系，记为其他")
        relations[index] = relation
        group.rows.append(index)
    table.columns["relation"] = relations
    return [group for group in groups if group.rows]


def homes_match(table: Table, groups: list[Group], known: dict[int, Known], state: State) -> None:
    """Find the stored household of each group, or give it a new id."""
    claimed: set[UUID] = set()
    rest = []
    for group in groups:
        person = known.get(group.head) if group.head is not None else None
        home = state.homes.get(person.household_id) if person else None
        if home is None or not _take(group, home, claimed):
            rest.append(group)
    later = []
    for group in rest:
        votes = Counter(known[i].household_id for i in group.rows if i in known)
        homes = [state.homes[key] for key, _ in votes.most_common()]
        if not any(_take(group, home, claimed) for home in homes):
            later.append(group)
    for group in later:
        free = [h for h in state.homes_at.get(group.key, ()) if h.id not in claimed]
        if group.head is not None or group.has_refused_head:
            free = [home for home in free if home.head_id is None]
        elif len(state.homes_at.get(group.key, ())) > 1 and free:
            table.warn(group.rows[0], "address", f"{group.key} 有几户，请核对归入的是哪一户")
        if free and _take(group, free[0], claimed):
            continue
        group.id = new_id()


def heads_check(table: Table, groups: list[Group], known: dict[int, Known], state: State) -> None:
    """A stored household keeps its head unless the ledger gives that person another part."""
    relations = table.columns["relation"]
    rows_of = {person.id: index for index, person in known.items()}
    for group in groups:
        head_id = group.home.head_id if group.home else None
        if head_id is None:
            continue
        old = state.people.get(head_id)
        old_row = rows_of.get(head_id)
        steps_down = old_row is not None and relations[old_row] != HEAD
        gone = old is None or old.status != ResidentStatus.LIVING
        if group.head is not None and group.head != old_row and not (steps_down or gone):
            text = f"这一户登记的户主是{old.name}，请核对与户主关系，或先变更户主"
            table.error(group.head, "relation", text)
            group.rows.remove(group.head)
            group.head = None
        elif group.head is None and steps_down and old_row in group.rows:
            table.error(old_row, "relation", "这位居民是登记的户主，表中没有新的户主，请先变更户主")
            group.rows.remove(old_row)


def _take(group: Group, home: Home, claimed: set[UUID]) -> bool:
    if home.addr_key != group.key or home.closed_on or home.id in claimed:
        return False
    claimed.add(home.id)
    group.home, group.id = home, home.id
    return True
