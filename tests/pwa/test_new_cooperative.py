"""From an empty server to a code that a shopper scans: the way of a new co-operative, counted.

Nothing is set up beforehand but the tables. Two people: whoever runs the server, and Lan.
"""

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.conftest import Tell
from tests.pictures import jpeg
from tests.pwa.serving import TOP, environ, served
from tests.pwa.test_whole_journey import assert_tells, complaints_of

PRODUCTION = {"TRACEAPP_DEMO": "0"}
PASSWORD = "bốn cánh đồng 7 con trâu"
ONE_TIME_CODE = re.compile(r"\b(?:[0-9A-Z]{4}-){6}[0-9A-Z]{4}\b")
FIVE_MINUTES = 300
# A hand types some three characters a second and takes two seconds to find and press something.
SECONDS_A_CLICK, SECONDS_A_CHARACTER = 2.0, 0.35
SOW = "Gieo trồng"
# What stands within three pixels of the edge of its card or tile, or beyond it.
SPILLED = """[...document.querySelectorAll(".tiles a *, .card > li *, .button")]
  .filter(one => {
    const box = (one.closest(".tiles a, .card") ?? one).getBoundingClientRect()
    const { left, right } = one.getBoundingClientRect()
    return one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0
      || left < box.left + (one.matches(".button") ? 0 : 3)
      || right > box.right - (one.matches(".button") ? 0 : 3)
  }).map(one => one.innerText ?? one.outerHTML)"""
STEPS = {
    "vi": ("Làm đất", "Gieo", "Tưới", "Làm cỏ", "Thu hoạch"),
    "en": ("soil", "Sowed", "Watered", "Weeded", "Harvested"),
}


@dataclass
class Hand:
    """A person at a page: counts what is clicked, chosen and typed."""

    page: Page
    address: str
    clicks: int = 0
    characters: int = 0
    started: float = field(default_factory=time.monotonic)

    def go(self, path: str) -> None:
        """Open an address that stood on the page before, or was handed over."""
        self.clicks += 1
        answer = self.page.goto(f"{self.address}{path}")
        assert answer is not None
        assert answer.status == 200, path

    def click(self, role: str, name: str) -> None:
        """Press what has this name."""
        self.clicks += 1
        self.page.locator("main").get_by_role(role, name=name, exact=True).first.click()  # type: ignore[arg-type]

    def fill(self, **texts: str) -> None:
        """Type into fields by name; two underscores stand for a dot."""
        for name, text in texts.items():
            self.clicks += 1
            self.characters += len(text)
            self.page.locator(f"main [name='{name.replace('__', '.')}']").fill(text)

    def choose(self, **values: str) -> None:
        """Choose from lists by the words on the screen."""
        for name, words in values.items():
            self.clicks += 1
            box = self.page.locator(f"main [name='{name.replace('__', '.')}']")
            box.select_option(label=box.locator("option", has_text=words).first.inner_text())

    def save(self) -> None:
        """Press the button that keeps the form, and see that it was kept."""
        self.clicks += 1
        with self.page.expect_navigation():
            self.page.locator("main form").last.locator("button").last.click()
        expect(self.page.locator("main .error-summary")).to_have_count(0)

    def told(self) -> dict[str, float]:
        """Count up; `by_hand_s` is what a person needs at the paces above."""
        machine = time.monotonic() - self.started
        by_hand = self.clicks * SECONDS_A_CLICK + self.characters * SECONDS_A_CHARACTER
        return {
            "clicks": self.clicks,
            "characters": self.characters,
            "machine_s": round(machine, 1),
            "by_hand_s": round(by_hand),
        }


@pytest.fixture
def empty_server(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """The address of an empty installation that is not the demo, and the code from its log."""
    settings = environ(tmp_path, **PRODUCTION)
    flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
    subprocess.run([*flask, "db", "upgrade"], cwd=TOP, env=settings, check=True)
    with ExitStack() as stack:
        address, _ = stack.enter_context(served(tmp_path, **PRODUCTION))
        worker = subprocess.Popen(
            [sys.executable, "-m", "traceapp.jobs.worker"], cwd=TOP, env=settings
        )
        stack.callback(worker.wait)
        stack.callback(worker.terminate)
        log = (tmp_path / f"{address.rsplit(':', 1)[1]}.log").read_text(encoding="utf-8")
        found = ONE_TIME_CODE.search(log)
        assert found, log
        yield address, found[0]


@pytest.mark.browser
def test_a_new_cooperative_gets_from_nothing_to_a_scanned_batch_in_five_minutes(
    browser: Browser,
    empty_server: tuple[str, str],
    tmp_path: Path,
    tell: Tell,
) -> None:
    address, code = empty_server
    picture = tmp_path / "cai.jpg"
    picture.write_bytes(jpeg())
    operator, said_to_operator = _hand(browser, address)
    set_up(operator, code)

    lan, said_to_lan = _hand(browser, address)
    join(lan)
    admit(operator)
    define_product(lan, picture)
    start_season(lan)
    for tile in ("Làm đất", SOW, "Tưới", "Làm cỏ"):
        log_step(lan, tile, picture)
    harvest(lan)
    symbol = download_symbol(lan, tmp_path / "qr.png")
    uri = zxingcpp.read_barcodes(Image.open(symbol).convert("L"))[0].text
    told = lan.told()

    path = uri.split("/", 3)[3]
    for language, steps in STEPS.items():
        lan.page.goto(f"{address}/{path}?lang={language}")
        assert lan.page.locator("html").get_attribute("lang") == language
        assert_tells(lan.page.locator("main").inner_text(), steps)
    for page in ("/desk", "/desk/steps/new?all"):
        lan.page.goto(f"{address}{page}{'&' if '?' in page else '?'}lang=en")
        assert lan.page.evaluate(SPILLED) == [], page
    assert said_to_operator == said_to_lan == []
    assert told["by_hand_s"] <= FIVE_MINUTES
    tell(json.dumps({"operator": operator.told(), "co-operative": told}))


def _hand(browser: Browser, address: str) -> tuple[Hand, list[str]]:
    page = browser.new_context(locale="vi-VN", viewport={"width": 360, "height": 740}).new_page()
    return Hand(page, address), complaints_of(page)


def set_up(operator: Hand, code: str) -> None:
    """Open the installation with the code from the log."""
    operator.go("/first-run")
    operator.fill(
        code=code,
        name="Chi cục Chất lượng",
        legal_form="cơ quan nhà nước",
        street="1 Lê Lai",
        commune="phường Hoàn Kiếm",
        owner="Trần Văn Vận",
        sign_in_name="van",
        password=PASSWORD,
    )
    operator.save()


def join(lan: Hand) -> None:
    """Ask to join, and be at work at once."""
    lan.go("/join")
    lan.fill(
        name="HTX Bãi Xanh",
        legal_form="hợp tác xã",
        street="Thôn 2",
        commune="xã Bát Tràng",
        phone="0912345678",
        owner="Nguyễn Thị Lan",
        sign_in_name="lan",
        password=PASSWORD,
    )
    lan.save()


def admit(operator: Hand) -> None:
    """Look at who asks, and let them in."""
    operator.go("/desk/admissions")
    operator.click("link", "HTX Bãi Xanh")
    operator.click("button", "Kết nạp")


def define_product(lan: Hand, picture: Path) -> None:
    """Say what is sold, with what its label says and a picture."""
    lan.go("/desk/products/new")
    lan.fill(
        name="Cải ngọt",
        shelf_life_days="5",
        label__origin__vi="Bát Tràng, Hà Nội",
    )
    lan.choose(family="Rau", uom="kilôgam")
    lan.page.locator("main [name='photo']").set_input_files(picture)
    lan.page.locator("main [name='standards_none']").check()
    lan.clicks += 2
    lan.save()


def start_season(lan: Hand) -> None:
    """Name the field and what grows on it."""
    lan.go("/desk/places/plots/new")
    lan.fill(name="Thửa 1", household_number="1")
    lan.save()
    lan.go("/desk/seasons/new")
    lan.fill(name="Cải đông", crop="cải ngọt")
    lan.choose(plot_id="Thửa 1")
    lan.save()


def log_step(lan: Hand, tile: str, picture: Path) -> None:
    """Log what was done on the field; sowing with a photo."""
    lan.go("/desk/steps/new")
    lan.click("link", tile)
    lan.choose(ground="Cải đông")
    if tile == SOW:
        lan.page.locator("main [name='photo']").set_input_files(picture)
        lan.clicks += 1
    lan.save()


def harvest(lan: Hand) -> None:
    """Harvest: that makes the batch."""
    lan.go("/desk/steps/new")
    lan.click("link", "Hái")
    lan.choose(ground="Cải đông", outputs__0__product_id="Cải ngọt")
    lan.fill(outputs__0__quantity="120")
    lan.save()


def download_symbol(lan: Hand, to: Path) -> Path:
    """Find the batch and take its symbol."""
    lan.go("/desk/batches")
    lan.click("link", "Cải ngọt")
    with lan.page.expect_download() as waiting:
        lan.click("link", "Ảnh (PNG)")
    waiting.value.save_as(to)
    return to
