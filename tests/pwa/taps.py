"""Counts what a golden path costs: taps of a finger, and seconds of the machine between them."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, expect

from tests.conftest import Tell
from tests.pwa import phones

COUNT = """() => {
  window.taps = {all: 0, digits: 0};
  window.counting ??= addEventListener("click", (event) => {
    if (!event.isTrusted) return;
    taps.all += 1;
    if (event.target.closest(".keys")) taps.digits += 1;
  }, true) ?? true;
}"""


@contextmanager
def golden_path(page: Page, name: str, most: int, tell: Tell) -> Iterator[None]:
    """Count from the first screen to the tick; the digits of a number count as one tap."""
    page.evaluate("() => { location.hash = '#/' }")
    expect(page.locator(".tile").first).to_be_visible(timeout=phones.SLOW_MS)
    page.evaluate(COUNT)
    start = time.monotonic()
    yield
    expect(page.locator(".tick")).to_be_visible(timeout=phones.SLOW_MS)
    seconds = time.monotonic() - start
    taps = page.evaluate("taps")
    count = taps["all"] - taps["digits"] + bool(taps["digits"])
    digits = f" and {taps['digits']} digits" if taps["digits"] else ""
    tell(f"golden path, {name}: {taps['all'] - taps['digits']} taps{digits}, {seconds:.1f} s")
    assert count <= most
