"""What the rooms above show on a household's page. They register here, so that this room shows
their words without importing them."""

from collections.abc import Callable
from typing import NamedTuple

from grids.above import Word


class Card(NamedTuple):
    """A card on the page: lines that lead somewhere, and perhaps something to do."""

    title: str
    icon: str
    rows: list[Word]
    act: Word | None = None
    empty: str = ""
    is_urgent: bool = False


_cards: list[Callable] = []


def home_card(function: Callable) -> Callable:
    """Register ``function(viewer, household) -> Card or None``."""
    _cards.append(function)
    return function


def cards_of(viewer, household) -> list[Card]:
    """What the rooms above say about a household to this viewer."""
    return [card for make in _cards if (card := make(viewer, household))]
