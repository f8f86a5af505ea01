"""Where the current work comes from: kept for the logs, set by the request or the task."""

from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple


class Origin(NamedTuple):
    """``text`` such as "web 10.0.0.8" or "job 0192…"; ``role`` the acting role's name."""

    text: str = "shell"
    role: str = ""


SHELL = Origin()
_origin: ContextVar[Origin] = ContextVar("origin", default=SHELL)


def current_origin() -> Origin:
    return _origin.get()


@contextmanager
def origin(text: str, role: str = ""):
    """Name the origin for everything inside the block."""
    token = _origin.set(Origin(text, role))
    try:
        yield
    finally:
        _origin.reset(token)
