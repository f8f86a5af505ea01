"""What a guard test looks for, as functions that return the faults they found.

Each is tried twice: on the portal, where it must find nothing, and on a planted fault, which
it must name.
"""

import ast
import re
from collections.abc import Iterable
from pathlib import Path

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.urls import URLPattern, URLResolver
from rest_framework.views import APIView

from grids.models import Community, GridCell
from portal.core.access import PUBLIC_VIEWS
from portal.core.models import ScopedRow

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("portal", "grids", "residents", "services")
# Rooms of an app in which rows are fetched for somebody.
SCOPED_FILES = ("views", "phone", "api", "forms", "lists")
# Tables with a path to a place whose reach is checked otherwise.
UNSCOPED = {
    "accounts.membership": "belongs to a user; STAFF_VIEW is checked by the staff pages",
    "accounts.apiclient": "found by its token only",
}

# Pages about oneself: everybody who is signed in has them. The first page sends people without
# figures to their inbox, phones find an empty day.
OWN_VIEWS = {
    "reports:dashboard", "core:inbox", "core:inbox_seen", "core:tenant_choose",
    "accounts:large_text", "accounts:password_change",
    "phone:me", "phone:day", "phone:record_submit",
}  # fmt: skip


def filled(route: str) -> str:
    """The route with something in its places."""
    key = "0198c0de-0000-7000-8000-00000000000f"
    return re.sub(r"<slug:\w+>", "none", re.sub(r"<uuid:\w+>", key, route))


def patterns(entries, prefix="", space="") -> Iterable[tuple[str, str, URLPattern]]:
    """(route, name, pattern) of every address below the entries."""
    for entry in entries:
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from patterns(entry.url_patterns, prefix + str(entry.pattern), inner)
        else:
            yield prefix + str(entry.pattern), f"{space}{entry.name}", entry


def unmarked_views(entries) -> list[str]:
    """Addresses whose view names no permission and that are not public for a reason."""
    return [
        route
        for route, name, pattern in patterns(entries)
        if name not in PUBLIC_VIEWS and not _is_marked(pattern.callback)
    ]


def _is_marked(view) -> bool:
    if hasattr(view, "allowed_permissions"):
        return True
    cls = getattr(view, "cls", None)  # REST: closed by its default permission class
    return isinstance(cls, type) and issubclass(cls, APIView) and bool(cls.permission_classes)


def unscoped_models(candidates=None) -> list[str]:
    """Models that lead to a place and are not scoped, or whose paths lead nowhere."""
    faults = []
    for model in candidates or apps.get_models():
        label = model._meta.label_lower
        if issubclass(model, ScopedRow):
            faults += [f"{label}: {fault}" for fault in _path_faults(model)]
        elif label not in UNSCOPED and any(
            field.related_model in (Community, GridCell)
            or (field.many_to_one and isinstance(field.related_model, type)
                and issubclass(field.related_model, ScopedRow))
            for field in model._meta.get_fields() if field.concrete and field.is_relation
        ):  # fmt: skip
            faults.append(f"{label}: leads to a place without being scoped")
    return faults


def _path_faults(model) -> Iterable[str]:
    if not getattr(model, "view_permission", None):
        yield "no view_permission"
    paths = getattr(model, "scope_paths", None)
    if paths is None:
        yield "no scope_paths"
        return
    for path in filter(None, paths):
        if not _leads(model, path):
            yield f"no such path: {path}"


def _leads(model: type[models.Model], path: str) -> bool:
    for step in path.split("__"):
        try:
            field = model._meta.get_field(step.removesuffix("_id"))
        except FieldDoesNotExist:
            return False
        model = field.related_model or model
    return True


def bare_queries(source: str) -> list[int]:
    """Lines with ``Model.objects`` of a scoped model that ``visible_to`` does not follow."""
    scoped = {m.__name__ for m in apps.get_models() if issubclass(m, ScopedRow)}
    tree = ast.parse(source)
    followed = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in ("visible_to", "none")
    }
    return sorted(
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "objects" and id(node) not in followed
        and getattr(node.value, "id", getattr(node.value, "attr", "")) in scoped
    )  # fmt: skip


def scoped_sources() -> Iterable[Path]:
    """The files in which a bare query is a fault."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            if set(parts) & set(SCOPED_FILES) and "migrations" not in parts:
                yield path
