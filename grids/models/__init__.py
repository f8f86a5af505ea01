"""Tables of the places and of what happens in them."""

from grids.models.places import (
    Building,
    CellKind,
    Community,
    Dwelling,
    DwellingUse,
    GridCell,
    Street,
)

__all__ = [
    "Building",
    "CellKind",
    "Community",
    "Dwelling",
    "DwellingUse",
    "GridCell",
    "Street",
]
