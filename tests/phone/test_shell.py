"""The page that works without signal: public, without data, always of one version."""

import re

import orjson
import pytest
from django.contrib.staticfiles import finders
from django.core.files import File
from django.test import Client

from portal.phone import day, files
from portal.phone.files import kept_files, shell_text
from portal.statics import HashedFiles
from tests.people import client_of, make_building, make_dwelling, make_household, make_resident

pytestmark = pytest.mark.django_db


def test_the_page_is_the_same_for_everybody(leader_a):
    pages = {c.get("/m/").content for c in (Client(), client_of(leader_a))}
    assert len(pages) == 1
    assert leader_a.name not in pages.pop().decode()


def test_the_page_asks_for_no_cookie_and_needs_no_inline_script():
    answer = Client().get("/m/")
    assert answer["Cache-Control"] == "no-cache"
    assert not answer.cookies
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert "microphone=(self)" in answer["Permissions-Policy"]
    assert not re.search(r"<script(?![^>]* src=)|<style| style=| on\w+=", answer.content.decode())


def test_every_other_page_keeps_the_microphone_out():
    assert "microphone=()" in Client().get("/account/sign-in/")["Permissions-Policy"]


def test_the_worker_is_asked_for_anew_and_lists_files_that_are_there():
    answer = Client().get("/m/sw.js")
    assert answer["Cache-Control"] == "no-cache"
    assert answer["Content-Type"].startswith("text/javascript")
    known = orjson.loads(re.search(r"const KNOWN = (.+);", answer.content.decode())[1])
    assert all(finders.find(name.removeprefix("/static/")) for name in known["files"])
    assert {"/static/linli/phone/app.js", "/static/linli/linli.css"} <= set(known["files"])
    linked = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', shell_text()))
    assert linked <= set(known["files"])


def test_every_module_that_is_imported_is_kept():
    kept = {name.rpartition("/")[2] for name in kept_files()[1]}
    for path in files.FOLDER.glob("*.js"):
        assert set(re.findall(r'from "\./(.+?)";', path.read_text("utf-8"))) <= kept, path.name


def test_the_version_changes_with_any_file(monkeypatch):
    before = kept_files()[0]
    kept_files.cache_clear()
    assert kept_files()[0] == before
    monkeypatch.setattr(files, "shell_text", lambda: "another page")
    kept_files.cache_clear()
    assert kept_files()[0] != before
    kept_files.cache_clear()


def test_the_page_may_be_installed():
    told = orjson.loads(Client().get("/m/manifest.json").content)
    assert (told["scope"], told["display"]) == ("/m/", "standalone")
    assert [icon["purpose"] for icon in told["icons"]] == ["any", "any", "maskable"]


# --- The day's list


def parts(monkeypatch, *functions):
    monkeypatch.setattr(day, "parts", lambda: list(functions))


def test_day_puts_the_rooms_parts_together(leader_a, community, monkeypatch):
    seen = []
    parts(monkeypatch, lambda v, t, d: seen.append((v, t.id)) or {"tasks": [1]},
          lambda v, t, d: {"contacts": [2]})  # fmt: skip
    told = orjson.loads(client_of(leader_a).get("/m/day.json").content)
    assert (told["tasks"], told["contacts"], told["incidents"]) == ([1], [2], [])
    assert seen == [(leader_a, community.pk)]
    assert told["user"] == {"id": str(leader_a.pk), "name": "李网格", "large": True}
    assert told["community"]["name"] == "爱民佳苑"
    assert told["keep_until"] > told["made_at"]


def test_day_of_somebody_without_a_place_is_empty(outsider):
    told = orjson.loads(client_of(outsider).get("/m/day.json").content)
    assert told["community"] is None
    assert all(not told[name] for name in ("tasks", "households", "incidents", "contacts"))


def test_day_is_a_logged_look_at_the_people_in_it(leader_a, cell_a, monkeypatch):
    home = make_household(make_dwelling(make_building(cell_a.community, "3", cell_a)))
    people = [make_resident(home), make_resident(home, "李小宝")]
    members = [{"id": str(person.pk)} for person in people]
    parts(monkeypatch, lambda v, t, d: {"households": [{"members": members}]})
    client_of(leader_a).get("/m/day.json")
    from portal.core.models import AccessLog

    look = AccessLog.objects.get(action="phone_day")
    assert (look.count, set(look.subjects)) == (2, {str(person.pk) for person in people})


def test_day_holds_no_number_of_anybody(leader_a, cell_a):
    """With the rooms' real parts."""
    home = make_household(make_dwelling(make_building(cell_a.community, "3", cell_a)))
    make_resident(home, phone="13800005678")
    text = client_of(leader_a).get("/m/day.json").content.decode()
    assert "13800005678" not in text
    assert "138****5678" not in text


def test_large_letters_are_the_leaders_rule(leader_a, clerk):
    def large(user):
        return orjson.loads(client_of(user).get("/m/me.json").content)["user"]["large"]

    assert large(leader_a) is True
    assert large(clerk) is False
    type(clerk).objects.filter(pk=clerk.pk).update(large_text=True)
    assert large(type(clerk).objects.get(pk=clerk.pk)) is True


# --- Served under hashed names


def test_modules_import_each_other_by_hashed_names(tmp_path):
    """A name without hash may be kept by a browser for a year: an update would mix versions."""
    storage = HashedFiles(location=tmp_path, base_url="/static/")
    names = [f"linli/phone/{path.name}" for path in files.FOLDER.iterdir()]
    found = {name: (storage, name) for name in names}
    for name in names:
        with open(files.FOLDER / name.rpartition("/")[2], "rb") as source:
            storage.save(name, File(source))
    for _, _, fault in storage.post_process(found):
        assert not isinstance(fault, Exception), fault
    hashed = {storage.stored_name(name).rpartition("/")[2] for name in names}
    app = (tmp_path / storage.stored_name("linli/phone/app.js")).read_text("utf-8")
    imported = set(re.findall(r'from "\./(.+?)";', app))
    assert len(imported) > 5
    assert imported <= hashed
