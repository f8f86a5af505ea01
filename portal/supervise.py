"""Keeps web, worker and beat of the embedded set-up together (`manage.py up` becomes this).

supervisor does the work. Three habits of it do not fit a desktop: a closed terminal (SIGHUP) would
restart everything with nobody watching, a program that cannot start would leave the others running,
and killed itself it would leave all of them running; here each of these ends the whole.
"""

import contextlib
import ctypes
import fcntl
import os
import signal
import stat
import sys

from supervisor import events, supervisord
from supervisor.medusa.asyncore_25 import ExitNow
from supervisor.options import ServerOptions
from supervisor.states import SupervisorStates

PR_SET_PDEATHSIG = 1  # linux/prctl.h


class Options(ServerOptions):
    def setpgrp(self):
        """In each child, before it becomes its program: ask Linux to stop it when we are gone."""
        super().setpgrp()
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Supervisor(supervisord.Supervisor):
    failed = ""

    def runforever(self):
        events.subscribe(events.ProcessStateFatalEvent, self.give_up)
        super().runforever()

    def give_up(self, event):
        self.failed = event.process.config.name
        self.options.mood = SupervisorStates.SHUTDOWN


def main(args: list[str]) -> int:
    """Run until told to stop; 1 when a program could not be kept alive."""
    _append_output()
    options = Options()
    options.realize(args)
    options.first, options.test = True, False
    supervisor = Supervisor(options)  # once: supervisor's own main would go on after SIGHUP
    with contextlib.suppress(ExitNow):
        supervisor.main()
    options.close_logger()
    if supervisor.failed:
        sys.stderr.write(
            f"{supervisor.failed} 进程无法启动，已全部停止，原因见上面的记录。"
            f" [{supervisor.failed} could not start]\n"
        )
        return 1
    sys.stdout.write("邻里已停止，数据已保存。 [stopped]\n")
    return 0


def _append_output() -> None:
    """The programs open our output anew; in a file, all of us must then write at its end."""
    if stat.S_ISREG(os.fstat(1).st_mode):
        fcntl.fcntl(1, fcntl.F_SETFL, fcntl.fcntl(1, fcntl.F_GETFL) | os.O_APPEND)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
