from django.core.management.base import BaseCommand, CommandError

from grids.actions import community_create
from portal.core.access import SYSTEM
from portal.core.errors import DomainError


class Command(BaseCommand):
    help = "Set up a community: its 12-digit code and its name, with --street its street."

    def add_arguments(self, parser):
        parser.add_argument("code")
        parser.add_argument("name")
        parser.add_argument("--street", default="", metavar="NAME")

    def handle(self, *args, code, name, street, **options):
        try:
            community = community_create(by=SYSTEM, code=code, name=name, street_name=street)
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"已建立社区 {community.name}（{community.code}）。")
