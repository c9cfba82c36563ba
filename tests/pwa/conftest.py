"""A real browser and a real server with the demo loaded, for every test of this folder."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.conftest import REQUIRE_ALL, once
from tests.pwa.faulty import FaultyNetwork
from tests.pwa.phones import Field
from tests.pwa.serving import load_demo, served
from tools.chromium import NAMES


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


@pytest.fixture(scope="module")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An instance folder with act 1 of the demo and its pictures, of one module's own.

    What one module makes, holds or recalls is not there for the next, so it does not matter which
    modules a worker is given, and in what order.
    """
    made = once(tmp_path_factory, "browser-demo", load_demo)
    return Path(shutil.copytree(made, tmp_path_factory.mktemp("demo"), dirs_exist_ok=True))


@pytest.fixture(scope="module")
def demo(demo_folder: Path) -> Iterator[str]:
    """The address of a server that is the demo, on a free port."""
    with served(demo_folder) as (address, _):
        yield address


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab of a reader who has never been here, on a wide screen, in Vietnamese."""
    context = browser.new_context(locale="vi-VN", viewport={"width": 1280, "height": 800})
    yield context.new_page()
    context.close()


@pytest.fixture
def field(browser: Browser, demo: str, demo_folder: Path) -> Iterator[Field]:
    """A network of the test's own before the shared server."""
    with FaultyNetwork(demo) as network:
        yield Field(browser, network, demo, demo_folder)


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    """A phone that has never been here."""
    context = browser.new_context(locale="vi-VN", viewport={"width": 360, "height": 740})
    yield context
    context.close()


@pytest.fixture(scope="module")
def module_field(browser: Browser, demo: str, demo_folder: Path) -> Iterator[Field]:
    """The same for all tests of a module."""
    with FaultyNetwork(demo) as network:
        yield Field(browser, network, demo, demo_folder)
