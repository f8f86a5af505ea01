"""The portal's addresses, and the two views that its pages are held against."""

from django.http import HttpResponse, JsonResponse
from django.template import engines
from django.urls import include, path

from portal.core.access import SIGNED_IN, allow
from portal.core.list_views import query_of
from portal.core.lists.facts import facts

FRAME = engines["django"].from_string("""{% extends "base.html" %}
{% block title %}空{% endblock %}{% block content %}{{ answer }}{% endblock %}""")


@allow(SIGNED_IN)
def limit(request, name: str):
    """An authenticated view with the list's own statements and labels, and no page."""
    return JsonResponse(_answer(request, name))


@allow(SIGNED_IN)
def framed(request, name: str):
    """The same inside an empty page of the portal."""
    return HttpResponse(FRAME.render({"answer": _answer(request, name)}, request))


def _answer(request, name: str) -> dict:
    query = query_of(request, name, request.GET)
    page, told = query.page(), facts(query)
    words = [column.labels for column in query.columns]
    rows = [
        [known.get(v, v) if known else v for known, v in zip(words, row[1:], strict=False)]
        for row in page.rows
    ]
    return {"rows": len(rows), "count": told.count}


urlpatterns = [
    path("bench/limit/<slug:name>/", limit),
    path("bench/framed/<slug:name>/", framed),
    path("", include("portal.urls")),
]
