"""What phones ask of this room, below /m/."""

from django.urls import path

from services import phone

urlpatterns = [
    path("alarms.json", phone.alarms_now, name="alarms_now"),
    path("alarms/<uuid:alarm_id>/call/<uuid:resident_id>/", phone.alarm_call, name="alarm_call"),
]
