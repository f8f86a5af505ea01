"""Jobs: claimed once, lost ones queued again, fenced, stopped; and the real handlers listed."""

import subprocess
import sys
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from portal.core import jobs
from portal.core.errors import DomainError
from portal.core.jobs import (
    ATTEMPTS,
    LEASE,
    Superseded,
    fence,
    job_cancel,
    job_execute,
    job_progress,
    job_start,
    jobs_due,
    result_store,
)
from portal.core.models import Job, JobState
from tests.people import client_of, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return make_user()


@pytest.fixture
def handler(monkeypatch):
    """Register a handler for the kind "test" as long as the test runs."""

    def use(function):
        monkeypatch.setitem(jobs._handlers, "test", function)

    use(lambda job, progress: {"message": "好了"})
    return use


@pytest.fixture
def row(owner, handler):
    return Job.objects.create(kind="test", label="试验", owner=owner)


def state(row) -> str:
    row.refresh_from_db()
    return row.state


def lose(row, seconds=LEASE + 1):
    """As if the worker of a running job had been killed."""
    Job.objects.filter(pk=row.pk).update(
        state=JobState.RUNNING, started_at=timezone.now() - timedelta(seconds=seconds),
        attempt=max(row.attempt, 1),
    )  # fmt: skip
    row.refresh_from_db()
    cache.delete(jobs._key(row.pk, "beat"))


def test_job_start_sends_after_commit(owner, handler, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        row = job_start(by=owner, kind="test", label="试验")
        assert state(row) == JobState.QUEUED
    assert len(callbacks) == 1
    callbacks[0]()
    assert (state(row), row.message, row.attempt) == (JobState.DONE, "好了", 1)


def test_job_start_of_an_unknown_kind_is_an_error(owner):
    with pytest.raises(KeyError):
        job_start(by=owner, kind="nothing", label="x")


def test_a_job_is_claimed_once(row):
    assert job_execute(row.pk).state == JobState.DONE
    assert job_execute(row.pk) is None


def test_a_domain_error_is_the_jobs_message(row, handler):
    def fails(job, progress):
        raise DomainError("第 3 行读不懂。")

    handler(fails)
    job_execute(row.pk)
    assert (state(row), row.message) == (JobState.FAILED, "第 3 行读不懂。")


def test_a_crash_is_told_and_raised(row, handler):
    def fails(job, progress):
        raise OSError("secret")

    handler(fails)
    with pytest.raises(OSError):
        job_execute(row.pk)
    assert state(row) == JobState.FAILED
    assert "secret" not in row.message


def test_a_queued_job_stops_at_once(row):
    job_cancel(row)
    assert state(row) == JobState.CANCELLED
    assert job_execute(row.pk) is None


def test_a_running_job_stops_at_its_next_report_and_leaves_nothing(row, handler, owner):
    def works(job, progress):
        with transaction.atomic():
            make_user(username="made")
            job_cancel(job)
            progress(1, 1, "写入")

    handler(works)
    job_execute(row.pk)
    assert state(row) == JobState.CANCELLED
    assert not type(owner).objects.filter(username="made").exists()
    assert job_progress(row)["stopping"] is False


def test_a_lost_job_is_queued_again(row):
    lose(row)
    jobs_due()
    assert state(row) == JobState.QUEUED
    later = timezone.now() + timedelta(seconds=31)
    assert jobs_due(later) == [row.pk]
    assert job_execute(row.pk).state == JobState.DONE


def test_a_job_with_a_heartbeat_is_not_lost(row):
    lose(row)
    cache.set(jobs._key(row.pk, "beat"), True, LEASE)
    jobs_due()
    assert state(row) == JobState.RUNNING


def test_a_job_that_is_lost_again_and_again_fails(row):
    for _ in range(ATTEMPTS):
        lose(row)
        Job.objects.filter(pk=row.pk).update(attempt=ATTEMPTS)
    jobs_due()
    assert state(row) == JobState.FAILED
    assert "重新提交" in row.message


def test_the_fence_keeps_a_superseded_run_from_writing(row, handler, owner):
    """The first run hangs; the sweep gives the job to another; the first comes back."""

    def hangs(job, progress):
        lose(job)
        jobs_due()
        assert jobs._claim(job.pk).attempt == 2
        with transaction.atomic():
            make_user(username="made")
            fence(job)

    handler(hangs)
    assert job_execute(row.pk) is None
    assert (state(row), row.attempt) == (JobState.RUNNING, 2)
    assert not type(owner).objects.filter(username="made").exists()


def test_fence_lets_the_owner_pass(row, handler):
    handler(lambda job, progress: fence(job))
    assert job_execute(row.pk).state == JobState.DONE
    with pytest.raises(Superseded):
        fence(row)


def test_a_superseded_run_cannot_finish_the_others_job(row, handler):
    def hangs(job, progress):
        lose(job)
        jobs_due()
        jobs._claim(job.pk)

    handler(hangs)
    assert job_execute(row.pk) is None
    assert state(row) == JobState.RUNNING


def test_progress_is_seen_and_an_emptied_cache_does_no_harm(row, handler):
    seen = []

    def works(job, progress):
        progress(5, 5, "写入")
        seen.append(job_progress(job))
        cache.clear()
        seen.append(job_progress(job))

    handler(works)
    job_execute(row.pk)
    assert [(s["percent"], s["text"]) for s in seen] == [(100, "写入"), (0, "等待开始")]
    assert state(row) == JobState.DONE


def test_the_result_file_is_its_owners_for_a_day(row, handler, owner, tmp_path):
    def works(job, progress):
        path = tmp_path / "x.csv"
        path.write_text("姓名")
        result_store(job, path, "名单.csv")

    handler(works)
    job_execute(row.pk)
    url = reverse("core:job_file", args=[row.pk])
    assert client_of(owner).get(url).getvalue().decode() == "姓名"
    assert client_of(make_user()).get(url).status_code == 404
    Job.objects.filter(pk=row.pk).update(finished_at=timezone.now() - timedelta(hours=25))
    assert client_of(owner).get(url).status_code == 404


def test_jobs_of_others_are_missing(row):
    client = client_of(make_user())
    assert client.get(reverse("core:job_show", args=[row.pk])).status_code == 404
    assert client.post(reverse("core:job_cancel", args=[row.pk])).status_code == 404
    assert state(row) == JobState.QUEUED


def test_the_real_kinds_are_known_to_every_process():
    """A process knows only what its own start imported."""
    start = (
        "import django; django.setup(); from portal.core.jobs import kinds;"
        "assert {'list_export', 'import_check', 'import_apply', 'import_undo'} <= set(kinds())"
    )
    subprocess.run([sys.executable, "-c", start], check=True)
