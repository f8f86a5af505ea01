from django.apps import AppConfig


class GridsConfig(AppConfig):
    name = "grids"
    verbose_name = "网格与房屋"

    def ready(self):
        # They register what this app adds.
        from grids import lists, phone_records, tasks, verify  # noqa: F401
        from grids.incidents import lists as incident_lists  # noqa: F401
        from grids.incidents import reports  # noqa: F401
