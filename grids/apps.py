from django.apps import AppConfig


class GridsConfig(AppConfig):
    name = "grids"
    verbose_name = "网格与房屋"

    def ready(self):
        # They register what this app adds.
        from grids import (  # noqa: F401
            incident_lists,
            incident_reports,
            lists,
            phone_records,
            tasks,
            verify,
        )
