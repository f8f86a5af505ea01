"""Overdue incidents go up level by level, once each: also when two sweep at once and one is
killed in the middle."""

import datetime as dt
import os
import signal
import subprocess
import sys
from collections import Counter
from itertools import product

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from grids.actions import incident_escalate
from grids.actions.incidents import levels_due
from grids.incidents.people import LEVELS
from grids.models import CellPost, Incident, IncidentStep
from grids.tasks import incidents_sweep
from portal.accounts.permissions import Role
from portal.celery import app
from portal.core.access import SYSTEM
from portal.core.audit import verify_logs
from portal.core.models import ChangeLog, Notice
from portal.core.workdays import work_deadline, zone
from tests.grids.incidents import make_handler, make_incident, move
from tests.people import make_cell, make_community, make_user
from tests.waiting import wait_until

HOURS = [hours for hours, _ in LEVELS]


def told(row):
    return list(
        row.steps.filter(move="escalate").order_by("at", "pk").values_list("note", flat=True)
    )


def late(community, hours, **values):
    """An incident whose limit ended so many office hours before the moment that is returned."""
    due = dt.datetime(2026, 11, 16, 9, tzinfo=zone())
    row = make_incident(community, due_at=due, **values)
    return row, work_deadline(due, hours) if hours else due


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("hours", "levels"),
    [(0, [1]), (6.9, [1]), (7, [1, 2]), (13.9, [1, 2]), (14, [1, 2, 3]), (200, [1, 2, 3])],
)
def test_levels_come_with_office_hours(community, hours, levels):
    row, now = late(community, hours)
    assert levels_due(row, now) == levels
    assert levels_due(row, row.due_at - dt.timedelta(seconds=1)) == []


@pytest.mark.django_db
def test_each_level_is_told_once_and_its_people_hear(community, cell_a, clerk, director, street):
    head = make_user(Role.CLERK, community, name="包片")
    CellPost.objects.create(community=community, cell=cell_a, user=head, kind="head",
                            from_on=dt.date(2026, 1, 1))  # fmt: skip
    row, now = late(community, 0, cell=cell_a)
    seen = []
    for hours in (0, 1, *HOURS[1:], 300):
        moment = now if not hours else work_deadline(row.due_at, hours)
        for _ in range(2):
            incident_escalate(by=SYSTEM, incident=row, now=moment)
        seen.append(list(Notice.objects.order_by("created_at").values_list("recipient", flat=True)))
    assert seen == [
        [head.pk], [head.pk], [head.pk, director.pk], [head.pk, director.pk, street.pk],
        [head.pk, director.pk, street.pk],
    ]  # fmt: skip
    assert [note.partition("（")[0] for note in told(row)] == ["包片干部", "社区主任", "街道办"]
    row.refresh_from_db()
    assert (row.level, ChangeLog.objects.filter(row=row.pk).count()) == (3, 3)


@pytest.mark.django_db
def test_a_clock_eight_days_ahead_tells_all_levels_once(community, monkeypatch):
    row = make_incident(community, due_at=timezone.now() + dt.timedelta(minutes=1))
    incidents_sweep()
    assert told(row) == []
    ahead = timezone.now() + dt.timedelta(days=12)
    monkeypatch.setattr("django.utils.timezone.now", lambda: ahead)
    incidents_sweep()
    incidents_sweep()
    assert len(told(row)) == len(LEVELS)


@pytest.mark.django_db
def test_what_is_over_or_not_due_is_left_alone(community):
    past, ahead = (timezone.now() + dt.timedelta(days=n) for n in (-30, 30))
    for state in ("closed", "rejected", "merged", "split"):
        make_incident(community, state, due_at=past)
    make_incident(community, due_at=ahead)
    make_incident(community, due_at=None)
    assert incidents_sweep() == 0
    assert not IncidentStep.objects.exists()


@pytest.mark.django_db
def test_a_new_limit_begins_anew(clerk, community):
    row, now = late(community, 300, state="handling", handler=make_handler(community))
    incident_escalate(by=SYSTEM, incident=row, now=now)
    until = timezone.now() + dt.timedelta(days=2)
    Incident.objects.filter(pk=row.pk).update(handle_due_at=timezone.now())
    move(clerk, row, "delay_ask", delay_to=until, note="x")
    row = move(clerk, row, "delay_grant")
    assert row.level == 0
    incident_escalate(by=SYSTEM, incident=row, now=until)
    assert len(told(row)) == len(LEVELS) + 1


def test_the_schedule_holds_the_sweep():
    entry = app.conf.beat_schedule["incidents-sweep"]
    assert entry["task"] == incidents_sweep.name
    assert entry["task"] in app.tasks


# --- Two workers, one killed

SWEEP = """
import os, sys, threading
import django; django.setup()
from django.conf import settings
from django.db import connection
settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = sys.argv[1]
from grids import tasks
from grids.actions import incidents
told, done = incidents.tell_level, []
def hang(*args):
    told(*args)
    done.append(1)
    if len(done) == int(sys.argv[2]):  # in the middle of a transaction, after others
        print("hanging", flush=True)
        threading.Event().wait()  # until it is killed
incidents.tell_level = hang
print("ready", flush=True)
sys.stdin.readline()
print(tasks.incidents_sweep(), flush=True)
"""


def worker(hangs_at):
    name = str(connection.settings_dict["NAME"])
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings",
                        "LINLI_TEST_DATA_DIR": str(settings.LINLI_DATA_DIR),
                        "PYTEST_XDIST_WORKER": ""}  # fmt: skip
    return subprocess.Popen(
        [sys.executable, "-c", SWEEP, name, str(hangs_at)], env=env, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=settings.BASE_DIR,
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_two_workers_sweep_and_one_is_killed():
    """None missed, none doubled: steps, notices and the log agree."""
    community = make_community()
    head = make_user(Role.DIRECTOR, community)
    past = timezone.now() - dt.timedelta(days=90)
    rows = [
        make_incident(community, due_at=past, cell=make_cell(community, n)) for n in range(1, 13)
    ]
    doomed, steady = worker(5), worker(0)
    try:
        for process in (doomed, steady):
            assert process.stdout.readline() == "ready\n"
        doomed.stdin.write("go\n")
        doomed.stdin.flush()
        assert doomed.stdout.readline() == "hanging\n"
        steady.stdin.write("go\n")
        steady.stdin.flush()
        if connection.vendor == "postgresql":  # it goes on beside the one that hangs
            wait_until(lambda: IncidentStep.objects.count() >= 3, seconds=60, what="a step")
        doomed.send_signal(signal.SIGKILL)
        doomed.wait(30)
        assert steady.wait(120) == 0
    finally:
        for process in (doomed, steady):
            process.kill()
            process.wait(30)
            process.stdin.close()
            process.stdout.close()
    incidents_sweep()
    for row in rows:
        assert [note.partition("（")[0] for note in told(row)] == ["包片干部", "社区主任", "街道办"]
        row.refresh_from_db()
        assert (row.level, row.version) == (3, 2)
    assert Notice.objects.filter(recipient=head).count() == 2 * len(rows)
    assert ChangeLog.objects.filter(action="incident_escalate").count() == len(rows)
    assert verify_logs() == []


@pytest.mark.django_db(transaction=True)
def test_a_whole_backlog_is_told_once_though_the_sweep_is_killed_half_way():
    """300 incidents, three levels each; the 150th is killed before it is written down."""
    community = make_community()
    head = make_user(Role.DIRECTOR, community)
    past = timezone.now() - dt.timedelta(days=90)
    rows = {make_incident(community, due_at=past).pk for _ in range(300)}
    kill_at(3 * 150)
    assert IncidentStep.objects.count() == 3 * 149
    assert incidents_sweep() == 151
    assert incidents_sweep() == 0
    steps = IncidentStep.objects.filter(move="escalate").values_list("incident", "note")
    assert Counter((row, note.partition("（")[0]) for row, note in steps) == dict.fromkeys(
        product(rows, (label for _, label in LEVELS)), 1
    )
    assert Notice.objects.filter(recipient=head).count() == 2 * len(rows)
    logged = ChangeLog.objects.filter(action="incident_escalate").values_list("row", flat=True)
    assert Counter(logged) == dict.fromkeys(rows, 1)
    assert verify_logs() == []


def kill_at(told) -> None:
    """Let a worker sweep and kill it after so many tellings, in the middle of a transaction."""
    process = worker(told)
    try:
        assert process.stdout.readline() == "ready\n"
        process.stdin.write("go\n")
        process.stdin.flush()
        assert process.stdout.readline() == "hanging\n"
    finally:
        process.kill()
        process.wait(30)
        process.stdin.close()
        process.stdout.close()
