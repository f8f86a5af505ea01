from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "portal.messaging"
    label = "messaging"
    verbose_name = "短信"

    def ready(self):
        from portal.messaging import lists, tasks  # noqa: F401  (register what this app adds)
