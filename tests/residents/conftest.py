"""One household in each cell, with people in whom something could leak."""

import datetime as dt
import io
import json
from types import SimpleNamespace

import pytest
from django.core.management import call_command

from residents.models import CareKind, CareTag, PartyKind, PartyMember
from tests.ledgers import FOLDER
from tests.people import (
    make_building,
    make_community,
    make_dwelling,
    make_household,
    make_id_number,
    make_resident,
)


@pytest.fixture
def home(community, cell_a):
    """3-2-501 in the first cell, empty."""
    return make_household(make_dwelling(make_building(community, "3", cell_a)))


@pytest.fixture
def other_home(community, cell_b):
    """5-1-102 in the second cell, empty."""
    return make_household(make_dwelling(make_building(community, "5", cell_b), "1", "102"))


@pytest.fixture
def head(home):
    """王小明, head of 3-2-501, with number and telephone."""
    resident = make_resident(
        home, relation="02", id_number=make_id_number(), phone="13812345678", political="01"
    )
    home.head = resident
    home.save()
    return resident


@pytest.fixture
def child(home):
    """王小花, a minor in 3-2-501."""
    born_on = dt.date(2015, 6, 1)
    return make_resident(
        home, "王小花", "2", born_on, make_id_number(born_on, "2"), relation="30",
        education="80", registered_address="红旗街 1 号",
    )  # fmt: skip


@pytest.fixture
def records(head):
    """A tag, a disability and a Party membership of the head."""
    place = {"community": head.community, "cell": head.cell, "resident": head}
    return SimpleNamespace(
        tag=CareTag.objects.create(kind=CareKind.LOW_INCOME, **place),
        disability=CareTag.objects.create(
            kind=CareKind.DISABILITY, category="4", grade="2", **place
        ),
        party=PartyMember.objects.create(kind=PartyKind.RETIRED, **place),
    )


@pytest.fixture
def pines(db):
    return make_community("150399001007", "青松里")


@pytest.fixture
def bring(pines, tmp_path):
    """Run the command on a committed file or on bytes; returns (exit code, outcome)."""

    def run(file, *options, community=pines):
        path = FOLDER / file if isinstance(file, str) else tmp_path / "ledger.xlsx"
        if not isinstance(file, str):
            path.write_bytes(file)
        out, err = io.StringIO(), io.StringIO()
        try:
            call_command("import_ledger", "residents", str(path), "--community", community.code,
                         "--json", *options, stdout=out, stderr=err)  # fmt: skip
        except SystemExit as end:
            return end.code, json.loads(out.getvalue())
        return 0, json.loads(out.getvalue())

    return run
