"""Addresses of incidents and of what they are set up with."""

from django.urls import path

from grids.views import incident_setup as setup
from grids.views import incidents

urlpatterns = [
    path("incidents/", incidents.incident_board, name="incident_board"),
    path("incidents/new/", incidents.incident_report, name="incident_report"),
    path("incidents/<uuid:incident_id>/", incidents.incident_show, name="incident_show"),
    path("incidents/<uuid:incident_id>/call/", incidents.incident_call, name="incident_call"),
    path(
        "incidents/<uuid:incident_id>/link/",
        incidents.incident_link_create,
        name="incident_link_create",
    ),
    path(
        "incidents/<uuid:incident_id>/link/end/",
        incidents.incident_link_end,
        name="incident_link_end",
    ),
    path(
        "incidents/<uuid:incident_id>/files/<uuid:file_id>/",
        incidents.incident_file,
        name="incident_file",
    ),
    path(
        "incidents/<uuid:incident_id>/to/<slug:move>/",
        incidents.incident_move,
        name="incident_move",
    ),
    path("handlers/new/", setup.handler_create, name="handler_create"),
    path("handlers/<uuid:handler_id>/", setup.handler_update, name="handler_update"),
    path("categories/new/", setup.incident_category_create, name="incident_category_create"),
    path(
        "categories/<uuid:category_id>/",
        setup.incident_category_update,
        name="incident_category_update",
    ),
    path("assets/new/", setup.asset_create, name="asset_create"),
    path("assets/<uuid:asset_id>/", setup.asset_update, name="asset_update"),
]
