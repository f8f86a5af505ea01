from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "portal.core"
    label = "core"
    verbose_name = "内核"

    def ready(self):
        from portal.core import checks, fields  # noqa: F401  (register check and look-up)
        from portal.core.exports import export  # noqa: F401  (registers the export job)
