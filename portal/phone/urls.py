"""Addresses of the phone, below /m/: the service worker reaches no further."""

from importlib.util import find_spec

from django.urls import include, path

from portal.phone.day import ROOMS
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
]
# What else a room answers to phones, such as one household.
urlpatterns += [path("", include(f"{room}_urls")) for room in ROOMS if find_spec(f"{room}_urls")]
