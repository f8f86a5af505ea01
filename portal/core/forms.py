"""What every form of the portal shares."""

from django import forms

from portal.core.errors import Conflict, DomainError, NotAllowed, OutOfScope


class DateField(forms.DateField):
    """A day, typed or chosen from the browser's calendar."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def refuse(form: forms.Form, error: DomainError) -> None:
    """Show an action's refusal at its field, with everything that was typed.

    Missing permission, missing row and conflict have answers of their own and pass on.
    """
    if isinstance(error, NotAllowed | OutOfScope | Conflict):
        raise error
    form.add_error(error.field if error.field in form.fields else None, error.message)
