"""A browser with a memory of its own that a test can kill like a phone whose battery is pulled."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserType, Page

from tools.chromium import NAMES

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"),
    *("--disable-background-networking", "--disable-sync", "--accept-lang=vi-VN"),
    *("--window-size=360,740", "--remote-debugging-port=0"),
)
SLOW_S = 60.0


def program() -> str:
    """Find Chromium: $CHROME, else the first on PATH."""
    named = os.environ.get("CHROME")
    return named or next(found for name in NAMES if (found := shutil.which(name)))


class Killable:
    """Chromium over a folder: what it keeps there outlives it."""

    def __init__(
        self, kind: BrowserType, program: str, folder: Path, flags: Sequence[str] = ()
    ) -> None:
        self._kind, self._program, self._folder = kind, program, folder
        self._flags = (*FLAGS, *flags)
        self._process: subprocess.Popen[bytes] | None = None
        self._browser: Browser | None = None

    def start(self) -> Page:
        """Start it and give its page."""
        port_file = self._folder / "DevToolsActivePort"
        port_file.unlink(missing_ok=True)
        self._process = subprocess.Popen(
            [self._program, *self._flags, f"--user-data-dir={self._folder}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        end = time.monotonic() + SLOW_S
        while not (port_file.exists() and port_file.read_text(encoding="utf-8").count("\n")):
            assert self._process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.05)
        port = port_file.read_text(encoding="utf-8").split()[0]
        self._browser = self._kind.connect_over_cdp(f"http://127.0.0.1:{port}")
        context = self._browser.contexts[0]
        page = context.pages[0] if context.pages else context.new_page()
        page.set_viewport_size({"width": 360, "height": 740})
        return page

    def kill(self) -> None:
        """End it and all its children at once, in the middle of whatever they do."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(SLOW_S)
            self._process = None


@contextmanager
def killable(
    kind: BrowserType, program: str, folder: Path, flags: Sequence[str] = ()
) -> Iterator[Killable]:
    """Give a browser that is gone after the test."""
    one = Killable(kind, program, folder, flags)
    try:
        yield one
    finally:
        one.kill()
