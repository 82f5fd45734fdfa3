"""The product's clock with its hours and minutes made seconds: `celery -A tests.quick_clock beat`."""

from iocn.celery import app

for entry in app.conf.beat_schedule.values():
    entry["schedule"] = 1.0
