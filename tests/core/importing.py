"""The steps of an import as the pages take them."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from grids.models import Building, Dwelling, GridCell
from portal.core.models import ImportRun
from residents.models import CareTag, Household, LifeEvent, PartyMember, Resident, Stay
from tests.ledgers import HEADINGS, ledger
from tests.people import make_id_number

MODELS = (GridCell, Building, Dwelling, Household, Resident, Stay, CareTag, PartyMember, LifeEvent)


@pytest.fixture(autouse=True)
def jobs_at_once(django_capture_on_commit_callbacks, monkeypatch):
    """Every request's jobs run when the request is over."""
    monkeypatch.setattr(
        "django.test.Client.request", _then_jobs(django_capture_on_commit_callbacks)
    )


def _then_jobs(capture):
    from django.test import Client

    real = Client.request

    def request(self, **values):
        with capture(execute=True):
            return real(self, **values)

    return request


def person(place="3-2-501", name="王小明", serial=1, relation="户主", phone="13800138000"):
    return [place, name, "男", make_id_number(serial=serial), phone, relation]


def upload(desk, data, name="台账.xlsx"):
    response = desk.post(reverse("core:import_upload"), {"file": SimpleUploadedFile(name, data)})
    run = ImportRun.objects.order_by("created_at", "id").last()
    return response, run


def check(desk, run, **more):
    """Send the columns as the page suggests them."""
    page = desk.get(reverse("core:import_columns", args=[run.pk]))
    form = page.context["form"]
    data = {"sheet": page.context["found"].name, "create_places": "on"}
    data |= {name: value for name, value in form.initial.items() if name != "create_places"}
    desk.post(reverse("core:import_columns", args=[run.pk]), data | more)
    run.refresh_from_db()
    return desk.get(reverse("core:import_show", args=[run.pk]))


def apply(desk, run):
    desk.post(reverse("core:import_start", args=[run.pk]))
    run.refresh_from_db()
    return desk.get(reverse("core:import_show", args=[run.pk]))


def undo(desk, run):
    desk.post(reverse("core:import_undo", args=[run.pk]))
    run.refresh_from_db()
    return desk.get(reverse("core:import_show", args=[run.pk]))


def bring(desk, *rows, headings=HEADINGS):
    _, run = upload(desk, ledger(*rows, headings=headings))
    check(desk, run)
    apply(desk, run)
    return run


def content():
    return {model: set(model.objects.values_list("id", flat=True)) for model in MODELS}
