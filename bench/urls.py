"""The portal's addresses, and the view that its lists are held against."""

from django.http import JsonResponse
from django.urls import include, path

from portal.core.access import SIGNED_IN, allow
from portal.core.list_views import query_of
from portal.core.lists.facts import facts


@allow(SIGNED_IN)
def limit(request, name: str):
    """An authenticated view with the list's own statements and labels, and no page."""
    return JsonResponse(_answer(request, name))


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
    path("", include("portal.urls")),
]
