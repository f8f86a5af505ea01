"""What the rooms above hang onto places. They register here, so that this room moves their
rows along and shows their words at a door without importing them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from django.db.models import F, Model, OuterRef, Q, Subquery
from django.utils import timezone


@dataclass(frozen=True)
class Follower:
    """Rows that carry a copy of their dwelling's cell and perhaps of its address.

    ``dwelling`` is the path to it; its first step is the row that the copy is taken from.
    Rows that do not meet ``moves`` keep the cell in which they happened.
    """

    label: str
    model: type[Model]
    dwelling: str
    moves: Q
    address: bool


class Word(NamedTuple):
    """Something to say at a door: a text and where it leads."""

    text: str
    url: str


_followers: list[Follower] = []
_words: list[Callable] = []
_acts: list[Callable] = []


def follow(label: str, model: type[Model], dwelling: str, *, moves: Q | None = None,
           address: bool = True) -> None:  # fmt: skip
    """Register rows as followers; those they copy from must have been registered before."""
    _followers.append(Follower(label, model, dwelling, moves or Q(), address))


def followers() -> tuple[Follower, ...]:
    """All registered followers, those above before those that copy from them."""
    return tuple(_followers)


def door_words(function: Callable) -> Callable:
    """Register ``function(viewer, dwelling ids) -> {dwelling id: [Word]}``."""
    _words.append(function)
    return function


def door_act(function: Callable) -> Callable:
    """Register ``function(viewer, dwelling) -> Word or None``: something to do at a door."""
    _acts.append(function)
    return function


def acts_at(viewer, dwelling) -> list[Word]:
    """What the rooms above let this viewer do at a dwelling."""
    return [word for act in _acts if (word := act(viewer, dwelling))]


def words_at(viewer, dwellings: Iterable[UUID]) -> dict[UUID, list[Word]]:
    """Everything that the rooms above say about these dwellings to this viewer."""
    keys, said = list(dwellings), {}
    for speak in _words:
        for key, words in speak(viewer, keys).items():
            said.setdefault(key, []).extend(words)
    return said


def cell_carry(by, dwellings: Q, cell) -> dict[str, int]:
    """Set the cell on all that follows the dwellings; returns {kind of row: how many}."""
    return {
        follower.label: _rows(follower, dwellings)
        .filter(follower.moves)
        .update(cell=cell, **touch(by))
        for follower in _followers
    }


def rows_hold(dwellings: Q) -> None:
    """Lock all that follows the dwellings, in the order in which it is carried: whoever changes
    many places at once does so before the first log row, which others wait for with a row held."""
    for follower in _followers:
        rows = _rows(follower, dwellings).filter(follower.moves).order_by("pk")
        list(rows.select_for_update(of=("self",), no_key=True).only("pk"))


def address_carry(by, dwellings: Q) -> None:
    """Copy the dwellings' new addresses down to all that carries them."""
    for follower in _followers:
        if follower.address:
            first = follower.dwelling.split("__")[0]
            above = follower.model._meta.get_field(first).related_model
            source = above._base_manager.filter(pk=OuterRef(f"{first}_id"))
            copied = {name: Subquery(source.values(name)[:1]) for name in ("addr_key", "addr_sort")}
            _rows(follower, dwellings).update(**copied, **touch(by))


def _rows(follower: Follower, dwellings: Q):
    from grids.models import Dwelling

    inside = Dwelling._base_manager.filter(dwellings)
    return follower.model._base_manager.filter(**{f"{follower.dwelling}__in": inside.values("pk")})


def touch(by) -> dict:
    """The columns that every change of a row writes, for changes of many rows at once."""
    return {
        "version": F("version") + 1,
        "changed_at": timezone.now(),
        "changed_by": by if getattr(by, "pk", None) else None,
    }
