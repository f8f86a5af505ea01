"""Pages of the places. Buildings and dwellings are listed by the kernel's lists."""

from django.urls import path

from grids import views

app_name = "grids"
urlpatterns = [
    path("community/", views.community_show, name="community_show"),
    path("cells/", views.cell_list, name="cell_list"),
    path("cells/new/", views.cell_create, name="cell_create"),
    path("cells/<uuid:cell_id>/", views.cell_show, name="cell_show"),
    path("cells/<uuid:cell_id>/edit/", views.cell_update, name="cell_update"),
    path("cells/<uuid:cell_id>/close/", views.cell_close, name="cell_close"),
    path("buildings/new/", views.building_create, name="building_create"),
    path("buildings/<uuid:building_id>/", views.building_show, name="building_show"),
    path("buildings/<uuid:building_id>/edit/", views.building_update, name="building_update"),
    path(
        "buildings/<uuid:building_id>/cell/",
        views.building_assign_cell,
        name="building_assign_cell",
    ),
    path("buildings/<uuid:building_id>/doors/", views.dwelling_generate, name="dwelling_generate"),
    path(
        "buildings/<uuid:building_id>/dwellings/new/",
        views.dwelling_create,
        name="dwelling_create",
    ),
    path("dwellings/<uuid:dwelling_id>/", views.dwelling_show, name="dwelling_show"),
    path("dwellings/<uuid:dwelling_id>/edit/", views.dwelling_update, name="dwelling_update"),
]
