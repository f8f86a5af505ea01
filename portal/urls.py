"""The portal's addresses: each room under its own word."""

from django.urls import include, path

urlpatterns = [
    path("", include("portal.reports.urls")),
    path("", include("portal.core.urls")),
    path("account/", include("portal.accounts.urls")),
    path("places/", include("grids.urls")),
    path("r/", include("grids.incidents.answer_urls")),
    path("public/", include("portal.website.urls")),
    path("people/", include("residents.urls")),
    path("care/", include("services.urls")),
    path("duty/", include("portal.duty.urls")),
    path("m/", include("portal.phone.urls")),
    path("submissions/", include("portal.phone.desk_urls")),
    path("messages/", include("portal.messaging.urls")),
    path("api/v1/", include("portal.api_urls")),
]
