from django.apps import AppConfig


class GridsConfig(AppConfig):
    name = "grids"
    verbose_name = "网格与房屋"

    def ready(self):
        from grids import lists, verify  # noqa: F401  (register what this app adds)
