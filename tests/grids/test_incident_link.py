"""The link of a handler without an account: what it opens, what it hides, when it ends."""

import datetime as dt
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grids.actions import incident_link_create, incident_link_end, incident_move
from grids.incidents.link import ByLink, token_hash
from grids.incidents.moves import MOVES
from grids.models import Incident, IncidentLink, IncidentStep
from grids.views import answers
from portal.core.errors import DomainError, NotAllowed
from portal.core.models import ChangeLog, Notice
from tests.grids.incidents import make_handler, make_incident, move, needed, photo, report
from tests.people import client_of

pytestmark = pytest.mark.django_db
NAME, PHONE = "李芳芳", "13912345678"


@pytest.fixture
def row(clerk, community):
    made = report(clerk, community, reporter_name=NAME, reporter_phone=PHONE, photos=[photo()])
    made = move(clerk, made, "accept", **needed(made, "accept"))
    return move(clerk, made, "dispatch", handler=make_handler(community, "物业"))


@pytest.fixture
def token(clerk, row):
    return incident_link_create(by=clerk, incident=row)[1]


def url(token):
    return reverse("answers:incident_answer", args=[token])


def answer(token, name, **values):
    row = IncidentLink.objects.get(token_hash=token_hash(token)).incident
    return Client().post(url(token), {"move": name, "version": row.version, **values})


def page(token):
    return Client().get(url(token))


def stored(row):
    return Incident.objects.get(pk=row.pk)


def test_it_shows_what_is_needed_and_never_who_reported(token, row, clerk):
    found = page(token)
    html = found.content.decode()
    assert found.status_code == 200
    assert all(word in html for word in (row.number, "路灯不亮", "物业"))
    for secret in (NAME, PHONE, row.reporter_phone_mask, clerk.name, clerk.username, str(row.pk)):
        assert secret not in html
    assert found.headers["Cache-Control"] == "no-store"


def test_only_the_hash_of_256_bits_is_kept(token, row):
    assert len(token) >= 43
    link = IncidentLink.objects.get()
    assert (link.token_hash, link.incident) == (token_hash(token), row)
    assert token not in str(ChangeLog.objects.values_list("after", "before"))
    assert token_hash(token) not in str(list(ChangeLog.objects.values_list("after", "before")))


def test_start_done_with_photo_and_delay(token, row):
    assert answer(token, "start").status_code == 302
    assert stored(row).state == "handling"
    until = timezone.localdate() + dt.timedelta(days=20)
    answer(token, "delay_ask", delay_to=until.isoformat(), note="等配件")
    assert timezone.localdate(stored(row).delay_to) == until
    answer(token, "done", result="修好了", files=[SimpleUploadedFile("a.jpg", photo())])
    done = stored(row)
    assert (done.state, done.result, done.files.filter(is_result=True).count()) == (
        "handled",
        "修好了",
        1,
    )
    step = done.steps.latest("at")
    assert (step.created_by, step.handler.name) == (None, "物业")
    assert ChangeLog.objects.latest("seq").by_name == "物业（链接）"


def test_a_decline_goes_to_the_desk_and_ends_the_link(token, row, director):
    assert answer(token, "decline", note="不归我们").status_code == 302
    assert (stored(row).state, stored(row).handler) == ("accepted", None)
    assert Notice.objects.filter(recipient=director, text__contains="退回").exists()
    assert page(token).status_code == 404


@pytest.mark.parametrize("name", sorted(set(MOVES) - {m for m in MOVES if MOVES[m].by_link}))
def test_every_other_move_is_closed_to_it(token, row, name):
    values = {key: getattr(value, "pk", value) for key, value in needed(row, name).items()}
    before = IncidentStep.objects.count()
    response = answer(token, name, **({} if name == "split" else values))
    assert (response.status_code, stored(row).state) == (200, "dispatched")
    if name not in ("report", "escalate"):
        with pytest.raises((NotAllowed, DomainError)):
            incident_move(by=ByLink(row.handler), incident=row, version=stored(row).version,
                          move=name, values=needed(row, name))  # fmt: skip
    assert IncidentStep.objects.count() == before


@pytest.mark.parametrize(
    "end",
    [
        lambda clerk, row: move(
            clerk, row, "redispatch", note="x", handler=make_handler(row.community)
        ),
        lambda clerk, row: move(clerk, move(clerk, row, "done", result="x"), "close"),
        lambda clerk, row: move(clerk, row, "merge", into=make_incident(row.community)),
        lambda clerk, row: incident_link_end(by=clerk, link=row.links.get()),
        lambda clerk, row: incident_link_create(by=clerk, incident=row),
        lambda clerk, row: row.links.update(expires_at=timezone.now()),
    ],
    ids=["redispatch", "close", "merge", "ended", "renewed", "expired"],
)
def test_it_ends_and_then_answers_like_any_wrong_one(token, row, clerk, end):
    file = row.files.get()
    end(clerk, row)
    gone, wrong, sent = page(token), page("x" * 43), answer(token, "start")
    assert gone.status_code == wrong.status_code == sent.status_code == 404

    def plain(response):
        return re.sub(rb"[A-Za-z0-9]{64}", b"", response.content)

    assert plain(gone) == plain(wrong) == plain(sent)
    photo_url = reverse("answers:incident_answer_file", args=[token, file.pk])
    assert Client().get(photo_url).status_code == 404


def test_a_sent_back_one_is_answered_by_the_same_link(token, row, clerk):
    answer(token, "done", result="好了")
    assert "正在核查" in page(token).content.decode()
    assert answer(token, "start").status_code == 200
    move(clerk, row, "send_back", note="没修好")
    assert "没修好" in page(token).content.decode()
    assert answer(token, "done", result="又修了").status_code == 302


def test_the_reporters_voice_stays_in_the_house(token, row):
    voice = row.files.create(kind="voice", key="kept/x", content_type="audio/ogg", size=1)
    address = reverse("answers:incident_answer_file", args=[token, voice.pk])
    assert Client().get(address).status_code == 404
    assert str(voice.pk) not in page(token).content.decode()


def test_its_photos_open_by_the_link_alone(token, row, community):
    file = row.files.get()
    opened = Client().get(reverse("answers:incident_answer_file", args=[token, file.pk]))
    assert opened.status_code == 200
    assert "sandbox" in opened.headers["Content-Security-Policy"]
    other = make_incident(community)
    strange = other.files.create(kind="photo", key=file.key, content_type="image/jpeg", size=1)
    assert Client().get(
        reverse("answers:incident_answer_file", args=[token, strange.pk])
    ).status_code == 404  # fmt: skip


def test_what_is_missing_is_said_and_nothing_happens(token, row):
    for name, words in (
        ("done", "怎样处置"),
        ("decline", "请填写说明"),
        ("delay_ask", "延期到什么"),
    ):
        assert words in answer(token, name).content.decode()
    assert stored(row).state == "dispatched"


def test_an_old_page_says_that_things_moved_on(token, row, clerk):
    old = row.version
    move(clerk, row, "urge")
    Client().post(url(token), {"move": "start", "version": old})
    assert stored(row).state == "dispatched"


def test_a_form_from_elsewhere_is_refused(token, row):
    client = Client(enforce_csrf_checks=True)
    sent = client.post(url(token), {"move": "start", "version": row.version})
    assert (sent.status_code, stored(row).state) == (403, "dispatched")


def test_looks_and_sendings_of_one_address_are_limited(token, row, monkeypatch):
    monkeypatch.setattr(answers, "MINUTE", 10**7)  # the test does not end in another one
    monkeypatch.setattr(answers, "TRIES", 3)
    monkeypatch.setattr(answers, "SENDS", 2)
    assert [page(token).status_code for _ in range(4)] == [200, 200, 200, 429]
    sent = [answer(token, "done").status_code for _ in range(3)]
    assert sent == [200, 200, 429]
    file = row.files.get()
    shown = Client().get(reverse("answers:incident_answer_file", args=[token, file.pk]))
    assert shown.status_code == 404


def test_a_link_is_made_only_for_what_lies_with_a_handler(clerk, community):
    for state in ("reported", "accepted", "closed"):
        with pytest.raises(DomainError):
            incident_link_create(by=clerk, incident=make_incident(community, state))


def test_the_slip_carries_link_and_code(clerk, row):
    shown = client_of(clerk).post(reverse("grids:incident_link_create", args=[row.pk]))
    html = shown.content.decode()
    token = re.search(r"http://testserver/r/([\w-]+)/", html)[1]
    assert page(token).status_code == 200
    assert "<svg" in html
    assert "style=" not in html
    assert NAME not in html


def test_get_makes_no_link(clerk, row):
    shown = client_of(clerk).get(reverse("grids:incident_link_create", args=[row.pk]))
    assert shown.status_code == 405
    assert not IncidentLink.objects.exists()
