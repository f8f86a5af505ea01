"""What gunicorn serves."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")


def behind_proxy(app):
    """The visitor's address for the logs: nginx sets X-Real-IP, whatever a visitor sent."""

    def call(environ, start_response):
        environ["REMOTE_ADDR"] = environ.get("HTTP_X_REAL_IP") or environ.get("REMOTE_ADDR", "")
        return app(environ, start_response)

    return call


application = get_wsgi_application()
get_resolver().url_patterns  # noqa: B018 (loads all pages now, not in the first visitor's request)
if settings.PRODUCTION:
    application = behind_proxy(application)
