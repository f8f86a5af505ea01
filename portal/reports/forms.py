"""The day that a page of figures is about."""

from datetime import date

from django import forms
from django.utils import timezone

EARLIEST, LATEST = date(1949, 10, 1), date(2099, 12, 31)


class DayForm(forms.Form):
    """``on`` is today unless a day between EARLIEST and LATEST was given."""

    on = forms.DateField(
        label="日期",
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": "日期没有认出来，请写成 2026-11-22 这样。"},
    )

    def clean_on(self):
        on = self.cleaned_data["on"]
        if on and not EARLIEST <= on <= LATEST:
            raise forms.ValidationError("这一天没有数据：请选 1949 年 10 月至 2099 年之间的日期。")
        return on

    @property
    def day(self) -> date:
        """The chosen day; today for none or a wrong one."""
        self.is_valid()
        return self.cleaned_data.get("on") or timezone.localdate()
