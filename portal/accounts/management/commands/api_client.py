from datetime import timedelta

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal.accounts.actions import api_client_create, api_client_revoke
from portal.accounts.api_auth import SCOPES
from portal.accounts.models import ApiClient
from portal.core.access import SYSTEM
from portal.core.errors import DomainError


class Command(BaseCommand):
    help = (
        "Make a token of the REST interface and print it once on standard output; "
        "with --revoke end all tokens of that name in the community."
    )

    def add_arguments(self, parser):
        parser.add_argument("name")
        parser.add_argument("--community", required=True, metavar="CODE")
        parser.add_argument(
            "--scope", nargs="+", action="extend", default=[], metavar="SCOPE",
            help="one or more of: " + ", ".join(SCOPES),
        )  # fmt: skip
        parser.add_argument("--purpose", default="")
        parser.add_argument("--days", type=int, default=365, help="how long it is good for")
        parser.add_argument("--revoke", action="store_true")

    def handle(self, *args, name, community, scope, purpose, days, revoke, **options):
        place = apps.get_model("grids", "Community")._base_manager.filter(code=community).first()
        if place is None:
            raise CommandError(f"没有代码为 {community} 的社区。")
        if revoke:
            self._revoke(ApiClient.objects.filter(name=name, community=place))
        elif days < 1:
            raise CommandError("有效天数至少为 1。")
        else:
            self._create(name, place, scope, purpose, days)

    def _create(self, name, place, scope, purpose, days):
        scopes = [one for text in scope for one in text.split(",") if one]
        expires_at = timezone.now() + timedelta(days=days)
        try:
            _, token = api_client_create(
                by=SYSTEM, name=name, community=place, scopes=sorted(set(scopes)),
                purpose=purpose, expires_at=expires_at,
            )  # fmt: skip
        except DomainError as error:
            raise CommandError(error.message) from error
        end = timezone.localtime(expires_at)
        self.stderr.write(f"接口凭证，有效至 {end:%Y-%m-%d %H:%M}，只显示这一次：")
        self.stdout.write(token)

    def _revoke(self, clients):
        found = list(clients.filter(revoked=False))
        if not found:
            raise CommandError("没有这个名称的有效凭证。")
        for client in found:
            api_client_revoke(by=SYSTEM, client=client)
        self.stderr.write(f"已停用 {len(found)} 个凭证。")
