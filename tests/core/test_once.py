"""A form sent twice is carried out once: same answer again, another body is refused."""

import base64
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.http import HttpResponse, HttpResponseRedirect

from portal.core import crypto
from portal.core.models import IdempotencyKey
from portal.core.once import FIELD, once
from tests.people import make_user

KEY = "0198c0de-0000-7000-8000-00000000000a"


@pytest.fixture
def person(db):
    return make_user()


@pytest.fixture
def send(rf, person, settings, client):
    """POST to a view that counts how often it worked; ``done`` holds what it did."""
    done = []

    def view(request):
        if request.POST.get("name") == "wrong":
            return HttpResponse("再看看")
        if request.POST.get("name") == "crash":
            raise OSError
        done.append(request.POST.get("name"))
        return HttpResponseRedirect(f"/done/{len(done)}/")

    def post(name="a", key=KEY, by=person, path="/x/", **more):
        request = rf.post(path, {"name": name, FIELD: key, **more})
        request.user, request.tenant, request.htmx = by, None, False
        return once(view)(request)

    post.done = done
    return post


def test_a_replay_gets_the_first_answer(send):
    answers = [send() for _ in range(5)]
    assert {(a.status_code, a.url) for a in answers} == {(302, "/done/1/")}
    assert send.done == ["a"]


def test_another_body_under_the_same_key_is_refused(send, monkeypatch):
    monkeypatch.setattr(
        "portal.core.once.render", lambda request, name, status: HttpResponse(status=status)
    )
    send()
    assert send(name="b").status_code == 409
    assert send(path="/y/").status_code == 409
    assert send(path="/x/?community=2").status_code == 409
    assert send.done == ["a"]


def test_the_stored_body_is_no_hash_that_others_could_try_out(send, settings):
    """The form may hold a number of which only four digits are not in the database."""
    bodies = set()
    for letter in "ab":
        settings.LINLI_FIELD_KEYS = "k:" + base64.b64encode(b"f" * 32).decode()
        settings.LINLI_INDEX_KEY = base64.b64encode(letter.encode() * 32).decode()
        crypto.key_ring.cache_clear()
        send()
        bodies.add(IdempotencyKey.objects.get().body)
        IdempotencyKey.objects.all().delete()
    settings.LINLI_FIELD_KEYS = ""
    crypto.key_ring.cache_clear()
    assert len(bodies) == 2


def test_a_file_is_part_of_the_body(send, monkeypatch):
    monkeypatch.setattr(
        "portal.core.once.render", lambda request, name, status: HttpResponse(status=status)
    )
    one, two = (SimpleUploadedFile("l.xlsx", data) for data in (b"one", b"two"))
    assert send(file=one).status_code == 302
    assert send(file=SimpleUploadedFile("l.xlsx", b"one")).url == "/done/1/"
    assert send(file=two).status_code == 409


def test_a_form_that_came_back_with_errors_may_be_sent_again(send):
    assert send(name="wrong").status_code == 200
    assert send(name="right").status_code == 302
    assert send.done == ["right"]


def test_a_crash_leaves_no_key(send):
    with pytest.raises(OSError):
        send(name="crash")
    assert not IdempotencyKey.objects.exists()


def test_the_key_goes_back_with_its_change(send):
    with transaction.atomic():
        send()
        transaction.set_rollback(True)
    assert not IdempotencyKey.objects.exists()


def test_keys_belong_to_their_sender(send, db):
    send()
    send(by=make_user())
    assert send.done == ["a", "a"]


@pytest.mark.parametrize("key", ["", "no key", "1"])
def test_without_a_key_every_post_counts(send, key):
    send(key=key)
    send(key=key)
    assert send.done == ["a", "a"]


def test_the_tag_gives_a_fresh_key_each_time():
    from django.template import Context, Template

    template = Template("{% load once %}{% once_field %}")
    first, second = template.render(Context()), template.render(Context())
    assert first != second
    assert f'name="{FIELD}"' in first


def test_a_parallel_first_time_gets_the_first_answer(send, monkeypatch):
    """Both found no key; the second one's insert meets the first one's row."""
    send()

    class Blind:
        def first(self):
            monkeypatch.undo()

    monkeypatch.setattr(type(IdempotencyKey.objects), "filter", lambda self, **v: Blind())
    assert send().url == "/done/1/"
    assert send.done == ["a"]
    assert connection.needs_rollback is False


def test_two_keys_are_two_forms(send):
    send(key=str(uuid4()))
    send(key=str(uuid4()))
    assert send.done == ["a", "a"]
