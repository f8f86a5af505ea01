"""Pages of the kernel: inbox and jobs, lists and exports, imports, logs."""

from django.urls import path

from portal.core import list_views, log_views, sweep_views, views
from portal.core.imports import views as import_views

app_name = "core"
urlpatterns = [
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/seen/", views.inbox_seen, name="inbox_seen"),
    path("jobs/<uuid:job_id>/", views.job_show, name="job_show"),
    path("jobs/<uuid:job_id>/cancel/", views.job_stop, name="job_cancel"),
    path("jobs/<uuid:job_id>/file/", views.job_file, name="job_file"),
    path("lists/<slug:name>/", list_views.list_show, name="list"),
    path("lists/<slug:name>/bulk/", list_views.list_bulk, name="list_bulk"),
    path("lists/<slug:name>/views/", list_views.view_save, name="view_save"),
    path("lists/<slug:name>/print/", list_views.list_print, name="list_print"),
    path("lists/<slug:name>/<slug:format>/", list_views.list_export, name="list_export"),
    path("lists/views/<uuid:view_id>/delete/", list_views.view_delete, name="view_delete"),
    path("logs/changes/", log_views.change_list, name="change_list"),
    path("logs/looks/", log_views.access_list, name="access_list"),
    path("sweeps/", sweep_views.sweep_list, name="sweep_list"),
    path("sweeps/<slug:sweep_key>/", sweep_views.sweep_show, name="sweep_show"),
    path("sweeps/<slug:sweep_key>/run/", sweep_views.sweep_run, name="sweep_run"),
    path("imports/", import_views.import_list, name="import_list"),
    path("imports/upload/", import_views.import_upload, name="import_upload"),
    path("imports/<uuid:run_id>/", import_views.import_show, name="import_show"),
    path("imports/<uuid:run_id>/columns/", import_views.import_columns, name="import_columns"),
    path("imports/<uuid:run_id>/start/", import_views.import_start, name="import_start"),
    path("imports/<uuid:run_id>/undo/", import_views.import_undo, name="import_undo"),
    path("tenant/", views.tenant_choose, name="tenant_choose"),
]
