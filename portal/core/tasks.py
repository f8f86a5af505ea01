"""Celery tasks of the kernel: run a job, sweep lost ones, purge what is old."""

from celery import shared_task

from portal.core.files import files_older, strays_set_aside
from portal.core.imports.runs import imports_forget, uploads_held
from portal.core.jobs import job_execute, jobs_due
from portal.core.sweeps import runs_purge, sweep
from portal.core.uploads import uploads_purge


@shared_task
def job_run(job_id: str) -> None:
    job_execute(job_id)


@shared_task
def jobs_sweep() -> int:
    """Send every job that waits although nobody works on it; a double send is harmless."""
    due = jobs_due()
    for job_id in due:
        job_run.delay(str(job_id))
    return len(due)


@sweep("files-purge", "清理旧文件", count="清理 {} 个文件")
def files_purge() -> int:
    """Remove what is past its time: files, previews, and what takes old
    imports back; and runs of sweeps."""
    imports_forget()
    strays_set_aside()
    runs_purge()
    old = files_older(uploads_held())
    for path in old:
        path.unlink(missing_ok=True)
    return len(old) + uploads_purge()
