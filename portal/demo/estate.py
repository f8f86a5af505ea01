"""The estate: 88 residential buildings with 4,046 dwellings in 11 area cells."""

from collections.abc import Iterator
from typing import NamedTuple

from grids.addresses import key_of, sort_key

BUILDINGS = 88
DWELLINGS = 4046
AREA_CELLS = 11
TOWERS = (81, 89)  # from 81 on: eleven floors, two entrances
PASSAGE = 44  # the gateway of the estate takes two ground-floor dwellings of this building


class Block(NamedTuple):
    """A residential building: two dwellings a floor at each entrance."""

    number: int
    cell: int
    floors: int
    entrances: int

    def rooms(self) -> Iterator[tuple[str, str, int, str, str]]:
        """(entrance, room, floor, address key, sort key) of every dwelling."""
        for entrance in range(1, self.entrances + 1):
            for floor in range(1, self.floors + 1):
                if self.number == PASSAGE and (entrance, floor) == (2, 1):
                    continue
                for door in (1, 2):
                    room = f"{floor}{door:02}"
                    key = key_of(str(self.number), str(entrance), room)
                    yield str(entrance), room, floor, key, sort_key(key)


def blocks() -> list[Block]:
    """48 buildings of four entrances, 22 of three, 10 of five, six floors each; 8 towers."""
    return [_block(number) for number in range(1, BUILDINGS + 1)]


def _block(number: int) -> Block:
    cell = (number - 1) * AREA_CELLS // BUILDINGS + 1
    if number in range(*TOWERS):
        return Block(number, cell, 11, 2)
    if number % 8 == 5:
        return Block(number, cell, 6, 5)
    threes = number % 4 == 2 or number in (3, 35)
    return Block(number, cell, 6, 3 if threes else 4)
