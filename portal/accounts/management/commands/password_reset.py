from django.core.management.base import BaseCommand, CommandError

from portal.accounts.actions import password_reset
from portal.accounts.models import User
from portal.core.access import SYSTEM
from portal.core.errors import DomainError


class Command(BaseCommand):
    help = (
        "Make a new random password for an account and print it once on standard output; "
        "whoever was signed in under the old one is signed out."
    )

    def add_arguments(self, parser):
        parser.add_argument("username")

    def handle(self, *args, username, **options):
        user = User.objects.filter(username=username.strip().lower()).first()
        if user is None:
            raise CommandError(f"没有登录名为 {username} 的账号。")
        if not user.is_active:
            raise CommandError(f"账号 {user.username} 已停用，请先在“工作人员”里恢复使用。")
        try:
            made = password_reset(by=SYSTEM, user=user)
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stderr.write(f"{made.user} 的新密码，只显示这一次，原来的登录已全部退出：")
        self.stdout.write(made.password)
