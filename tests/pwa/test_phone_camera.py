"""The camera reads codes: with the library, with the browser's own detector, and lets go in time.

Chromium films a file here, so this needs the whole Chromium and not its shell without a head.
"""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
import segno
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.pwa import phones
from tests.pwa.killable import program
from tests.pwa.phones import Field
from tests.pwa.small_screens import SMALL, settle, troubles_of

FRAMES = 20
FLAGS = (
    *("--no-sandbox", "--disable-dev-shm-usage"),
    *("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"),
)
LIBRARY = "/static/pwa/vendor/zxing/zxing_reader.wasm"
HAS_LIBRARY = f"caches.match('{LIBRARY}').then(found => Boolean(found))"
IN_HAND = """async () => {
  const open = indexedDB.open("traceapp");
  const database = await new Promise((done) => { open.onsuccess = () => done(open.result); });
  const asked = database.transaction("snapshot").objectStore("snapshot").get("batches");
  const batches = await new Promise((done) => { asked.onsuccess = () => done(asked.result); });
  database.close();
  return batches.find((one) => one.code);
}"""
NO_DETECTOR = "delete window.BarcodeDetector"
# A phone's own detector, which Chromium for desktops lacks: it is given frames that have a picture.
DETECTOR = """
window.BarcodeDetector = class {
  static getSupportedFormats() { return Promise.resolve(["qr_code", "ean_13"]); }
  constructor({formats}) { window.askedFormats = formats; }
  async detect(source) {
    if (!(source instanceof HTMLVideoElement && source.videoWidth > 0)) throw new Error("no frame");
    return (window.shown ?? "") && [{rawValue: window.shown}];
  }
};
"""
TORCH = """
window.asked = [];
MediaStreamTrack.prototype.getCapabilities = () => ({torch: true});
MediaStreamTrack.prototype.applyConstraints = async (wish) => { asked.push(wish.advanced[0]); };
"""
TRACKS = """
window.tracks = [];
const get = MediaDevices.prototype.getUserMedia;
MediaDevices.prototype.getUserMedia = async function (wish) {
  const stream = await get.call(this, wish);
  tracks.push(...stream.getTracks());
  return stream;
};
"""
ON = "tracks.filter(one => one.readyState === 'live').length"
TURN = """(state) => {
  Object.defineProperty(document, "visibilityState", {value: state, configurable: true});
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def shoot(film: Path, text: str) -> None:
    """Film a code on a label: frames of JPEG, one behind the other."""
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(drawn, kind="png", scale=6, border=4)
    frame = Image.new("RGB", (640, 480), (200, 205, 190))
    code = Image.open(drawn)
    frame.paste(code, ((640 - code.width) // 2, (480 - code.height) // 2))
    one = io.BytesIO()
    frame.save(one, "JPEG", quality=85, subsampling=2)
    film.write_bytes(one.getvalue() * FRAMES)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("film") / "label.mjpeg"
    shoot(path, "NCC-LO-77")
    return path


@pytest.fixture(scope="module")
def seeing(browser: Browser, film: Path) -> Iterator[Browser]:
    """A browser whose camera films the film."""
    flags = [*FLAGS, f"--use-file-for-fake-video-capture={film}"]
    started = browser.browser_type.launch(executable_path=program(), args=flags)
    yield started
    started.close()


@pytest.fixture
def eye(seeing: Browser) -> Iterator[BrowserContext]:
    context = seeing.new_context(locale="vi-VN", viewport={"width": 360, "height": 740})
    context.grant_permissions(["camera"])
    yield context
    context.close()


def scanning(page: Page, field: Field) -> None:
    page.goto(f"{field.address}/app/#/scan")


def test_the_library_reads_a_code_of_ours_without_a_network(
    eye: BrowserContext, field: Field, film: Path
) -> None:
    eye.add_init_script(NO_DETECTOR)
    page = eye.new_page()
    field.enrol(page)
    batch = page.evaluate(IN_HAND)
    shoot(film, f"https://truyxuat.example/B/{batch['code']}")
    phones.until(page, lambda: page.evaluate(HAS_LIBRARY))
    field.network.is_down = True
    scanning(page, field)
    expect(page).to_have_url(f"{field.address}/app/#/batch/{batch['batch_id']}")
    expect(page.get_by_role("heading", level=1)).to_have_text(batch["name"]["vi"])


def test_the_detector_of_the_phone_reads_a_suppliers_label_and_fetches_nothing(
    eye: BrowserContext, field: Field
) -> None:
    eye.add_init_script(DETECTOR)
    page = eye.new_page()
    asked: list[str] = []
    field.enrol(page)
    page.on("request", lambda one: asked.append(one.url))
    scanning(page, field)
    page.evaluate("window.shown = '(01)08930001000012(10)NCC-77'")
    expect(page.locator(".note .code")).to_have_text("NCC-77")
    assert page.evaluate("askedFormats") == ["qr_code", "ean_13"]
    assert not [url for url in asked if "zxing" in url]


def test_the_light_can_be_switched_where_the_camera_has_one(
    eye: BrowserContext, field: Field
) -> None:
    eye.add_init_script(DETECTOR)
    page = eye.new_page()
    field.enrol(page)
    scanning(page, field)
    light = page.get_by_role("button", name="Đèn")
    expect(page.get_by_role("button", name="Bật máy ảnh")).to_have_count(0)
    expect(light).to_have_count(0)
    eye.add_init_script(TORCH)
    page.reload()
    light.click()
    expect(light).to_have_attribute("aria-pressed", "true")
    light.click()
    expect(light).to_have_attribute("aria-pressed", "false")
    assert page.evaluate("asked") == [{"torch": True}, {"torch": False}]


def test_the_camera_is_let_go_while_the_phone_is_in_the_pocket(
    eye: BrowserContext, field: Field
) -> None:
    eye.add_init_script(DETECTOR + TRACKS)
    page = eye.new_page()
    field.enrol(page)
    scanning(page, field)
    phones.until(page, lambda: page.evaluate(ON) == 1)
    page.evaluate(TURN, "hidden")
    assert page.evaluate(ON) == 0
    page.evaluate(TURN, "visible")
    phones.until(page, lambda: page.evaluate(ON) == 1)
    page.goto(f"{field.address}/app/#/")
    expect(page.locator(".tile").first).to_be_visible()
    assert page.evaluate(ON) == 0


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_screen_of_the_camera_is_for_everybody(
    eye: BrowserContext, field: Field, language: str
) -> None:
    eye.add_init_script(DETECTOR + TORCH + f"localStorage.setItem('language', '{language}')")
    page = eye.new_page()
    page.set_viewport_size(SMALL)
    scanning(page, field)
    expect(page.locator("button[aria-pressed]")).to_be_visible()  # the light: the camera is on
    settle(page)
    assert troubles_of(page) == []
