from django.apps import AppConfig


class ResidentsConfig(AppConfig):
    name = "residents"
    verbose_name = "居民"

    def ready(self):
        from residents import (  # noqa: F401  (register what this app adds)
            lists,
            phone_records,
            places,
            tasks,
            verify,
            visit_lists,
            visit_reports,
        )
        from residents.imports import ledger  # noqa: F401
