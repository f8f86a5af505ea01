"""Whom the visit plan means, and when a household is due. Questions only, no writes."""

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Case, IntegerField, Max, QuerySet, Value, When
from django.utils import timezone

from residents.models import (
    LIVING_HERE,
    Audience,
    CareTag,
    Household,
    Resident,
    Visit,
    VisitOutcome,
    VisitRule,
)
from residents.reports import years_before

CHANGE_HOURS = 72  # after a big change in a household for which no rule says it
BACKUP_DAYS, HEAD_DAYS = 3, 7  # of visits that no rule asked for
LONGEST = 366


def households_of(audience: Audience, today: date) -> QuerySet[Household]:
    """The households that the audience means: somebody in them has both need and age."""
    people = Resident.objects.living().filter(
        community=audience.community_id, residence__in=LIVING_HERE
    )
    if audience.age_from:
        people = people.filter(born_on__lte=years_before(today, audience.age_from))
    if audience.care_kinds:
        tags = CareTag.objects.valid_on(today).filter(
            community=audience.community_id, kind__in=audience.care_kinds
        )
        people = people.filter(pk__in=tags.values("resident"))
    return Household.objects.filter(
        community=audience.community_id, closed_on=None, pk__in=people.values("household")
    )


def rules_of(community_id: UUID) -> list[VisitRule]:
    """The rules in use, the shortest interval first."""
    rules = VisitRule.objects.filter(community=community_id, is_active=True)
    return list(rules.order_by("interval_days", "name"))


def with_rule(rules: list[VisitRule], community_id: UUID, today: date) -> QuerySet[Household]:
    """Open households; ``rule_place`` is the place of the first one of ``rules`` that means
    it, or None. One statement however many households and rules there are."""
    whens = [
        When(pk__in=households_of(rule, today).values("pk"), then=Value(place))
        for place, rule in enumerate(rules)
    ]
    rows = Household.objects.filter(community=community_id, closed_on=None)
    found = Case(*whens, default=Value(None), output_field=IntegerField())
    return rows.annotate(rule_place=found)


def rules_by_household(community_id: UUID, today: date) -> dict[UUID, VisitRule]:
    """{household: the rule with the shortest interval that fits}."""
    rules = rules_of(community_id)
    rows = with_rule(rules, community_id, today).values_list("pk", "rule_place")
    return {key: rules[place] for key, place in rows if place is not None} if rules else {}


def rules_for(household: Household, today: date) -> list[VisitRule]:
    """The rules that fit one household, the shortest interval first."""
    return [
        rule
        for rule in rules_of(household.community_id)
        if households_of(rule, today).filter(pk=household.pk).exists()
    ]


def change_hours(rules: Iterable[VisitRule]) -> tuple[int, VisitRule | None]:
    """Within how many hours somebody looks in after a big change, and which rule says so."""
    known = [rule for rule in rules if rule.change_hours]
    if not known:
        return CHANGE_HOURS, None
    rule = min(known, key=lambda rule: rule.change_hours)
    return rule.change_hours, rule


def counted() -> QuerySet[Visit]:
    """Visits that count: somebody was met, and no later record corrects it."""
    return Visit.objects.filter(outcome=VisitOutcome.MET, corrected_by=None)


def last_visits(households: Iterable[UUID] | QuerySet) -> dict[UUID, date]:
    """{household: the day of its last visit that counts}, those never visited left out."""
    rows = counted().filter(household__in=households).order_by()
    return dict(rows.values_list("household").annotate(Max("visited_on")))


def next_due(key: UUID, since: date, rule: VisitRule, last: date | None) -> date:
    """The day on which the rule wants the household visited. Those never visited are spread
    over one interval from ``since`` on, each on a day of its own that stays the same."""
    if last:
        return last + timedelta(days=rule.interval_days)
    return since + timedelta(days=1 + key.int % rule.interval_days)


def since_of(created_at, rule: VisitRule) -> date:
    """From when on a rule means a household."""
    return timezone.localdate(max(created_at, rule.created_at))
