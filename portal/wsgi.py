"""What gunicorn serves."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver
from django.utils.http import parse_header_parameters

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

UTF_8 = {"utf-8", "utf8"}
ODD_LETTERS = "请求声明的字符编码不受支持，请使用 UTF-8。没有任何数据被改动。\n"


def plain_letters(app):
    """UTF-8 or no word of it. Django decodes the address by whatever codec a request names
    while it makes the request, before any middleware could answer: "hex" is a fault there."""

    def call(environ, start_response):
        if _says_utf_8(environ.get("CONTENT_TYPE", "")):
            return app(environ, start_response)
        start_response("400 Bad Request", [
            ("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ])  # fmt: skip
        return [ODD_LETTERS.encode()]

    return call


def _says_utf_8(content_type: str) -> bool:
    try:
        _, params = parse_header_parameters(content_type)
    except (LookupError, ValueError):  # a parameter in letters of its own
        return False
    return params.get("charset", "utf-8").lower() in UTF_8


def behind_proxy(app):
    """The visitor's address for the logs: nginx sets X-Real-IP, whatever a visitor sent."""

    def call(environ, start_response):
        environ["REMOTE_ADDR"] = environ.get("HTTP_X_REAL_IP") or environ.get("REMOTE_ADDR", "")
        return app(environ, start_response)

    return call


application = plain_letters(get_wsgi_application())
get_resolver().url_patterns  # noqa: B018 (loads all pages now, not in the first visitor's request)
if settings.PRODUCTION:
    application = behind_proxy(application)
