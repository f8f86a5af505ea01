"""Every write of this room."""

from grids.actions.balance import cells_rebalance
from grids.actions.cards import cards_printed, community_update
from grids.actions.incident_files import incident_files_join
from grids.actions.incident_links import incident_link_create, incident_link_end
from grids.actions.incident_setup import (
    asset_create,
    asset_update,
    handler_create,
    handler_update,
    incident_category_create,
    incident_category_update,
)
from grids.actions.incidents import incident_escalate, incident_move, incident_report
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
    "asset_create",
    "asset_update",
    "building_assign_cell",
    "building_create",
    "building_update",
    "cards_printed",
    "cell_close",
    "cell_create",
    "cell_update",
    "cells_rebalance",
    "community_create",
    "community_update",
    "doors_count",
    "dwelling_create",
    "dwelling_generate",
    "dwelling_update",
    "handler_create",
    "handler_update",
    "incident_category_create",
    "incident_category_update",
    "incident_escalate",
    "incident_files_join",
    "incident_link_create",
    "incident_link_end",
    "incident_move",
    "incident_report",
    "plan_import",
    "plan_update",
    "post_end",
    "post_give",
    "shape_delete",
    "shape_save",
]
