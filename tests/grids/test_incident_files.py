"""Photos of incidents: sealed, kept, shown to those who may see the incident, fenced in."""

import io
import os
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from grids.actions import incident_move
from grids.models import Incident, IncidentFile
from portal.core import files as kept
from portal.core.errors import DomainError
from portal.core.tasks import files_purge
from portal.core.verify import kept_check
from tests.grids.incidents import make_incident, photo, report
from tests.people import client_of, make_building

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(leader_a, community, cell_a):
    return report(
        leader_a, community, photos=[photo()], building=make_building(community, "3", cell_a)
    )


def url(row, file):
    return reverse("grids:incident_file", args=[row.pk, file.pk])


def test_a_photo_is_sealed_and_comes_back(row, leader_a):
    file = row.files.get()
    assert b"JFIF" not in kept._path(file.key).read_bytes()
    answer = client_of(leader_a).get(url(row, file))
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/jpeg")
    with Image.open(io.BytesIO(answer.content)) as image:
        assert image.size == (60, 40)


def test_it_is_fenced_in(row, leader_a):
    headers = client_of(leader_a).get(url(row, row.files.get())).headers
    assert headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Disposition"].startswith("inline; filename=")


def test_a_voice_note_is_a_download(leader_a, community, cell_a):
    row = report(leader_a, community, photos=[b"OggS" + b"\0" * 50])
    answer = client_of(leader_a).get(url(row, row.files.get()))
    assert answer.headers["Content-Type"] == "audio/ogg"
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_it_is_shown_to_whoever_sees_the_incident(row, leader_b, clerk, doctor, outsider):
    file = row.files.get()
    answers = {user.username: client_of(user).get(url(row, file)).status_code
               for user in (leader_b, clerk, doctor, outsider)}  # fmt: skip
    assert answers == {"leader_b": 404, "clerk": 200, "doctor": 403, "outsider": 403}


def test_a_file_belongs_to_the_incident_of_the_address(row, clerk, community):
    other = make_incident(community)
    client = client_of(clerk)
    missing = client.get(reverse("grids:incident_file", args=[other.pk, uuid4()]))
    assert client.get(url(other, row.files.get())).status_code == missing.status_code == 404


@pytest.mark.parametrize(
    "path", ["../../keys/fields.json", "..%2f..%2fkeys%2ffields.json", "%2e%2e/x", "/etc/passwd",
             "x%00.jpg", "kept/x", "....//x"],
)  # fmt: skip
def test_no_path_comes_from_outside(row, clerk, path):
    base = reverse("grids:incident_show", args=[row.pk])
    assert client_of(clerk).get(f"{base}files/{path}/").status_code in (400, 404)


def test_photos_outlive_every_purge(row):
    file = row.files.get()
    os.utime(kept._path(file.key), (0, 0))
    files_purge()
    assert kept.file_read(file.key)


def test_verify_knows_rows_and_files(row):
    file = row.files.get()
    assert not any(file.key in sentence for sentence in kept_check())
    kept.file_delete(file.key)
    assert f"留存文件 {file.key} 不见了" in list(kept_check())


@pytest.mark.parametrize("bad", [b"", b"<svg/>", b"GIF89a"])
def test_a_bad_photo_refuses_the_form_and_leaves_nothing(clerk, community, bad):
    before = kept.kept_keys()
    with pytest.raises(DomainError) as refused:
        report(clerk, community, photos=[photo(), bad])
    assert refused.value.field == "files"
    assert (Incident.objects.count(), kept.kept_keys()) == (0, before)


def test_ten_photos_are_too_many(clerk, community):
    with pytest.raises(DomainError):
        report(clerk, community, photos=[photo()] * 10)


def test_no_file_stays_behind_a_row_that_was_refused(clerk, community, monkeypatch):
    from grids.actions import incident_files

    def fails(*_):
        raise RuntimeError

    before = kept.kept_keys()
    monkeypatch.setattr(incident_files, "row_create", fails)
    with pytest.raises(RuntimeError):
        report(clerk, community, photos=[photo()])
    assert kept.kept_keys() == before


def test_photos_come_with_a_form_and_with_the_result(clerk, community):
    sent = [SimpleUploadedFile(f"{n}.png", photo(form="PNG")) for n in range(2)]
    data = {"text": "灯不亮", "source": "resident", "files": sent}
    client_of(clerk).post(reverse("grids:incident_report"), data)
    row = Incident.objects.get()
    assert row.files.filter(is_result=False).count() == 2
    Incident.objects.filter(pk=row.pk).update(state="handling", handle_due_at=row.due_at)
    row = Incident.objects.get()
    done = reverse("grids:incident_move", args=[row.pk, "done"])
    client_of(clerk).post(done, {"version": row.version, "result": "好了",
                                 "files": [SimpleUploadedFile("x.jpg", photo())]})  # fmt: skip
    assert row.files.filter(is_result=True).count() == 1


def test_a_remark_keeps_its_photo(leader_a, community, cell_a):
    row = make_incident(community, cell=cell_a)
    incident_move(by=leader_a, incident=row, version=1, move="remark",
                  values={"note": "又来看了一次"}, photos=[photo()])  # fmt: skip
    assert IncidentFile.objects.get().is_result is False
