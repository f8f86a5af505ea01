"""The search box: P13 each kind against fetching a page by key, P14 growth.

Measured is the time in the database (``bench.clock``) of the statements that the portal's
own search sends. Every term is searched in several rounds and every single run counts: half
of all runs and 95 of 100 take no longer. P14 holds a database of one community against the
large one, in two processes that take turns.
"""

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from bench.clock import database_seconds, quantile, spent
from bench.harness import Line
from bench.lists import worker

TERMS, ROUNDS, PAGE = 60, 5, 21
# Kinds of which a community of ordinary size fills a page.
FULL = ("surname", "inside, one character", "initials, one letter", "building")


def run(context) -> Iterator[Line]:
    taken = measured(context.user, context.community, ROUNDS)
    by_key = quantile(taken.pop("by key"), 0.5)
    for kind, times in taken.items():
        half, most = quantile(times, 0.5), quantile(times, 0.95)
        note = f"{by_key * 1000:.2f} → {half * 1000:.2f} ms"
        yield Line(
            "P13", f"search, {kind}: against {PAGE} rows by key", half / by_key, 3, note=note
        )
        yield Line("P13", f"search, {kind}: 95 of 100 within", most * 1000, 5, unit="ms")
    with (
        worker(context.small, "bench.search_worker") as small,
        worker(os.environ["DATABASE_URL"], "bench.search_worker") as large,
    ):
        rounds = [(small(), large()) for _ in range(ROUNDS)]
    for kind in FULL:
        few, many = (
            quantile([time for pair in rounds for time in pair[place][kind]], 0.95)
            for place in (0, 1)
        )
        note = f"95 of 100 within {few * 1000:.2f} → {many * 1000:.2f} ms"
        yield Line("P14", f"search, {kind}: large against small", many / few, 2, note=note)


def measured(user, community, rounds: int) -> dict[str, list[float]]:
    """Seconds in the database of each search by kind, and of fetching a page by key."""
    from residents.models import Resident
    from residents.search import search

    people = list(
        Resident.objects.visible_to(user).filter(community=community)
        .exclude(phone_tail="").exclude(id_blind=None).order_by("addr_sort")
    )  # fmt: skip
    chosen = random.Random(4)  # noqa: S311 - the same terms each time
    terms = terms_of(chosen.sample(people, TERMS))
    keys = [person.pk for person in people]
    taken = {"by key": [], **{kind: [] for kind in terms}}

    def by_key():
        some = Resident.objects.filter(pk__in=chosen.sample(keys, PAGE))
        return list(some.values_list("pk", "name", "addr_key", "sex", "birth_year", "phone_mask"))

    with database_seconds() as clock, unlogged():
        for kind, texts in terms.items():
            for text in texts:
                pairs = [
                    (spent(clock, by_key), spent(clock, search, user, community.pk, text))
                    for _ in range(rounds + 1)
                ][1:]
                for name, times in zip(("by key", kind), zip(*pairs, strict=True), strict=True):
                    taken[name].extend(times)
    return taken


def terms_of(people) -> dict[str, list[str]]:
    return {
        "surname": [p.name[0] for p in people],
        "beginning of a name": [p.name[:2] for p in people],
        "inside, two characters": [p.name[1:3] for p in people],
        "inside, one character": [p.name[-1] for p in people],
        "initials": [p.initials for p in people],
        "initials, one letter": [p.initials[0] for p in people],
        "telephone's tail": [p.phone_tail for p in people],
        "id number": [p.id_number for p in people],
        "address": [p.addr_key for p in people],
        "building": [p.addr_key.partition("-")[0] for p in people],
    }


@contextmanager
def unlogged():
    """Searches by number without their log row and limit, which are no part of finding."""
    with patch("residents.search.access_record"), patch("residents.search.number_limit"):
        yield
