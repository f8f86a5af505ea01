"""Small pieces that the forms share."""

from django import forms

from portal.core.errors import DomainError


class DayInput(forms.DateInput):
    """The browser's own date field; its value is always YYYY-MM-DD."""

    input_type = "date"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%d")


def day_field(label: str, **options) -> forms.DateField:
    return forms.DateField(label=label, widget=DayInput, **options)


def note_field(label: str = "说明", **options) -> forms.CharField:
    options.setdefault("required", False)
    return forms.CharField(
        label=label, max_length=200, widget=forms.Textarea(attrs={"rows": 2}), **options
    )


def error_add(form: forms.Form, error: DomainError) -> None:
    """Show a domain error at its field, or above the form when the form has no such field."""
    form.add_error(error.field if error.field in form.fields else None, error.message)


def ask(form: forms.Form, name: str, question, *args):
    """The answer of a checking function, or None with its error shown at the field."""
    try:
        return question(*args)
    except DomainError as error:
        form.add_error(name, error.message)
        return None
