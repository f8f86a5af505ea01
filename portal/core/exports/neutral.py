"""Text that a spreadsheet would run as a formula gets an apostrophe in front.

One list of characters serves the rule in SQL and the rule in Python: text is risky when it
begins with a control character that parts cells, or when the first character that can be seen
is a sign that begins a formula, in any of its shapes. Apostrophes are looked through as well,
so that ``plain`` gives back exactly what ``neutral`` got.
Source: OWASP, CSV injection; ASVS 5.0, 1.2.10.
"""

import unicodedata

from django.db.models import Case, CharField, Func, Q, Value, When
from django.db.models.functions import Concat, Left
from django.db.models.lookups import In

MARK = "'"
BREAKS = ("\t", "\r", "\n")
# Signs as Unicode folds them to = + - @ (full, small, raised, lowered), and the minus sign.
SIGNS = tuple("=+-@＝＋－＠﹦﹢﹣﹫⁼⁺₌₊⩵⩶﬩−")
# What does not show: spaces, controls, marks of direction and width.
UNSEEN = "".join(
    char for char in map(chr, range(0xD800)) if unicodedata.category(char) in ("Cc", "Cf", "Zs")
) + "\u2028\u2029\ufeff\ufff9\ufffa\ufffb"  # fmt: skip
_SKIPPED = MARK + UNSEEN


def neutral(text):
    """The text, marked when it begins like a formula; other values pass."""
    if isinstance(text, str) and is_risky(text):
        return MARK + text
    return text


def plain(text: str) -> str:
    """The text that was made neutral."""
    return text[1:] if text[:1] == MARK and is_risky(text[1:]) else text


def is_risky(text: str) -> bool:
    return text[:1] in BREAKS or text.lstrip(_SKIPPED)[:1] in SIGNS


def neutral_sql(expression):
    """The same rule as an expression. No database keeps NUL in text that we compare."""
    skipped = Value(_SKIPPED.replace("\x00", ""))
    seen = Func(expression, skipped, function="LTRIM", output_field=CharField())
    risky = Q(In(Left(expression, 1), BREAKS)) | Q(In(Left(seen, 1), SIGNS))
    return Case(
        When(risky, then=Concat(Value(MARK), expression)),
        default=expression,
        output_field=CharField(),
    )
