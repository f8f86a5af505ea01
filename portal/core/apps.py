from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "portal.core"
    label = "core"
    verbose_name = "内核"

    def ready(self):
        # They register a check, a look-up, how PostgreSQL plans, and sweeps for their page.
        from portal.core import checks, fields, prepared, tasks  # noqa: F401

        # Every process knows every kind of job, not only the one that works on them.
        from portal.core.exports import export  # noqa: F401
        from portal.core.imports import runs  # noqa: F401
