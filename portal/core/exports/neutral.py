"""Text that a spreadsheet would run as a formula gets an apostrophe in front.

One list of first characters serves the rule in SQL and the rule in Python.
Source: OWASP, CSV injection; ASVS 5.0, 1.2.10.
"""

from django.db.models import Case, CharField, Value, When
from django.db.models.functions import Concat, Left
from django.db.models.lookups import In

MARK = "'"
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_RISKY = frozenset(RISKY)


def neutral(text):
    """The text, marked when it begins like a formula; other values pass."""
    if isinstance(text, str) and text[:1] in _RISKY:
        return MARK + text
    return text


def neutral_sql(expression):
    """The same rule as an expression."""
    return Case(
        When(In(Left(expression, 1), RISKY), then=Concat(Value(MARK), expression)),
        default=expression,
        output_field=CharField(),
    )
