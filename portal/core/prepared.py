"""Statements that PostgreSQL plans once for each connection.

A search by four indexes takes the planner longer than the rows take the executor. Django
sends every statement with its values written in, so each one is planned anew; here the
values are sent apart and the driver prepares the statement at its first use.

Between program and server no pooler may swap connections within a transaction, unless it
knows prepared statements (PgBouncer from 1.22).
"""

from contextlib import contextmanager

from django.db import connections
from django.db.backends.signals import connection_created
from django.dispatch import receiver

SORTED_IN = "32MB"  # a sort or hash of one statement; deploy/README.md says what it means


@receiver(connection_created, dispatch_uid="plan_once")
def plan_once(connection, **kwargs) -> None:
    """Keep the plan of a prepared statement: for ranges of text the server would guess that
    a fresh plan is cheaper each time, and spend more on planning than on the rows. And let
    the figures of a whole street be sorted in memory; by default 4 MB go to disk."""
    if connection.vendor == "postgresql":
        connection.connection.execute(
            f"SET plan_cache_mode = force_generic_plan; SET work_mem = '{SORTED_IN}'"
        )


@contextmanager
def prepared_cursor(using: str):
    """A cursor of Django's (counted and logged as all are) that prepares what it executes."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            yield cursor
        return
    from django.db.backends.postgresql.base import ServerBindingCursor

    connection.ensure_connection()
    driver = connection.connection
    usual = driver.cursor_factory, driver.prepare_threshold
    driver.cursor_factory, driver.prepare_threshold = ServerBindingCursor, 0
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        driver.cursor_factory, driver.prepare_threshold = usual
