"""System checks of the database: ``manage.py check --database default``, and at each migrate."""

from django.apps import apps
from django.core.checks import Error, Tags, register
from django.db import connections, router

from portal.core.fields import ByteOrderedCharField

# Columns of tables, with the collation that PostgreSQL compares them by.
_COLLATIONS = """
    SELECT c.relname, a.attname, coalesce(l.collname, '')
    FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')
    LEFT JOIN pg_collation l ON l.oid = a.attcollation
    WHERE pg_table_is_visible(c.oid) AND c.relname = ANY(%s) AND a.attnum > 0
    AND NOT a.attisdropped
"""


@register(Tags.database)
def byte_order_check(app_configs=None, databases=None, **kwargs) -> list[Error]:
    """With another collation no search by prefix can use its index: it would still find
    everybody, a hundred times slower."""
    errors = []
    for alias in databases or ():
        connection = connections[alias]
        if connection.vendor == "postgresql":
            errors += _wrong(connection, _columns(alias))
    return errors


def _columns(alias: str) -> set[tuple[str, str]]:
    return {
        (model._meta.db_table, field.column)
        for model in apps.get_models()
        if router.allow_migrate_model(alias, model)
        for field in model._meta.local_concrete_fields
        if isinstance(field, ByteOrderedCharField)
    }


def _wrong(connection, columns: set[tuple[str, str]]) -> list[Error]:
    """Tables that are not there yet are migrate's business."""
    with connection.cursor() as cursor:
        cursor.execute(_COLLATIONS, [sorted({table for table, _ in columns})])
        found = {(table, column): name for table, column, name in cursor.fetchall()}
    return [
        Error(
            f"列 {table}.{column} 的排序规则是“{found[table, column]}”，应为“C”。",
            hint=f'ALTER TABLE {table} ALTER COLUMN {column} TYPE varchar COLLATE "C";',
            id="core.E001",
        )
        for table, column in sorted(columns & found.keys())
        if found[table, column] != "C"
    ]
