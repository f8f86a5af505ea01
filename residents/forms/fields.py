"""Small pieces that the forms share."""

from datetime import date, timedelta

from django import forms
from django.core.validators import MaxValueValidator

from portal.core.errors import DomainError

LATEST = date(2199, 12, 31)


class DayInput(forms.DateInput):
    """The browser's own date field; its value is always YYYY-MM-DD."""

    input_type = "date"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%d")


def day_field(label: str, **options) -> forms.DateField:
    return forms.DateField(label=label, widget=DayInput, **options)


class UntilField(forms.DateField):
    """The last day of validity, as papers write it; cleaned to the first day after it."""

    widget = DayInput

    def __init__(self, label: str = "有效期至", **options):
        options.setdefault("help_text", "含这一天；没有期限的不填。")
        options.setdefault("validators", [MaxValueValidator(LATEST, "年份太远，请核对。")])
        super().__init__(label=label, required=False, **options)

    def clean(self, value):
        day = super().clean(value)
        return day and day + timedelta(days=1)


def note_field(label: str = "说明", **options) -> forms.CharField:
    options.setdefault("required", False)
    return forms.CharField(
        label=label, max_length=200, widget=forms.Textarea(attrs={"rows": 2}), **options
    )


def ask(form: forms.Form, name: str, question, *args):
    """The answer of a checking function, or None with its error shown at the field."""
    try:
        return question(*args)
    except DomainError as error:
        form.add_error(name, error.message)
        return None
