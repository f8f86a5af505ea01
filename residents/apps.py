from django.apps import AppConfig


class ResidentsConfig(AppConfig):
    name = "residents"
    verbose_name = "居民"

    def ready(self):
        from residents import lists, places, verify  # noqa: F401  (register what this app adds)
        from residents.imports import ledger  # noqa: F401
