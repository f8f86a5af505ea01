"""The reason of a visit in words: how often is said once, and a rule's name not to everybody."""

import pytest

from residents.models import VisitCause, VisitRule, VisitTask
from residents.visits.words import why


@pytest.mark.parametrize(
    ("name", "days", "care", "words"),
    [
        ("困难家庭", 30, True, "困难家庭，每月"),
        ("困难家庭", 30, False, "每月"),
        ("每户每年一次", 365, True, "每户每年一次"),
    ],
)
def test_why_names_the_rule_and_how_often(name, days, care, words):
    rule = VisitRule(name=name, interval_days=days)
    assert why(VisitTask(cause=VisitCause.RULE, rule=rule), care) == words
