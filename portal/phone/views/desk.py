"""Refused records of phones, for whoever can mend what stood against them."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from portal.accounts.permissions import Permission
from portal.core import submissions
from portal.core.access import allow
from portal.core.audit import access_record
from portal.core.errors import DomainError, NotAllowed, OutOfScope
from portal.core.models import Submission, SubmissionState
from portal.phone.words import body_rows, kind_label, posts_then

PER_PAGE = 50
TABS = ((SubmissionState.REFUSED, "待处理"), (SubmissionState.SETTLED, "已处理"))


@require_GET
@allow(Permission.SUBMISSION_VIEW)
def submission_list(request):
    """Those that wait, oldest first, or those that were dealt with, the last one first."""
    state = request.GET.get("state", SubmissionState.REFUSED)
    if state not in dict(TABS):
        raise Http404
    rows = _rows(request).filter(state=state).order_by("received_at", "pk")
    if state == SubmissionState.SETTLED:
        rows = _rows(request).dealt_with().select_related("changed_by")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    for row in page:
        row.kind_label = kind_label(row.kind)
    tabs = [{"label": label, "url": f"?state={value}", "active": value == state}
            for value, label in TABS]  # fmt: skip
    return render(request, "phone/submission_list.html",
                  {"page": page, "tabs": tabs, "state": state})  # fmt: skip


@require_GET
@allow(Permission.SUBMISSION_VIEW)
def submission_show(request, submission_id: UUID):
    """What the record said; the look is logged."""
    row = _find(request, submission_id)
    access_record(request.user, action="submission_view", model="core.submission",
                  row_id=row.pk, tenant=row.tenant, fields="household care")  # fmt: skip
    context = {"row": row, "kind": kind_label(row.kind),
               "said": body_rows(request.user, submissions.body_of(row)), "then": posts_then(row),
               "is_open": row.state == SubmissionState.REFUSED,
               "is_other": row.status == submissions.OTHER_BODY}  # fmt: skip
    return render(request, "phone/submission_show.html", context)


@require_POST
@allow(Permission.SUBMISSION_VIEW)
def submission_settle(request, submission_id: UUID):
    """It was mended by hand: the note goes back to the phone."""
    row = _find(request, submission_id)
    return _done(request, row, "已记下处理结果，手机下次联网时会看到。",
                 lambda: submissions.submission_settle(
                     by=request.user, row=row, note=request.POST.get("note", "")))  # fmt: skip


@require_POST
@allow(Permission.SUBMISSION_VIEW)
def submission_repeat(request, submission_id: UUID):
    """Carry it out in the sender's name, by the posts of the day on which it was made."""
    row = _find(request, submission_id)
    return _done(request, row, "已按原记录重新办理，算在报送人名下。",
                 lambda: submissions.submission_repeat(by=request.user, row=row))  # fmt: skip


def _rows(request):
    rows = Submission.objects.visible_to(request.user).select_related("owner")
    return rows.filter(tenant=request.tenant.id) if request.tenant else rows


def _find(request, submission_id: UUID) -> Submission:
    row = _rows(request).filter(pk=submission_id).first()
    if row is None:
        raise Http404
    return row


def _done(request, row, sentence: str, run):
    try:
        run()
    except (NotAllowed, OutOfScope) as error:
        messages.error(request, f"仍不能办理：{error.message}")
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, sentence)
        return redirect("phone_desk:submission_list")
    return redirect("phone_desk:submission_show", submission_id=row.pk)
