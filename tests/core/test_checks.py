"""The database check sees a column that PostgreSQL would compare by another collation."""

import pytest
from django.core.checks import Tags, run_checks
from django.db import connection


def checked():
    """What ``manage.py check --tag database --database default`` finds."""
    return run_checks(tags=[Tags.database], databases=["default"])


@pytest.mark.django_db
def test_the_tables_as_migrated_pass():
    assert checked() == []


@pytest.mark.django_db
def test_another_collation_is_an_error_on_postgresql():
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            'ALTER TABLE residents_resident ALTER COLUMN name TYPE varchar(60) COLLATE "und-x-icu"'
        )
    (error,) = checked()
    assert "residents_resident.name" in error.msg
