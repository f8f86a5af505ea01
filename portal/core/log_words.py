"""The change log in plain words: what was done, and which value became which.

The words of the actions are the shell's (``LINLI_LOG_WORDS`` names a mapping of action to
label); the words of the fields are the models' own.
"""

from datetime import datetime
from functools import cache
from typing import NamedTuple

from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.module_loading import import_string

from portal.core.actions import HIDDEN

CLASS = "class:"  # marks the words of field classes


class Change(NamedTuple):
    """One field: ``before`` and ``after`` are texts; of a hidden field both are empty and
    ``how`` says what happened to it."""

    name: str
    label: str
    before: str
    after: str
    how: str = ""

    def __str__(self):
        if self.how:
            return f"{self.how}{self.label}"
        return f"{self.label}：{self.before or '（空）'} → {self.after or '（空）'}"


def action_label(name: str) -> str:
    """What an action is called on the pages; an unknown one stays as it is."""
    return import_string(settings.LINLI_LOG_WORDS).get(name, name)


def action_choices() -> list[tuple[str, str]]:
    words = import_string(settings.LINLI_LOG_WORDS)
    return [(name, label) for name, label in words.items() if not name.startswith(CLASS)]


def class_label(classes: str) -> str:
    """What the classes of fields are called that a look showed."""
    words = import_string(settings.LINLI_LOG_WORDS)
    return "、".join(words.get(CLASS + name, name) for name in classes.replace(",", " ").split())


def model_label(label: str) -> str:
    """What a kind of row is called: the first word of its model's docstring."""
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError):
        return label
    term = (model.__doc__ or "").partition(":")[0]
    return term.split(".")[0].strip() if term and not term.isascii() else label


def changes_of(entry, without=()) -> list[Change]:
    """The fields that an entry changed, named ones only; a new or deleted row has none."""
    if not (entry.before and entry.after):
        return []
    found = []
    for name, field in _fields(entry.model).items():
        if name in entry.after and name not in without:
            old, new = entry.before.get(name), entry.after[name]
            found.append(_change(name, field, old, new))
    return found


def _change(name, field, old, new) -> Change:
    if HIDDEN in (old, new):
        how = "清除了" if not new else "补登了" if not old else "更换了"
        return Change(name, field.verbose_name, "", "", how)
    return Change(name, field.verbose_name, _text(field, old), _text(field, new))


def _text(field, value) -> str:
    if value in (None, ""):
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(field, models.DateTimeField) and (moment := _moment(value)):
        return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"
    if isinstance(field, models.DateField) and isinstance(value, str) and parse_date(value[:10]):
        return value[:10]
    return str(dict(field.flatchoices).get(value, value))


def _moment(value) -> datetime | None:
    """The moment that a log row holds as text, if it is one with a zone."""
    try:
        moment = parse_datetime(value)
    except (TypeError, ValueError):
        return None
    return moment if moment and moment.tzinfo else None


@cache
def _fields(label: str) -> dict:
    """The model's fields with a name fit for people; references are left out."""
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError):
        return {}
    return {
        field.name: field
        for field in model._meta.concrete_fields
        if not (str(field.verbose_name).isascii() or field.is_relation or field.name == "version")
    }
