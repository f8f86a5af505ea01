"""Addresses of call devices and alarms."""

from django.urls import path

from services.views import alarms, devices

app_name = "services"
urlpatterns = [
    path("alarms/<uuid:alarm_id>/", alarms.alarm_show, name="alarm_show"),
    path("alarms/<uuid:alarm_id>/take/", alarms.alarm_take, name="alarm_take"),
    path("alarms/<uuid:alarm_id>/close/", alarms.alarm_close, name="alarm_close"),
    path("alarms/<uuid:alarm_id>/call/<uuid:resident_id>/", alarms.alarm_call, name="alarm_call"),
    path("alarms/rules/", devices.alarm_rules_set, name="alarm_rules_set"),
    path("devices/new/", devices.device_create, name="device_create"),
    path("devices/<uuid:device_id>/", devices.device_show, name="device_show"),
    path("devices/<uuid:device_id>/update/", devices.device_update, name="device_update"),
    path("devices/<uuid:device_id>/move/", devices.device_move, name="device_move"),
    path("devices/<uuid:device_id>/end/", devices.device_end, name="device_end"),
]
