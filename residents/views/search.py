"""The search box: answers while typing, and as a page.

The box always sends POST: no id number and no telephone may come into an address, where
browsers, proxies and logs would keep it. GET answers names, initials and addresses only.
"""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from portal.accounts.permissions import Permission
from portal.core.access import allow
from residents.search import Found, Hit, TooMany, search
from residents.search_words import Kind, Words, understand

PAGES = {
    "resident": "residents:resident_show",
    "household": "residents:household_show",
    "dwelling": "grids:dwelling_show",
    "building": "grids:building_show",
}
WHILE_TYPING = 8  # lines of each group under the box
SAFER = "证件号码和电话不写进网址，请在上方的搜索框里输入。"


@require_http_methods(["GET", "POST"])
@allow(Permission.RESIDENT_SEARCH)
def resident_search(request):
    """Results under the box while typing, or on a page of their own."""
    typing = bool(request.htmx) and not request.htmx.boosted
    typed = (request.POST if request.method == "POST" else request.GET).get("q", "")
    if request.method == "GET" and understand(typed).is_secret:
        messages.warning(request, SAFER)
        return redirect("residents:search")
    status = 200
    try:
        found = search(request.user, request.tenant.id, typed, unfinished=typing)
    except TooMany as error:
        found, status = Found(Words(Kind.UNCLEAR, hint=str(error))), 429
    context = {"found": found, "words": found.words, "groups": _groups(found, typing)}
    template = "residents/_search_hits.html" if typing else "residents/search.html"
    return render(request, template, context | {"typing": typing}, status=status)


def _groups(found: Found, typing: bool) -> list[dict]:
    named = (("居民", "users", found.people), ("住户与房屋", "house", found.homes),
             ("楼栋", "building-2", found.buildings))  # fmt: skip
    return [
        {"title": title, "icon": icon, "hits": [(hit, _url(hit)) for hit in shown],
         "more": len(shown) < len(hits) or (found.more and hits is not found.buildings)}
        for title, icon, hits in named if hits
        for shown in [hits[:WHILE_TYPING] if typing else hits]
    ]  # fmt: skip


def _url(hit: Hit) -> str:
    return reverse(PAGES[hit.model], args=[hit.key])
