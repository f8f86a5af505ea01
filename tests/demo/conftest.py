"""The demo community, made once for all tests of a file inside one transaction."""

import datetime as dt
import io

import pytest
from django.db import transaction

from grids.models import Community
from portal.demo.seed import seed_demo

TODAY = dt.date(2026, 11, 22)


@pytest.fixture(scope="module")
def seeded(django_db_setup, django_db_blocker):
    """What the first start prints, while the rows are there."""
    out = io.StringIO()
    with django_db_blocker.unblock(), transaction.atomic():
        seed_demo(scale=1, out=out, today=TODAY)
        yield out.getvalue()
        transaction.set_rollback(True)


@pytest.fixture
def demo(seeded, db):
    """The community itself."""
    return Community.objects.get(code="150399001001")
