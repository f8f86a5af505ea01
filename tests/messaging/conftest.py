"""A gateway of either kind, empty at the start of each test."""

import shutil
import threading

import pytest

from portal.core.files import folder
from portal.messaging.gateways import http
from portal.messaging.gateways.file import FOLDER
from tests.messaging.fake_gateway import FakeGateway


@pytest.fixture
def folder_gateway(settings):
    """The file gateway with an empty folder; gives the folder."""
    settings.LINLI_SMS_GATEWAY = "file"
    shutil.rmtree(folder(FOLDER))
    yield folder(FOLDER)
    shutil.rmtree(folder(FOLDER))


@pytest.fixture
def fake(settings, monkeypatch):
    """The HTTP gateway, spoken to over a real socket; it gives up after a moment."""
    server = FakeGateway()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    settings.LINLI_SMS_GATEWAY, settings.LINLI_SMS_URL = "http", server.url
    settings.LINLI_SMS_TOKEN = "token-of-the-gateway"
    monkeypatch.setattr(http, "TIMEOUT", 0.5)
    yield server
    server.over.set()
    server.shutdown()
    server.server_close()
    thread.join(10)
