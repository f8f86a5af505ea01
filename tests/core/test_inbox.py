"""The inbox: looking changes nothing, the page itself says that it was seen."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.core.models import Job, Notice
from portal.core.notices import notice_send
from tests.people import client_of

pytestmark = pytest.mark.django_db
INBOX, SEEN = reverse("core:inbox"), reverse("core:inbox_seen")


def job_of(user, state="done"):
    over = timezone.now() if state != "running" else None
    return Job.objects.create(
        kind="list_export", label="导出居民", state=state, owner=user, finished_at=over
    )


@pytest.fixture
def waiting(leader_a):
    """A notice and a finished job that nobody has seen, and a job that still runs."""
    notice_send([leader_a], "k", "有 3 户的走访已逾期。")
    return [str(job_of(leader_a).pk), str(Notice.objects.get().pk)], job_of(leader_a, "running")


def unseen():
    return Job.objects.filter(seen_at=None).count(), Notice.objects.filter(seen_at=None).count()


def keys_in(page: str) -> set[str]:
    return set(re.findall(r'name="seen" value="([^"]+)"', page))


def test_looking_marks_nothing_and_posting_marks_what_was_shown(leader_a, waiting):
    client = client_of(leader_a)
    for _ in range(2):
        page = client.get(INBOX).content.decode()
        assert page.count(">新<") == 2
        assert keys_in(page) == set(waiting[0])
    assert unseen() == (2, 1)
    late = job_of(leader_a)
    answer = client.post(SEEN, {"seen": sorted(keys_in(page))}, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert set(Job.objects.filter(seen_at=None)) == {late, waiting[1]}
    assert keys_in(client.get(INBOX).content.decode()) == {str(late.pk)}


def test_without_script_a_button_leads_back(leader_a, waiting):
    answer = client_of(leader_a).post(SEEN, {"seen": waiting[0]})
    assert (answer.status_code, answer["Location"]) == (302, INBOX)
    assert unseen() == (1, 0)
    assert 'name="seen"' not in client_of(leader_a).get(INBOX).content.decode()


def test_nobody_marks_what_is_another_s_or_not_over(leader_a, leader_b, waiting):
    keys, running = waiting
    told = [*keys, "x", "\x00", "", "9" * 40]
    assert client_of(leader_b).post(SEEN, {"seen": told}).status_code == 302
    assert unseen() == (2, 1)
    client_of(leader_a).post(SEEN, {"seen": [str(running.pk)]})
    assert unseen() == (2, 1)


def test_seen_is_only_posted(leader_a):
    assert client_of(leader_a).get(SEEN).status_code == 405
