"""Addresses that gateways call."""

from django.urls import path

from portal.messaging import views

app_name = "messaging"
urlpatterns = [path("receipts/", views.receipt_take, name="receipt_take")]
