"""What the pages of sweeps show: runs in words, and the last thirty as a picture."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.utils import timezone

from portal.core.models import SweepRun
from portal.core.sweeps import Sweep, longest

DRAWN = 30
OK, FAILED, CUT, RUNNING = "ok", "failed", "cut", "running"
# State of a run: (label, tone of its badge, class of its bar).
STATES = {
    OK: ("成功", "good", "run-ok"),
    FAILED: ("出错", "bad", "run-bad"),
    CUT: ("中断", "warn", "run-cut"),
    RUNNING: ("运行中", "plate", "run-now"),
}
BAR, STEP, HIGH, LOW = 8, 10, 24, 6  # of the picture, in its own units


class Line(NamedTuple):
    """One run, ready for a page."""

    run: SweepRun
    label: str
    tone: str
    took: str
    told: str


def state_of(run: SweepRun, now: datetime | None = None) -> str:
    """A run that has no end after its time was killed."""
    if run.ended_at is None:
        return CUT if run.started_at <= (now or timezone.now()) - longest() else RUNNING
    return OK if run.is_ok else FAILED


def duration(took: timedelta) -> str:
    """0.3 秒, 12 秒, 3 分 5 秒"""
    seconds = max(took.total_seconds(), 0)
    if seconds < 10:
        return f"{seconds:.1f} 秒"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} 分 {rest} 秒" if minutes else f"{rest} 秒"


def line_of(one: Sweep, run: SweepRun) -> Line:
    state = state_of(run)
    label, tone, _ = STATES[state]
    took = duration(run.ended_at - run.started_at) if run.ended_at else ""
    told = {
        OK: one.told(run.done) or "没有到期的事",
        FAILED: f"程序出错（{run.error}），详情在服务器日志里",
        CUT: "没有做完就停了，下次运行会接着做",
        RUNNING: "正在运行",
    }[state]
    return Line(run, label, tone, took, told)


def history_of(one: Sweep, runs: Iterable[SweepRun]) -> list[Line]:
    return [line_of(one, run) for run in runs]


def overview(one: Sweep) -> dict:
    """One sweep for the list: its last run, and the last ones drawn from left to right."""
    runs = list(SweepRun.objects.filter(sweep=one.key)[:DRAWN])
    return {
        "sweep": one,
        "last": line_of(one, runs[0]) if runs else None,
        "bars": bars_of(runs),
        "width": DRAWN * STEP,
        "height": HIGH,
        "summary": summary_of(runs),
    }


def bars_of(runs: Sequence[SweepRun]) -> list[dict]:
    """{x, y, width, height, class} of each run; the height is its share of the longest time.
    What went wrong is as high as the picture, so that colour is not the only mark."""
    times = [(run.ended_at - run.started_at).total_seconds() if run.ended_at else 0 for run in runs]
    top = max(times, default=0) or 1
    bars = []
    for number, (run, time) in enumerate(zip(reversed(runs), reversed(times), strict=True)):
        state = state_of(run)
        good = state in (OK, RUNNING)
        height = round(LOW + (HIGH / 2 - LOW) * time / top, 1) if good else HIGH
        bars.append({"x": STEP * (DRAWN - len(runs) + number), "y": round(HIGH - height, 1),
                     "width": BAR, "height": height, "class": STATES[state][2]})  # fmt: skip
    return bars


def summary_of(runs: Sequence[SweepRun]) -> str:
    """最近 30 次：28 次成功，2 次中断"""
    counts = Counter(map(state_of, runs))
    parts = [f"{counts[state]} 次{STATES[state][0]}" for state in STATES if counts[state]]
    return f"最近 {len(runs)} 次：{'，'.join(parts)}" if runs else ""
