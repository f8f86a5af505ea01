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
from grids.actions.plan import plan_import, plan_update, shape_delete, shape_save
from grids.actions.posts import post_end, post_give

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
    "plan_import",
    "plan_update",
    "post_end",
    "post_give",
    "shape_delete",
    "shape_save",
]
