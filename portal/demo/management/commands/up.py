"""`make run`: prepare what is missing, then become the supervisor of web, worker and beat."""

import fcntl
import os
import socket
import sys
from pathlib import Path

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from grids.models import Community
from portal.core.crypto import key_ring
from portal.core.workdays import missing_words
from portal.demo.seed import seed_demo

HOST = "127.0.0.1"


class Command(BaseCommand):
    help = "Start the embedded set-up on this machine."
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("--port", default=os.environ.get("PORT", "8000"))

    def handle(self, *args, port, **options):
        run_dir = settings.LINLI_DATA_DIR / "run"
        run_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        number = _port(port)
        _lock(run_dir / "up.lock")
        _refuse_used(number)
        try:
            self._prepare()
        except KeyboardInterrupt:
            raise CommandError("已中断，没有启动；可再次运行 make run。", returncode=130) from None
        self.stdout.flush()
        _become_supervisor(run_dir, number)

    def _prepare(self):
        self.stdout.write("正在准备数据库…… [migrating]")
        self.stdout.flush()
        key_ring()
        call_command("migrate", verbosity=0, interactive=False)
        if not Community.objects.exists():
            self.stdout.write("正在建立示范社区…… [making the demo community]")
            self.stdout.flush()
            seed_demo(scale=1, out=self.stdout)
        for sentence in missing_words(timezone.localdate()):
            self.stdout.write(sentence)


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and 0 < int(text) < 65536:
        return int(text)
    raise CommandError(f"端口“{text}”无效：请填 1–65535 之间的整数，例如 make run PORT=8001。")


def _lock(path: Path) -> None:
    """Hold the data folder for as long as this process and the supervisor it becomes live."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise CommandError(
            f"邻里已在运行（数据文件夹 {settings.LINLI_DATA_DIR}）：请先在原窗口按 Ctrl-C 停止。"
            " [already running]"
        ) from None
    os.set_inheritable(handle, True)


def _refuse_used(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise CommandError(
                f"端口 {port} 不能使用（{error.strerror}）：请关闭占用它的程序，"
                f"或换一个端口，例如 make run PORT={port + 1 if port < 65535 else 8000}。"
                f" [port {port} is in use]"
            ) from None


def _become_supervisor(run_dir: Path, port: int) -> None:
    os.chdir(settings.BASE_DIR)
    os.environ |= {
        "LINLI_BIND": f"{HOST}:{port}",
        "LINLI_PYTHON": sys.executable,
        "LINLI_RUN_DIR": str(run_dir),
    }
    as_root = ["--user=root"] if os.getuid() == 0 else []
    command = [sys.executable, "-m", "portal.supervise", "-c", "deploy/supervisor.conf", *as_root]
    os.execv(sys.executable, command)  # noqa: S606 (our own interpreter, fixed arguments)
