"""What is sent twice is carried out once: forms, and writes over REST.

The page carries a fresh key in ``_once``, a machine in a header; the key is stored in the
transaction of the change. The same key with the same body gives the first answer, another body
409.
"""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.http import HttpResponseRedirect
from django.shortcuts import render

from portal.core.crypto import blind
from portal.core.models import IdempotencyKey

FIELD = "_once"


class OtherBody(Exception):
    """The key stands for something else already."""


def once_only(client: str, key: UUID, body: str, run: Callable) -> tuple[IdempotencyKey, Any]:
    """``run(row)`` in the transaction that stores the key, at most once for each key of a
    client; it writes the answer into the row, or deletes the row so that the key stays free.

    Returns (row, what ``run`` returned), with None for what was carried out before. Raises
    OtherBody when it had another body (a digest) then.
    """
    earlier = IdempotencyKey.objects.filter(client=client, key=key).first()
    if earlier is None:
        try:
            return _first_time(client, key, body, run)
        except _Taken:
            earlier = IdempotencyKey.objects.get(client=client, key=key)
    if earlier.body != body:
        raise OtherBody
    return earlier, None


def once(view):
    """Carry out each POST of the view at most once; other methods pass through."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        key = _key(request)
        if request.method != "POST" or key is None:
            return view(request, *args, **kwargs)

        def run(row):
            response = view(request, *args, **kwargs)
            location = response.headers.get("Location") or response.headers.get("HX-Redirect")
            if location:
                row.settle(response.status_code, location=location)
            else:  # errors are shown in the form: the corrected form may use the key again
                row.delete()
            return response

        try:
            row, response = once_only(str(request.user.pk), key, _digest(request), run)
        except OtherBody:
            return render(request, "core/once_conflict.html", status=409)
        return response or HttpResponseRedirect(row.location)

    return guarded


class _Taken(Exception):
    """The same is being carried out by a parallel request, which was first."""


def _first_time(client: str, key: UUID, body: str, run: Callable):
    with transaction.atomic():
        try:
            with transaction.atomic():
                row = IdempotencyKey.objects.create(client=client, key=key, body=body)
        except IntegrityError as error:
            raise _Taken from error
        return row, run(row)


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
