"""Sweeps: what happens by the clock, with a row for each run.

A room registers its sweep, which is a Celery task of the name ``task``::

    @sweep("duty-remind", "值班提醒")
    def duty_remind() -> dict[str, int]: ...  # counts of what was done
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import NamedTuple

from celery import shared_task
from django.utils import timezone

from portal.core.models import SweepRun

KEPT = timedelta(days=30)


class Sweep(NamedTuple):
    """What the page of sweeps shows and starts."""

    key: str
    label: str
    task: Callable


_sweeps: dict[str, Sweep] = {}


def sweep(key: str, label: str) -> Callable:
    """Make a Celery task of the function; each of its runs leaves a row, also a failed one.

    ``function()`` returns counts of what it did, {} when nothing was due. ``by`` is the id of
    the person who started it by hand.
    """

    def wrap(function):
        @shared_task(name=f"{function.__module__}.{function.__name__}")
        @wraps(function)
        def run(by: str | None = None) -> dict:
            row = SweepRun.objects.create(sweep=key, started_by_id=by)
            try:
                done = function() or {}
            except Exception as error:
                _end(row, ok=False, error=type(error).__name__)
                raise
            _end(row, ok=True, done=done)
            return done

        _sweeps[key] = Sweep(key, label, run)
        return run

    return wrap


def _end(row: SweepRun, *, ok: bool, done: dict | None = None, error: str = "") -> None:
    SweepRun.objects.filter(pk=row.pk).update(
        ended_at=timezone.now(), is_ok=ok, done=done or {}, error=error
    )


def sweeps() -> list[Sweep]:
    """All that are registered, by label."""
    return sorted(_sweeps.values(), key=lambda one: one.label)


def runs_purge() -> int:
    """Forget runs past their time."""
    return SweepRun.objects.filter(started_at__lt=timezone.now() - KEPT).delete()[0]
