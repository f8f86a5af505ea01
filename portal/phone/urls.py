"""Addresses of the phone, below /m/: the service worker reaches no further."""

from django.urls import include, path

from portal.phone.views import api, shell

app_name = "phone"
urlpatterns = [
    path("", shell.shell, name="shell"),
    path("sw.js", shell.worker, name="worker"),
    path("manifest.json", shell.manifest, name="manifest"),
    path("me.json", api.me, name="me"),
    path("day.json", api.day, name="day"),
    path("submit/", api.record_submit, name="record_submit"),
    path("files/<uuid:file_key>/", api.file_piece, name="file_piece"),
    path("", include("residents.phone_urls")),  # one household, one call
    path("", include("services.phone_urls")),  # alarms by the minute
]
