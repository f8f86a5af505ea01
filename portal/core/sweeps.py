"""Sweeps: what happens by the clock, with a row for each run.

A room registers its sweep, which is a Celery task of the name ``task``, with the words for what
it counts::

    @sweep("duty-remind", "值班提醒", reminded="提醒 {} 人")
    def duty_remind() -> dict[str, int]: ...  # counts of what was done
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import wraps
from typing import NamedTuple

from celery import shared_task
from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from portal.core.actions import action, record_change
from portal.core.errors import DomainError
from portal.core.locks import hold
from portal.core.models import SweepRun

KEPT = timedelta(days=30)
IDLE_KEPT = timedelta(days=1)  # runs that found nothing to do: one every half minute
COUNT = "count"  # under this name stands what a sweep returns as a bare number
SLACK = 60  # seconds after the time limit of tasks within which a run still ends by itself


class Sweep(NamedTuple):
    """What the page of sweeps shows and starts; ``words`` turn counts into Chinese."""

    key: str
    label: str
    task: Callable
    words: Mapping[str, str]

    def told(self, done: Mapping[str, int]) -> str:
        """``{"made": 3}`` as 安排 3 户走访; without what was not done."""
        words = [self.words.get(name, name + " {}").format(f"{count:,}")
                 for name, count in done.items() if count]  # fmt: skip
        return "，".join(words)


_sweeps: dict[str, Sweep] = {}


def sweep(key: str, label: str, **words: str) -> Callable:
    """Make a Celery task of the function; each of its runs leaves a row, also a failed one.

    ``function()`` returns counts of what it did, {} when nothing was due, or one number.
    ``run_id`` is the row that was left for it by whoever pressed 现在运行.
    """

    def wrap(function):
        @shared_task(name=f"{function.__module__}.{function.__name__}")
        @wraps(function)
        def run(run_id: str | None = None):
            row = _begin(key, run_id)
            try:
                done = function()
            except Exception as error:
                _end(row, ok=False, error=type(error).__name__)
                raise
            _end(row, ok=True, done=done)
            return done

        _sweeps[key] = Sweep(key, label, run, words)
        return run

    return wrap


@action("SWEEP_RUN")
def sweep_run(*, by, key: str, tenant=None) -> SweepRun:
    """Let a sweep run now, beside its schedule; sent to the worker after commit.

    Raises DomainError while a run that somebody pressed is under way.
    """
    one = _sweeps[key]
    hold(f"sweep:{key}")
    if SweepRun.objects.filter(running(), sweep=key, started_by__isnull=False).exists():
        raise DomainError(f"“{one.label}”正在运行，请稍后再看结果。")
    row = SweepRun.objects.create(sweep=key, started_by=by)
    record_change(by=by, model="core.sweeprun", row_id=row.pk, tenant=tenant,
                  after={"sweep": key})  # fmt: skip
    one.task.delay_on_commit(str(row.pk))
    return row


def sweeps() -> list[Sweep]:
    """All that are registered, by label."""
    return sorted(_sweeps.values(), key=lambda one: one.label)


def sweep_named(key: str) -> Sweep | None:
    return _sweeps.get(key)


def running(now: datetime | None = None) -> Q:
    """Runs that have not ended and may still do so; later they count as cut off."""
    return Q(ended_at=None, started_at__gt=(now or timezone.now()) - longest())


def longest() -> timedelta:
    """No run takes longer than a task may."""
    return timedelta(seconds=settings.CELERY_TASK_TIME_LIMIT + SLACK)


def runs_purge() -> int:
    """Forget runs past their time; those that did nothing after a day."""
    now = timezone.now()
    idle = Q(started_at__lt=now - IDLE_KEPT, is_ok=True, started_by=None, done={})
    return SweepRun.objects.filter(Q(started_at__lt=now - KEPT) | idle).delete()[0]


def _begin(key: str, run_id: str | None) -> SweepRun:
    """The row of this run: the one that waits for it, unless a run has ended it already."""
    waiting = run_id and SweepRun.objects.filter(pk=run_id, sweep=key, ended_at=None).first()
    return waiting or SweepRun.objects.create(sweep=key)


def _end(row: SweepRun, *, ok: bool, done=None, error: str = "") -> None:
    counts = done if isinstance(done, Mapping) else {COUNT: done}
    counts = {name: count for name, count in counts.items() if count}
    SweepRun.objects.filter(pk=row.pk).update(
        ended_at=timezone.now(), is_ok=ok, done=counts, error=error
    )
