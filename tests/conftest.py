"""What every test stands on. The named people are in tests/people.py."""

import ipaddress
import socket
import uuid

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from portal.core import triggers
from portal.core.models import LogHead
from tests.settings import cache_epoch

pytest_plugins = ["tests.people"]
# No test is timed, and a machine may be busy.
hypothesis_settings.register_profile(
    "linli", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("linli")
REAL_CONNECT = socket.socket.connect
REAL_TEARDOWN = TransactionTestCase._fixture_teardown


def pytest_report_header():
    paths = settings.DATABASES["default"]["ENGINE"], settings.CACHES["default"]["BACKEND"]
    return "set-up under test: " + ", ".join(path.rpartition(".")[2] for path in paths)


class NetworkForbidden(AssertionError):
    """A test tried to reach another machine."""


def _connect(self, address):
    if self.family in (socket.AF_INET, socket.AF_INET6):
        host = "127.0.0.1" if address[0] == "localhost" else address[0]
        try:
            inside = ipaddress.ip_address(host).is_loopback
        except ValueError:
            inside = False
        if not inside:
            raise NetworkForbidden(f"a test tried to reach {address[0]}")
    return REAL_CONNECT(self, address)


@pytest.fixture(scope="session", autouse=True)
def no_network():
    """Sockets reach this machine only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", _connect)
        yield


def _teardown(self):
    _execute(triggers.drop(connection))
    REAL_TEARDOWN(self)
    _execute(triggers.create(connection))
    for name in ("change", "access"):  # rows of migration core 0002
        LogHead.objects.get_or_create(name=name)


def _execute(statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture(scope="session", autouse=True)
def logs_can_be_emptied():
    """Tests with real transactions empty all tables at their end, the append-only ones too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", _teardown)
        yield


@pytest.fixture(autouse=True)
def empty_cache():
    """No test reads what another one left in the cache."""
    yield
    cache_epoch[0] = uuid.uuid4().hex
    if settings.CACHE_IS_OURS:
        cache.clear()
