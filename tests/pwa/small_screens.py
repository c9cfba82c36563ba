"""What may be wrong with a screen of the phone app: for axe, for a finger, on a small phone."""

from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize, expect

from tests.pwa import phones

SMALL: ViewportSize = {"width": 320, "height": 640}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
)
ZALO = (
    "Mozilla/5.0 (Linux; Android 13; SM-A135F Build/TP1A; wv) AppleWebKit/537.36"
    " (KHTML, like Gecko) Version/4.0 Chrome/120.0.0.0 Mobile Safari/537.36 Zalo android/24010598"
)
TARGETS = """[...document.querySelectorAll("#app button, #app a, #app input, #app label.pick")]
  .filter((one) => one.offsetParent && !one.closest("p, .note, dl, label.pick > *"))
  .filter((one) => !(one.matches("input") && one.closest("label.pick")))
  .map((one) => [one.textContent.trim().slice(0, 24), one.getBoundingClientRect().height])
  .filter(([, height]) => height < 56)"""
LEAVE = """(path) => {
  document.querySelector("h1").dataset.left = "";
  location.hash = path;
}"""
IS_STILL = """() => new Promise((done) => {
  const wait = () => setTimeout(() => (watcher.disconnect(), done()), 300);
  let timer = wait();
  const watcher = new MutationObserver(() => { clearTimeout(timer); timer = wait(); });
  watcher.observe(document, {subtree: true, childList: true, characterData: true});
})"""


def open_screen(page: Page, path: str) -> None:
    """Go to a screen as links do, and wait until it is there and draws no more."""
    page.evaluate(LEAVE, path)
    expect(page.locator("h1:not([data-left])")).to_be_visible(timeout=phones.SLOW_MS)
    settle(page)


def settle(page: Page) -> None:
    """Wait until the screen draws no more."""
    page.evaluate(IS_STILL)


def troubles_of(page: Page) -> list[str]:
    """Tell what is wrong with the screen that is open, by daylight and in the dark."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    troubles = []
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        found = page.evaluate("axe.run({resultTypes: ['violations']})")
        troubles += [f"{scheme}: {violation['id']}" for violation in found["violations"]]
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        troubles.append("wider than the screen")
    if page.title() != f"{page.locator('h1').inner_text()} · Traceapp":
        troubles.append(f"another title: {page.title()}")
    return troubles + [f"small: {one}" for one in page.evaluate(TARGETS)]
