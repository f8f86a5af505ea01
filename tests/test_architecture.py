"""The house as STYLE and TRUST want it. Each guard is tried on a planted fault as well."""

import ast
import importlib
import inspect
import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.forms import Form, ModelChoiceField
from django.urls import get_resolver

from portal.core.lists import lists
from portal.log_words import CHANGES

ROOT = Path(settings.BASE_DIR)
ROOMS = ("portal", "grids", "residents", "services")
# The first matching prefix decides; rooms of one floor never import each other, the shell may.
FLOORS = (
    ("portal.core", 0), ("portal.env", 0), ("portal.accounts", 1), ("portal.duty", 1),
    ("portal.messaging", 1), ("grids", 2), ("residents", 3), ("services", 4), ("portal", 5),
    ("tests", 9), ("bench", 9),
)  # fmt: skip
SHELL = 5
FIRST = {"portal.env", "portal.accounts"}  # their neighbours stand on them
LINES_OF_A_FILE, LINES_OF_A_VIEW, LINES_OF_A_TEMPLATE = 500, 30, 150
ACTION_MODULES = (
    "portal.accounts.actions", "portal.duty.actions", "grids.actions", "residents.actions",
    "services.actions",
    "portal.core.lists.saved",
)  # fmt: skip
READS_ONLY = {"doors_count": "the preview of dwelling_generate"}
COMMUNITY_WORDS = re.compile(r"\b(communit\w*|residents?|households?|dwellings?|grids?)\b", re.I)
# TRUST 2.1 to 2.3: never a register of these, under whatever name.
FORBIDDEN = re.compile(
    "信访|上访|访民|宗教|信教|信仰|教派|涉稳|维稳|稳控|重点人员|重点人口|重点关注|特殊人群|"
    "吸毒|涉毒|戒毒|刑满|刑释|释放|解教|矫正|前科|邪教|法轮|精神病|肇事肇祸|艾滋|传染病|"
    "人脸|指纹|虹膜|步态|血型"
)


def sources(*rooms: str) -> Iterable[tuple[str, str]]:
    """(module, source) of every file that is not a migration."""
    for room in rooms or ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            if "migrations" not in parts:
                yield ".".join(parts).removesuffix(".__init__"), path.read_text("utf-8")


# --- Floors


def room_of(module: str) -> tuple[str, int] | None:
    for prefix, floor in FLOORS:
        if module == prefix or module.startswith(prefix + "."):
            return prefix, floor
    return None


def imported(source: str, top_level: bool = False) -> set[str]:
    """Names of imported modules; ``from a import b`` gives ``a`` and ``a.b``."""
    tree = ast.parse(source)
    found = set()
    for node in tree.body if top_level else ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module} | {f"{node.module}.{name.name}" for name in node.names}
    return found


def upward(module: str, source: str) -> list[str]:
    """What this module imports from a floor above, or from a neighbour on its own."""
    room, floor = room_of(module)
    faults = []
    for name in sorted(imported(source)):
        other = room_of(name)
        if other is None or other[0] == room:
            continue
        if other[1] > floor or (other[1] == floor and floor != SHELL and other[0] not in FIRST):
            faults.append(f"{module} imports {name}")
    return faults


def test_imports_go_down_only():
    assert [fault for module, source in sources() for fault in upward(module, source)] == []


@pytest.mark.parametrize(
    ("module", "source", "faults"),
    [
        ("portal.core.access", "from grids.models import Community", 2),
        ("portal.core.jobs", "def f():\n    import residents.actions", 1),
        ("grids.actions", "from residents.models import Household", 2),
        ("portal.accounts.access", "from portal.reports import views", 2),
        ("portal.duty.plan", "from portal.messaging import delivery", 2),
        ("portal.accounts.access", "import portal.duty.models", 1),
        ("portal.duty.plan", "from portal.accounts.models import User", 0),
        ("residents.views", "from grids import models\nfrom portal.core import access", 0),
        ("portal.reports.views", "from residents import models", 0),
    ],
)
def test_the_guard_sees_an_import_upwards(module, source, faults):
    assert len(upward(module, source)) == faults


def circles(graph: dict[str, set[str]]) -> list[str]:
    """Modules that import themselves through others."""

    def reaches(start):
        seen, waiting = set(), [start]
        while waiting:
            for name in graph.get(waiting.pop(), ()):
                if name not in seen:
                    seen.add(name)
                    waiting.append(name)
        return seen

    return sorted(name for name in graph if name in reaches(name))


def test_no_module_imports_itself_through_others():
    known = dict(sources())
    graph = {module: imported(source, top_level=True) & known.keys() - {module}
             for module, source in known.items()}  # fmt: skip
    assert circles(graph) == []


def test_the_guard_sees_a_circle():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == ["a", "b", "c"]


def names_in(source: str) -> set[str]:
    """Every name that the program itself uses: not its words for people, not its comments."""
    tree = ast.parse(source)
    return {
        getattr(node, part)
        for node in ast.walk(tree)
        for part in ("id", "attr", "name", "arg")
        if isinstance(getattr(node, part, None), str)
    }


def test_the_kernel_knows_no_community():
    found = {
        module: words
        for module, source in sources("portal/core")
        if (words := {n for n in names_in(source) if COMMUNITY_WORDS.search(n.replace("_", " "))})
    }
    assert found == {}


def test_the_guard_sees_a_community_in_the_kernel():
    assert COMMUNITY_WORDS.search("community_id".replace("_", " "))
    assert "household" in names_in("def f(household): pass")


def test_no_flow_through_signals():
    signals = "django.db.models.signals"
    users = {module for module, source in sources()
             if any(name.startswith(signals) for name in imported(source))}  # fmt: skip
    assert users == set()


# --- Writes


def public_functions(module) -> dict:
    """Functions that a view may call: a package's own names, or what a file defines."""
    if names := getattr(module, "__all__", None):
        found = {name: getattr(module, name) for name in names}
    else:
        found = {n: f for n, f in vars(module).items() if not n.startswith("_")
                 and getattr(f, "__module__", "") == module.__name__}  # fmt: skip
    return {name: function for name, function in found.items() if inspect.isfunction(function)}


def not_actions(module) -> list[str]:
    return [name for name, function in public_functions(module).items()
            if not hasattr(function, "permission") and name not in READS_ONLY]  # fmt: skip


@pytest.mark.parametrize("name", ACTION_MODULES)
def test_every_public_write_is_an_action(name):
    module = importlib.import_module(name)
    assert public_functions(module)
    assert not_actions(module) == []


def test_the_guard_sees_a_write_that_is_no_action():
    import portal.core.forms as module  # refuse() is public and no action

    assert not_actions(module) == ["refuse"]


def test_every_action_has_its_word_for_the_logs():
    names = {name for module in ACTION_MODULES
             for name in public_functions(importlib.import_module(module))}  # fmt: skip
    assert names - READS_ONLY.keys() - CHANGES.keys() == set()


def direct_writes(source: str) -> list[int]:
    """Lines that write a row without an action."""
    verbs = {"save", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        and node.func.attr in verbs
    ]  # fmt: skip


def test_pages_and_forms_write_through_actions():
    faults = {
        module: lines
        for module, source in sources("portal/accounts", "grids", "residents", "services")
        if {"views", "forms", "lists", "api", "phone"} & set(module.split("."))
        and (lines := direct_writes(source))
    }
    assert faults == {}


def test_the_guard_sees_a_direct_write():
    assert direct_writes("x = 1\nHousehold.objects.create(number=2)\nrow.save()") == [2, 3]


# --- Never built


def shown_texts() -> Iterable[tuple[str, str]]:
    """(where, text) of everything that a person could choose, fill in or see as a heading."""
    for model in apps.get_models():
        for field in model._meta.get_fields():
            place = f"{model.__name__}.{field.name}"
            yield place, str(getattr(field, "verbose_name", ""))
            yield place, str(getattr(field, "help_text", ""))
            yield from ((place, str(label)) for _, label in getattr(field, "flatchoices", ()))
    for spec in lists():
        yield from ((f"list {spec.name}", str(column.label)) for column in spec.columns)
        for name, known in spec.filters.base_filters.items():
            yield f"filter {spec.name}.{name}", str(known.label)
    for kind in forms_below(Form):
        for name, field in kind.base_fields.items():
            place = f"{kind.__name__}.{name}"
            yield place, str(field.label)
            fixed = () if isinstance(field, ModelChoiceField) else getattr(field, "choices", ())
            yield from ((place, str(label)) for label in fixed)


def forms_below(kind: type) -> Iterable[type]:
    for below in kind.__subclasses__():
        yield below
        yield from forms_below(below)


def test_no_register_of_suspects_is_offered():
    assert get_resolver().url_patterns  # every form is known once the pages are
    assert [place for place, text in shown_texts() if FORBIDDEN.search(text)] == []


def test_no_such_word_stands_anywhere_in_the_program():
    """But in the list of headings that an import refuses."""
    files = [path for room in (*ROOMS, "templates", "static") for path in (ROOT / room).rglob("*")
             if path.suffix in (".py", ".html", ".csv", ".js")]  # fmt: skip
    found = {str(path.relative_to(ROOT)) for path in files
             if FORBIDDEN.search(path.read_text("utf-8"))}  # fmt: skip
    assert found <= {"residents/imports/recognise.py"}


@pytest.mark.parametrize("word", ["宗教信仰", "重点人员", "是否信访", "刑满释放人员", "吸毒史"])
def test_the_guard_sees_a_forbidden_word(word):
    assert FORBIDDEN.search(word)


def test_nobody_is_found_by_ethnicity():
    for spec in lists():
        assert not any("ethnic" in f"{name}{known.field_name}"
                       for name, known in spec.filters.base_filters.items())  # fmt: skip
        assert not any("ethnic" in column.key and column.shown for column in spec.columns)
        assert not any("ethnic" in order.key for order in spec.orders)


# --- Sizes


def test_files_stay_short():
    long = {module: lines for module, source in sources()
            if (lines := source.count("\n")) > LINES_OF_A_FILE}  # fmt: skip
    assert long == {}


def test_views_stay_short():
    long = [
        f"{module}.{node.name}"
        for module, source in sources()
        if "views" in module.split(".")
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno >= LINES_OF_A_VIEW
    ]
    assert long == []


def test_templates_stay_short():
    long = [path.name for path in (ROOT / "templates").rglob("*.html")
            if path.read_text("utf-8").count("\n") > LINES_OF_A_TEMPLATE]  # fmt: skip
    assert long == []


def test_tests_stand_alone():
    """They read no file from outside of the project."""
    outside = re.compile(r"\.\./shared|/shared/")
    found = [str(path) for path in (ROOT / "tests").rglob("*.py")
             if path != Path(__file__) and outside.search(path.read_text("utf-8"))]  # fmt: skip
    assert found == []
