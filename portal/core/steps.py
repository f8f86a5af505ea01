"""form → action → answer, the way of every page that writes."""

from collections.abc import Callable, Iterable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from portal.core.conflict import conflict_page
from portal.core.errors import Conflict, DomainError
from portal.core.forms import refuse


def step(request, form, act: Callable, *, saying: str, template: str, done: Callable | str,
         back: str, context: dict, beside: Iterable = ()) -> HttpResponse:  # fmt: skip
    """Message and redirect to ``done``; else the page again with what was typed.

    ``saying`` may name the ``{row}`` that ``act`` returned. ``beside`` are forms sent along: all
    are checked, so that the errors of all are shown.
    """
    if request.method == "POST" and _valid(form, *beside):
        try:
            row = act()
        except Conflict as conflict:
            return conflict_page(request, conflict, form, back=back)
        except DomainError as error:
            refuse(form, error)
        else:
            messages.success(request, saying.format(row=row))
            for text in getattr(form, "warnings", ()):
                messages.warning(request, text)
            return redirect(done(row) if callable(done) else done)
    return render(request, template, {"form": form, "back": back} | context)


def _valid(*forms) -> bool:
    checked = [form.is_valid() for form in forms]
    return all(checked)
