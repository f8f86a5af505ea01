"""What phones ask of this room, below /m/."""

from django.urls import path

from residents import phone

urlpatterns = [
    path("household/<uuid:household_id>.json", phone.household_show, name="household_show"),
    path("call/<uuid:resident_id>/", phone.resident_call, name="resident_call"),
]
