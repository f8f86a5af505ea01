from django.urls import path

from portal.reports import views

app_name = "reports"
urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("communities/", views.community_compare, name="community_compare"),
    path("indicators/", views.indicator_list, name="indicator_list"),
    path("indicators/<str:code>/", views.indicator_show, name="indicator_show"),
]
