"""Forms of the roster's pages."""

from datetime import date

from django import forms

from portal.duty.actions.changes import ILL


class RosterForm(forms.Form):
    """Which month to plan, of those that have no roster yet."""

    month = forms.TypedChoiceField(label="月份", coerce=date.fromisoformat)

    def __init__(self, *args, months, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["month"].choices = [
            (month.isoformat(), f"{month.year}年{month.month}月") for month in months
        ]


class MoveForm(forms.Form):
    """What the grid sends: to whom the shift goes (nobody: it is left empty), or with which
    other shift it changes hands."""

    version = forms.IntegerField()
    user = forms.UUIDField(required=False)
    other = forms.UUIDField(required=False)
    other_version = forms.IntegerField(required=False)


class PinForm(forms.Form):
    version = forms.IntegerField()
    is_pinned = forms.BooleanField(required=False)


class ReplaceForm(forms.Form):
    """Who takes a shift of a published roster, and why; offered are those whom all rules allow."""

    user = forms.TypedChoiceField(label="由谁替班", choices=[])
    reason = forms.CharField(label="替班原因", max_length=200)

    def __init__(self, *args, takers, **kwargs):
        super().__init__(*args, **kwargs)
        free = [(str(one.user_id), one.name) for one in takers if not one.why]
        self.fields["user"].choices = [("", "请选择"), *free]


class SickForm(forms.Form):
    reason = forms.CharField(
        label="说明", max_length=200, initial=ILL,
        help_text="只写不能到岗，不写病情。",
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="sick_%s", **kwargs)  # another form stands beside it
