"""`seed_demo`: the demo community, or many communities of its size."""

from django.core.management.base import BaseCommand, CommandError

from portal.demo.seed import A_STREET, seed_demo

MOST = 99 * A_STREET  # street codes end at 099


class Command(BaseCommand):
    help = "建立示范社区爱民佳苑；--scale N 建立 N 个同样大小的社区。"

    def add_arguments(self, parser):
        parser.add_argument("--scale", type=int, default=1, help="社区个数")

    def handle(self, *args, scale, **options):
        if not 1 <= scale <= MOST:
            raise CommandError(f"--scale 请填 1 到 {MOST} 之间的整数。")
        seed_demo(scale=scale, out=self.stdout)
