"""``manage.py verify``: is everything that must agree still in agreement?

A check is a function without arguments that yields one sentence for each break. The kernel's
own stand here, the rooms register theirs.
"""

from collections.abc import Callable, Iterator

from django.apps import apps
from django.db import connection, models

from portal.core.audit import log_heads, verify_logs
from portal.core.crypto import SealBroken, unseal
from portal.core.files import (
    KEPT,
    KEPT_SECONDS,
    file_read,
    kept_break,
    kept_keys,
    kept_named,
    strays,
)
from portal.core.models import Job
from portal.core.triggers import missing

SAMPLE = 1000  # rows from either end of each table with sealed values
NAMED = 20  # breaks of one kind that are named one by one
SWEEP_SLACK = 2 * 3600  # seconds that the sweep of old files may be late

_checks: list[tuple[str, Callable[[], Iterator[str]]]] = []


def verifies(label: str) -> Callable:
    """Register a check under a Chinese label."""

    def register(function):
        _checks.append((label, function))
        return function

    return register


def verify() -> Iterator[tuple[str, list[str]]]:
    """Run every check: (label, sentences about what is broken)."""
    for label, check in _checks:
        yield label, list(check())


def sealed_fields() -> Iterator[tuple[type[models.Model], str, str]]:
    """(model, field, place) of every column that holds values sealed for their row; the place
    is label and field unless the model's ``sealed_as`` names another."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.BinaryField) and field.name.endswith("_sealed"):
                own = f"{model._meta.label_lower}.{field.name}"
                yield model, field.name, getattr(model, "sealed_as", {}).get(field.name, own)


def sample(rows: models.QuerySet) -> Iterator[models.Model]:
    """Rows from the beginning and from the end, by key."""
    last = None
    for row in rows.order_by("pk")[:SAMPLE]:
        last = row.pk
        yield row
    if last is not None:
        yield from rows.filter(pk__gt=last).order_by("-pk")[:SAMPLE]


@verifies("日志链")
def logs_check():
    yield from verify_logs()
    yield from (f"表 {table} 缺少禁止改删的触发器" for table in missing(connection))


@verifies("外键")
def references_check():
    if connection.vendor != "sqlite":  # PostgreSQL lets no broken one in
        return
    with connection.cursor() as cursor:
        for table, row, parent, _ in cursor.execute("PRAGMA foreign_key_check").fetchall():
            yield f"{table} 第 {row} 行指向 {parent} 中不存在的记录"


@verifies("加密字段")
def sealed_check():
    for model, name, place in sealed_fields():
        broken = 0
        for row in sample(model._base_manager.exclude(**{name: b""}).only("pk", name)):
            try:
                unseal(getattr(row, name), f"{place}:{row.pk}")
            except SealBroken as error:
                broken += 1
                if broken <= NAMED:
                    yield f"{model._meta.label_lower} {row.pk} 的 {name} 解不开（{error}）"


@verifies("结果文件")
def files_check():
    for job in Job.objects.exclude(result_file="").iterator():
        if not job.has_file:
            continue
        try:
            file_read(job.result_file)
        except FileNotFoundError:
            yield f"任务 {job.pk} 的结果文件 {job.result_file} 不见了"
        except SealBroken:
            yield f"任务 {job.pk} 的结果文件 {job.result_file} 解不开"


@verifies("留存文件")
def kept_check():
    """Rows and kept files, both ways. What no row names any more is a break only when the hourly
    sweep has left it where it is."""
    named, there = kept_named(), kept_keys()
    for key in sorted(named - there):
        yield f"留存文件 {key} 不见了"
    for path in sorted(strays(KEPT_SECONDS + SWEEP_SLACK)):
        yield f"留存文件 {KEPT}/{path.name} 没有记录指向它"
    for key in sorted(named & there):
        if kept_break(key):
            yield f"留存文件 {key} 解不开"


def summary() -> str:
    """How long the logs are, and the hashes to be kept elsewhere."""
    return "；".join(f"{name} {seq} 行 {digest}" for name, (seq, digest) in log_heads().items())
