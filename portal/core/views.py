"""Inbox, jobs and the choice of the tenant to work in."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header, url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from portal.core.access import SIGNED_IN, access_of, allow
from portal.core.files import file_pieces
from portal.core.jobs import job_cancel, job_progress
from portal.core.middleware import SESSION_TENANT
from portal.core.models import Job

INBOX_SHOWN = 50


@require_GET
@allow(SIGNED_IN)
def inbox(request):
    """The person's own notices and jobs, newest first; the page itself says that it was seen."""
    notices = list(request.user.notices.order_by("-created_at")[:INBOX_SHOWN])
    jobs = list(request.user.jobs.order_by("-created_at")[:INBOX_SHOWN])
    fresh = {job.pk for job in jobs if job.is_over and job.seen_at is None}
    told = {notice.pk for notice in notices if notice.seen_at is None}
    context = {"notices": notices, "jobs": jobs, "fresh": fresh | told}
    return render(request, "core/inbox.html", context)


@require_POST
@allow(SIGNED_IN)
def inbox_seen(request):
    """Mark as seen what the page showed; what came in meanwhile stays new."""
    keys = [key for key in map(_uuid, request.POST.getlist("seen")) if key]
    user, now = request.user, timezone.now()
    user.jobs.filter(pk__in=keys, seen_at=None, finished_at__isnull=False).update(seen_at=now)
    user.notices.filter(pk__in=keys, seen_at=None).update(seen_at=now)
    return HttpResponse(status=204) if request.htmx else redirect("core:inbox")


@require_GET
@allow(SIGNED_IN)
def job_show(request, job_id: UUID):
    """A job with its bar; the fragment is asked for again until the job is over."""
    job = _own_job(request, job_id)
    context = {"job": job, "progress": job_progress(job)}
    return render(request, "core/_job.html" if request.htmx else "core/job_show.html", context)


@require_POST
@allow(SIGNED_IN)
def job_stop(request, job_id: UUID):
    job_cancel(_own_job(request, job_id))
    messages.info(request, "已请求停止，正在收尾。")
    return redirect("core:job_show", job_id=job_id)


@require_GET
@allow(SIGNED_IN)
def job_file(request, job_id: UUID):
    """The result file as an attachment, for its owner, for a day."""
    job = _own_job(request, job_id)
    if not job.has_file:
        raise Http404
    try:
        pieces = file_pieces(job.result_file)
    except FileNotFoundError as error:
        raise Http404 from error
    response = StreamingHttpResponse(pieces, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = content_disposition_header(True, job.result_name)
    return response


@require_POST
@allow(SIGNED_IN)
def tenant_choose(request):
    """Work in another of the person's tenants from now on."""
    chosen = request.POST.get("tenant", "")
    if chosen not in {str(key) for key in access_of(request.user).names}:
        raise Http404
    request.session[SESSION_TENANT] = chosen
    target = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure())
    return redirect(target if safe and target.startswith("/") else "/")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _own_job(request, job_id: UUID) -> Job:
    return get_object_or_404(request.user.jobs, pk=job_id)
