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
        if known := community.street:
            told = f"所属街道：{known.name}（{known.code}）"
            if street not in ("", known.name):
                told += f"，仍用已登记的名称，没有改为“{street}”"
            self.stdout.write(f"{told}。")
        else:
            self.stdout.write(
                f"没有登记街道，街道办的账号看不到这个社区。代码 {community.code[:9]} 的街道"
                "以后随另一个社区登记（--street）时，会自动归入。"
            )
        self.stdout.write(
            "下一步，给主任建账号：manage.py staff_create 登录名 姓名 --role director "
            f"--community {community.code}"
        )
