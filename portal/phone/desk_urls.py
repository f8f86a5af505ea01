"""Refused records, at a desk."""

from django.urls import path

from portal.phone.views import desk

app_name = "phone_desk"
urlpatterns = [
    path("", desk.submission_list, name="submission_list"),
    path("<uuid:submission_id>/", desk.submission_show, name="submission_show"),
    path("<uuid:submission_id>/settle/", desk.submission_settle, name="submission_settle"),
    path("<uuid:submission_id>/repeat/", desk.submission_repeat, name="submission_repeat"),
]
