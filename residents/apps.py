from django.apps import AppConfig


class ResidentsConfig(AppConfig):
    name = "residents"
    verbose_name = "居民"

    def ready(self):
        # They register what this app adds.
        from residents import lists, phone_records, places, tasks, verify  # noqa: F401
        from residents.imports import ledger  # noqa: F401
        from residents.visits import lists as visit_lists  # noqa: F401
        from residents.visits import reports  # noqa: F401
