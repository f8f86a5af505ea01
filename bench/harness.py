"""Paired, interleaved runs and the table of their ratios."""

import gc
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

ROUNDS = 15


class Paired(NamedTuple):
    """Median times in seconds and the median of the rounds' ratios ours ÷ limit."""

    limit: float
    ours: float
    ratio: float


@dataclass(frozen=True)
class Line:
    """One measured goal. ``must`` is a bound on ``value``: "<=" or ">=" of ``sign``."""

    code: str
    what: str
    value: float
    must: float | None  # None: told for comparison, no goal
    sign: str = "<="
    unit: str = "×"
    note: str = ""

    @property
    def is_met(self) -> bool:
        if self.must is None:
            return True
        return self.value <= self.must if self.sign == "<=" else self.value >= self.must


def paired(limit: Callable, ours: Callable, rounds: int = ROUNDS,
           clock: Callable = time.perf_counter, *, warm: bool = True) -> Paired:  # fmt: skip
    """Run both in turn, the order changing each round; first once unmeasured, to warm up."""
    if warm:
        limit(), ours()
    times: dict[Callable, list[float]] = {limit: [], ours: []}
    for number in range(rounds):
        for function in (limit, ours) if number % 2 else (ours, limit):
            gc.collect()
            start = clock()
            function()
            times[function].append(clock() - start)
    ratios = [b / a for a, b in zip(times[limit], times[ours], strict=True)]
    return Paired(
        statistics.median(times[limit]), statistics.median(times[ours]), statistics.median(ratios)
    )


def repeated(function: Callable, times: int) -> Callable:
    """The function, ``times`` in a row: what is shorter than the clock's noise."""

    def run():
        for _ in range(times):
            function()

    return run


def table(lines: Iterable[Line], write: Callable) -> int:
    """Write one line a goal as it comes; returns how many fall short."""
    short = 0
    write(f"{'':4} {'what':58} {'measured':>10}  {'must':>9}\n")
    for line in lines:
        short += not line.is_met
        value = f"{line.value:.2f} {line.unit}"
        must = "" if line.must is None else f"{line.sign} {line.must:g}"
        verdict = "" if line.must is None else "ok" if line.is_met else "SHORT"
        note = f"  ({line.note})" if line.note else ""
        write(f"{line.code:4} {line.what:64} {value:>10}  {must:>9}  {verdict}{note}\n")
    return short
