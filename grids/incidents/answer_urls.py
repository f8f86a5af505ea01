"""Addresses that open by a signed link alone."""

from django.urls import path

from grids.views import answers

app_name = "answers"
urlpatterns = [
    path("<str:token>/", answers.incident_answer, name="incident_answer"),
    path("<str:token>/<uuid:file_id>/", answers.incident_answer_file, name="incident_answer_file"),
]
