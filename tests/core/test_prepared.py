"""A prepared statement keeps its plan, and is counted like any other."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.core.prepared import prepared_cursor


@pytest.mark.django_db
def test_statements_are_prepared_once_and_counted():
    with CaptureQueriesContext(connection) as seen:
        for number in (1, 2):
            with prepared_cursor("default") as cursor:
                cursor.execute("SELECT 40 + %s", [number])
                assert cursor.fetchone() == (40 + number,)
    assert len(seen) == 2
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT 40 +%'"
            )
            assert cursor.fetchone() == (1,)
            cursor.execute("SHOW plan_cache_mode")
            assert cursor.fetchone() == ("force_generic_plan",)
            cursor.execute("SHOW work_mem")
            assert cursor.fetchone() == ("32MB",)


@pytest.mark.django_db
def test_other_statements_are_sent_as_before():
    if connection.vendor == "postgresql":
        with prepared_cursor("default") as cursor:
            cursor.execute("SELECT 1")
        assert connection.connection.prepare_threshold is None
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s", ["text"])
            assert cursor.fetchone() == ("text",)
