"""The solver without a database: filled as far as possible, no rule broken, level, explained."""

import threading
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.core.workdays import day_kind, zone
from portal.duty.solver import Busy, Person, Problem, Rules, Slot, Wish, cp, faults, solve

DAY = timedelta(days=1)
FIRST = date(2026, 9, 30)  # October and its holidays begin on the next day
NAMES = {"desk": "窗口值班", "night": "夜间值守", "patrol": "巡逻", "clinic": "卫生站值班"}
ALL = frozenset(NAMES)


def slot(on, kind="desk", starts=8, ends=14, seat=1, is_night=None):
    """A shift by local hours; one that ends at or before its start ends on the next day."""
    day = day_kind(on)
    return Slot(
        f"{on} {kind} {starts} {seat}", on, datetime.combine(on, time(starts), zone()),
        datetime.combine(on if ends > starts else on + DAY, time(ends), zone()), kind,
        kind == "night" if is_night is None else is_night, day == "weekend", day == "holiday",
        kind_name=NAMES[kind],
    )  # fmt: skip


def night(on, starts=20, ends=7):
    return slot(on, "night", starts, ends)


def busy(one):
    return Busy(one.starts_at, one.ends_at, one.is_night)


def person(key, *kinds, **values):
    return Person(key, frozenset(kinds) or ALL, **values)


def team(count, *kinds, **values):
    return tuple(person(f"p{n:02}", *kinds, **values) for n in range(count))


def month(year, number):
    first = date(year, number, 1)
    days = (first + n * DAY for n in range(31))
    return [day for day in days if day.month == number]


def rules_of(found):
    return [(fault.slot, fault.rule) for fault in found]


# --- Rules

MONDAY = date(2026, 11, 16)


@pytest.mark.parametrize(
    ("slots", "rules"),
    [
        ([slot(MONDAY), slot(MONDAY, seat=2)], ["overlap"]),
        ([slot(MONDAY), slot(MONDAY, starts=13, ends=17)], ["overlap"]),
        ([slot(MONDAY), slot(MONDAY, starts=14, ends=17)], ["rest"]),
        ([night(MONDAY), slot(MONDAY + DAY, starts=17, ends=20)], ["rest"]),
        ([night(MONDAY), slot(MONDAY + DAY, starts=18, ends=21)], []),  # 11 hours to the minute
        ([night(MONDAY), slot(MONDAY + DAY, starts=6, ends=9)], ["overlap"]),  # after midnight
        ([night(MONDAY), night(MONDAY + DAY), night(MONDAY + 2 * DAY)], ["nights"]),
        ([night(MONDAY), night(MONDAY + DAY), night(MONDAY + 3 * DAY)], []),
        ([night(MONDAY + n * DAY) for n in range(5)], ["nights"] * 3),
    ],
)
def test_faults_of_what_one_person_has(slots, rules):
    problem = Problem(tuple(slots), rules=Rules(nights_in_row=2), people=team(1))
    assigned = {one.key: "p00" for one in slots}
    assert [rule for _, rule in rules_of(faults(problem, assigned))] == rules


@pytest.mark.parametrize(
    ("who", "rule"),
    [
        (person("p", "night"), "kind"),
        (person("p", away=frozenset({MONDAY})), "away"),
        (person("p", busy=(busy(slot(MONDAY)),)), "overlap"),
        (person("p", busy=(busy(night(MONDAY - DAY)),)), "overlap"),
    ],
)  # fmt: skip
def test_faults_of_one_shift(who, rule):
    one = slot(MONDAY, starts=6, ends=12)
    found = faults(Problem((one,), (who,)), {one.key: "p"})
    assert rules_of(found) == [(one.key, rule)]
    assert found[0].text.startswith("11月16日 窗口值班：")


def test_leave_on_the_day_on_which_a_night_ends():
    one = night(MONDAY)
    away = person("p", away=frozenset({MONDAY + DAY}))
    assert rules_of(faults(Problem((one,), (away,)), {one.key: "p"})) == [(one.key, "away")]
    until_midnight = slot(MONDAY, starts=18, ends=0)
    assert faults(Problem((until_midnight,), (away,)), {until_midnight.key: "p"}) == []


def test_nights_before_the_month_count_in_the_row():
    before = [night(MONDAY - 2 * DAY), night(MONDAY - DAY)]
    who = person("p", busy=tuple(map(busy, before)))
    problem = Problem((night(MONDAY),), (who,))
    (reason,) = solve(problem, seconds=5).unfilled.values()
    assert reason == "11月16日 夜间值守：1 人将连续值夜班超过 2 晚"


@pytest.mark.parametrize(("limit", "filled"), [(1, 4), (2, 5), (3, 6)])
def test_no_more_nights_in_a_row_than_the_rules_allow(limit, filled):
    slots = tuple(night(MONDAY + n * DAY) for n in range(7))
    solution = solve(Problem(slots, team(1), Rules(11, limit)), seconds=5)
    assert len(solution.assigned) == filled


def test_faults_of_eligibility_pins_and_strangers():
    one, other = slot(MONDAY), slot(MONDAY + DAY)
    problem = Problem((one, other), team(2), eligible={one.key: frozenset({"p01"})},
                      pinned={other.key: "p01"})  # fmt: skip
    found = faults(problem, {one.key: "p00", other.key: "p00", "gone": "p00"})
    assert rules_of(found) == [(one.key, "eligible"), ("gone", "unknown"), (other.key, "pin")]
    assert faults(problem, {one.key: "p01", other.key: "p01"}) == []


# --- Small problems of every kind

DAYS = st.integers(0, 4).map(lambda n: FIRST + n * DAY)
HOURS = st.sampled_from([0, 4, 8, 12, 14, 18, 20, 22])


@st.composite
def problems(draw, most_slots=9, most_people=4):
    slots = {}
    for seat in range(draw(st.integers(1, most_slots))):
        one = slot(draw(DAYS), draw(st.sampled_from(["desk", "night"])), draw(HOURS), draw(HOURS),
                   seat, draw(st.booleans()))  # fmt: skip
        slots[one.key] = one
    people = []
    for number in range(draw(st.integers(1, most_people))):
        kinds = draw(st.frozensets(st.sampled_from(["desk", "night"]), min_size=1))
        fixed = draw(st.sampled_from([None, night(FIRST - DAY), night(FIRST + 5 * DAY)]))
        taken = (busy(fixed),) if fixed else ()
        wishes = tuple(Wish(draw(DAYS), "", draw(st.booleans())) for _ in range(2))
        people.append(Person(f"p{number}", kinds, draw(st.frozensets(DAYS, max_size=1)),
                             draw(st.sampled_from([50, 100])), nights=draw(st.integers(0, 3)),
                             wishes=wishes, busy=taken))  # fmt: skip
    rules = Rules(draw(st.sampled_from([0, 8, 11])), draw(st.integers(1, 3)))
    return Problem(tuple(slots.values()), tuple(people), rules)


@settings(max_examples=60)
@given(problems())
def test_a_solution_breaks_no_rule_and_explains_every_gap(problem):
    solution = solve(problem, seconds=10)
    assert faults(problem, solution.assigned) == []
    assert solution.assigned.keys() | solution.unfilled.keys() == {s.key for s in problem.slots}
    assert not solution.assigned.keys() & solution.unfilled.keys()
    slots = {one.key: one for one in problem.slots}
    for key, reason in solution.unfilled.items():
        assert reason.startswith(str(slots[key]))
        counts = [int(part.split(" 人")[0]) for part in reason.split("：")[1].split("，")]
        assert sum(counts) == len(problem.people)  # everybody is barred by a rule


@settings(max_examples=60)
@given(problems(most_slots=5, most_people=3))
def test_no_other_assignment_fills_more(problem):
    choices = [None, *(who.key for who in problem.people)]
    best = 0
    for choice in product(choices, repeat=len(problem.slots)):
        assigned = {s.key: who for s, who in zip(problem.slots, choice, strict=True) if who}
        if len(assigned) > best and not faults(problem, assigned):
            best = len(assigned)
    assert len(solve(problem, seconds=10).assigned) == best


@settings(max_examples=30)
@given(problems(), st.randoms(use_true_random=False))
def test_pins_stay_and_the_rest_is_solved_around_them(problem, random):
    first = solve(problem, seconds=10).assigned
    pinned = {key: who for key, who in first.items() if random.random() < 0.5}
    again = solve(Problem(problem.slots, problem.people, problem.rules, pinned), seconds=10)
    assert pinned.items() <= again.assigned.items()
    assert len(again.assigned) == len(first)
    assert again.faults == []


def test_pins_that_break_a_rule_are_kept_and_named():
    slots = (slot(MONDAY), slot(MONDAY, starts=14, ends=20), slot(MONDAY + DAY))
    pinned = {slots[0].key: "p00", slots[1].key: "p00"}
    solution = solve(Problem(slots, team(1), pinned=pinned), seconds=5)
    assert solution.status == "infeasible pins"
    assert pinned.items() <= solution.assigned.items()
    assert [fault.text for fault in solution.faults] == [
        "11月16日 窗口值班：前后两班之间休息不足 11 小时（11月16日 窗口值班）"]  # fmt: skip
    assert slots[2].key in solution.assigned


# --- Reasons


def test_an_infeasible_month_names_day_and_rules():
    holiday = date(2026, 10, 1)
    people = (
        *team(3, "night", away=frozenset({holiday})),
        person("a", "night", busy=(busy(slot(holiday)),)),
        person("b", "desk"),
    )
    slots = tuple(night(day) for day in month(2026, 10))
    reason = solve(Problem(slots, people), seconds=10).unfilled[slots[0].key]
    assert reason == (
        "10月1日 夜间值守：3 人请假，1 人前后两班之间休息不足 11 小时，1 人没有夜间值守资格"
    )


def test_a_month_without_people_says_so():
    (reason,) = solve(Problem((slot(MONDAY),), ()), seconds=5).unfilled.values()
    assert reason == "11月16日 窗口值班：没有值班人员"


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        (Wish(MONDAY), "11月16日 窗口值班：没有别人可值（1 人请假）"),
        (Wish(MONDAY + DAY, is_wanted=True), "11月17日：没有这样的班次"),
        (Wish(MONDAY, "clinic", is_wanted=True), "11月16日 卫生站值班：没有卫生站值班资格"),
    ],
)
def test_a_bent_wish_says_why(wish, reason):
    slots = (slot(MONDAY), slot(MONDAY, "clinic"))
    people = (person("a", "desk", wishes=(wish,)), person("b", away=frozenset({MONDAY})))
    assert solve(Problem(slots, people), seconds=5).bent == [("a", wish, reason)]


def test_wishes_are_met_where_they_cost_nothing():
    days = [MONDAY + n * DAY for n in range(4)]
    wishes = {"p00": (Wish(days[0]), Wish(days[1], is_wanted=True)),
              "p01": (Wish(days[2], "desk"), Wish(days[3], "desk", is_wanted=True))}  # fmt: skip
    people = tuple(person(key, wishes=mine) for key, mine in wishes.items())
    solution = solve(Problem(tuple(map(slot, days)), people), seconds=5)
    assert solution.bent == []
    assert list(solution.assigned.values()) == ["p01", "p00", "p00", "p01"]


def test_a_wish_gives_way_to_a_level_year():
    wish = Wish(MONDAY)
    people = (person("a", nights=3, shifts=3), person("b", wishes=(wish,)))
    solution = solve(Problem((night(MONDAY),), people), seconds=5)
    assert list(solution.assigned.values()) == ["b"]
    assert solution.bent[0][2] == "11月16日 夜间值守：另有 1 人可值，但会使今年的班次更不均衡"


# --- Level


def counted(slots, assigned, measure):
    return Counter(assigned[one.key] for one in slots if one.counts(measure))


def test_what_the_year_holds_already_is_made_up_for():
    people = tuple(person(key, shifts=n, nights=n) for key, n in (("a", 6), ("b", 2), ("c", 4)))
    slots = tuple(night(day) for day in month(2026, 11)[:18])
    solution = solve(Problem(slots, people), seconds=5)
    assert counted(slots, solution.assigned, "nights") == {"a": 4, "b": 8, "c": 6}
    assert solution.spread["nights"] == 0


@pytest.mark.parametrize("key", ["a", "b", "c"])
def test_last_year_decides_among_equals(key):
    people = tuple(person(one, ahead=frozenset({"nights"} if one == key else ())) for one in "abc")
    slots = tuple(night(day) for day in month(2026, 11)[:5])
    having = counted(slots, solve(Problem(slots, people), seconds=5).assigned, "nights")
    assert having == {**dict.fromkeys("abc", 2), key: 1}


def test_a_half_share_is_half_the_load():
    people = (person("a", share=50), person("b"), person("c"))
    slots = tuple(slot(day) for day in month(2026, 11)[:20])
    solution = solve(Problem(slots, people), seconds=5)
    assert counted(slots, solution.assigned, "shifts") == {"a": 4, "b": 8, "c": 8}


def test_nights_are_level_though_only_some_keep_the_desk():
    """Whose work is at the desk in daytime takes turns by night like everybody else."""
    days = month(2026, 11)
    worked = [day for day in days if day.weekday() < 5]
    slots = [night(day) for day in days] + [slot(day, "desk", 8, 15) for day in worked]
    slots += [slot(day, "desk", 12, 20) for day in worked]
    people = team(3, "desk", "night") + tuple(person(f"n{n}", "night") for n in range(6))
    solution = solve(Problem(tuple(slots), people), seconds=10)
    assert (solution.status, solution.unfilled) == ("optimal", {})
    assert max(solution.spread.values()) <= 1


def big_month(people):
    """Every day two at the desk early and late, a night, a patrol, a clinic: 4 kinds."""
    random, days = Random(4), month(2026, 10)
    slots = []
    for day in days:
        slots += [slot(day, "desk", 8, 14, seat) for seat in (1, 2)]
        slots += [slot(day, "desk", 14, 20, seat) for seat in (1, 2)]
        slots += [night(day, 18, 8), slot(day, "patrol", 19, 23), slot(day, "clinic", 9, 17)]
    staff = []
    for number in range(people):
        kinds = {"desk", "night"} | ({"clinic"} if number % 4 == 0 else set())
        kinds |= {"patrol"} if number % 2 else set()
        begin = random.randrange(25)
        away = frozenset(days[begin : begin + random.choice([0, 1, 5])])
        wishes = tuple(Wish(day, "", random.random() < 0.3) for day in random.sample(days, 2))
        staff.append(person(f"p{number:02}", *kinds, away=away, wishes=wishes))
    return Problem(tuple(slots), tuple(staff))


def test_thirty_people_and_four_kinds_take_seconds():
    solution = solve(big_month(30))
    assert (solution.status, solution.unfilled, solution.faults) == ("optimal", {}, [])
    assert solution.seconds < 30
    assert max(solution.spread["nights"], solution.spread["holidays"]) <= 1


def test_the_same_problem_has_the_same_answer():
    whole = big_month(12)
    weeks = Problem(whole.slots[:100], whole.people)
    first, again = solve(weeks), solve(weeks)
    assert first.assigned == again.assigned
    assert (first.unfilled, first.bent) == (again.unfilled, again.bent)


# --- Progress


def test_on_progress_is_told_and_may_stop_the_search(monkeypatch):
    class Stopped(Exception):
        pass

    told, threads = [], threading.active_count()

    def tell(done, total, text):
        told.append((done, total, text))
        if len(told) == 2:  # the first one from within the search, however busy the machine
            raise Stopped

    monkeypatch.setattr(cp, "REPORT_EVERY", 0.01)
    with pytest.raises(Stopped):
        solve(big_month(30), on_progress=tell)
    assert [text for _, _, text in told] == ["正在安排人员"] * 2
    assert threading.active_count() == threads


def test_progress_ends_at_the_whole():
    told = []
    solve(Problem((slot(MONDAY),), team(1)), on_progress=lambda *report: told.append(report))
    assert told[0][2] == "正在安排人员"
    assert told[-1] == (100, 100, "完成")


def test_of_equally_good_months_the_one_that_changes_least_is_taken():
    """A month solved again because somebody cannot come on two of the own days keeps the rest."""
    slots = [made for on in month(2026, 12) for made in (slot(on), night(on))]
    people = team(8, "desk", "night")
    first = solve(Problem(tuple(slots), people), seconds=20)
    own = [one.on for one in slots if first.assigned[one.key] == people[0].key]
    away = replace(people[0], away=frozenset(own[:2]))
    problem = Problem(tuple(slots), (away, *people[1:]), present=first.assigned)
    again = solve(problem, seconds=20)
    moved = sum(first.assigned.get(key) != one for key, one in again.assigned.items())
    assert (first.status, again.status, again.unfilled) == ("optimal", "optimal", {})
    assert 2 <= moved <= 8
