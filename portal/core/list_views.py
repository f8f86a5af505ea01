"""Pages of the lists: one view serves page and fragment of every list."""

from contextlib import contextmanager
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, QueryDict
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from portal.core.access import SIGNED_IN, access_of, allow
from portal.core.errors import DomainError, NotAllowed, OutOfScope
from portal.core.exports.export import export_start
from portal.core.exports.formats import CONTENT_TYPES
from portal.core.exports.paper import paper_context
from portal.core.lists import ListQuery, list_named, saved
from portal.core.lists import bulk as bulks
from portal.core.lists.page import fragment_context, page_context
from portal.core.models import Job, SavedView
from portal.core.once import once

REFUSALS_TOLD = 10


class ViewForm(forms.Form):
    name = forms.CharField(max_length=40)


@require_GET
@allow(SIGNED_IN)
def list_show(request, name: str):
    """A list: the whole page, or under htmx the rows with their bar and pager."""
    query = query_of(request, name, request.GET)
    if not request.htmx or request.htmx.history_restore_request:
        return render(request, "core/list.html", page_context(query))
    context = {**fragment_context(query), "csrf_token": get_token(request)}
    response = HttpResponse(render_to_string("core/_list.html", context))  # no frame, no menu
    response.headers["HX-Push-Url"] = f"{request.path}?{query.tidy_address()}"
    return response


def query_of(request, name: str, params: QueryDict) -> ListQuery:
    """The list as this person asks for it; 404 and 403 as everywhere."""
    spec, tenant = list_named(name), getattr(request.tenant, "id", None)
    if spec is None:
        raise Http404
    if not access_of(request.user).can(spec.permission, tenant):
        raise PermissionDenied
    query = ListQuery(spec, request.user, tenant, params)
    with as_page():
        _ = query.base  # an unknown figure is a missing page
    return query


@require_POST
@allow(SIGNED_IN)
def view_save(request, name: str):
    """Keep the list as it is shown now under a name."""
    query = query_of(request, name, QueryDict(request.POST.get("query", "")))
    form = ViewForm(request.POST)
    if not form.is_valid():
        messages.error(request, "视图名称要填 1 至 40 个字。")
    else:
        try:
            view = saved.view_save(by=request.user, list_name=name, query=query.address(),
                                   name=form.cleaned_data["name"])  # fmt: skip
            messages.success(request, f"已保存视图“{view.name}”。")
        except DomainError as error:
            messages.error(request, error.message)
    return redirect(f"{reverse('core:list', args=[name])}?{query.address()}")


@require_POST
@allow(SIGNED_IN)
def view_delete(request, view_id: UUID):
    view = get_object_or_404(SavedView, pk=view_id, owner=request.user)
    name = view.list_name
    saved.view_delete(by=request.user, view=view)
    messages.success(request, f"已删除视图“{view.name}”。")
    return redirect("core:list", name)


@require_POST
@allow(SIGNED_IN)
def list_export(request, name: str, format: str):
    """The list as a file, exactly as it is shown; a large one as a job."""
    if format not in CONTENT_TYPES:
        raise Http404
    query = query_of(request, name, QueryDict(request.POST.get("query", "")))
    try:
        with as_page():
            answer = export_start(query, format)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect(f"{reverse('core:list', args=[name])}?{query.address()}")
    if isinstance(answer, Job):
        return redirect("core:job_show", answer.pk)
    return answer


@require_GET
@allow(SIGNED_IN)
def list_print(request, name: str):
    """The list as it goes on paper; opening the page is the look that is logged."""
    query = query_of(request, name, request.GET)
    try:
        context = paper_context(query)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect(f"{reverse('core:list', args=[name])}?{query.address()}")
    return render(request, "core/list_print.html", context)


@require_POST
@allow(SIGNED_IN)
@once
def list_bulk(request, name: str):
    """Ask for what a bulk action needs, then do it to the chosen rows."""
    query = query_of(request, name, QueryDict(request.POST.get("query", "")))
    back = f"{reverse('core:list', args=[name])}?{query.address()}"
    with as_page():
        bulk = bulks.bulk_named(query, request.POST.get("action", ""))
    try:
        keys = bulks.chosen(query, request.POST)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect(back)
    confirmed = "confirm" in request.POST
    form = bulk.form and bulk.form(
        request.POST if confirmed else None, viewer=request.user, tenant=query.tenant
    )
    if confirmed and (form is None or form.is_valid()):
        outcome = bulks.bulk_run(query, bulk, keys, form.cleaned_data if form else {})
        outcome_tell(request, query, bulk, outcome)
        return redirect(back)
    return render(request, "core/list_bulk.html", {
        "spec": query.spec, "bulk": bulk, "keys": keys, "form": form, "back": back,
        "shown": bulks.rows_shown(query, keys), "address": query.address(),
    })  # fmt: skip


def outcome_tell(request, query: ListQuery, bulk, outcome) -> None:
    """Say what was done, and which rows refused and why."""
    if outcome.done:
        messages.success(request, f"{bulk.label}：已完成 {outcome.done} {query.spec.unit}。")
    if outcome.refused:
        told = "；".join(f"{who}：{why}" for who, why in outcome.refused[:REFUSALS_TOLD])
        more = " 等" if len(outcome.refused) > REFUSALS_TOLD else ""
        count = len(outcome.refused)
        messages.warning(request, f"{count} {query.spec.unit}没有改动：{told}{more}")


@contextmanager
def as_page():
    """Out of scope is a missing page, not allowed a forbidden one."""
    try:
        yield
    except OutOfScope as error:
        raise Http404 from error
    except NotAllowed as error:
        raise PermissionDenied from error
