"""Waiting for another process, without guessing how long it takes."""

import threading
import time


def wait_until(condition, *, seconds: float, what: str):
    """The first true answer of `condition`; AssertionError naming `what` after `seconds`."""
    pause, end = threading.Event(), time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        pause.wait(0.05)
    return answer
