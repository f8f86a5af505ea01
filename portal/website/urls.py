"""Public pages: nothing about residents."""

from django.urls import path

from portal.website import views

app_name = "website"
urlpatterns = [path("card/<uuid:building_id>/", views.building_card, name="building_card")]
