"""Row ids are UUIDv7: made where the record is born, sorted by the moment of birth."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """Return a new UUIDv7 (RFC 9562)."""
    return uuid7()
