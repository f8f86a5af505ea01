"""Pages of the two logs: what was written, and who looked. Reading them is logged too."""

from datetime import date, datetime, time, timedelta

import django_filters
from django import forms
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from portal.core.access import allow
from portal.core.audit import access_record
from portal.core.log_words import (
    action_choices,
    action_label,
    changes_of,
    class_label,
    model_label,
)
from portal.core.models import AccessLog, ChangeLog

LOG_VIEW = "LOG_VIEW"
PAGE = 50
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2999, 12, 31)  # years beyond overflow in UTC


def _day(label: str, method: str) -> django_filters.DateFilter:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return django_filters.DateFilter(label=label, method=method, widget=widget)


class LogFilter(django_filters.FilterSet):
    """By person, by what was done, by day; ``row`` keeps to one record."""

    by_name = django_filters.CharFilter(label="操作人", lookup_expr="startswith")
    action = django_filters.ChoiceFilter(label="动作", choices=action_choices, empty_label="全部")
    since = _day("从", "from_day")
    until = _day("到", "to_day")
    row = django_filters.UUIDFilter(widget=forms.HiddenInput)

    def from_day(self, rows, name, day):
        return rows.filter(at__gte=_midnight(max(day, FIRST_DAY)))

    def to_day(self, rows, name, day):
        return rows.filter(at__lt=_midnight(min(day, LAST_DAY) + timedelta(days=1)))


@require_GET
@allow(LOG_VIEW)
def change_list(request):
    """What was written, the newest first, with the values before and after."""
    return _page(request, ChangeLog, "变更记录", changes_of)


@require_GET
@allow(LOG_VIEW)
def access_list(request):
    """Who looked at whom, which class of fields, and why; the newest first."""
    return _page(request, AccessLog, "查看记录", lambda row: [])


def _page(request, model, title: str, changes):
    """One page of a log, in the tenant at work; an auditor without one sees all."""
    rows = model.objects.all()
    if request.tenant:
        rows = rows.filter(tenant=request.tenant.id)
    found = LogFilter(request.GET, rows)
    entries, more = _slice(found.qs, request.GET.get("before", ""))
    tenant = getattr(request.tenant, "id", None)
    access_record(request.user, action="log_view", tenant=tenant, fields=model.chain,
                  count=max(len(entries), 1))  # fmt: skip
    lines = [
        {"entry": row, "what": action_label(row.action), "object": model_label(row.model),
         "changes": changes(row), "classes": class_label(getattr(row, "fields_class", ""))}
        for row in entries
    ]  # fmt: skip
    context = {"title": title, "lines": lines, "filter": found.form, "tabs": _tabs(request),
               "next": _next(request, entries) if more else ""}  # fmt: skip
    return render(request, "core/log_list.html", context)


def _slice(rows, before: str):
    if before.isascii() and before.isdigit() and len(before) < 19:
        rows = rows.filter(seq__lt=int(before))
    entries = list(rows.order_by("-seq")[: PAGE + 1])
    return entries[:PAGE], len(entries) > PAGE


def _next(request, entries) -> str:
    query = request.GET.copy()
    query["before"] = str(entries[-1].seq)
    return f"?{query.urlencode()}"


def _tabs(request) -> list[dict]:
    pages = [("变更记录", reverse("core:change_list")), ("查看记录", reverse("core:access_list"))]
    return [{"label": label, "url": url, "active": request.path == url} for label, url in pages]


def _midnight(day):
    return timezone.make_aware(datetime.combine(day, time()))
