"""Counts what a golden path costs: taps of a finger, and seconds of the machine between them."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.conftest import Tell
from tests.pwa import phones

DOCUMENTED = Path(__file__).resolve().parents[2] / "docs" / "users" / "phone.md"
COUNT = """() => {
  window.taps = {others: 0, digits: 0, numbers: 0, isTyping: false};
  window.counting ??= addEventListener("click", (event) => {
    if (!event.isTrusted) return;
    const isDigit = Boolean(event.target.closest(".keys"));
    taps[isDigit ? "digits" : "others"] += 1;
    if (isDigit && !taps.isTyping) taps.numbers += 1;
    taps.isTyping = isDigit;
  }, true) ?? true;
}"""


def documented(name: str) -> int:
    """Give how many taps the documents promise for a way whose row begins so."""
    rows = re.findall(
        rf"^\| {re.escape(name)}[^|]*\| (\d+) \|", DOCUMENTED.read_text("utf-8"), re.MULTILINE
    )
    (taps,) = rows
    return int(taps)


@contextmanager
def golden_path(page: Page, name: str, tell: Tell) -> Iterator[None]:
    """Count from the first screen to the tick; the digits of each number count as one tap."""
    page.evaluate("() => { location.hash = '#/' }")
    expect(page.locator(".tile").first).to_be_visible(timeout=phones.SLOW_MS)
    page.evaluate(COUNT)
    start = time.monotonic()
    yield
    expect(page.locator(".tick")).to_be_visible(timeout=phones.SLOW_MS)
    seconds = time.monotonic() - start
    taps = page.evaluate("taps")
    digits = f" and {taps['digits']} digits of {taps['numbers']} numbers" if taps["digits"] else ""
    tell(f"golden path, {name}: {taps['others']} taps{digits}, {seconds:.1f} s")
    assert taps["others"] + taps["numbers"] == documented(name)
