"""The ways out of the house: what takes a message and brings it to a telephone.

A gateway is told the row's id as ``reference``; the same reference is the same message. Its
words about a failure never hold the number or the text.
"""

from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from portal.messaging.gateways.errors import Refused, Sent, Unreachable

KINDS = {
    "file": "portal.messaging.gateways.file.FileGateway",
    "console": "portal.messaging.gateways.console.ConsoleGateway",
    "http": "portal.messaging.gateways.http.HttpGateway",
}
NAMES = {"file": "写入文件", "console": "仅记日志，未发出", "http": "短信平台"}
__all__ = ["KINDS", "NAMES", "Gateway", "Refused", "Sent", "Unreachable", "gateway"]


class Gateway(Protocol):
    """``send`` raises Refused (for good) or Unreachable (try again); ``find`` Unreachable."""

    name: str

    def send(self, reference: UUID, number: str, text: str) -> Sent:
        """Hand the message over."""

    def find(self, reference: UUID) -> Sent | None:
        """What the gateway knows of a reference; None when it never came."""


def gateway() -> Gateway:
    """The gateway that ``LINLI_SMS_GATEWAY`` names."""
    return import_string(KINDS[settings.LINLI_SMS_GATEWAY])()
