"""System checks of the database: ``manage.py check --database default``, and at each migrate."""

from django.apps import apps
from django.core.checks import Error, Info, Tags, Warning, register
from django.db import connections, router
from django.utils import timezone

from portal.core.fields import ByteOrderedCharField
from portal.core.workdays import missing_years, year_fault

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


def calendar_check(app_configs=None, **kwargs) -> list[Info]:
    """A working year without its calendar is a warning; the next one, from November on, a
    reminder that does not stop a release. The command ``check`` registers it for itself."""
    today = timezone.localdate()
    kinds = {today.year: (Warning, "core.W002")}
    broken = [Warning(f"节假日安排文件不可用：{fault}", id="core.W003")
              for fault in map(year_fault, (today.year, today.year + 1)) if fault]  # fmt: skip
    return broken + [
        kind(
            f"缺少 {number} 年国务院节假日安排，按周一至周五和法定节日计算。",
            hint=f"按国务院办公厅通知，在数据文件夹里添加 workdays/{number}.json。",
            id=code,
        )
        for number in missing_years(today)
        for kind, code in [kinds.get(number, (Info, "core.I002"))]
    ]


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
