from django.apps import AppConfig


class ResidentsConfig(AppConfig):
    name = "residents"
    verbose_name = "居民"

    def ready(self):
        from residents import lists  # noqa: F401  (registers the lists of this app)
