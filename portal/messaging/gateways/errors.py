"""What comes back from a gateway."""

from typing import NamedTuple


class Sent(NamedTuple):
    """The gateway has the message; its own id of it, "" when it gives none."""

    gateway_id: str


class GatewayError(Exception):
    """``reason`` is a short Chinese sentence for the list of messages, without values."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


class Refused(GatewayError):
    """The gateway will never send this message."""


class Unreachable(GatewayError):
    """Nobody knows whether the message arrived; to be tried again under its reference."""
