"""The blocked harvest says until when; what has happened is recorded, held, and let go."""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.pwa.doors import CLERK, enter
from tests.pwa.looking import shut_out
from tests.pwa.serving import served
from traceapp.demo.clock import DemoClock

OWNER = "Đỗ Văn Lượng"
PLOT = "VD-05"  # sprayed three days before the demo's day; its interval is seven days
CUT = "Rau muống vừa thu"  # what grows there
SHOTS = os.environ.get("SHOTS")


@pytest.fixture
def town(demo_folder: Path, tmp_path: Path) -> Iterator[str]:
    """A server with a demo of its own: this test writes."""
    folder = tmp_path / "demo"
    shutil.copytree(demo_folder, folder)
    with served(folder) as (address, _):
        yield address


def first_day() -> str:
    return f"{DemoClock.at(datetime.now(UTC)).t + timedelta(days=4):%d/%m/%Y}"


# Without motion: a background half way from one scheme to the other is nobody's colour.
WIDE: ViewportSize = {"width": 1280, "height": 900}


def look(page: Page, name: str) -> None:
    """Look at a page in both widths and schemes: nothing beside the screen, nothing unreadable.

    Colours do not depend on the width: each width and each scheme is looked at once.
    """
    for width, scheme in ((360, "light"), (1280, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="light" if scheme == "light" else "dark")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert shut_out(page) == []
        if SHOTS:
            page.screenshot(path=f"{SHOTS}-{name}-{width}-{scheme}.png", full_page=True)
    page.emulate_media(color_scheme="light")


def try_harvest(page: Page, root: str) -> None:
    page.goto(f"{root}/desk/steps/new?kind=harvest&lang=vi")
    ground = page.locator("[name=ground]")
    wanted = ground.locator("option", has_text=PLOT).first.get_attribute("value")
    ground.select_option(wanted)
    page.locator("[name='outputs.0.product_id']").select_option(label=CUT)
    page.locator("[name='outputs.0.quantity']").fill("190")
    page.locator("p.save button[value=save]").click()


def test_the_blocked_harvest_says_until_when(browser: Browser, town: str) -> None:
    context = browser.new_context(locale="vi-VN", viewport=WIDE, reduced_motion="reduce")
    page = context.new_page()
    enter(page, town, CLERK)
    try_harvest(page, town)
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text(f"thu hoạch được từ ngày {first_day()}")
    expect(alert.get_by_role("link", name="Chưa làm: quay lại")).to_be_visible()
    look(page, "blocked-vi")
    alert.get_by_role("button", name="Việc đã làm rồi: cứ ghi lại").click()
    page.wait_for_load_state()
    held = page.locator(".held")
    expect(held).to_contain_text("Đang bị giữ từ")
    expect(held.get_by_role("button")).to_have_count(0)  # a clerk lets nothing go
    address = page.url.split("?")[0].split("#")[0]
    page.goto(f"{town}/desk?lang=en")
    expect(page.locator("ul.tasks")).to_contain_text(f"harvest is allowed from {first_day()}")
    look(page, "today-en")
    _let_go(page, town, address)
    context.close()


def _let_go(page: Page, root: str, address: str) -> None:
    enter(page, root, OWNER)
    page.goto(f"{address}?lang=en")
    look(page, "held-en")
    page.get_by_label("Why may it be released?").fill("Kết quả kiểm nghiệm đạt (mẫu).")
    page.get_by_role("button", name="Release it").click()
    page.wait_for_load_state()
    expect(page.locator(".held")).to_have_count(0)
    expect(page.locator("main")).to_contain_text("Kết quả kiểm nghiệm đạt (mẫu).")
    look(page, "released-en")
