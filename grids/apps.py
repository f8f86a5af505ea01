from django.apps import AppConfig


class GridsConfig(AppConfig):
    name = "grids"
    verbose_name = "网格与房屋"

    def ready(self):
        from grids import lists  # noqa: F401  (registers the lists of this app)
