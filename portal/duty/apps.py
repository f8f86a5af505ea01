from django.apps import AppConfig


class DutyConfig(AppConfig):
    name = "portal.duty"
    label = "duty"
    verbose_name = "值班"

    def ready(self):
        # They register what this app adds.
        from portal.duty import lists, phone_records, reports, sweeps, tasks  # noqa: F401
