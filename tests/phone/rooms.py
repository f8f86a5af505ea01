"""Stand-ins for the rooms: one kind of record that is written, refused or crashes as it says."""

import orjson
from django.utils import timezone

from portal.core import submissions
from portal.core.errors import DomainError, NotAllowed
from portal.core.ids import new_id
from portal.core.models import SavedView

KIND = "note"


def note_submit(by, key, body, moments):
    """Leaves one row, so that what was carried out can be counted."""
    if body["do"] == "refuse":
        raise DomainError("这一户已经搬走。", field="household")
    if body["do"] == "forbid":
        raise NotAllowed
    if body["do"] == "crash":
        raise OSError("disk")
    name = f"{body['do']}-{new_id()}"[:40]
    SavedView.objects.create(owner=by, list_name="notes", name=name, query=str(key))
    return {"id": str(key), "made": moments.true(moments.made_at).isoformat()}


def written():
    return SavedView.objects.filter(list_name="notes")


def body(do="write", **more):
    return orjson.dumps({"do": do} | more).decode()


def envelope(key=None, text=None, made_at=None, sent_at=None, kind=KIND, **more):
    now = timezone.now().isoformat()
    moments = {"made_at": made_at or now, "sent_at": sent_at or now}
    text = body() if text is None else text
    return {"key": str(key or new_id()), "kind": kind, "body": text, **moments, **more}


def post(client, sent, **headers):
    return client.post("/m/submit/", sent, content_type="application/json",
                       headers={"Accept": "application/json", **headers})  # fmt: skip


def register(monkeypatch, function=note_submit, kind=KIND):
    monkeypatch.setitem(submissions._kinds, kind, function)
