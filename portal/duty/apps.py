from django.apps import AppConfig


class DutyConfig(AppConfig):
    name = "portal.duty"
    label = "duty"
    verbose_name = "值班"

    def ready(self):
        from portal.duty import tasks  # noqa: F401  (registers its jobs)
