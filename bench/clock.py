"""Time in the database, without what other programs of the machine take.

Single runs are what counts, not the least of several; so that they can be trusted, the clock
counts processor time: on SQLite this thread's, on PostgreSQL that of the connection's own
server process (Linux keeps it in nanoseconds). All data lie in memory, so nothing waits for
a disk. Where the server is elsewhere, the clock is an ordinary one.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection


@contextmanager
def database_seconds() -> Iterator[list[float]]:
    """A list to which each statement adds how long it took, its rows fetched."""
    taken: list[float] = []
    now = _clock()

    def wrapper(execute, sql, params, many, context):
        if connection.vendor == "postgresql":
            start = now()
            try:
                return execute(sql, params, many, context)  # the driver fetches all rows
            finally:
                taken.append(now() - start)
        # Rows are made while they are fetched, which happens after this: so once more here.
        from django.db.backends.sqlite3.base import SQLiteCursorWrapper

        cursor = connection.connection.cursor(SQLiteCursorWrapper)
        start = now()
        cursor.execute(sql, params)
        cursor.fetchall()
        taken.append(now() - start)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(wrapper):
        yield taken


def spent(clock: list[float], function: Callable, *values) -> float:
    """Seconds that the function's statements took."""
    clock.clear()
    function(*values)
    return sum(clock)


def quantile(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def _clock() -> Callable[[], float]:
    if connection.vendor != "postgresql":
        return time.thread_time
    connection.ensure_connection()
    process = Path("/proc") / str(connection.connection.info.backend_pid)
    try:
        is_ours = "postgres" in (process / "comm").read_text(encoding="ascii")
        (process / "schedstat").read_text(encoding="ascii")
    except OSError:
        is_ours = False
    if not is_ours:
        return time.perf_counter
    return lambda: int((process / "schedstat").read_bytes().split()[0]) / 1e9
