"""Pages of the places. Buildings and dwellings are listed by the kernel's lists."""

from django.urls import path

from grids.incidents.urls import urlpatterns as incident_urlpatterns
from grids.views import places, plan, posts

app_name = "grids"
urlpatterns = [
    *incident_urlpatterns,
    path("community/", places.community_show, name="community_show"),
    path("community/office/", posts.community_update, name="community_update"),
    path("cards/", posts.card_list, name="card_list"),
    path("cards/print/", posts.card_print, name="card_print"),
    path("cards/printed/", posts.cards_printed, name="cards_printed"),
    path("cells/<uuid:cell_id>/posts/new/", posts.post_give, name="post_give"),
    path("posts/<uuid:post_id>/end/", posts.post_end, name="post_end"),
    path("plan/", plan.plan_show, name="plan_show"),
    path("plan/ground/", plan.plan_update, name="plan_update"),
    path("plan/picture/", plan.plan_picture, name="plan_picture"),
    path("plan/export/", plan.plan_export, name="plan_export"),
    path("plan/import/", plan.plan_import, name="plan_import"),
    path("plan/shapes/new/", plan.shape_create, name="shape_create"),
    path("plan/shapes/<uuid:shape_id>/", plan.shape_update, name="shape_update"),
    path("plan/shapes/<uuid:shape_id>/delete/", plan.shape_delete, name="shape_delete"),
    path("cells/", places.cell_list, name="cell_list"),
    path("cells/new/", places.cell_create, name="cell_create"),
    path("cells/<uuid:cell_id>/", places.cell_show, name="cell_show"),
    path("cells/<uuid:cell_id>/edit/", places.cell_update, name="cell_update"),
    path("cells/<uuid:cell_id>/close/", places.cell_close, name="cell_close"),
    path("buildings/new/", places.building_create, name="building_create"),
    path("buildings/<uuid:building_id>/", places.building_show, name="building_show"),
    path("buildings/<uuid:building_id>/edit/", places.building_update, name="building_update"),
    path(
        "buildings/<uuid:building_id>/cell/",
        places.building_assign_cell,
        name="building_assign_cell",
    ),
    path("buildings/<uuid:building_id>/doors/", places.dwelling_generate, name="dwelling_generate"),
    path(
        "buildings/<uuid:building_id>/dwellings/new/",
        places.dwelling_create,
        name="dwelling_create",
    ),
    path("dwellings/<uuid:dwelling_id>/", places.dwelling_show, name="dwelling_show"),
    path("dwellings/<uuid:dwelling_id>/edit/", places.dwelling_update, name="dwelling_update"),
]
