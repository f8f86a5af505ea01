"""Addresses of the REST interface, version 1."""

from django.urls import path, re_path

from grids import api as places
from grids.incidents import api as incidents
from portal.core.api import NotFoundView
from portal.core.api_schema import both_ways, feed_urls
from portal.reports import api as reports
from residents import api as people
from residents.visits import api as visits
from services.alarms import api as alarms

app_name = "api"
urlpatterns = [
    path("", reports.IndexView.as_view(), name="index"),
    *feed_urls("communities", places.CommunityRows),
    *feed_urls("cells", places.CellRows),
    *feed_urls("buildings", places.BuildingRows),
    *feed_urls("dwellings", places.DwellingRows),
    *feed_urls("households", people.HouseholdRows),
    *feed_urls("residents", people.ResidentRows),
    *feed_urls("visits", visits.VisitRows),
    *feed_urls("incidents", incidents.IncidentRows),
    *feed_urls("alarms", alarms.AlarmRows, writes=(alarms.AlarmIntake,)),
    *both_ways("indicators", reports.IndicatorView, "indicator_list"),
    path("schema/", reports.SchemaView.as_view(), name="schema"),
    path("schema", reports.SchemaView.as_view()),
    re_path(r"", NotFoundView.as_view()),
]
