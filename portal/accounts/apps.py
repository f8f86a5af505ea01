from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "portal.accounts"
    label = "accounts"
    verbose_name = "账号"

    def ready(self):
        from portal.accounts import verify  # noqa: F401  (registers the checks of this app)
