from django.core.management.base import BaseCommand, CommandError

from portal.core.verify import summary, verify


class Command(BaseCommand):
    help = "Check logs, references, sealed values and files; exit 1 and name what is broken."

    def handle(self, *args, **options):
        broken = 0
        for label, breaks in verify():
            self.stdout.write(f"{label}：{f'{len(breaks)} 处问题' if breaks else '完好'}")
            for sentence in breaks:
                self.stdout.write(f"  {sentence}")
            broken += len(breaks)
        self.stdout.write(f"日志末行：{summary()}")
        if broken:
            raise CommandError(f"共 {broken} 处问题，请先停止使用并联系维护人员。")
