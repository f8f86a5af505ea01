"""Print the figures of a community: ``indicators --community CODE [--on DATE] --json``."""

import json
from datetime import date

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from grids.models import Community
from portal.core.indicators import Scope, figures
from portal.reports.forms import EARLIEST, LATEST


def day(text: str) -> date:
    """A day as 2026-11-22 that the figures can be asked for."""
    on = date.fromisoformat(text)
    if not EARLIEST <= on <= LATEST:
        raise ValueError(text)
    return on


class Command(BaseCommand):
    help = "输出一个社区某一天的指标。"

    def add_arguments(self, parser):
        parser.add_argument("--community", required=True, help="12 位社区代码")
        parser.add_argument("--on", type=day, help="日期，如 2026-11-22；不写为今天")
        parser.add_argument("--json", action="store_true", help="按 JSON 输出")

    def handle(self, *, community, on, **options):
        row = Community.objects.filter(code=community).first()
        if row is None:
            raise CommandError(f"没有代码为 {community} 的社区。")
        found = figures(Scope(row.pk), on or timezone.localdate())
        if options["json"]:
            answer = {
                code: {"value": f.value, "name": f.indicator.name, "unit": f.indicator.unit}
                for code, f in found.items()
            }
            self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1))
            return
        for code, figure in found.items():
            value = "—" if figure.value is None else figure.value
            self.stdout.write(f"{code}\t{figure.indicator.name}\t{value}\t{figure.indicator.unit}")
