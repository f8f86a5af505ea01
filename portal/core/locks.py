"""Locks on things that are not rows yet: held from here to the end of the transaction."""

import hashlib

from django.db import connection, transaction


def hold(*keys: str) -> None:
    """Let one transaction at a time pass with each key.

    On PostgreSQL by advisory locks, taken in one order so that two holders never wait for
    each other; they must come before the first log row, whose chain is a lock too. SQLite
    writers are already one behind the other (transaction mode IMMEDIATE).
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("hold() outside of a transaction")
    if connection.vendor != "postgresql":
        return
    numbers = sorted({_number(key) for key in keys})
    with connection.cursor() as cursor:
        for number in numbers:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


def _number(key: str) -> int:
    digest = hashlib.sha256(key.encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
