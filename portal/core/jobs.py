"""Long work as rows: queued after commit, claimed once, with progress and a way to stop.

Progress and the wish to stop live in the cache, because a job's own write transaction may
be open for its whole length; the row is the truth about state and result. The cache may be
emptied at any moment: a job whose heartbeat is missing is queued again by the sweep, and
``fence`` keeps a second run of the same job from writing twice.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from portal.core.access import SYSTEM
from portal.core.errors import DomainError
from portal.core.files import file_keep
from portal.core.models import Job, JobState
from portal.core.origin import origin

LEASE = 90  # seconds without a heartbeat after which a running job counts as lost
ATTEMPTS = 3
REPORT_EVERY = 0.25  # seconds between two progress reports
KEEP = 6 * 3600

_handlers: dict[str, Callable] = {}


class Cancelled(Exception):
    """The owner asked the job to stop; the handler's transaction rolls back."""


class Superseded(Exception):
    """Another run of the same job took over; this one must leave no trace."""


def job(kind: str) -> Callable:
    """Register ``handler(job, progress)``; it returns a dict kept as the job's result."""

    def register(handler):
        _handlers[kind] = handler
        return handler

    return register


def job_start(*, by, kind: str, label: str, params: dict | None = None, tenant=None,
              url: str = "") -> Job:  # fmt: skip
    """Queue a job; it is sent to the worker after the surrounding transaction commits.

    ``params`` hold ids and plain settings, never personal values; ``url`` is the page where
    the person goes on, however the job ends.
    """
    from portal.core.tasks import job_run

    if kind not in _handlers:
        raise KeyError(kind)
    row = Job.objects.create(
        kind=kind, label=label, params=params or {}, tenant=tenant,
        owner=by if by is not SYSTEM else None, result={"url": url} if url else {},
    )  # fmt: skip
    job_run.delay_on_commit(str(row.pk))
    return row


def job_execute(job_id: UUID) -> Job | None:
    """Claim a queued job and run it to its end; None when somebody else has it."""
    row = _claim(job_id)
    if row is None:
        return None
    progress = Progress(row)
    try:
        progress(0, 0, "开始")
        with origin(f"job {row.pk}"):
            result = _handlers[row.kind](row, progress) or {}
    except Superseded:
        return None
    except Cancelled:
        return _finish(row, JobState.CANCELLED, message="已按您的要求停止，没有写入任何内容。")
    except DomainError as error:
        return _finish(row, JobState.FAILED, message=error.message)
    except Exception:
        _finish(row, JobState.FAILED, message="程序出错，没有写入任何内容，已通知管理员。")
        raise
    return _finish(row, JobState.DONE, result=result, message=result.get("message", ""))


def job_cancel(row: Job) -> None:
    """Ask a job to stop: at once when still queued, else at its next progress report."""
    now = timezone.now()
    waiting = Job.objects.filter(pk=row.pk, state=JobState.QUEUED).update(
        state=JobState.CANCELLED, finished_at=now, message="已取消，没有写入任何内容。"
    )
    if not waiting:
        cache.set(_key(row.pk, "cancel"), True, KEEP)


def job_progress(row: Job) -> dict:
    """The last report as {done, total, percent, text}; zeros before the first one."""
    done, total, text = cache.get(_key(row.pk, "progress")) or (0, 0, "等待开始")
    percent = min(100, round(100 * done / total)) if total else 0
    return {"done": done, "total": total, "percent": percent, "text": text,
            "stopping": bool(cache.get(_key(row.pk, "cancel")))}  # fmt: skip


def fence(row: Job) -> None:
    """Inside the handler's transaction: go on only if this run still owns the job.

    Raises Superseded. The row lock is held until commit, so no other run can claim it.
    """
    owned = Job.objects.filter(pk=row.pk, attempt=row.attempt, state=JobState.RUNNING)
    if not owned.update(started_at=row.started_at):
        raise Superseded


def result_store(row: Job, path: Path, name: str) -> None:
    """Keep a finished file as the job's result; it is purged after a day."""
    row.result_file, row.result_name = file_keep(path, "results"), name


def jobs_due(now=None) -> list[UUID]:
    """Queue lost jobs again and return the ids that wait for a worker."""
    now = now or timezone.now()
    old = now - timedelta(seconds=LEASE)
    for row in Job.objects.filter(state=JobState.RUNNING, started_at__lt=old):
        if cache.get(_key(row.pk, "beat")) is None:
            _requeue(row)
    return list(
        Job.objects.filter(state=JobState.QUEUED, created_at__lt=now - timedelta(seconds=30))
        .order_by("created_at")
        .values_list("pk", flat=True)[:100]
    )


class Progress:
    """Call with (done, total, text); writes at most four times a second."""

    def __init__(self, row: Job):
        self.row = row
        self.written = 0.0

    def __call__(self, done: int, total: int, text: str = "") -> None:
        now = time.monotonic()
        if now - self.written < REPORT_EVERY and done != total:
            return
        self.written = now
        cache.set(_key(self.row.pk, "progress"), (done, total, text), KEEP)
        cache.set(_key(self.row.pk, "beat"), True, LEASE)
        if cache.get(_key(self.row.pk, "cancel")):
            raise Cancelled


def _claim(job_id: UUID) -> Job | None:
    with transaction.atomic():
        row = Job.objects.select_for_update(skip_locked=True).filter(
            pk=job_id, state=JobState.QUEUED).first()  # fmt: skip
        if row is None:
            return None
        row.state, row.started_at = JobState.RUNNING, timezone.now()
        row.attempt += 1
        row.save(update_fields=["state", "started_at", "attempt"])
    return row


def _finish(row: Job, state: str, result: dict | None = None, message: str = "") -> Job | None:
    owned = Job.objects.filter(pk=row.pk, attempt=row.attempt, state=JobState.RUNNING)
    if not owned.update(
        state=state, result=result or row.result, message=message[:300], finished_at=timezone.now(),
        result_file=row.result_file, result_name=row.result_name,
    ):  # fmt: skip
        return None
    cache.delete_many([_key(row.pk, part) for part in ("progress", "beat", "cancel")])
    row.refresh_from_db()
    return row


def _requeue(row: Job) -> None:
    lost = Job.objects.filter(pk=row.pk, attempt=row.attempt, state=JobState.RUNNING)
    if row.attempt < ATTEMPTS:
        lost.update(state=JobState.QUEUED)
    else:
        lost.update(
            state=JobState.FAILED, finished_at=timezone.now(),
            message="后台进程多次中断，任务没有完成，没有写入任何内容，请重新提交。",
        )  # fmt: skip


def _key(job_id, part: str) -> str:
    return f"job:{job_id}:{part}"


def kinds() -> list[str]:
    """The registered kinds, for tests and the map."""
    return sorted(_handlers)
