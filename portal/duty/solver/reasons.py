"""Why a slot stayed empty and why a wish was not met, read from the rules."""

from collections import Counter, defaultdict
from collections.abc import Mapping

from portal.duty.solver.problem import MEASURES, Person, Problem, Slot, Wish
from portal.duty.solver.rules import barred, held_before, held_of, hindered, rule_words

ORDER = ("away", "overlap", "rest", "nights", "eligible", "kind")


class _Month:
    """What everybody has in an assignment."""

    def __init__(self, problem: Problem, assigned: Mapping[str, str]):
        self.problem, self.assigned = problem, assigned
        self.slots = {slot.key: slot for slot in problem.slots}
        self.mine = defaultdict(list)
        for key, who in assigned.items():
            if key in self.slots:
                self.mine[who].append(self.slots[key])

    def rule(self, person: Person, slot: Slot, without: Slot | None = None) -> str:
        """What keeps the person from the slot besides their other shifts; "" for nothing."""
        held = [held_of(one) for one in self.mine[person.key] if one is not without]
        return barred(self.problem, person, slot) or hindered(
            self.problem.rules, slot, held + held_before(person))  # fmt: skip

    def counted(self, slot: Slot, besides: str = "") -> tuple[str, int]:
        """The rules against a slot in words with counts, and how many could take it."""
        rules = Counter(self.rule(person, slot) for person in self.problem.people
                        if person.key != besides)  # fmt: skip
        words = "，".join(
            f"{rules[rule]} 人{rule_words(rule, slot, self.problem.rules)}"
            for rule in ORDER if rules[rule]
        )  # fmt: skip
        return words or "没有其他值班人员", rules[""]


def unfilled_reasons(problem: Problem, assigned: Mapping[str, str]) -> dict[str, str]:
    """{slot key: sentence} of every slot that nobody has."""
    month, found = _Month(problem, assigned), {}
    for slot in problem.slots:
        if slot.key in assigned:
            continue
        words, could = month.counted(slot)
        if not problem.people:
            words = "没有值班人员"
        elif could:  # the time was up
            words = f"{could} 人可值，时间到时尚未排上"
        found[slot.key] = f"{slot}：{words}"
    return found


def bent_reasons(problem: Problem, assigned: Mapping[str, str]) -> list[tuple[str, Wish, str]]:
    """(person key, wish, sentence) of every wish that was not met."""
    month, found = _Month(problem, assigned), []
    for person in problem.people:
        for wish in person.wishes:
            has = [slot for slot in month.mine[person.key] if wish.means(slot)]
            if wish.is_wanted and not has:
                found.append((person.key, wish, _missed(month, person, wish)))
            elif has and not wish.is_wanted:
                found.append((person.key, wish, _forced(month, person, has[0])))
    return found


def _missed(month: _Month, person: Person, wish: Wish) -> str:
    day = f"{wish.on.month}月{wish.on.day}日"
    meant = [slot for slot in month.problem.slots if wish.means(slot)]
    if not meant:
        return f"{day}：没有这样的班次"
    rules = {month.rule(person, slot): slot for slot in meant}
    if "" in rules:
        return f"{rules['']}：已排给今年班次较少的人，以求均衡"
    rule = min(rules, key=ORDER.index)
    return f"{rules[rule]}：{rule_words(rule, rules[rule], month.problem.rules)}"


def _forced(month: _Month, person: Person, slot: Slot) -> str:
    if month.problem.pinned.get(slot.key) == person.key:
        return f"{slot}：这一班已固定"
    words, could = month.counted(slot, besides=person.key)
    if could:
        return f"{slot}：另有 {could} 人可值，但会使今年的班次更不均衡"
    return f"{slot}：没有别人可值（{words}）"


def spreads(problem: Problem, assigned: Mapping[str, str]) -> dict[str, float]:
    """Between the most and the least loaded of those who could have the same kinds of such
    shifts; the widest of these distances."""
    month, found = _Month(problem, assigned), {}
    for measure in MEASURES:
        slots, alike = [slot for slot in problem.slots if slot.counts(measure)], defaultdict(list)
        for person in problem.people:
            kinds = frozenset(s.kind for s in slots if not barred(problem, person, s))
            had = sum(slot.counts(measure) for slot in month.mine[person.key])
            alike[kinds].append((getattr(person, measure) + had) * 100 / person.share)
        alike.pop(frozenset(), None)  # they are asked for no such shift
        distances = (max(loads) - min(loads) for loads in alike.values())
        found[measure] = round(max(distances, default=0.0), 1)
    return found
