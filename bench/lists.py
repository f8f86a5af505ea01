"""Pages of lists: P8 processor time, P10 growth, P11 queries, P16 last page and count."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from uuid import UUID

from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench.clock import database_seconds, quantile, spent
from bench.harness import Line, paired, repeated
from portal.core.lists import lists
from portal.core.lists.facts import facts

COUNTS = 15
PAGE = "/lists/residents/"
LIMIT = "/bench/limit/residents/"
UNDER_HTMX = {"HX-Request": "true"}
NARROW = (
    "", "sex=2", "age_from=60", "care=living_alone", "phone=no", "building=3", "q=王", "head=1",
)  # fmt: skip


def run(context) -> Iterator[Line]:
    yield from page_cost(context)
    yield from growth(context)
    yield from queries(context)
    yield from last_page(context)


def page_cost(context) -> Iterator[Line]:
    """P8: fifty rows of twelve columns against a signed-in view with the same statements and
    labels, which answers with a count and without a page."""
    get = context.client.get
    for what, ours in (
        ("rows under htmx", partial(get, PAGE, headers=UNDER_HTMX)),
        ("the whole page", partial(get, PAGE)),
    ):
        found = paired(repeated(partial(get, LIMIT), 10), repeated(ours, 10),
                       clock=time.process_time)  # fmt: skip
        times = f"{found.limit * 100:.1f} → {found.ours * 100:.1f} ms"
        yield Line("P8", f"list page, processor: {what} ÷ bare view", found.ratio, 1.5, note=times)


def growth(context) -> Iterator[Line]:
    """P10: the same page over the large and the small database, in turn."""
    with worker(context.small) as small, worker(os.environ["DATABASE_URL"]) as large:
        found = paired(small, large)
    times = f"{found.limit * 100:.1f} → {found.ours * 100:.1f} ms"
    yield Line("P10", "list page: large against small database", found.ratio, 1.2, note=times)


def queries(context) -> Iterator[Line]:
    """P11: the most queries that a page of any list needs."""
    most = 0
    for spec in lists():
        for headers in ({}, UNDER_HTMX):
            with CaptureQueriesContext(connection) as seen:
                context.client.get(f"/lists/{spec.name}/", headers=headers)
            most = max(most, len(seen))
    yield Line("P11", f"queries of a page, {len(lists())} lists", most, 3, unit="")


def last_page(context) -> Iterator[Line]:
    """P16: the last page against the first one, and the slowest count up to the cap."""
    for what, big in (("ordinary community", False), ("100,000 residents", True)):
        first = context.query("residents", big=big)
        for way, last in (
            ("from the end", context.query("residents", "before=last", big=big)),
            ("by its key", by_key(context, big)),
        ):
            found = paired(repeated(first.page, 10), repeated(last.page, 10))
            times = f"{found.limit * 100:.1f} → {found.ours * 100:.1f} ms"
            yield Line("P16", f"last page {way} ÷ first, {what}", found.ratio, 1.2, note=times)
        slowest, which = _slowest_count(context, big=big)
        yield Line("P16", f"count up to its cap, slowest of {len(NARROW)} filters, {what}",
                   slowest * 1000, 25, unit="ms", note=f"in the database; {which}")  # fmt: skip


def _slowest_count(context, *, big: bool) -> tuple[float, str]:
    """Seconds in the database (half of the runs take no longer) and the filter that takes them."""
    found = []
    with database_seconds() as clock:
        for address in NARROW:
            query = context.query("residents", address, big=big)
            facts(query)
            times = [spent(clock, facts, query) for _ in range(COUNTS)]
            found.append((quantile(times, 0.5), address or "no filter"))
    return max(found)


def by_key(context, big: bool):
    """The last page as it is reached by turning pages: after the row before it."""
    backward = context.query("residents", "before=last", big=big).page()
    before = context.query("residents", f"before={_key(backward.rows[0][0])}", big=big).page()
    return context.query("residents", f"after={_key(before.rows[-1][0])}", big=big)


def _key(value) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)


@contextmanager
def worker(url: str, module: str = "bench.page_worker"):
    """Another process over that database; calling it lets the module do its work there."""
    process = subprocess.Popen(  # noqa: S603 - a module of this package
        [sys.executable, "-m", module], text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "DATABASE_URL": url},
    )  # fmt: skip

    def fetch():
        process.stdin.write("\n")
        process.stdin.flush()
        return json.loads(process.stdout.readline())

    try:
        yield fetch
    finally:
        process.stdin.close()
        process.wait()
