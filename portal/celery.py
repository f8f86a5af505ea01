"""The task queue and, in code, everything that happens by the clock."""

import os

from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("linli")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Each task is a sweep: it looks for what is due, so a run that is missed or doubled is harmless,
# and one that waited past the next (`expires`, seconds) is dropped.
SCHEDULE = {
    "portal.core.tasks.jobs_sweep": 30,
    "portal.messaging.tasks.messages_send": 30,
    "services.tasks.alarms_sweep": 30,
    "portal.duty.sweeps.duty_missed": 60,
    "portal.duty.sweeps.duty_remind": 300,
    "grids.tasks.incidents_sweep": 300,
    "residents.tasks.visits_sweep": 600,
    "portal.duty.sweeps.duty_gaps": 3600,
    "portal.duty.sweeps.duty_draft": 3600,
    "portal.duty.sweeps.duty_hours": 3600,
    "portal.core.tasks.files_purge": 3600,
}
app.conf.beat_schedule = {
    task.rpartition(".")[2].replace("_", "-"): {
        "task": task, "schedule": seconds, "options": {"expires": seconds},
    }
    for task, seconds in SCHEDULE.items()
}  # fmt: skip


@signals.setup_logging.connect
def keep_our_logging(**_):
    """Celery then leaves Django's LOGGING as it is, and with it the rule on personal values."""
