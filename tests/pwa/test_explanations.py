"""An officer asks from a shopper's report, the producer answers on a phone; both see the timer."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.pwa.doors import OFFICER, enter

pytestmark = pytest.mark.browser
NOODLE_MAKER = "Vũ Thị Tơ"
LOT = "MD-44-T"
PHONE: ViewportSize = {"width": 360, "height": 740}
WIDTH = "document.documentElement.scrollWidth"
REPORTED = "Miến có sợi lạ màu đen."
ASKED = "Đề nghị cơ sở giải trình về sợi lạ."
ANSWERED = "Sợi là vỏ dong riềng, không phải nhựa."
OUTCOME = "Đã xem mẫu lưu: là vỏ củ dong."


@contextmanager
def phone(browser: Browser) -> Iterator[Page]:
    """Give a phone whose browser runs no script; whatever it ends on fits its screen."""
    context = browser.new_context(locale="vi-VN", viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    yield page
    assert page.evaluate(WIDTH) <= PHONE["width"]
    context.close()


def open_report(page: Page, demo: str) -> None:
    page.goto(f"{demo}/desk/reports?q=soi+la+mau+den&lang=vi")
    page.locator("tbody a").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Báo sai")


def test_a_report_is_asked_about_explained_and_settled_and_the_reporter_reads_what_came_of_it(
    browser: Browser, demo: str
) -> None:
    with phone(browser) as shopper, phone(browser) as officer, phone(browser) as maker:
        enter(officer, demo, OFFICER)
        enter(maker, demo, NOODLE_MAKER)
        officer.goto(f"{demo}/desk/batches?q={LOT}")
        officer.get_by_role("link", name="Miến dong").first.click()
        code_page = officer.get_by_role("link", name="Xem như người mua").get_attribute("href")
        shopper.goto(f"{demo}{code_page}/report?lang=vi")
        shopper.get_by_label("Hàng khác với thông tin trên trang").check()
        shopper.locator("textarea").fill(REPORTED)
        shopper.get_by_role("button", name="Gửi").click()
        expect(shopper.get_by_role("status")).to_be_visible()

        open_report(officer, demo)
        officer.get_by_role("link", name="Yêu cầu cơ sở giải trình").click()
        officer.get_by_label("Nội dung yêu cầu").fill(ASKED)
        officer.get_by_role("button", name="Gửi yêu cầu").click()
        expect(officer.get_by_role("status")).to_contain_text("Đã gửi")
        expect(officer.locator(".tag").first).to_have_text("Còn 23 giờ")
        shopper.reload()
        expect(shopper.locator("main")).to_contain_text("Đang xem xét")
        expect(shopper.locator("main")).to_contain_text("Cơ sở đã được yêu cầu giải trình")

        maker.goto(f"{demo}/desk?lang=vi")
        maker.get_by_role("link", name="Giải trình", exact=True).click()
        expect(maker.locator(".tag").first).to_have_text("Còn 23 giờ")
        maker.get_by_label("Câu trả lời của bạn").fill(ANSWERED)
        maker.get_by_role("button", name="Gửi câu trả lời").click()
        expect(maker.locator(".tag").first).to_have_text("Đã trả lời đúng hạn")

        officer.goto(f"{demo}/desk?lang=vi")
        officer.get_by_role("link", name="Đọc", exact=True).first.click()
        expect(officer.locator("main")).to_contain_text(ANSWERED)
        open_report(officer, demo)
        officer.get_by_label("Câu trả lời của bạn").fill(OUTCOME)
        officer.get_by_label("Kết quả xem xét").select_option(label="Phản ánh không đúng")
        officer.get_by_role("button", name="Gửi câu trả lời").click()
        shopper.reload()
        expect(shopper.locator("main")).to_contain_text("Phản ánh không đúng")
        expect(shopper.locator("main")).to_contain_text(OUTCOME)
        expect(shopper.locator("main")).not_to_contain_text(ANSWERED)
        shopper.goto(f"{demo}{code_page}")
        for private in (REPORTED, ASKED, ANSWERED, OUTCOME, "giải trình"):
            expect(shopper.locator("body")).not_to_contain_text(private)
