"""What the device can or cannot do: the voice note, the desktop."""

from playwright.sync_api import expect

from grids.models import IncidentFile
from portal.core.files import file_read
from tests.e2e.phones import Phone
from tests.e2e.walking import ready
from tests.waiting import wait_until

# --- A voice note


def test_a_voice_note_is_recorded_kept_and_sent(made, network, playwright, tmp_path):
    fakes = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
    phone = Phone(playwright, tmp_path / "voice", network, *fakes)
    try:
        ready(phone, made.leader)
        page = phone.page
        to_the_photo(phone)
        page.get_by_role("button", name="录一段话").click()
        page.get_by_role("button", name="正在录音").wait_for()
        said = page.evaluate("performance.now() + 700")
        page.wait_for_function("(said) => performance.now() > said", arg=said)
        page.get_by_role("button", name="正在录音").click()
        expect(page.get_by_text("语音", exact=True)).to_be_visible()
        page.get_by_role("button", name="下一步").click()
        page.get_by_role("button", name="不写，下一步").click()
        page.get_by_role("button", name="报上去").click()
        wait_until(IncidentFile.objects.exclude(key="").exists, seconds=30, what="the note")
        data = file_read(IncidentFile.objects.get().key)
        assert len(data) > 1000  # fake devices beep
        assert data[:4] == b"\x1aE\xdf\xa3"  # WebM
    finally:
        phone.kill()


def test_without_a_recorder_there_is_no_button_for_it(made, handset):
    handset.page.add_init_script("delete window.MediaRecorder;")
    ready(handset, made.leader)
    to_the_photo(handset)
    expect(handset.page.get_by_role("button", name="录一段话")).to_be_hidden()


def to_the_photo(phone):
    phone.go("incident")
    for name in ("环境卫生", "垃圾没清", "3号楼"):
        phone.page.get_by_role("button", name=name).click()
    phone.page.get_by_role("heading", name="拍一张照片").wait_for()


# --- Onto the desktop


def test_the_manifest_says_what_is_there(made, handset):
    handset.open()
    told, sizes = handset.page.evaluate("""async () => {
      const told = await (await fetch(document.querySelector("link[rel=manifest]").href)).json();
      return [told, await Promise.all(told.icons.map(async ({ src }) => {
        const image = new Image(); image.src = src; await image.decode();
        return `${image.naturalWidth}x${image.naturalHeight}`; }))]; }""")
    assert [icon["sizes"] for icon in told["icons"]] == sizes
    assert {"192x192", "512x512"} <= set(sizes)
    assert (told["start_url"], told["scope"], told["display"]) == ("/m/", "/m/", "standalone")
    assert told["name"] == "邻里 · 网格长"


def test_the_desktop_is_offered_or_explained(made, handset):
    page = handset.page
    page.add_init_script("""window.addEventListener("beforeinstallprompt",
        (event) => { if (event.isTrusted) event.stopImmediatePropagation(); });""")
    ready(handset, made.leader)
    handset.go("me")
    expect(page.get_by_role("heading", name="添加到桌面")).to_be_visible()
    assert page.evaluate("""() => {
      const event = new Event("beforeinstallprompt", { cancelable: true });
      event.prompt = () => { window.asked = true; };
      window.dispatchEvent(event); return event.defaultPrevented; }""")
    page.get_by_role("button", name="放到手机桌面").click()
    assert page.evaluate("window.asked")
    expect(page.get_by_role("heading", name="添加到桌面")).to_be_hidden()
