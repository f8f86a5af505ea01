"""Pages of the kernel: inbox and jobs, lists and exports, imports, logs."""

from django.urls import path

from portal.core import views

app_name = "core"
urlpatterns = [
    path("inbox/", views.inbox, name="inbox"),
    path("jobs/<uuid:job_id>/", views.job_show, name="job_show"),
    path("jobs/<uuid:job_id>/cancel/", views.job_stop, name="job_cancel"),
    path("jobs/<uuid:job_id>/file/", views.job_file, name="job_file"),
    path("tenant/", views.tenant_choose, name="tenant_choose"),
]
