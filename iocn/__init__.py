"""The Django project, and the rooms that put the apps together."""

from iocn.celery import app as celery_app

__all__ = ["celery_app"]
