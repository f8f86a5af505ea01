"""Addresses of the REST interface, version 1."""

app_name = "api"
urlpatterns = []
