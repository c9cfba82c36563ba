"""A real browser and a real server with the demo loaded, for every test of this folder."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.conftest import REQUIRE_ALL
from tools.chromium import NAMES

HERE = Path(__file__).resolve().parent
TOP = HERE.parents[1]
SLOW_S = 90.0
SETTINGS = {"HOST", "PORT", "DATABASE_URL", "PUBLIC_URL", "MEDIA_URL", "DEMO_SECRET", "SECRET_KEY"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of this folder on one worker: they share one browser and one server."""
    for item in items:
        if item.path.parent == HERE:
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium from $CHROME, else from PATH."""
    named = os.environ.get("CHROME")
    path = named or next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        assert not REQUIRE_ALL, "`make browser` installs Chromium"
        pytest.skip("there is no Chromium: `make browser` installs one")
    with sync_playwright() as playwright:
        # Inside a container Chromium may neither make its own sandbox nor find a large /dev/shm.
        arguments = ["--no-sandbox", "--disable-dev-shm-usage"]
        started = playwright.chromium.launch(executable_path=path, args=arguments)
        yield started
        started.close()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that is the demo, on a free port, with act 1 and its pictures."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path_factory.mktemp("demo")
    environ = {name: text for name, text in os.environ.items() if name not in SETTINGS}
    environ |= {"TRACEAPP_DEMO": "1", "INSTANCE_DIR": str(folder), "PORT": str(port)}
    flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
    for command in (["db", "upgrade"], ["demo", "load"], ["jobs", "run"]):
        done = subprocess.run(
            [*flask, *command], cwd=TOP, env=environ, check=False, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
    address = f"http://localhost:{port}"
    with (folder / "server.log").open("w", encoding="utf-8") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--workers", "1", "--bind", f"localhost:{port}"],
            cwd=TOP,
            env=environ,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_for(f"{address}/healthz", server, folder / "server.log")
            yield address
        finally:
            server.terminate()
            server.wait(SLOW_S)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab of a reader who has never been here, on a wide screen, in Vietnamese."""
    context = browser.new_context(locale="vi-VN", viewport={"width": 1280, "height": 800})
    yield context.new_page()
    context.close()


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + SLOW_S
    while True:
        assert server.poll() is None, log.read_text(encoding="utf-8")
        assert time.monotonic() < end, log.read_text(encoding="utf-8")
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
