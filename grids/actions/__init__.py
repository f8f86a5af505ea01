"""Every write of this room."""

from grids.actions.places import (
    Doors,
    building_assign_cell,
    building_create,
    building_update,
    cell_close,
    cell_create,
    cell_update,
    community_create,
    doors_count,
    dwelling_create,
    dwelling_generate,
    dwelling_update,
)

__all__ = [
    "Doors",
    "building_assign_cell",
    "building_create",
    "building_update",
    "cell_close",
    "cell_create",
    "cell_update",
    "community_create",
    "doors_count",
    "dwelling_create",
    "dwelling_generate",
    "dwelling_update",
]
