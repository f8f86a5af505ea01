"""What ran by the clock: a row for each run, a page for the director, one press at a time."""

import datetime as dt
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portal.celery import app
from portal.core import sweeps as kernel
from portal.core.errors import DomainError, NotAllowed
from portal.core.models import ChangeLog, SweepRun
from portal.core.sweep_sheets import DRAWN, HIGH, bars_of, duration, state_of, summary_of
from portal.core.sweeps import longest, runs_purge, sweep, sweep_named, sweep_run, sweeps
from portal.core.tasks import files_purge
from tests.people import client_of

LIST = reverse("core:sweep_list")
pytestmark = pytest.mark.django_db


@pytest.fixture
def mine(monkeypatch):
    """A sweep of the test's own; what it returns or raises is in ``result``."""
    monkeypatch.setattr(kernel, "_sweeps", dict(kernel._sweeps))
    result = [{"made": 1234, "idle": 0}]

    @sweep("test-sweep", "试验任务", made="安排 {} 户")
    def task():
        if isinstance(result[0], Exception):
            raise result[0]
        return result[0]

    task.result = result
    yield task
    app.tasks.pop(task.name, None)


def make_run(key="test-sweep", ago=dt.timedelta(minutes=5), took=dt.timedelta(seconds=3), **values):
    started = timezone.now() - ago
    values = {"is_ok": True, "ended_at": took and started + took} | values
    return SweepRun.objects.create(sweep=key, started_at=started, **values)


def page(user, key=""):
    address = reverse("core:sweep_show", args=[key]) if key else LIST
    return client_of(user).get(address).content.decode()


def press(user, key="test-sweep", **body):
    return client_of(user).post(reverse("core:sweep_run", args=[key]), body, follow=True)


# --- Runs


def test_a_run_leaves_its_counts(mine):
    assert mine() == {"made": 1234, "idle": 0}
    run = SweepRun.objects.get()
    assert (run.sweep, run.is_ok, run.done, run.error) == ("test-sweep", True, {"made": 1234}, "")
    assert run.started_at <= run.ended_at
    assert sweep_named("test-sweep").told(run.done) == "安排 1,234 户"


@pytest.mark.parametrize(("result", "done"), [(None, {}), ({}, {}), (0, {}), (3, {"count": 3})])
def test_a_run_that_returns_something_else_is_kept_too(mine, result, done):
    mine.result[0] = result
    assert mine() == result
    assert SweepRun.objects.get().done == done


def test_a_run_that_fails_tells_the_kind_only(mine):
    mine.result[0] = KeyError("王小明")
    with pytest.raises(KeyError):
        mine()
    run = SweepRun.objects.get()
    assert (run.is_ok, run.error, run.done) == (False, "KeyError", {})
    assert run.ended_at


def test_the_portals_sweeps_are_known_with_their_schedule():
    labels = {one.key: one.label for one in sweeps()}
    assert labels.items() >= {
        "messages-send": "发送短信", "visits-sweep": "走访任务",
        "incidents-sweep": "事件时限", "files-purge": "清理旧文件",
    }.items()  # fmt: skip
    scheduled = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert {one.task.name for one in sweeps()} <= scheduled
    assert scheduled <= set(app.tasks)


def test_old_runs_are_forgotten_idle_ones_sooner(director):
    day = dt.timedelta(days=1)
    kept = [make_run(ago=2 * day, done={"made": 1}), make_run(ago=2 * day, is_ok=False),
            make_run(ago=2 * day, started_by=director), make_run(ago=day / 2),
            make_run(ago=2 * day, took=None, is_ok=None)]  # fmt: skip
    make_run(ago=2 * day)
    make_run(ago=31 * day, done={"made": 1})
    assert runs_purge() == 2
    assert set(SweepRun.objects.all()) == set(kept)


def test_files_purge_forgets_runs_too():
    make_run(ago=dt.timedelta(days=31))
    assert files_purge() == 0
    assert [run.sweep for run in SweepRun.objects.all()] == ["files-purge"]


# --- What the page says


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ({}, "ok"), ({"is_ok": False}, "failed"), ({"took": None}, "running"),
        ({"took": None, "ago": longest() - dt.timedelta(seconds=5)}, "running"),
        ({"took": None, "ago": longest() + dt.timedelta(seconds=5)}, "cut"),
    ],
)  # fmt: skip
def test_a_run_without_an_end_was_killed(values, state):
    assert state_of(make_run(**values)) == state


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.04, "0.0 秒"), (3.26, "3.3 秒"), (12.4, "12 秒"), (185, "3 分 5 秒"), (-1, "0.0 秒")],
)
def test_duration_in_words(seconds, words):
    assert duration(dt.timedelta(seconds=seconds)) == words


def test_bars_run_from_old_to_new_and_faults_stand_out():
    runs = [make_run(is_ok=False), make_run(ago=dt.timedelta(minutes=9))]  # the newest first
    old, new = bars_of(runs)
    assert (old["class"], new["class"]) == ("run-ok", "run-bad")
    assert old["x"] < new["x"] == 10 * (DRAWN - 1)
    assert old["height"] < new["height"] == HIGH
    assert summary_of(runs) == "最近 2 次：1 次成功，1 次出错"


def test_sweep_list_tells_the_last_run_of_each(director, mine):
    make_run(done={"made": 12})
    make_run(ago=dt.timedelta(hours=2), took=None, is_ok=None)
    said = page(director)
    for words in ("试验任务", "安排 12 户", "3.0 秒", "最近 2 次：1 次成功，1 次中断", "run-cut",
                  "发送短信", "还没有运行过", "现在运行"):  # fmt: skip
        assert words in said


def test_sweep_list_without_sweeps_says_why(director, monkeypatch):
    monkeypatch.setattr(kernel, "_sweeps", {})
    assert "没有登记定时任务" in page(director)


def test_sweep_show_lists_the_runs(director, mine):
    make_run(started_by=director)
    make_run(is_ok=False, error="KeyError")
    make_run("files-purge")
    said = page(director, "test-sweep")
    for words in ("按时自动", director.name, "没有到期的事", "程序出错（KeyError）"):
        assert words in said
    assert said.count("<tr>") == 3


def test_pages_ask_for_no_more_with_more_runs(director, mine):
    client = client_of(director)
    make_run()
    counts = []
    for _ in range(2):
        for address in (LIST, reverse("core:sweep_show", args=["test-sweep"])):
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            counts.append(len(queries))
        for _ in range(29):
            make_run(started_by=director)
    assert counts[:2] == counts[2:]


# --- Now


def test_sweep_run_lets_it_run_now(director, mine, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        said = press(director).content.decode()
    assert "已开始运行“试验任务”" in said
    run = SweepRun.objects.get()
    assert (run.started_by, run.is_ok, run.done) == (director, True, {"made": 1234})
    entry = ChangeLog.objects.get(action="sweep_run")
    assert (entry.by, entry.row, entry.after) == (director.pk, run.pk, {"sweep": "test-sweep"})


def test_sweep_run_pressed_twice_says_so(director, mine):
    press(director)
    assert "正在运行，请稍后再看结果" in press(director).content.decode()
    assert SweepRun.objects.count() == 1


def test_sweep_run_sent_twice_is_one(director, mine):
    key = str(uuid4())
    answers = [press(director, _once=key).content.decode() for _ in range(2)]
    assert SweepRun.objects.count() == 1
    assert "请稍后再看结果" not in answers[1]


def test_sweep_run_goes_again_after_one_was_killed(director, mine):
    make_run(ago=longest(), took=None, is_ok=None, started_by=director)
    sweep_run(by=director, key="test-sweep")
    with pytest.raises(DomainError, match="试验任务"):
        sweep_run(by=director, key="test-sweep")


def test_sweep_run_is_not_kept_by_a_run_of_the_clock(director, mine):
    make_run(took=None, is_ok=None)
    sweep_run(by=director, key="test-sweep")
    assert SweepRun.objects.count() == 2


def test_a_redelivered_press_does_not_reopen_its_run(director, mine):
    run = make_run(started_by=director)
    mine(str(run.pk))
    assert SweepRun.objects.count() == 2
    assert SweepRun.objects.get(pk=run.pk).ended_at == run.ended_at


def test_an_unknown_sweep_is_missing(director):
    client = client_of(director)
    assert client.get(reverse("core:sweep_show", args=["none"])).status_code == 404
    assert client.post(reverse("core:sweep_run", args=["none"])).status_code == 404


def test_sweeps_are_for_directors_and_administrators(clerk, leader_a, admin_user, mine):
    assert [client_of(user).get(LIST).status_code for user in (clerk, leader_a)] == [403, 403]
    assert press(clerk).status_code == 403
    with pytest.raises(NotAllowed):
        sweep_run(by=clerk, key="test-sweep")
    assert press(admin_user).status_code == 200
    assert SweepRun.objects.get().started_by == admin_user


def test_sweep_run_needs_its_audit_row(mine, director, monkeypatch):
    def fail(**_):
        raise OSError

    monkeypatch.setattr(kernel, "record_change", fail)
    with pytest.raises(OSError):
        sweep_run(by=director, key="test-sweep")
    assert SweepRun.objects.count() == 0
