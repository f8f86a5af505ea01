"""The page behind a signed link: a handler without an account answers for one incident.

It shows what is needed to mend something, never who reported it. Wrong, ended and expired
links get one and the same answer.
"""

import hashlib
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from grids.actions import incident_move
from grids.forms.incidents import MoveForm
from grids.incidents.link import ByLink, link_of
from grids.incidents.moves import MOVES, TOLD, moves_by_link
from grids.models import FileKind, Incident
from grids.views.incidents import file_answer
from portal.core.errors import Conflict, DomainError, NotAllowed, OutOfScope
from portal.core.forms import refuse

MINUTE, TRIES, SENDS = 60, 60, 12  # looks and sendings of one address a minute
TOLD_HERE = ("dispatch", "redispatch", "start", "delay_ask", "delay_grant", "delay_refuse", "done",
             "send_back", "urge")  # fmt: skip


@login_not_required
@require_http_methods(["GET", "POST"])
def incident_answer(request, token: str):
    if not _slowly(request):
        return render(request, "grids/incident_answer_slow.html", status=429)
    link = link_of(token)
    if link is None:
        return _gone(request)
    row, name = link.incident, request.POST.get("move", "")
    known = MOVES.get(name)
    if request.method != "POST" or known not in moves_by_link(row):
        return _page(request, link)
    form = MoveForm(request.POST, request.FILES, move=known, incident=row)
    if not form.is_valid():
        return _page(request, link, name, form)
    try:
        incident_move(
            by=ByLink(link.handler), incident=row, version=form.cleaned_data["version"], move=name,
            values=form.values(), photos=form.cleaned_data.get("files") or (),
        )  # fmt: skip
    except Conflict:
        messages.warning(request, "这件事件刚刚有新的办理，请看过后再报。")
    except (NotAllowed, OutOfScope):
        return _gone(request)
    except DomainError as error:
        refuse(form, error)
        return _page(request, link, name, form)
    else:
        messages.success(request, f"已登记：{known.past}。谢谢。")
    return redirect("answers:incident_answer", token=token)


@login_not_required
@require_GET
def incident_answer_file(request, token: str, file_id: UUID):
    link = link_of(token) if _slowly(request) else None
    if link is None:
        raise Http404
    return file_answer(_photos(link.incident), file_id)


def _page(request, link, name: str = "", form=None) -> HttpResponse:
    row: Incident = link.incident
    start = {"version": row.version}
    forms = [
        (move, form)
        if move.name == name and form is not None
        else (move, MoveForm(move=move, incident=row, initial=start, auto_id=f"{move.name}_%s"))
        for move in moves_by_link(row)
    ]
    steps = row.steps.filter(move__in=TOLD_HERE, handler=link.handler)
    context = {
        "incident": row,
        "link": link,
        "forms": forms,
        "token": request.resolver_match.kwargs["token"],
        "files": _photos(row).exclude(key="").order_by("created_at"),
        "now": timezone.now(),
        "steps": [(step, TOLD[step.move]) for step in steps],
    }
    return render(request, "grids/incident_answer.html", context)


def _photos(row: Incident):
    """What a handler needs to see; the reporter's voice stays in the house."""
    return row.files.filter(kind=FileKind.PHOTO)


def _gone(request) -> HttpResponse:
    """The same for every link that does not open anything."""
    return render(request, "grids/incident_answer_gone.html", status=404)


def _slowly(request) -> bool:
    """Whether this address may still ask in this minute. The cache may be emptied: the token
    cannot be guessed anyway."""
    limit = SENDS if request.method == "POST" else TRIES
    who = hashlib.sha256(request.META.get("REMOTE_ADDR", "").encode()).hexdigest()[:20]
    key = f"answer:{request.method}:{who}:{int(timezone.now().timestamp()) // MINUTE}"
    cache.add(key, 0, 2 * MINUTE)
    try:
        return cache.incr(key) <= limit
    except ValueError:  # emptied in between
        return True
