from django.apps import apps
from django.core.management.base import BaseCommand, CommandError

from portal.accounts.actions import staff_create
from portal.accounts.permissions import Role
from portal.core.access import SYSTEM
from portal.core.errors import DomainError


class Command(BaseCommand):
    help = "Make an account and print its random password once. Without --role: an administrator."

    def add_arguments(self, parser):
        parser.add_argument("username")
        parser.add_argument("name")
        parser.add_argument("--role", choices=Role.values, default=Role.ADMIN)
        parser.add_argument("--community", metavar="CODE")
        parser.add_argument("--street", metavar="CODE")
        parser.add_argument("--cells", nargs="+", type=int, default=[], metavar="NUMBER")

    def handle(self, *args, username, name, role, community, street, cells, **options):
        community = community and _named("Community", code=community)
        street = street and _named("Street", code=street)
        cells = [
            _named("GridCell", community=community, number=number, valid_to=None)
            for number in cells
        ]
        try:
            made = staff_create(
                by=SYSTEM, username=username, name=name, role=role, community=community,
                street=street, cells=cells,
            )  # fmt: skip
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stderr.write(f"已建立账号 {made.user}，初始密码只显示这一次：")
        self.stdout.write(made.password)


def _named(model: str, **key):
    row = apps.get_model("grids", model)._base_manager.filter(**key).first()
    if row is None:
        raise CommandError(f"没有找到：{'，'.join(str(value) for value in key.values())}")
    return row
