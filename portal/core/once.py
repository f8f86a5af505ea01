"""A form that is sent twice is carried out once.

The page carries a fresh key in ``_once``; the key is stored in the transaction of the
change. The same key with the same body gives the first answer, another body 409.
"""

import hashlib
from functools import wraps
from uuid import UUID

from django.db import IntegrityError, transaction
from django.http import HttpResponseRedirect
from django.shortcuts import render

from portal.core.crypto import blind
from portal.core.models import IdempotencyKey

FIELD = "_once"


def once(view):
    """Carry out each POST of the view at most once; other methods pass through."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        key = _key(request)
        if request.method != "POST" or key is None:
            return view(request, *args, **kwargs)
        client, body = str(request.user.pk), _digest(request)
        earlier = IdempotencyKey.objects.filter(client=client, key=key).first()
        if earlier is None:
            try:
                return _first_time(view, request, args, kwargs, client, key, body)
            except _Taken:
                earlier = IdempotencyKey.objects.get(client=client, key=key)
        if earlier.body != body:
            return render(request, "core/once_conflict.html", status=409)
        return HttpResponseRedirect(earlier.location)

    return guarded


class _Taken(Exception):
    """The same form is being saved by a parallel request, which was first."""


def _first_time(view, request, args, kwargs, client, key, body):
    with transaction.atomic():
        try:
            with transaction.atomic():
                row = IdempotencyKey.objects.create(client=client, key=key, body=body)
        except IntegrityError as error:
            raise _Taken from error
        response = view(request, *args, **kwargs)
        location = response.headers.get("Location") or response.headers.get("HX-Redirect")
        if location:
            row.status, row.location = response.status_code, location
            row.save(update_fields=["status", "location"])
        else:  # errors are shown in the form: the corrected form may use the key again
            row.delete()
    return response


def _key(request) -> UUID | None:
    try:
        return UUID(request.POST.get(FIELD, ""))
    except ValueError:
        return None


def _digest(request) -> str:
    """Keyed: from a plain hash of the form somebody with the database could try out the few
    digits of a number that the other columns leave open."""
    digest = hashlib.sha256(request.get_full_path().encode())
    for name in sorted(request.POST):
        if name != "csrfmiddlewaretoken":
            digest.update(repr((name, request.POST.getlist(name))).encode())
    for name in sorted(request.FILES):
        for file in request.FILES.getlist(name):
            digest.update(repr((name, file.name, file.size)).encode())
            for chunk in file.chunks():
                digest.update(chunk)
            file.seek(0)
    return blind(digest.hexdigest(), "once")
