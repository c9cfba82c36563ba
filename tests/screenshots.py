"""`python -m tests.screenshots`: makes the pictures in docs/images anew, from a running demo.

A real Chromium (`CHROME`) looks at a server of its own; nothing is touched up, only the colours are
brought down to a palette so that the files stay small.
"""

import io
import os
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests import phone_screenshots
from tests.bench import reading
from tests.bench.demo import Demo, load
from tests.bench.servers import TOP, gunicorn, serving
from tests.pwa.doors import CLERK, OFFICER, enter
from traceapp.batches import queries as batches
from traceapp.printing.stock import A4_24
from traceapp.public.samples import TOLD_FIRST

IMAGES = TOP / "docs" / "images"
SHOWN_ADDRESS = "http://localhost:8000"  # the same in every run, whichever port is free
MOST_BYTES = 250_000
COLOURS = 256
PHONE = {"width": 360, "height": 740}
DESK = {"width": 960, "height": 720}
WIDE = {"width": 1280, "height": 900}
MIXED = "CN-GOM-01"  # a collector's lot: greens of several farms, sold on to several shops


def main() -> None:
    """Load the demo, serve it, and photograph it."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="traceapp-pictures-") as folder:
        demo = load(Path(folder))
        first, mixed = _code_of(demo, TOLD_FIRST[0]), _code_of(demo, MIXED)
        environ = {**demo.environ, "PUBLIC_URL": SHOWN_ADDRESS}
        with serving(gunicorn(environ), environ, f"{demo.url}/healthz"):
            _photograph(demo.url, first, mixed)


def _code_of(demo: Demo, lot: str) -> str:
    with reading.application(demo):
        return next(str(card.code) for card in batches.batches() if card.lot == lot)


def _photograph(root: str, code: str, mixed: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROME"), args=["--no-sandbox"]
        )
        for language in ("vi", "en"):
            page = _opened(browser, f"{root}/B/{code}?lang={language}", PHONE)
            _keep(page, f"timeline-{language}.png", {"x": 0, "y": 0, **_down_to_timeline(page)})
        page = _opened(browser, f"{root}/demo/doors", DESK, scale=4)
        enter(page, root, CLERK)
        page.goto(f"{root}/desk/batches/{code}")
        page.get_by_role("link", name="Đã cấp").first.click()
        page.wait_for_load_state("networkidle")
        _keep(page, "label.png", _first_label(page))
        page = _opened(browser, f"{root}/demo/doors", WIDE, scale=1.5)
        enter(page, root, CLERK)
        page.goto(f"{root}/desk/batches/{code}", wait_until="networkidle")
        _keep(page, "desk.png", None)
        page = _opened(browser, f"{root}/demo/doors", WIDE)
        enter(page, root, OFFICER)
        page.goto(f"{root}/desk/batches/{mixed}/trace?lang=vi", wait_until="networkidle")
        _keep(page, "trace.png", _drawing(page))
        phone_screenshots.photograph(browser, root, code, IMAGES)
        browser.close()


def _opened(browser: Browser, url: str, size: dict[str, int], *, scale: float = 2) -> Page:
    context = browser.new_context(
        viewport={"width": size["width"], "height": size["height"]},
        device_scale_factor=scale,
        locale="vi-VN",
        color_scheme="light",
    )
    page = context.new_page()
    answer = page.goto(url, wait_until="networkidle")
    if answer is None or not answer.ok:
        raise RuntimeError(f"{url} answered {answer and answer.status}")
    page.evaluate("document.fonts.ready")
    return page


def _down_to_timeline(page: Page) -> dict[str, float]:
    """Take the first screen and the start of the journey below it."""
    top = page.locator("#journey").bounding_box()
    if top is None:
        raise LookupError("the page has no journey")
    return {"width": PHONE["width"], "height": max(PHONE["height"], top["y"] + 420)}


def _drawing(page: Page) -> dict[str, float]:
    box = page.locator("figure.drawn").bounding_box()
    if box is None:
        raise LookupError("the page has no drawing")
    return {"x": box["x"], "y": box["y"], "width": box["width"], "height": box["height"]}


def _first_label(page: Page) -> dict[str, float]:
    sheet = page.locator("main svg").first.bounding_box()
    if sheet is None:
        raise LookupError("the page has no sheet")
    scale = sheet["width"] / A4_24.page_width
    return {
        "x": sheet["x"] + A4_24.left * scale,
        "y": sheet["y"] + A4_24.top * scale,
        "width": A4_24.die_width * scale,
        "height": A4_24.die_height * scale,
    }


def _keep(page: Page, name: str, clip: dict[str, float] | None) -> None:
    path = IMAGES / name
    taken = page.screenshot(full_page=clip is not None, clip=clip)  # type: ignore[arg-type]
    picture = Image.open(io.BytesIO(taken)).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    size = path.stat().st_size
    print(f"{path.relative_to(TOP)}: {size} bytes")
    if size >= MOST_BYTES:
        raise RuntimeError(f"{name} is larger than {MOST_BYTES} bytes")


if __name__ == "__main__":
    main()
