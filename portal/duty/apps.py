from django.apps import AppConfig


class DutyConfig(AppConfig):
    name = "portal.duty"
    label = "duty"
    verbose_name = "值班"
