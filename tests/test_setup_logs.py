"""Log lines name the place of a failure and never what was typed or stored (portal/logs.py)."""

import io
import logging

import pytest
from billiard.einfo import ExceptionInfo
from celery.app.task import Context
from celery.app.trace import TraceInfo
from django.conf import settings
from django.utils.module_loading import import_string

from portal.celery import app

PERSONAL = "王小明 13800138000"


@pytest.fixture
def lines():
    """What the portal's handlers write, as text."""
    told = io.StringIO()
    handler = logging.StreamHandler(told)
    made_of = dict(settings.LOGGING["formatters"]["place"])
    handler.setFormatter(import_string(made_of.pop("()"))(made_of["format"]))
    logging.getLogger().addHandler(handler)
    yield told.getvalue
    logging.getLogger().removeHandler(handler)


def fail():
    try:
        raise ValueError(PERSONAL)
    except ValueError as error:
        raise KeyError(PERSONAL) from error


def test_an_exception_is_told_by_type_and_place(lines):
    try:
        fail()
    except KeyError:
        logging.getLogger("django.request").exception("Internal Server Error: /people/")
    said = lines()
    assert PERSONAL not in said
    assert all(part in said for part in ("builtins.KeyError", "caused by builtins.ValueError"))
    assert "in fail" in said


def test_a_failed_task_is_told_without_its_exceptions_text(lines):
    @app.task(name="tests.fail")
    def task():
        pass

    try:
        fail()
    except KeyError as error:
        failure = TraceInfo("FAILURE", error)
        failure._log_error(task, Context(id="1", task="tests.fail"), ExceptionInfo())
    said = lines()
    assert "Task tests.fail[1] raised unexpected: KeyError" in said
    assert PERSONAL not in said


def test_the_token_of_a_link_is_not_told(lines):
    logging.getLogger("django.request").warning("Too Many Requests: %s", "/r/" + "aB3-_" * 8 + "/")
    assert "/r/***/" in lines()
    assert "aB3" not in lines()
