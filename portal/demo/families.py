"""Invented families: ages, names, relations, education and the rest fit together.

Ages are counted by year of birth. Nobody turns 60 in this year or in the two after it, and
nobody was born this year, so that the community's figures hold for at least two years.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate

from portal.demo import words
from residents.idnumbers import check_character
from residents.models import Residence

DIVISION = "150399"  # never given out
# Telephone prefixes that belong to nobody: no demo message can reach a person.
PHONE_PREFIXES = ("154", "160", "161", "163", "164", "169")
OLDEST_ADULT, YOUNGEST_ELDER = 57, 61
MALE, FEMALE = "1", "2"

_ELDER_AGES = range(YOUNGEST_ELDER, 98)
_ELDERS = list(accumulate(
    130 if a < 65 else 105 if a < 70 else 75 if a < 75 else 48 if a < 80 else 27 if a < 85
    else 12 if a < 90 else 3 for a in _ELDER_AGES
))  # fmt: skip
_LEVELS = ("90", "80", "70", "60", "41", "30", "20", "14", "11")
# Education by year of birth (before): share of each level.
_SCHOOLING = (
    (1950, list(accumulate((30, 38, 20, 6, 3, 2, 1, 0, 0)))),
    (1966, list(accumulate((9, 27, 38, 15, 5, 4, 2, 0, 0)))),
    (1981, list(accumulate((2, 10, 40, 20, 9, 11, 7, 1, 0)))),
    (9999, list(accumulate((0, 2, 18, 14, 10, 24, 27, 4, 1)))),
)
_CHILD = {MALE: ("21", "22", "23", "24"), FEMALE: ("31", "32", "33", "34")}
_OWN_PARENT = {MALE: "51", FEMALE: "52"}
_PARENT_IN_LAW = {(MALE, MALE): "55", (MALE, FEMALE): "56", (FEMALE, MALE): "53",
                  (FEMALE, FEMALE): "54"}  # fmt: skip  # (sex of the head, of the parent)


@dataclass(slots=True, eq=False)
class Person:
    name: str
    sex: str
    born_on: date
    relation: str = "02"
    marital: str = "10"
    ethnicity: str = "01"
    education: str = ""
    political: str = ""
    residence: str = Residence.HOME
    registered_address: str = ""
    id_number: str = ""
    phone: str = ""
    from_on: date | None = None
    tags: list = field(default_factory=list)  # (kind, category, grade, from, to)
    party: tuple | None = None  # (kind, from, to)
    gone: tuple | None = None  # (status, day)
    event: str = ""  # of the stay's first day


@dataclass(slots=True, eq=False)
class Family:
    """``shape`` is the key of SHAPES; members in the order of a ledger, the head first."""

    shape: str
    members: list[Person]
    surname: str = ""

    def living(self) -> Iterator[Person]:
        return (p for p in self.members if not p.gone and p.residence != Residence.AWAY_OUT)


class Inventor:
    """Makes families, always the same ones for the same seed and year."""

    def __init__(self, seed: str, year: int):
        self.random = random.Random(seed)  # noqa: S311 - invented data, repeatable
        self.year = year
        self._numbers: set[str] = set()

    def families(self) -> list[Family]:
        """All households in random order."""
        made = [make(self, shape) for shape, (make, count) in SHAPES.items() for _ in range(count)]
        self.random.shuffle(made)
        return made

    # --- Households by shape

    def single_elder(self, shape):
        elder = self.person(self.elder_age(), FEMALE if self.random.random() < 0.62 else MALE)
        elder.marital = self.pick("30", 76, "40", 14, "10", 10)
        return self._family(shape, elder)

    def single_adult(self, shape):
        age = self.adult_age(20)
        adult = self.person(age, MALE if self.random.random() < 0.58 else FEMALE)
        adult.marital = "10" if age < 27 else self.pick("10", 42, "40", 38, "20", 20)
        return self._family(shape, adult)

    def elder_couple(self, shape, *others):
        age = self.elder_age()
        return self._family(shape, *self._married(age, YOUNGEST_ELDER, 97), *others)

    def couple(self, shape, children=0, parents=0, oldest=OLDEST_ADULT):
        youngest = 26 if children or parents else 23
        husband, wife = self._married(self.adult_age(youngest, oldest), youngest, OLDEST_ADULT)
        children = self._children(wife, husband, children)
        family = self._family(shape, husband, wife, *children)
        head, other = family.members[:2]
        own = self.random.random() < 0.75
        child = head if own else other
        for parent in self._parents(child, parents):
            codes = _OWN_PARENT if own else {s: _PARENT_IN_LAW[head.sex, s] for s in "12"}
            parent.relation = codes[parent.sex]
            family.members.append(parent)
        return family

    def one_parent(self, shape):
        parent = self.person(self.adult_age(30, 55), self.pick(FEMALE, 78, MALE, 22))
        parent.marital = self.pick("40", 85, "30", 15)
        return self._family(shape, parent, *self._children(parent, parent, 1))

    def elder_and_child(self, shape):
        child = self.person(self.adult_age(26, OLDEST_ADULT), self.pick(MALE, 65, FEMALE, 35))
        child.marital = self.pick("10", 40, "40", 55, "30", 5)
        (parent,) = self._parents(child, 1)
        parent.relation = _OWN_PARENT[parent.sex]
        return self._family(shape, child, parent)

    def elder_and_grandchild(self, shape):
        """The parents work elsewhere."""
        elder = self.person(self.random.randint(61, 70), FEMALE)
        elder.marital = "30"
        age = self.random.randint(6, 14)
        grandchild = self.person(age, self.pick(MALE, 1, FEMALE, 1), elder.name[0])
        grandchild.relation = "41" if grandchild.sex == MALE else "42"
        return self._family(shape, elder, grandchild)

    def sharers(self, shape):
        """Two who rent together."""
        sex = self.pick(MALE, 55, FEMALE, 45)
        one, two = (self.person(self.adult_age(20, 40), sex) for _ in "12")
        two.relation = "99"
        return self._family(shape, one, two)

    def couple_and_adult_child(self, shape):
        family = self.elder_couple(shape)
        younger = max(p.born_on.year for p in family.members)
        older = min(p.born_on.year for p in family.members)
        age = self.year - self.random.randint(younger + 22, older + 42)
        age = min(max(age, 24), OLDEST_ADULT)
        child = self.person(age, self.pick(MALE, 70, FEMALE, 30), family.surname)
        child.relation = _CHILD[child.sex][0]
        child.marital = self.pick("10", 75, "40", 25)
        family.members.append(child)
        return family

    def three_generations(self, shape):
        family = self.elder_and_child(shape)
        parent = family.members[0]
        parent.marital = "40"
        family.members[1:1] = self._children(parent, parent, 1)
        return family

    # --- People who come besides

    def away_child(self, family: Family) -> Person:
        """A grown child that is registered here and lives elsewhere."""
        younger = max(p.born_on.year for p in family.members[:2])
        age = min(self.year - younger - self.random.randint(21, 30), OLDEST_ADULT)
        child = self.person(age, self.pick(MALE, 1, FEMALE, 1), family.surname)
        child.relation = "29" if child.sex == MALE else "39"
        child.residence = Residence.AWAY_OUT
        child.marital = "10" if age < 26 else self.pick("10", 35, "20", 65)
        return child

    def late_spouse(self, survivor: Person) -> Person:
        """The husband or wife that a widowed elder lost."""
        sex = FEMALE if survivor.sex == MALE else MALE
        age = self.year - survivor.born_on.year + self.random.randint(-2, 6)
        late = self.person(max(age, YOUNGEST_ELDER), sex)
        late.relation, late.marital = ("12" if sex == FEMALE else "11"), "20"
        return late

    # --- Pieces

    def person(self, age: int, sex: str, surname: str = "") -> Person:
        born_on = date(self.year - age, 1, 1) + timedelta(days=int(self.random.random() * 365))
        return Person(self.name(sex, born_on.year, surname), sex, born_on,
                      education=self._education(age, born_on.year))  # fmt: skip

    def name(self, sex: str, year: int, surname: str = "") -> str:
        if not surname:
            long = self.random.random() < 0.012
            surname = self.random.choice(words.LONG_SURNAMES if long else words.SURNAMES)
        given = next(v for (s, until), v in words.GIVEN.items() if s == sex and year < until)
        one = self.random.choice(given)
        two = self.random.choice(given) if self.random.random() < 0.88 else ""
        return surname + one + (two if two != one or sex == FEMALE else "")

    def number(self, person: Person) -> str:
        """An id number of nobody: right in form, of a division that never was."""
        while True:
            serial = self.random.randrange(1, 1000, 2) - (person.sex == FEMALE)
            body = f"{DIVISION}{person.born_on:%Y%m%d}{serial:03}"
            if body not in self._numbers:
                self._numbers.add(body)
                return body + check_character(body)

    def phone(self) -> str:
        return f"{self.random.choice(PHONE_PREFIXES)}{self.random.randrange(10**8):08}"

    def pick(self, *pairs):
        """A value by weight: ``pick("a", 3, "b", 1)``."""
        return self.random.choices(pairs[::2], pairs[1::2])[0]

    def elder_age(self) -> int:
        return self.random.choices(_ELDER_AGES, cum_weights=_ELDERS)[0]

    def adult_age(self, youngest: int, oldest: int = OLDEST_ADULT) -> int:
        """The ages that are left out below 60 come back as the ones just before."""
        age = self.random.randint(youngest, oldest + 2 if oldest == OLDEST_ADULT else oldest)
        return age if age <= oldest else self.random.randint(oldest - 2, oldest)

    def day(self, first: date, last: date) -> date:
        return first + timedelta(days=self.random.randint(0, (last - first).days))

    def _family(self, shape, *members) -> Family:
        family = Family(shape, list(members))
        head = family.members[0]
        head.relation = "02"
        family.surname = head.name[:2] if head.name[:2] in words.LONG_SURNAMES else head.name[0]
        return family

    def _married(self, age, youngest, oldest) -> list[Person]:
        """Husband and wife, in four of five households the husband first."""
        husband = self.person(age, MALE)
        wife_age = min(max(age + self.random.randint(-6, 2), youngest), oldest)
        wife = self.person(wife_age, FEMALE)
        for person in (husband, wife):
            person.marital = self.pick("20", 93, "22", 7)
        pair = [husband, wife] if self.random.random() < 0.8 else [wife, husband]
        pair[1].relation = "12" if pair[0] is husband else "11"
        return pair

    def _children(self, mother: Person, father: Person, count: int) -> list[Person]:
        pair = sorted(self.year - p.born_on.year for p in (mother, father))
        man = father if father.sex == MALE else mother
        surname = man.name[:2] if man.name[:2] in words.LONG_SURNAMES else man.name[0]
        oldest = min(pair[0] - 20, 29)
        youngest = max(pair[1] - 42, 1)
        ages = sorted((self.random.randint(min(youngest, oldest), oldest) for _ in range(count)),
                      reverse=True)  # fmt: skip
        children = []
        for age in ages:
            while children and self.year - age <= children[-1].born_on.year:
                age -= 1
            if age < 1:
                age = self.year - children[0].born_on.year + 1
            sex = self.pick(MALE, 52, FEMALE, 48)
            child = self.person(age, sex, surname)
            children.append(child)
        children.sort(key=lambda child: child.born_on)
        for place, child in enumerate(children):
            child.relation = _CHILD[child.sex][place + 1 if count > 1 else 0]
        return children

    def _parents(self, child: Person, count: int) -> list[Person]:
        """One or two elders, old enough to be the parents."""
        age = self.year - child.born_on.year
        surname = child.name[:2] if child.name[:2] in words.LONG_SURNAMES else child.name[0]
        if not count:
            return []
        gap = self.random.randint(22, 34)
        father_age = max(age + gap, YOUNGEST_ELDER)
        mother_age = max(father_age - self.random.randint(0, 4), YOUNGEST_ELDER)
        father = self.person(father_age, MALE, surname)
        mother = self.person(mother_age, FEMALE)
        father.marital = mother.marital = "20" if count == 2 else "30"
        return [father, mother] if count == 2 else [self.pick(father, 35, mother, 65)]

    def _education(self, age: int, year: int) -> str:
        if age < 7:
            return ""
        if age < 19:
            return "80" if age < 13 else "70" if age < 16 else "60"
        if age < 23:
            return self.pick("60", 12, "41", 10, "30", 30, "20", 48)
        weights = next(weights for before, weights in _SCHOOLING if year < before)
        return self.random.choices(_LEVELS, cum_weights=weights)[0]


def _couple(**values):
    return lambda inventor, shape: inventor.couple(shape, **values)


# How many households of each shape: 3,127 with 7,067 people, 1,168 of them elders.
SHAPES = {
    "single elder": (Inventor.single_elder, 190),
    "single adult": (Inventor.single_adult, 570),
    "elder couple": (Inventor.elder_couple, 234),
    "couple": (_couple(), 536),
    "one parent": (Inventor.one_parent, 218),
    "elder, child": (Inventor.elder_and_child, 108),
    "elder, grandchild": (Inventor.elder_and_grandchild, 12),
    "sharers": (Inventor.sharers, 60),
    "couple, child": (_couple(children=1), 700),
    "couple, elder": (_couple(parents=1), 92),
    "elder couple, child": (Inventor.couple_and_adult_child, 50),
    "elder, child, grandchild": (Inventor.three_generations, 50),
    "couple, two children": (_couple(children=2, oldest=45), 168),
    "couple, child, elder": (_couple(children=1, parents=1), 58),
    "couple, two elders": (_couple(parents=2), 14),
    "couple, child, two elders": (_couple(children=1, parents=2), 15),
    "couple, two children, elder": (_couple(children=2, parents=1, oldest=45), 32),
    "couple, three children": (_couple(children=3, oldest=45), 20),
}
