"""The hard rules, checked one by one without a solver."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from portal.core.workdays import zone
from portal.duty.solver.problem import DAY, Fault, Person, Problem, Rules, Slot


class Held(NamedTuple):
    """A shift that somebody has, inside or outside of the problem."""

    starts_at: datetime
    ends_at: datetime
    night_on: date | None  # the day whose night it takes
    name: str = ""


def held_of(slot: Slot) -> Held:
    return Held(slot.starts_at, slot.ends_at, slot.on if slot.is_night else None, str(slot))


def held_before(person: Person) -> list[Held]:
    """What the person has outside of the problem."""
    return [
        Held(
            one.starts_at,
            one.ends_at,
            one.starts_at.astimezone(zone()).date() if one.is_night else None,
            one.name,
        )
        for one in person.busy
    ]


def barred(problem: Problem, person: Person, slot: Slot) -> str:
    """The rule that keeps the person from the slot whatever else they have; "" for none."""
    if slot.kind not in person.kinds:
        return "kind"
    if not problem.is_eligible(slot, person):
        return "eligible"
    return "away" if person.away.intersection(slot.days) else ""


def hindered(rules: Rules, slot: Slot, held: list[Held]) -> str:
    """The rule that the slot would break besides what the person has; "" for none."""
    kinds = {clash(rules, held_of(slot), other) for other in held}
    for rule in ("overlap", "rest"):
        if rule in kinds:
            return rule
    nights = {other.night_on for other in held}
    if slot.is_night and len(_run(nights, slot.on)) > rules.nights_in_row:
        return "nights"
    return ""


def clash(rules: Rules, one: Held, other: Held) -> str:
    """ "overlap", "rest" or "" of two shifts of one person."""
    first, second = sorted((one, other), key=lambda held: (held.starts_at, held.ends_at))
    if second.starts_at < first.ends_at:
        return "overlap"
    return "rest" if second.starts_at - first.ends_at < rules.rest else ""


def faults(problem: Problem, assigned: Mapping[str, str]) -> list[Fault]:
    """Every rule that the assignment {slot key: person key} breaks, none when it is good."""
    slots = {slot.key: slot for slot in problem.slots}
    people = {person.key: person for person in problem.people}
    found, having = [], defaultdict(list)
    for key, who in assigned.items():
        slot, person = slots.get(key), people.get(who)
        if slot is None or person is None:
            text = f"{slot}：值班人不在值班人员中" if slot else "班次不在这张排班表中"
            found.append(Fault(key, who, "unknown", text))
            continue
        having[who].append(slot)
        if rule := barred(problem, person, slot):
            found.append(Fault(key, who, rule, f"{slot}：{rule_words(rule, slot, problem.rules)}"))
    for who, mine in having.items():
        found += _person_faults(problem.rules, people[who], mine)
    found += [
        Fault(key, who, "pin", f"{slots[key]}：已固定给别人" if key in slots else "固定的班次不在")
        for key, who in problem.pinned.items()
        if assigned.get(key) != who
    ]
    return found


def _person_faults(rules: Rules, person: Person, mine: list[Slot]) -> list[Fault]:
    found, before = [], held_before(person)
    mine = sorted(mine, key=lambda slot: (slot.starts_at, slot.ends_at, slot.key))
    for number, slot in enumerate(mine):
        others = [*map(held_of, mine[:number]), *before]
        clashes = {clash(rules, held_of(slot), other): other.name for other in others}
        found += [(slot, rule, clashes[rule]) for rule in ("overlap", "rest") if rule in clashes]
    nights = {slot.on for slot in mine if slot.is_night} | {held.night_on for held in before}
    seen = set()
    for slot in mine:
        if not slot.is_night or slot.on in seen:
            continue
        run = _run(nights, slot.on)
        seen |= run
        own = [other for other in mine if other.is_night and other.on in run]
        too_many = len(run) - rules.nights_in_row
        found += [(one, "nights", "") for one in own[-too_many:] if too_many > 0]
    return [
        Fault(slot.key, person.key, rule, f"{slot}：{_broken_words(rule, slot, rules, other)}")
        for slot, rule, other in found
    ]


def _broken_words(rule: str, slot: Slot, rules: Rules, other: str) -> str:
    """The rule, and the shift that stands against it."""
    return rule_words(rule, slot, rules) + (f"（{other}）" if other else "")


def _run(nights: set, on: date) -> set[date]:
    """The nights in a row that this one belongs to, or would."""
    run = {on}
    for step in (-DAY, DAY):
        day = on + step
        while day in nights:
            run.add(day)
            day += step
    return run


def rule_words(rule: str, slot: Slot, rules: Rules) -> str:
    """The rule in Chinese, as it follows "3 人" or stands alone."""
    kind = slot.kind_name or slot.kind
    return {
        "kind": f"没有{kind}资格",
        "eligible": "岗位不符或不在任",
        "away": "请假",
        "overlap": "同时已有别的班",
        "rest": f"前后两班之间休息不足 {rules.rest_hours} 小时",
        "nights": f"将连续值夜班超过 {rules.nights_in_row} 晚",
    }[rule]
