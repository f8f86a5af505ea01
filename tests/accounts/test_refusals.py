"""What an action refuses behind a page that did not expect it."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from portal.core.errors import DomainError, NotAllowed, OutOfScope
from portal.core.middleware import Refusals


@pytest.mark.parametrize(
    ("refusal", "answer"), [(OutOfScope, Http404), (NotAllowed, PermissionDenied)]
)
def test_a_refusal_has_its_answer(rf, refusal, answer):
    with pytest.raises(answer):
        Refusals(None).process_exception(rf.get("/"), refusal())


def test_any_other_error_stays_an_error(rf):
    assert Refusals(None).process_exception(rf.get("/"), DomainError("…")) is None
