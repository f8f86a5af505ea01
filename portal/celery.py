"""The task queue and, in code, everything that happens by the clock."""

import os

from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("linli")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Each task is a sweep: it looks for what is due, so a run that is missed or doubled is harmless,
# and one that waited past the next (`expires`, seconds) is dropped.
app.conf.beat_schedule = {
    "jobs-sweep": {
        "task": "portal.core.tasks.jobs_sweep",
        "schedule": 30,
        "options": {"expires": 30},
    },
    "messages-send": {
        "task": "portal.messaging.tasks.messages_send",
        "schedule": 30,
        "options": {"expires": 30},
    },
    "visits-sweep": {
        "task": "residents.tasks.visits_sweep",
        "schedule": 600,
        "options": {"expires": 600},
    },
    "incidents-sweep": {
        "task": "grids.tasks.incidents_sweep",
        "schedule": 300,
        "options": {"expires": 300},
    },
    "duty-remind": {
        "task": "portal.duty.sweeps.duty_remind",
        "schedule": 300,
        "options": {"expires": 300},
    },
    "duty-missed": {
        "task": "portal.duty.sweeps.duty_missed",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "duty-gaps": {
        "task": "portal.duty.sweeps.duty_gaps",
        "schedule": 3600,
        "options": {"expires": 3600},
    },
    "duty-draft": {
        "task": "portal.duty.sweeps.duty_draft",
        "schedule": 3600,
        "options": {"expires": 3600},
    },
    "duty-hours": {
        "task": "portal.duty.sweeps.duty_hours",
        "schedule": 3600,
        "options": {"expires": 3600},
    },
    "files-purge": {
        "task": "portal.core.tasks.files_purge",
        "schedule": 3600,
        "options": {"expires": 3600},
    },
}


@signals.setup_logging.connect
def keep_our_logging(**_):
    """Celery then leaves Django's LOGGING as it is, and with it the rule on personal values."""
