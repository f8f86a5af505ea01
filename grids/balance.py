"""Cells of about equal load: buildings stay whole, and each cell's buildings are neighbours.

A search from two starts, the present cells and a halving of the ground by load, that moves
one building at a time across a border while that helps. It proposes; people decide.
"""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from shapely.geometry import Point, shape
from shapely.strtree import STRtree

LOW, HIGH = 300, 500  # households of a cell (the norm that staff know)
NEIGHBOURS = 5
MOVES_AT_MOST = 2000


class Block(NamedTuple):
    """A building: its load, the cell it is in now, and its outline, if it has one."""

    key: object
    load: int
    cell: object | None
    geometry: dict | None


@dataclass(frozen=True)
class Proposal:
    """``cells`` maps each building to a cell, or to a number for a cell that is to be made."""

    cells: dict
    loads: dict
    moved: int


def balance(blocks: list[Block], cells: list, count: int) -> Proposal:
    """Divide the buildings among ``count`` cells; known cells keep as much as they can."""
    blocks = _in_order(blocks)
    links = neighbours(blocks)
    starts = [_halved(blocks, count)]
    if count == len(cells) and all(block.cell in cells for block in blocks):
        starts.append({block.key: cells.index(block.cell) for block in blocks})
    found = [_improved(blocks, links, _mended(blocks, links, start), count) for start in starts]
    named = [_named(blocks, groups, cells) for groups in found]
    best = min(named, key=lambda cells_of: _cost(blocks, cells_of, count))
    loads = defaultdict(int)
    for block in blocks:
        loads[best[block.key]] += block.load
    moved = sum(1 for block in blocks if best[block.key] != block.cell)
    return Proposal(best, dict(loads), moved)


def count_fitting(total: int, present: int, low: int = LOW, high: int = HIGH) -> int:
    """The number of cells nearest to the present one that brings the mean within bounds."""
    room = 0.1  # so that uneven buildings still find a place within the bounds
    fewest = max(1, math.ceil(total / (high * (1 - room))))
    most = max(1, math.floor(total / (low * (1 + room))))
    return min(max(present, fewest), max(most, fewest))


def neighbours(blocks: list[Block]) -> dict[object, set]:
    """Each building's nearest ones, with bridges until everything hangs together; the order of
    the blocks decides nothing, also between equally near ones."""
    places = _places(_in_order(blocks))
    keys = list(places)
    tree = STRtree([places[key] for key in keys])
    links: dict[object, set] = {key: set() for key in keys}
    for key in keys:
        reach, near = 1.0, []
        while len(near) <= min(NEIGHBOURS, len(keys) - 1):
            near = tree.query(places[key], predicate="dwithin", distance=reach)
            reach *= 1.5
        near = sorted(near, key=lambda at: (places[key].distance(places[keys[at]]), at))
        for at in near[: NEIGHBOURS + 1]:
            if keys[at] != key:
                links[key].add(keys[at])
                links[keys[at]].add(key)
    _bridge(links, places)
    return links


def is_whole(keys: Iterable, links: dict[object, set]) -> bool:
    """Whether these buildings hang together."""
    keys = set(keys)
    return len(_reached(next(iter(keys)), keys, links)) == len(keys) if keys else True


def _in_order(blocks: Iterable[Block]) -> list[Block]:
    return sorted(blocks, key=lambda block: str(block.key))


def _places(blocks: list[Block]) -> dict:
    """Outlines; a building without one stands in a row beside the plan, by its number."""
    drawn = {block.key: shape(block.geometry) for block in blocks if block.geometry}
    right = max((place.bounds[2] for place in drawn.values()), default=0)
    row = [block.key for block in blocks if block.key not in drawn]
    beside = {key: Point(right + 50, 30 * number) for number, key in enumerate(row)}
    return {block.key: drawn.get(block.key) or beside[block.key] for block in blocks}


def _bridge(links: dict[object, set], places: dict) -> None:
    while True:
        keys = set(links)
        inside = _reached(next(iter(keys)), keys, links)
        outside = keys - inside
        if not outside:
            return
        one, other = min(
            ((a, b) for a in inside for b in outside),
            key=lambda pair: (places[pair[0]].distance(places[pair[1]]), str(pair)),
        )
        links[one].add(other)
        links[other].add(one)


def _reached(start, keys: set, links: dict[object, set]) -> set:
    seen, waiting = {start}, [start]
    while waiting:
        for key in links[waiting.pop()]:
            if key in keys and key not in seen:
                seen.add(key)
                waiting.append(key)
    return seen


def _halved(blocks: list[Block], count: int) -> dict:
    """Cut the longer side again and again where the load divides as the counts do."""
    places = {key: place.centroid for key, place in _places(blocks).items()}
    groups: dict = {}

    def cut(part: list[Block], first: int, number: int) -> None:
        if number == 1 or len(part) <= 1:
            groups.update({block.key: first for block in part})
            return
        across = [places[block.key].x for block in part]
        down = [places[block.key].y for block in part]
        wide = max(across) - min(across) >= max(down) - min(down)
        axis = (lambda b: (places[b.key].x, places[b.key].y)) if wide else (
            lambda b: (places[b.key].y, places[b.key].x))  # fmt: skip
        part = sorted(part, key=axis)
        left = number // 2
        wanted, carried, at = sum(b.load for b in part) * left / number, 0, 0
        while at < len(part) - 1 and carried + part[at].load / 2 <= wanted:
            carried += part[at].load
            at += 1
        cut(part[:at], first, left)
        cut(part[at:], first + left, number - left)

    cut(blocks, 0, count)
    return groups


def _mended(blocks: list[Block], links, groups: dict) -> dict:
    """Give what lies apart from the greater part of its group to the group it touches."""
    groups, load = dict(groups), {block.key: block.load for block in blocks}
    for group in sorted(set(groups.values())):
        left = {key for key, at in groups.items() if at == group}
        parts = []
        while left:
            part = _reached(min(left, key=str), left, links)
            parts.append(part)
            left -= part
        parts.sort(key=lambda part: sum(load[key] for key in part))
        for part in parts[:-1]:
            touched = {groups[o] for key in part for o in links[key]} - {group}
            loads = {at: sum(load[k] for k, g in groups.items() if g == at) for at in touched}
            groups.update(dict.fromkeys(part, min(sorted(loads), key=loads.get)))
    return groups


def _improved(blocks: list[Block], links, groups: dict, count: int) -> dict:
    """Move a building to a neighbouring group while the loads come closer to each other."""
    groups, load = dict(groups), {block.key: block.load for block in blocks}
    loads, members = [0] * count, [set() for _ in range(count)]
    for key, group in groups.items():
        loads[group] += load[key]
        members[group].add(key)
    for _ in range(MOVES_AT_MOST):
        step = _best_step(groups, load, loads, members, links)
        if step is None:
            break
        key, to = step
        here = groups[key]
        members[here].remove(key)
        members[to].add(key)
        loads[here] -= load[key]
        loads[to] += load[key]
        groups[key] = to
    return groups


def _best_step(groups, load, loads, members, links):
    """(building, group) of the move that lowers the sum of squares most, None at the end."""
    best, step = 0, None
    for key, here in groups.items():
        for to in sorted({groups[other] for other in links[key]} - {here}):
            gain = 2 * load[key] * (loads[here] - loads[to] - load[key])
            if gain > best and len(members[here]) > 1 and is_whole(members[here] - {key}, links):
                best, step = gain, (key, to)
    return step


def _named(blocks: list[Block], groups: dict, cells: list) -> dict:
    """Give each group the known cell of which it holds most; numbers stand for new ones."""
    shared: dict = defaultdict(int)
    for block in blocks:
        if block.cell in cells:
            shared[groups[block.key], block.cell] += block.load + 1
    names: dict = {}
    for (group, cell), _ in sorted(shared.items(), key=lambda item: (-item[1], str(item[0]))):
        if group not in names and cell not in names.values():
            names[group] = cell
    fresh = iter(range(1, len(blocks) + 2))
    unused = [cell for cell in cells if cell not in names.values()]
    for group in sorted(set(groups.values()) - set(names)):
        names[group] = unused.pop(0) if unused else next(fresh)
    return {key: names[group] for key, group in groups.items()}


def _cost(blocks: list[Block], cells_of: dict, count: int) -> tuple:
    """Households outside of the bounds first, then how uneven, then how much is moved."""
    loads: dict = defaultdict(int)
    for block in blocks:
        loads[cells_of[block.key]] += block.load
    filled = [*loads.values(), *[0] * (count - len(loads))]
    outside = sum(max(LOW - load, 0, load - HIGH) for load in filled)
    uneven = max(filled) - min(filled)
    moved = sum(1 for block in blocks if cells_of[block.key] != block.cell)
    twentieth = max(sum(filled) / count / 20, 1)
    return outside, round(uneven / twentieth), moved
