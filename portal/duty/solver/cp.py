"""The month as a model for CP-SAT, solved in two steps: fill first, then level and please.

Every slot may stay empty and pins count as shifts that are there already, so a model always
has a solution; why a slot is empty is read from the rules afterwards (reasons.py).
"""

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from portal.duty.solver.problem import DAY, MEASURES, Person, Problem, Slot, Solution
from portal.duty.solver.reasons import bent_reasons, spreads, unfilled_reasons
from portal.duty.solver.rules import barred, faults, held_before, held_of, hindered

# What one step away from level costs; a bent wish costs less than any step.
WEIGHTS = {"shifts": 2, "nights": 6, "weekends": 6, "holidays": 12}
SCALE = 600  # of costs: whole numbers also for a share of 70 %
WISH = 400
STAY = 1  # less than a wish also when every shift of a month stays
REPORT_EVERY = 0.5  # seconds
# Of the solver's own measure of work a second; a busy machine then stops where a free one does.
STEADY = 0.2
FILL_SHARE = 0.4  # of the time, at most, for filling


def solve(problem: Problem, *, seconds: float = 30, seed: int = 1,
          on_progress: Callable | None = None) -> Solution:  # fmt: skip
    """Fill the problem's slots; the same problem gives the same answer.

    ``on_progress(done, total, text)`` is called about twice a second, with hundredths of the
    time; what it raises stops the search and comes out.
    """
    began = time.monotonic()
    model = _Month(problem)
    report = _Report(on_progress, seconds, began)
    report("正在安排人员")
    is_filled = model.fill(_Limits(seconds * FILL_SHARE, seconds * FILL_SHARE), seed, report)
    report("正在均衡班次")
    left = seconds - (time.monotonic() - began)
    is_level = model.level(_Limits(left, seconds * (1 - FILL_SHARE)), seed, report)
    assigned = model.assigned()
    broken = faults(problem, assigned)
    status = "optimal" if is_filled and is_level else "feasible"
    solution = Solution(
        assigned=assigned, unfilled=unfilled_reasons(problem, assigned),
        bent=bent_reasons(problem, assigned), status="infeasible pins" if broken else status,
        seconds=round(time.monotonic() - began, 1), spread=spreads(problem, assigned),
        faults=broken,
    )  # fmt: skip
    report("完成", done=100)
    return solution


class _Limits(NamedTuple):
    """Seconds by the clock, and as many of a machine that is slow but steady."""

    clock: float
    steady: float


class _Report:
    """Tells how far the time has run."""

    def __init__(self, tell: Callable | None, seconds: float, began: float):
        self.tell, self.seconds, self.began = tell, seconds, began

    def __call__(self, text: str, done: int | None = None) -> None:
        if self.tell is None:
            return
        spent = time.monotonic() - self.began
        self.tell(min(99, int(100 * spent / self.seconds)) if done is None else done, 100, text)


class _Month:
    """The model. Slots that differ only in their seat are one choice with several places."""

    def __init__(self, problem: Problem):
        from ortools.sat.python import cp_model

        self.problem, self.cp, self.model = problem, cp_model, cp_model.CpModel()
        self.groups = _groups(problem)
        slots = {slot.key: slot for slot in problem.slots}
        self.pinned = defaultdict(list)
        for key, who in problem.pinned.items():
            if key in slots:
                self.pinned[who].append(slots[key])
        self.usual = _usual(problem)
        self.taken = {}  # (number of the group, person key): its variable
        for person in problem.people:
            self._person(person)
        for number, group in enumerate(self.groups):
            self.model.add(sum(self._of_group(number)) <= len(group))
        self.values: dict = dict.fromkeys(self.taken, 0)

    def fill(self, limits: _Limits, seed: int, report: _Report) -> bool:
        """Leave as few slots empty as possible; whether that is proven."""
        self.model.maximize(sum(self.taken.values()))
        return self._run(limits, seed, report, "正在安排人员")

    def level(self, limits: _Limits, seed: int, report: _Report) -> bool:
        """Keep as many filled, and level the year; whether nothing better is possible."""
        self.model.add(sum(self.taken.values()) >= sum(self.values.values()))
        costs = [cost for person in self.problem.people for cost in self._costs(person)]
        costs += [-STAY * self.taken[key] for key in self._stays() if key in self.taken]
        self.model.minimize(sum(costs))
        for key, variable in self.taken.items():
            self.model.add_hint(variable, self.values[key])
        return self._run(limits, seed, report, "正在均衡班次")

    def assigned(self) -> dict[str, str]:
        """{slot key: person key}, pins included; who stays keeps the seat, the others follow in
        the order of the people."""
        found, present = dict(self.problem.pinned), self.problem.present
        for number, group in enumerate(self.groups):
            people = [p.key for p in self.problem.people if self.values.get((number, p.key))]
            kept = {s.key: present[s.key] for s in group if present.get(s.key) in people}
            left = [slot.key for slot in group if slot.key not in kept]
            found |= kept | dict(zip(left, (p for p in people if p not in kept.values()),
                                     strict=False))  # fmt: skip
        return found

    def _stays(self) -> set[tuple[int, str]]:
        """(number of the group, person key) of those who have one of its slots now."""
        present = self.problem.present
        return {(number, present[slot.key]) for number, group in enumerate(self.groups)
                for slot in group if slot.key in present}  # fmt: skip

    def _person(self, person: Person) -> None:
        """The person's choices and the rules between them."""
        rules, before = self.problem.rules, held_before(person)
        fixed = before + [held_of(slot) for slot in self.pinned[person.key]]
        mine = []
        for number, (slot, *_) in enumerate(self.groups):
            if not barred(self.problem, person, slot) and not hindered(rules, slot, fixed):
                variable = self.model.new_bool_var(f"{slot.key} {person.key}")
                self.taken[number, person.key] = variable
                mine.append((slot, variable))
        for clique in _cliques(self.problem, [slot for slot, _ in mine]):
            self.model.add_at_most_one(mine[place][1] for place in clique)
        self._nights(mine, {held.night_on for held in fixed} - {None})

    def _nights(self, mine: list, fixed: set[date]) -> None:
        limit, nights = self.problem.rules.nights_in_row, defaultdict(list)
        for slot, variable in mine:
            if slot.is_night:
                nights[slot.on].append(variable)
        for on, variables in nights.items():
            if len(variables) > 1:  # with little rest two of them may be one person's
                one = self.model.new_bool_var(f"night {on}")
                self.model.add_max_equality(one, variables)
                nights[on] = [one]
        for first in {on - back * DAY for on in nights for back in range(limit + 1)}:
            window = [first + ahead * DAY for ahead in range(limit + 1)]
            inside = [nights[on][0] for on in window if on in nights and on not in fixed]
            self.model.add(sum(inside) <= max(0, limit - sum(on in fixed for on in window)))

    def _costs(self, person: Person) -> list:
        mine = [(slot, self.taken[number, person.key])
                for number, (slot, *_) in enumerate(self.groups)
                if (number, person.key) in self.taken]  # fmt: skip
        costs = []
        for measure in MEASURES:
            counted = [pair for pair in mine if pair[0].counts(measure)]
            there = getattr(person, measure) + sum(
                slot.counts(measure) for slot in self.pinned[person.key])  # fmt: skip
            if measure == "shifts":
                there -= self.usual[person.key]
            costs += self._squares(person, measure, counted, there)
        for wish in person.wishes:
            meant = [variable for slot, variable in mine if wish.means(slot)]
            if wish.is_wanted and meant:
                is_met = self.model.new_bool_var(f"wish {person.key} {wish.on} {wish.kind}")
                self.model.add(is_met <= sum(meant))
                costs.append(-WISH * is_met)
            elif not wish.is_wanted:
                costs += [WISH * variable for variable in meant]
        return costs

    def _squares(self, person: Person, measure: str, counted: list, there: int) -> list:
        """The square of the person's count by their share: the least sum of squares is level.

        One variable for each further shift, dearer than the one before."""
        if not counted:
            return []
        most = _most(self.problem, [slot for slot, _ in counted])
        steps = [self.model.new_bool_var(f"{measure} {person.key} {n}") for n in range(most)]
        self.model.add(sum(variable for _, variable in counted) == sum(steps))
        unit, last_year = WEIGHTS[measure] * SCALE, measure in person.ahead
        return [unit * (2 * (there + n) + 1 + last_year) * 100 // person.share * step
                for n, step in enumerate(steps)]  # fmt: skip

    def _of_group(self, number: int) -> list:
        return [self.taken[number, person.key] for person in self.problem.people
                if (number, person.key) in self.taken]  # fmt: skip

    def _run(self, limits: _Limits, seed: int, report: _Report, text: str) -> bool:
        """Search, reporting from this thread; keeps the values found. Whether they are best."""
        solver = self.cp.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = seed
        solver.parameters.linearization_level = 2  # the relaxation is nearly whole: 0.4 s, not 30
        solver.parameters.max_time_in_seconds = max(limits.clock, 0.1)
        solver.parameters.max_deterministic_time = limits.steady * STEADY
        status = []
        search = threading.Thread(target=lambda: status.append(solver.solve(self.model)))
        search.start()
        try:
            while search.is_alive():
                search.join(REPORT_EVERY)
                report(text)
        finally:
            while search.is_alive():
                solver.stop_search()
                search.join(0.05)
        if status and status[0] in (self.cp.OPTIMAL, self.cp.FEASIBLE):
            self.values = {key: solver.value(one) for key, one in self.taken.items()}
        return bool(status) and status[0] == self.cp.OPTIMAL


def _usual(problem: Problem) -> dict[str, int]:
    """How many shifts in all a person's kinds bring with them: what those of the same kinds have
    had in the year, and an equal part of each slot of the month. Measured from there, whoever
    alone may keep a kind that is asked for daily still has their turn by night."""
    alike = defaultdict(list)
    for person in problem.people:
        alike[person.kinds].append(person)
    had = {kinds: sum(one.shifts * 100 / one.share for one in group) / len(group)
           for kinds, group in alike.items()}  # fmt: skip
    found = {person.key: had[person.kinds] * person.share / 100 for person in problem.people}
    for slot in problem.slots:
        able = [person for person in problem.people
                if slot.kind in person.kinds and problem.is_eligible(slot, person)]  # fmt: skip
        parts = sum(person.share for person in able)
        for person in able:
            found[person.key] += person.share / parts
    return {key: round(number) for key, number in found.items()}


def _groups(problem: Problem) -> list[list[Slot]]:
    """Free slots, those alike but for their seat together, in their order."""
    found = defaultdict(list)
    for slot in sorted(problem.slots, key=lambda slot: (slot.starts_at, slot.ends_at, slot.key)):
        if slot.key not in problem.pinned:
            open_to = (problem.eligible or {}).get(slot.key)
            found[slot.on, slot.starts_at, slot.ends_at, slot.kind, slot.is_night,
                  slot.is_weekend, slot.is_holiday, open_to].append(slot)  # fmt: skip
    return list(found.values())


def _cliques(problem: Problem, slots: list[Slot]) -> list[list[int]]:
    """Places of slots of which one person may have one: those that, each with the rest after
    it, run at one start. Two shifts clash exactly when they stand in such a set."""
    rest, found = problem.rules.rest, []
    for start in sorted({slot.starts_at for slot in slots}):
        clique = [place for place, slot in enumerate(slots)
                  if slot.starts_at <= start < slot.ends_at + rest]  # fmt: skip
        if len(clique) > 1 and not (found and set(clique) <= set(found[-1])):
            found.append(clique)
    return found


def _most(problem: Problem, slots: list[Slot]) -> int:
    """How many of these one person could have at most: always take the one that ends first."""
    count, last = 0, None
    for slot in sorted(slots, key=lambda slot: slot.ends_at):
        if last is None or slot.starts_at >= last.ends_at + problem.rules.rest:
            count, last = count + 1, slot
    return count
