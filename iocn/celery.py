"""The Celery app and its fixed schedule. Beat only wakes: the database says what is due."""

import logging.config
import os

from celery import Celery, signals
from celery.schedules import crontab
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iocn.settings")

app = Celery("iocn")
app.config_from_object("django.conf:settings", namespace="CELERY")
# Rooms inside an app are not found by themselves, so they are named.
app.autodiscover_tasks(
    ["iocn.shared", "people", "programmes.measures", "programmes.escalations", "iocn.digests", "iocn.records"]
)

app.conf.beat_schedule = {
    "send-due-messages": {"task": "people.tasks.send_due_messages", "schedule": 60.0},
    # Clocks of asks: the database says which have run out.
    "run-due-clocks": {"task": "programmes.escalations.tasks.run_due_clocks", "schedule": 60.0},
    "build-figures": {"task": "programmes.escalations.tasks.build_figures", "schedule": crontab(minute=23)},
    # Days begin at midnight of each network's own time zone, and some zones are a quarter of an hour off.
    "begin-absences": {"task": "people.tasks.begin_absences", "schedule": crontab(minute="*/15")},
    # Files of numbers: what nobody has woken a worker for, or a dead one had in hand.
    "read-brought-numbers": {"task": "programmes.measures.tasks.read_brought_numbers", "schedule": 60.0},
    # What measures show: of what nobody has woken a worker for, or a dead one had in hand.
    "work-out-results": {"task": "programmes.measures.tasks.work_out_results", "schedule": 60.0},
    "remind-of-due-numbers": {
        "task": "programmes.measures.tasks.remind_of_due_numbers",
        "schedule": crontab(hour=7, minute=10),
    },
    "clear-old-imports": {
        "task": "programmes.measures.tasks.clear_old_imports",
        "schedule": crontab(minute=23),
    },
    "clear-old-uploads": {"task": "people.tasks.clear_old_uploads", "schedule": crontab(minute=17)},
    "clear-what-is-over": {"task": "iocn.shared.tasks.clear_what_is_over", "schedule": crontab(minute=41)},
    "renew-statistics": {
        "task": "iocn.shared.tasks.renew_statistics",
        "schedule": crontab(hour=4, minute=10),
    },
    # Hourly, because each network is written to at 7am on Monday in its own time zone.
    "write-digests": {"task": "iocn.digests.tasks.write_due_digests", "schedule": crontab(minute=5)},
    "dispose-of-what-is-old": {
        "task": "iocn.records.tasks.dispose_of_what_is_old",
        "schedule": crontab(hour=3, minute=30),
    },
}


@signals.setup_logging.connect
def log_as_settings_say(**kwargs: object) -> None:
    """Keep Celery from logging in a way of its own."""
    logging.config.dictConfig(settings.LOGGING)
