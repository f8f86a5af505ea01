"""Incidents from the phone: chosen, placed, photographed, checked."""

import io

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

from grids.models import Asset, Incident, IncidentCategory, IncidentFile, IncidentState
from portal.core.files import file_read
from portal.core.models import Upload
from tests.e2e.test_phone_look import TOO_LOW, TOO_SMALL
from tests.e2e.walking import ready, send
from tests.people import make_building
from tests.waiting import wait_until


@pytest.fixture
def photo(tmp_path):
    """A photo of 12 megapixels with what a camera notes: its make, the place."""
    image = Image.effect_noise((1000, 750), 60).convert("RGB").resize((4000, 3000))
    notes = Image.Exif()
    notes[0x010F] = "SecretCamera"
    notes.get_ifd(0x8825)[1] = "N"
    path = tmp_path / "photo.jpg"
    image.save(path, exif=notes, quality=80)
    return path


def report(handset, photo):
    handset.go("incident")
    page = handset.page
    page.get_by_role("button", name="设施损坏").click()
    page.get_by_role("button", name="路灯不亮").click()
    page.get_by_role("button", name="在平面图上点").click()
    box = page.locator("svg[role=img]").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.5)
    expect(page.get_by_text("3号楼")).to_be_visible()
    page.get_by_role("button", name="就是这里").click()
    page.locator("input[type=file]").set_input_files(photo)
    page.locator("figure canvas").wait_for()
    page.get_by_role("button", name="下一步").click()
    page.get_by_label("说一句情况").fill("3 号楼前路灯两盏不亮")
    page.get_by_role("button", name="记下").click()
    page.get_by_role("button", name="报上去").click()
    page.get_by_text("已存在这台手机里").wait_for()


def test_a_photo_follows_its_incident_piece_by_piece(made, network, handset, photo):
    ready(handset, made.leader)
    network.up = False
    report(handset, photo)
    assert handset.shown() == 1
    handset.kill()
    handset.start()
    handset.enter(made.leader)
    handset.open()
    kept = handset.kept("files")
    assert len(kept) == 1
    network.loses = lambda method, path: method == "PUT" and len(network.lost) < 2
    network.up = True
    for lost in (1, 2):
        send(handset)
        wait_until(lambda n=lost: len(network.lost) >= n, seconds=30, what="a lost answer")
    wait_until(lambda: IncidentFile.objects.exclude(key="").exists(), seconds=60, what="the photo")
    wait_until(lambda: handset.kept("files") == [], seconds=30, what="the phone's own copy to go")
    row = Incident.objects.get()
    assert (row.building, row.category.name) == (made.building, "路灯不亮")
    assert (round(row.x, -1), round(row.y, -1)) == (500, 300)
    assert row.text == "3 号楼前路灯两盏不亮"
    data = file_read(row.files.get().key)
    image = Image.open(io.BytesIO(data))
    assert max(image.size) == 1600
    assert not image.getexif()
    assert b"SecretCamera" not in data
    assert Upload.objects.get().size == kept[0]["size"]
    assert len([call for call in network.seen if call[0] == "PUT"]) >= 3


def test_what_was_chosen_survives_the_camera(made, handset):
    """A small phone drops the page when its camera opens."""
    ready(handset, made.leader)
    handset.go("incident")
    page = handset.page
    page.get_by_role("button", name="环境卫生").click()
    page.get_by_role("button", name="垃圾没清").click()
    page.get_by_role("button", name="3号楼").click()
    page.get_by_role("heading", name="拍一张照片").wait_for()
    handset.open("/m/#/incident-photo")
    page.reload()
    page.get_by_role("button", name="不拍照，下一步").click()
    expect(page.get_by_text("垃圾没清")).to_be_visible()
    choose(page, "不写，下一步", "报上去")
    wait_until(Incident.objects.exists, seconds=20, what="the incident")
    assert Incident.objects.get().building == made.building


def lamps(made) -> list[Asset]:
    """In the yard, at the building, elsewhere; and a lift, which is no lamp."""
    IncidentCategory.objects.filter(name="路灯不亮").update(asset_kind="lamp")
    other = make_building(made.community, "5", made.cell)
    places = (("lamp", "院内路灯", None), ("lamp", "东侧路灯", made.building),
              ("lamp", "五号楼路灯", other), ("lift", "客梯", made.building))  # fmt: skip
    return [
        Asset.objects.create(community=made.community, cell=made.cell, kind=kind, name=name,
                             building=building, spot="东侧绿地旁")
        for kind, name, building in places
    ]  # fmt: skip


def choose(page, *names):
    for name in names:
        page.get_by_role("button", name=name).click()


def asked(page) -> list[str]:
    page.get_by_role("heading", name="哪个设施？").wait_for()
    return page.locator("#screen .m-go [data-slot=words]").all_inner_texts()


def test_what_is_broken_is_named_without_signal(made, network, handset, accessible, fits):
    lamps(made)
    ready(handset, made.leader)
    network.up = False
    page = handset.page
    handset.go("incident")
    choose(page, "设施损坏", "路灯不亮", "3号楼")
    assert asked(page) == ["不确定，跳过", "东侧路灯", "院内路灯"]
    assert page.evaluate(TOO_LOW) + page.evaluate(TOO_SMALL) == []
    accessible(page)
    fits(page)
    choose(page, "东侧路灯", "不拍照，下一步", "不写，下一步", "报上去")
    page.get_by_text("已存在这台手机里").wait_for()
    network.up = True
    send(handset)
    wait_until(Incident.objects.exists, seconds=20, what="the incident")
    assert Incident.objects.get().asset.name == "东侧路灯"


def test_what_is_broken_may_be_left_open_after_all(made, handset):
    lamps(made)
    ready(handset, made.leader)
    page = handset.page
    handset.go("incident")
    choose(page, "设施损坏", "路灯不亮", "3号楼", "东侧路灯")
    page.get_by_role("heading", name="拍一张照片").wait_for()
    choose(page, "返回", "不确定，跳过", "不拍照，下一步", "不写，下一步", "报上去")
    wait_until(Incident.objects.exists, seconds=20, what="the incident")
    row = Incident.objects.get()
    assert (row.asset, row.building) == (None, made.building)


def test_another_place_forgets_what_was_named(made, handset):
    """Also where nothing is asked, as of litter."""
    lamps(made)
    ready(handset, made.leader)
    page = handset.page
    handset.go("incident")
    choose(page, "设施损坏", "路灯不亮", "3号楼", "东侧路灯")
    page.get_by_role("heading", name="拍一张照片").wait_for()
    handset.go("incident-place")
    choose(page, "5号楼")
    assert asked(page)[1:] == ["五号楼路灯", "院内路灯"]
    handset.go("incident")
    choose(page, "环境卫生", "垃圾没清", "3号楼", "不拍照，下一步", "不写，下一步", "报上去")
    wait_until(Incident.objects.exists, seconds=20, what="the incident")
    assert Incident.objects.get().asset is None


@pytest.mark.parametrize(
    ("chosen", "offered"),
    [
        (("设施损坏", "井盖破损"), ["东侧路灯", "客梯"]),  # of no kind: all of the building
        (("说不准",), ["东侧路灯", "客梯"]),
        (("环境卫生", "垃圾没清"), None),  # not about things
    ],
)
def test_assets_are_asked_for_where_some_may_be_meant(made, handset, chosen, offered):
    lamps(made)
    ready(handset, made.leader)
    page = handset.page
    handset.go("incident")
    choose(page, *chosen, "3号楼")
    if offered is None:
        page.get_by_role("heading", name="拍一张照片").wait_for()
    else:
        assert asked(page)[1:] == offered


def test_danger_and_the_resident_are_told_on_screens_of_their_own(
    made, network, handset, accessible, fits
):
    """Each asks one thing; the last one shows it all before it goes."""
    ready(handset, made.leader)
    network.up = False
    page = handset.page
    handset.go("incident")
    choose(page, "说不准", "3号楼", "不拍照，下一步", "记下")
    expect(page.get_by_text("请写一句是什么情况")).to_be_visible()
    page.get_by_label("说一句情况").fill("楼道里有煤气味")
    choose(page, "记下", "有危险，标为紧急", "是居民反映的", "不留姓名，下一步")
    page.get_by_label("居民的电话？").fill("13912345678")
    choose(page, "记下")
    for said in ("3号楼", "楼道里有煤气味", "紧急", "居民反映，13912345678"):
        expect(page.locator(".m-card").get_by_text(said, exact=True)).to_be_visible()
    assert page.evaluate(TOO_LOW) + page.evaluate(TOO_SMALL) == []
    accessible(page)
    fits(page)
    choose(page, "不是居民反映的", "报上去")
    page.get_by_text("已存在这台手机里").wait_for()
    network.up = True
    send(handset)
    wait_until(Incident.objects.exists, seconds=20, what="the incident")
    row = Incident.objects.get()
    assert (row.is_urgent, row.source, row.text) == (True, "leader", "楼道里有煤气味")


def test_what_looks_the_same_is_told_before_it_is_sent(made, handset):
    """Of the same building: 13号楼 is not 3号楼."""
    kind = IncidentCategory.objects.get(name="垃圾没清")
    others = [made.building, make_building(made.community, "13", made.cell)]
    for n, (building, text) in enumerate(zip(others, ("桶满了", "门口一堆"), strict=True)):
        Incident.objects.create(
            community=made.community, cell=made.cell, building=building, category=kind, text=text,
            number=f"2026-0000{n}", source="leader", reported_at=timezone.now(),
        )  # fmt: skip
    ready(handset, made.leader)
    page = handset.page
    handset.go("incident")
    choose(page, "环境卫生", "垃圾没清")
    page.get_by_role("button", name="3号楼", exact=True).click()
    choose(page, "不拍照，下一步", "不写，下一步")
    expect(page.get_by_text("还有 1 件同类事件没办完：桶满了")).to_be_visible()


def test_a_report_that_is_given_up_leaves_nothing_behind(made, handset):
    ready(handset, made.leader)
    page = handset.page
    handset.go("incident")
    choose(page, "环境卫生", "垃圾没清", "3号楼", "不拍照，下一步", "不写，下一步", "不报了")
    expect(page.get_by_text("要走的户")).to_be_visible()
    handset.open("/m/#/incident-send")
    expect(page.get_by_role("heading", name="报什么事")).to_be_visible()
    choose(page, "说不准", "3号楼", "不拍照，下一步")
    expect(page.get_by_label("说一句情况")).to_be_visible()
    expect(page.get_by_text("垃圾没清")).to_be_hidden()


def test_a_place_in_words_offers_all_of_the_kind(made, handset):
    lamps(made)
    ready(handset, made.leader)
    page = handset.page
    handset.go("incident")
    choose(page, "设施损坏", "路灯不亮", "写地点")
    page.get_by_label("在什么地方？").fill("东门旁")
    choose(page, "记下")
    assert asked(page)[1:] == ["东侧路灯", "五号楼路灯", "院内路灯"]


def test_a_look_whether_it_was_mended(made, handset):
    lamp = IncidentCategory.objects.get(name="路灯不亮")
    now = timezone.now()
    row = Incident.objects.create(
        community=made.community, cell=made.cell, number="2026-00001", building=made.building,
        category=lamp, text="路灯不亮", source="leader", state=IncidentState.HANDLED,
        reported_at=now, handled_at=now,
    )  # fmt: skip
    ready(handset, made.leader)
    page = handset.page
    page.get_by_text("去核查").click()
    page.get_by_role("button", name="已经解决").click()
    page.get_by_text("已存在这台手机里").wait_for()
    wait_until(lambda: Incident.objects.get(pk=row.pk).state == IncidentState.CLOSED,
               seconds=20, what="the incident to be closed")  # fmt: skip


def test_one_tap_rings(made, handset):
    ready(handset, made.leader)
    handset.go("contacts")
    link = handset.page.get_by_role("link", name="爱民佳苑居委会")
    expect(link).to_have_attribute("href", "tel:04768880000")
