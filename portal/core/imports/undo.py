"""Taking a whole import back: what was made goes, what was changed gets its old values.

All or nothing: when anything was changed since, nothing is undone and the list says what. A later
import that was itself taken back does not count: its rows hold the old values again.
"""

import zlib
from base64 import b64encode
from dataclasses import dataclass, field

import orjson
from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist
from django.utils import timezone

from portal.core.bulk import bulk_insert, bulk_update
from portal.core.errors import DomainError
from portal.core.log_words import model_label
from portal.core.models import Tombstone

PART = 500
LISTED = 20


class UndoRefused(DomainError):
    """Rows were changed or used since: ``rows``, as (model, id)."""

    def __init__(self, rows: list[tuple]):
        names = list(dict.fromkeys(_named(model, key) for model, key in rows[: LISTED + PART]))
        shown = "、".join(names[:LISTED])
        more = f"等 {len(rows)} 处" if len(names) > LISTED else ""
        super().__init__(f"导入以后又有改动，不能整体撤销，没有改动任何内容：{shown}{more}")
        self.rows = frozenset(rows)


@dataclass
class Undo:
    """``made``: [label, ids] in the order of creation; ``old``: [label, columns,
    [id, version before, old values]]."""

    made: list = field(default_factory=list)
    old: list = field(default_factory=list)

    def created(self, model, ids: list) -> None:
        self.made.append([model._meta.label_lower, ids])

    def changed(self, model, columns, before: dict) -> None:
        """``before``: id → (version, old values of the columns)."""
        rows = [[key, version, list(values)] for key, (version, values) in before.items()]
        self.old.append([model._meta.label_lower, list(columns), rows])

    def sizes(self) -> dict:
        """Model → number of rows made or changed."""
        sizes: dict = {}
        for label, *_, rows in [*self.made, *self.old]:
            model = apps.get_model(label)
            sizes[model] = sizes.get(model, 0) + len(rows)
        return sizes

    def touched(self) -> set[tuple]:
        """(model, id) of every row made or changed."""
        rows = {(label, key) for label, keys in self.made for key in keys}
        rows |= {(label, row[0]) for label, _, changed in self.old for row in changed}
        models = {label: apps.get_model(label) for label, _ in rows}
        return {(models[label], models[label]._meta.pk.to_python(key)) for label, key in rows}

    def pack(self) -> bytes:
        return zlib.compress(orjson.dumps([self.made, self.old], default=_plain), 1)

    @classmethod
    def unpack(cls, data: bytes) -> "Undo":
        return cls(*orjson.loads(zlib.decompress(data)))


@dataclass
class Returned:
    """Rows that an undone import left with their old content under a new version:
    {(label, id): {new version: old version}}, of one run or of several."""

    rows: dict = field(default_factory=dict)

    def add(self, model, key, new: int, old: int) -> None:
        self.rows.setdefault((model._meta.label_lower, str(key)), {})[new] = old

    def holds(self, model, key, version: int | None, wanted: int) -> bool:
        """The row, now at a version, has the content that it had at the wanted one."""
        steps = self.rows.get((model._meta.label_lower, str(key)), {})
        while version != wanted and version in steps:
            version = steps[version]
        return version == wanted

    def pack(self) -> bytes:
        rows = [[*key, list(steps.items())] for key, steps in self.rows.items()]
        return zlib.compress(orjson.dumps(rows), 1)

    def unpack(self, data: bytes) -> None:
        """Add what another run left."""
        for label, key, steps in orjson.loads(zlib.decompress(data)):
            self.rows.setdefault((label, key), {}).update(steps)


def undo_run(undo: Undo, by, tenant, progress=None, returned=None) -> tuple[int, Returned]:
    """Take everything back inside the caller's transaction; returns the number of rows, and
    those that have their old values again. ``returned``: what later, undone runs left so.

    Raises UndoRefused; the caller's transaction must then roll back.
    """
    report = progress or (lambda done, total, text: None)
    total = sum(len(ids) for _, ids in undo.made) + sum(len(rows) for *_, rows in undo.old)
    made: dict = {}
    for label, ids in undo.made:
        model = apps.get_model(label)
        made.setdefault(model, []).extend(model._meta.pk.to_python(key) for key in ids)
    report(0, total, "核对导入以后的改动")
    steps = _steps(undo)
    left = _unchanged_since(steps, made, returned or Returned())
    done = 0
    for model in reversed(list(made)):  # first what was made: one open stay a person
        done += _delete(model, made[model], tenant)
        report(done, total, "删除导入的内容")
    for label, columns, rows in reversed(undo.old):
        done += _restore(apps.get_model(label), columns, rows, by)
        report(done, total, "恢复原来的值")
    if used := _used_since(made):
        raise UndoRefused(used)
    return total, left


def _steps(undo: Undo) -> dict:
    """(model, id) → how often the import itself raised the version, and from where."""
    steps: dict = {}
    for label, _, rows in undo.old:
        model = apps.get_model(label)
        for key, version, _values in rows:
            key = model._meta.pk.to_python(key)
            first, count = steps.get((model, key), (version, 0))
            steps[model, key] = (min(first, version), count + 1)
    return steps


def _unchanged_since(steps: dict, made: dict, returned: Returned) -> Returned:
    """Lock the rows; refuse where anybody else changed one. Returns what restoring will leave."""
    wanted: dict = {}
    for (model, key), (first, count) in steps.items():
        wanted.setdefault(model, {})[key] = first + count
    for model, keys in made.items():
        own = wanted.setdefault(model, {})
        for key in keys:
            own.setdefault(key, 1)
    changed, left = [], Returned()
    for model, versions in wanted.items():
        found = {}
        for part in _parts(list(versions)):
            rows = (
                model._base_manager.filter(pk__in=part)
                .order_by("pk")
                .select_for_update(no_key=True)
            )
            found.update(rows.values_list("pk", "version"))
        for key, version in versions.items():
            if not returned.holds(model, key, found.get(key), version):
                changed.append((model, key))
            elif (model, key) in steps:
                first, count = steps[model, key]
                left.add(model, key, found[key] + count, first)
    if changed:
        raise UndoRefused(changed)
    return left


def _used_since(made: dict) -> list[tuple]:
    """Rows that the import did not make and that point to what it made (and is deleted)."""
    used = []
    for model, keys in made.items():
        for relation in model._meta.related_objects:
            other, column = relation.related_model, relation.field.attname
            for part in _parts(keys):
                rows = other._base_manager.filter(**{f"{column}__in": part})
                used += [(other, key) for key in rows.values_list("pk", flat=True)]
    return list(dict.fromkeys(used))


def _restore(model, columns, rows, by) -> int:
    by_name = {field.attname: field for field in model._meta.concrete_fields}
    fields = [by_name[name] for name in columns]

    def values(row):
        key, _version, old = row
        return (model._meta.pk.to_python(key), *map(_typed, fields, old))

    return bulk_update(model, columns, map(values, rows), by=by)


def _typed(field, value):
    """A value from the packed form as the field holds it."""
    value = getattr(field, "target_field", field).to_python(value)
    return bytes(value) if isinstance(value, memoryview) else value


def _delete(model, keys: list, tenant) -> int:
    """Delete by key alone: what points here goes as well or was found by ``_used_since``."""
    for part in _parts(keys):
        model._base_manager.filter(pk__in=part)._raw_delete(model._base_manager.db)
    label, now = model._meta.label_lower, timezone.now()
    rows = ((key, label, tenant, now) for key in keys)
    bulk_insert(Tombstone, ("id", "model", "tenant", "deleted_at"), rows)
    return len(keys)


def _named(model, key) -> str:
    """How the user knows the row: 张三（居民）, 3-2-501（房屋）."""
    kind = model_label(model._meta.label)
    row = model._base_manager.filter(pk=key).first()
    if row is None:
        return f"已删除的{kind}"
    try:
        return f"{getattr(row, 'resident', row)}（{kind}）"
    except ObjectDoesNotExist:  # a record of a person who was just deleted
        return kind


def _parts(keys: list):
    for start in range(0, len(keys), PART):
        yield keys[start : start + PART]


def _plain(value):
    if isinstance(value, bytes | memoryview):
        return b64encode(value).decode()
    raise TypeError(type(value).__name__)
