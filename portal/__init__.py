"""Linli 邻里: settings, urls and the kernel. Importing it makes the Celery app known to tasks."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
