"""Measure and print: ``python -m bench [part …]``; parts are the modules of this package."""

import importlib
import os
import sys
from itertools import chain

from bench.data import database_urls
from bench.harness import table

PARTS = ("lists", "exports", "search", "imports")


def main(parts: list[str]) -> int:
    scale = int(os.environ.get("BENCH_SCALE", "100"))
    large, small = database_urls(scale)
    os.environ |= {"DATABASE_URL": large, "BENCH_SMALL": small}
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    import django

    django.setup()
    from bench.context import Context

    context = Context(small=small)
    sys.stdout.write(f"{context.title}\n")
    wanted = [p for p in PARTS if not parts or p in parts]
    modules = [importlib.import_module(f"bench.{p}") for p in wanted if _is_there(p)]
    short = table(chain.from_iterable(m.run(context) for m in modules), _write)
    return 1 if short else 0


def _is_there(part: str) -> bool:
    return importlib.util.find_spec(f"bench.{part}") is not None


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
