"""Two people changed one row: a page with both values, and forms that can tell who changed what.

A ``VersionedForm`` carries the row's version and, hidden beside each field, the value it
started from, so that only what the person really changed is written or compared.
"""

from django import forms
from django.db import models
from django.shortcuts import render
from django.utils.html import format_html_join

from portal.core.errors import Conflict

PICK = "_pick-"
SKIPPED = ("csrfmiddlewaretoken", "version", "_once")
MARK = "***"


class VersionedForm(forms.Form):
    """A form about one row. ``sealed`` maps a field that starts empty (a number that is shown
    only as a mask) to the column with its mask."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    sealed: dict[str, str] = {}

    def __init__(self, data=None, *args, **kwargs):
        super().__init__(_picked(data), *args, **kwargs)
        if instance := kwargs.get("instance"):
            self.initial["version"] = instance.version
        for name, field in self.fields.items():
            field.show_hidden_initial = name != "version" and name not in self.sealed

    def changed_values(self) -> dict:
        """Cleaned values of the fields that the person changed."""
        return {n: self.cleaned_data[n] for n in self.changed_data if n in self.cleaned_data
                and n != "version"}  # fmt: skip

    def shown(self, name: str, value) -> str:
        """A field's value as the page writes it."""
        if name in self.sealed:
            return MARK if value else ""
        if isinstance(value, bool):
            return "是" if value else "否"
        choices = getattr(self.fields[name], "choices", None)
        if choices and value not in (None, ""):
            return str(dict(_flat(choices)).get(str(value), value))
        return _plain(value)

    def started_from(self, name: str) -> str:
        """The hidden value that the field had when the page was made."""
        return self.data.get(self.add_initial_prefix(name), "")


def conflict_page(request, conflict: Conflict, form: forms.Form, *, back: str):
    """The 409 page: what you typed beside what is stored, nothing lost.

    ``back`` is where one goes who takes the stored values.
    """
    rows, others = _form_rows(conflict.row, form)
    picks = bool(rows)
    if not rows:
        rows = _column_rows(conflict, form)
    context = {
        "rows": rows,
        "others": others,
        "picks": picks,
        "hidden": _hidden_inputs(form, conflict.row),
        "row": conflict.row,
        "back": back,
        "action": request.get_full_path(),
    }
    return render(request, "core/conflict.html", context, status=409)


def _form_rows(row, form) -> tuple[list, list]:
    """Fields that you changed, and fields that only others changed."""
    mine, others = [], []
    if not isinstance(form, VersionedForm):
        return mine, others
    for name, field in form.fields.items():
        column = form.sealed.get(name, name)
        if name == "version" or not _has_column(row, column):
            continue
        stored = _attribute(row, column)
        if name in form.changed_data:
            yours = form.shown(name, form.cleaned_data.get(name))
            theirs = stored if name in form.sealed else form.shown(name, stored)
            mine.append({"name": PICK + name, "label": field.label, "yours": yours,
                         "theirs": theirs, "differs": yours != theirs})  # fmt: skip
        elif name not in form.sealed and form.started_from(name) != _plain(stored):
            others.append({"label": field.label, "yours": form.shown(name, form.started_from(name)),
                           "theirs": form.shown(name, stored)})  # fmt: skip
    return mine, others


def _column_rows(conflict, form) -> list:
    """For records without form fields of their own: the columns that would have changed."""
    rows = []
    for name, new in conflict.yours.items():
        field = conflict.row._meta.get_field(name.removesuffix("_id"))
        if field.verbose_name == field.name.replace("_", " ") or isinstance(
            field, models.ForeignKey | models.BinaryField
        ):
            continue
        asked = getattr(form.fields.get(name), "choices", None) or ()
        choices = dict(field.flatchoices) or dict(_flat(asked))
        rows.append({"name": "", "label": field.verbose_name, "differs": True,
                     "yours": _worded(choices, new),
                     "theirs": _worded(choices, getattr(conflict.row, name))})  # fmt: skip
    return rows


def _worded(choices: dict, value) -> str:
    if isinstance(value, list):
        return "、".join(_worded(choices, one) for one in value)
    return "" if value is None else str(choices.get(value, value))


def _hidden_inputs(form, row):
    """What was typed, once more, with the version and the starting values of the stored row;
    a field that was not touched takes the stored value along."""
    fresh = _fresh_values(form, row)
    pairs = [("version", row.version)]
    for key, values in form.data.lists():
        if key not in SKIPPED and not key.startswith((PICK, "initial-")):
            untouched = key in fresh and key not in form.changed_data
            pairs += [(key, value) for value in ([fresh[key]] if untouched else values)]
    pairs += [(form.add_initial_prefix(name), value) for name, value in fresh.items()]
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', pairs)


def _fresh_values(form, row) -> dict[str, str]:
    if not isinstance(form, VersionedForm):
        return {}
    return {
        name: _plain(_attribute(row, name))
        for name, field in form.fields.items()
        if field.show_hidden_initial and _has_column(row, name)
    }


def _picked(data):
    """Where the stored value was chosen, it takes the place of the typed one."""
    if data is None or not any(key.startswith(PICK) for key in data):
        return data
    data = data.copy()
    for key in list(data):
        if key.startswith(PICK) and data.pop(key)[-1] == "theirs":
            name = key.removeprefix(PICK)
            data[name] = data.get(f"initial-{name}", "")
    return data


def _has_column(row, name) -> bool:
    return any(field.name == name for field in row._meta.concrete_fields)


def _attribute(row, name):
    return row._meta.get_field(name).value_from_object(row)


def _plain(value) -> str:
    if isinstance(value, list):
        return "、".join(map(str, value))
    return "" if value is None else str(value)


def _flat(choices):
    for key, value in choices:
        if isinstance(value, list | tuple):
            yield from ((str(k), v) for k, v in value)
        else:
            yield str(key), value
