"""What makes a community of invented families: who is registered where, who needs what,
who is in the Party, who came, was born, died or left."""

from datetime import date, timedelta

from portal.demo import words
from portal.demo.families import MALE, OLDEST_ADULT, SHAPES, Family, Inventor, Person
from residents.models import CareKind, LifeEventKind, PartyKind, Residence, ResidentStatus

# FACTS of the community, and what goes with them.
DISABILITIES = {"4": 96, "1": 26, "2": 22, "5": 12, "6": 10, "3": 8, "7": 6}  # 180
LOW_INCOME = 212
PARTY = {PartyKind.BRANCH: 29, PartyKind.IN_SERVICE: 80, PartyKind.RETIRED: 69}
FLOATING = {"single adult": 220, "couple": 70, "sharers": 60, "couple, child": 60}
AWAY_IN = 390  # households
AWAY_OUT = {"elder couple": 52, "couple, child": 44}
EMPTY_NESTS, NEEDS_CARE, MILITARY = 140, 44, 21
MOVED_IN, LATE_SPOUSES, LATE_HEADS, LEFT_ALONE = 48, 20, 3, 14
LEFT_TOGETHER = ("single adult", "single adult", "couple", "sharers", "couple, child") * 2
MOVED_WITHIN = 3
NO_NUMBER = {"children": 12, "adults": 11}
OTHER_PAPERS, TWINS_ON_PAPER = 4, 3


class Community:
    """The families that live here, and those that left."""

    def __init__(self, seed: str, today: date):
        self.today, self.inventor = today, Inventor(seed, today.year)
        self.random = self.inventor.random
        self.families = self.inventor.families()
        self.left: list[Family] = []
        self.moved: list[Family] = []  # families that moved within the community
        for step in (
            self._ethnic_groups, self._residence, self._children_away, self._numbers,
            self._late, self._leavers, self._arrivals, self._disabilities, self._incomes,
            self._elders, self._other_needs, self._party, self._other_politics,
        ):  # fmt: skip
            step()

    def age(self, person: Person) -> int:
        """By year of birth: the age everybody reaches this year."""
        return self.today.year - person.born_on.year

    def of(self, *shapes: str) -> list[Family]:
        return [family for family in self.families if family.shape in shapes]

    def people(self) -> list[Person]:
        return [person for family in self.families for person in family.living()]

    def sample(self, people, count: int) -> list:
        return self.random.sample(people, count)

    def recently(self, days: int = 540) -> date:
        return self.today - timedelta(days=self.random.randint(3, days))

    # --- Who they are

    def _ethnic_groups(self):
        shares, codes = zip(*words.ETHNIC, strict=True)
        rare = self.sample(self.of("couple", "couple, child"), 2)
        for family in self.families:
            code = "05" if family in rare else self.random.choices(codes, shares)[0]
            for person in family.members:
                person.ethnicity = code
                if code == "02" and self.random.random() < 0.6:
                    person.name = self._mongol_name(person.sex)
                elif code == "05":
                    given = self.random.choice(words.UYGUR[person.sex])
                    person.name = f"{given}·{self.random.choice(words.UYGUR_FATHERS)}"
        for family in self.sample(self.of("couple, child"), 2):
            person = family.members[-1]
            person.name = person.name[0] + words.BEYOND_BMP

    def _mongol_name(self, sex: str) -> str:
        pool = words.MONGOL[sex].split()
        name = self.random.choice(pool)
        if len(name) == 2 and self.random.random() < 0.5:
            name += self.random.choice([word for word in pool if word != name])
        return name

    def _residence(self):
        floating = [f for shape, n in FLOATING.items() for f in self.sample(self.of(shape), n)]
        chosen = set(map(id, floating))
        rest = [f for f in self.families if id(f) not in chosen]
        away = self.sample(rest, AWAY_IN)
        for families, kind in ((floating, Residence.FLOATING), (away, Residence.AWAY_IN)):
            for family in families:
                address = self.random.choice(words.AWAY)
                for person in family.members:
                    person.residence, person.registered_address = kind, address

    def _children_away(self):
        for shape, count in AWAY_OUT.items():
            able = [f for f in self.of(shape) if f.members[0].residence == Residence.HOME
                    and all(self.age(p) >= 43 for p in f.members[:2])]  # fmt: skip
            for family in self.sample(able, count):
                family.members.append(self.inventor.away_child(family))

    def _numbers(self):
        for family in self.families:
            for person in family.members:
                self._number(person)
        people = self.people()
        children = [p for p in people if self.age(p) <= 3]
        adults = [p for p in people if self.age(p) >= 20 and p.residence == Residence.FLOATING]
        for person in self.sample(children, NO_NUMBER["children"]):
            person.id_number = ""
        some = self.sample(adults, NO_NUMBER["adults"] + OTHER_PAPERS)
        for place, person in enumerate(some):
            person.id_number = "" if place >= OTHER_PAPERS else f"PA{place + 1:07}"
        singles = [f.members[0] for f in self.of("single adult")]
        singles = [p for p in singles if len(p.id_number) == 18]
        pairs = self.sample(singles, 2 * TWINS_ON_PAPER)
        for one, two in zip(pairs[::2], pairs[1::2], strict=True):  # written down twice
            two.name, two.sex, two.born_on = one.name, one.sex, one.born_on
            two.id_number = self.inventor.number(two)

    def _number(self, person: Person):
        person.id_number = self.inventor.number(person)
        age = self.age(person)
        chance = 0 if age < 12 else 0.6 if age < 18 else 0.985 if age < 60 else 0.93
        if self.random.random() < (chance if age < 80 else 0.8):
            person.phone = self.inventor.phone()

    # --- Who came and went

    def _late(self):
        """Widowed people whose husband or wife died here; some households lost their head."""
        widowed = [f for f in self.of("single elder") if f.members[0].marital == "30"]
        for place, family in enumerate(self.sample(widowed, LATE_SPOUSES + LATE_HEADS)):
            survivor = family.members[0]
            late = self.inventor.late_spouse(survivor)
            late.residence = survivor.residence
            self._number(late)
            late.gone = (ResidentStatus.DEAD, self.recently())
            if place < LATE_HEADS:
                late.relation, survivor.relation = "02", "10"
            family.members.append(late)

    def _leavers(self):
        able = [f for f in self.of("couple, child") if self.age(f.members[0]) >= 46
                and all(p.residence == Residence.HOME for p in f.members)]  # fmt: skip
        for family in self.sample(able, LEFT_ALONE):
            person = self.inventor.away_child(family)
            person.residence, person.gone = Residence.HOME, (ResidentStatus.MOVED, self.recently())
            self._number(person)
            family.members.append(person)
        for shape in LEFT_TOGETHER:
            family, day = SHAPES[shape][0](self.inventor, shape), self.recently()
            for person in family.members:
                person.gone = (ResidentStatus.MOVED, day)
                self._number(person)
            self.left.append(family)

    def _arrivals(self):
        shapes = ("single adult", "couple", "couple, child", "sharers")
        for family in self.sample(self.of(*shapes), MOVED_IN + MOVED_WITHIN):
            day = self.recently(900)
            within = len(self.moved) < MOVED_WITHIN and family.shape != "single adult"
            if within:
                self.moved.append(family)
            for person in family.living():
                person.from_on = max(day, person.born_on)
                person.event = LifeEventKind.MOVE_WITHIN if within else LifeEventKind.MOVE_IN
        for person in self.people():
            if self.age(person) <= 2 and not person.event and person.residence == Residence.HOME:
                person.from_on, person.event = person.born_on, LifeEventKind.BIRTH

    # --- Who needs what

    def _tag(self, person: Person, kind: str, category="", grade="", to_on: date | None = None):
        years = min(self.random.randint(1, 14), self.age(person) - 1)
        from_on = (
            date(self.today.year - years, self.random.randint(1, 12), 1) if years > 0 else None
        )
        if to_on:
            from_on = to_on - timedelta(days=365 * self.random.randint(1, 4))
        person.tags.append((kind, category, grade, from_on, to_on))

    def _disabilities(self):
        people = self.people()
        weights = [9 if self.age(p) >= 60 else 3 if self.age(p) >= 40 else 1 for p in people]
        chosen: dict[int, Person] = {}
        while len(chosen) < sum(DISABILITIES.values()):
            person = self.random.choices(people, weights)[0]
            chosen[id(person)] = person
        kinds = [category for category, count in DISABILITIES.items() for _ in range(count)]
        for person, category in zip(chosen.values(), kinds, strict=True):
            grade = self.inventor.pick("1", 16, "2", 26, "3", 27, "4", 31)
            self._tag(person, CareKind.DISABILITY, category, grade)

    def _incomes(self):
        """Whole households receive the allowance, until exactly so many people do."""
        shapes = ("single elder", "one parent", "elder, child", "couple", "couple, elder")
        able = [f for f in self.of(*shapes) if f.members[0].residence != Residence.FLOATING]
        left = LOW_INCOME
        for family in self.sample(able, len(able)):
            people = list(family.living())
            if len(people) > left:
                continue
            for person in people:
                self._tag(person, CareKind.LOW_INCOME)
            left -= len(people)
            if not left:
                break
        others = [p for p in self.people() if not p.tags and 30 <= self.age(p) <= 70]
        for person in self.sample(others, 18):
            self._tag(person, CareKind.LOW_INCOME, to_on=self.recently())

    def _elders(self):
        alone = [next(family.living()) for family in self.of("single elder")]
        for person in alone:
            self._tag(person, CareKind.LIVING_ALONE)
        for family in self.sample(self.of("elder couple"), EMPTY_NESTS):
            for person in family.living():
                self._tag(person, CareKind.EMPTY_NEST)
        old = [p for p in self.people() if self.age(p) >= 75]
        for person in self.sample(old, NEEDS_CARE):
            self._tag(person, CareKind.NEEDS_CARE)
        for person in self.sample([p for p in alone if p.marital == "10"], 5):
            self._tag(person, CareKind.EXTREME_POVERTY)
        for family in self.sample(self.of("elder couple"), 4):
            for person in family.living():
                self._tag(person, CareKind.LOST_ONLY_CHILD)

    def _other_needs(self):
        for family in self.sample(self.of("elder, grandchild"), 9):
            self._tag(family.members[-1], CareKind.LEFT_BEHIND)
        men = [p for p in self.people() if p.sex == MALE and self.age(p) >= 24]
        for person in self.sample(men, MILITARY):
            self._tag(person, CareKind.MILITARY_FAMILY)

    # --- Party members and others

    def _party(self):
        people = [p for p in self.people() if p.residence != Residence.FLOATING]
        elders = [p for p in people if self.age(p) > OLDEST_ADULT]
        at_work = [p for p in people if 24 <= self.age(p) <= OLDEST_ADULT]
        retired = self.sample(elders, PARTY[PartyKind.RETIRED])
        in_service = self.sample(at_work, PARTY[PartyKind.IN_SERVICE])
        taken = set(map(id, retired + in_service))
        rest = [p for p in elders[::3] + at_work if id(p) not in taken]
        branch = self.sample(rest, PARTY[PartyKind.BRANCH])
        groups = zip((PartyKind.RETIRED, PartyKind.IN_SERVICE, PartyKind.BRANCH),
                     (retired, in_service, branch), strict=True)  # fmt: skip
        for kind, members in groups:
            for person in members:
                self._member(person, kind)
        for person in branch[:2]:
            person.political = "02"
        gone = [p for f in [*self.families, *self.left] for p in f.members if p.gone]
        for person in self.sample(gone, 8):
            kind = PartyKind.RETIRED if self.age(person) >= 60 else PartyKind.IN_SERVICE
            self._member(person, kind, person.gone[1])

    def _member(self, person: Person, kind: str, to_on: date | None = None):
        first, last = person.born_on.year + 20, self.today.year - 2
        joined = date(self.random.randint(min(first, last), last), 7, 1)
        from_on = None if to_on and joined >= to_on else joined
        person.political, person.party = "01", (kind, from_on, to_on)

    def _other_politics(self):
        for family in [*self.families, *self.left]:
            for person in family.members:
                if person.political:
                    continue
                age, chance = self.age(person), self.random.random()
                if age >= 14:
                    young = 14 <= age <= 27 and chance < 0.34
                    other = age >= 30 and chance < 0.004
                    person.political = "03" if young else self._small_party() if other else "13"

    def _small_party(self) -> str:
        return self.inventor.pick("05", 3, "06", 2, "07", 2, "08", 1, "10", 2)
