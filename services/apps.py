from django.apps import AppConfig


class ServicesConfig(AppConfig):
    name = "services"
    verbose_name = "服务"

    def ready(self):
        # They register what this app adds.
        from services import phone_records, tasks, verify  # noqa: F401
        from services.alarms import homes, lists, reports  # noqa: F401
