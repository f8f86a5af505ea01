"""The portal's own settings, with the views that pages are held against."""

from portal.settings import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
ALLOWED_HOSTS = ["*"]
