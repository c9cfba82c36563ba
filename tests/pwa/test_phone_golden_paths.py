"""The ways that people walk every day on the phone: short, without a network, and they arrive."""

import re
import sqlite3

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.conftest import Tell
from tests.pwa import desk, phones
from tests.pwa.phones import Field
from tests.pwa.taps import golden_path

SHOP = "Phan Thị Diệu"
SHOP_SITE = "Cửa hàng Hồ Tây"


def press(page: Page, *names: str) -> None:
    for name in names:
        page.get_by_role("button", name=name, exact=True).click()


def keys(page: Page, digits: str) -> None:
    press(page, *digits)


def tile(page: Page, name: str) -> None:
    """Begin a kind of step, where it is on the first screen or behind the tile of all others."""
    wanted = page.locator(".tile").filter(has_text=re.compile(f"^{name}$"))
    if not wanted.count():
        page.locator(".tile").filter(has_text="Việc khác").click()
    wanted.click()


def today(page: Page) -> str:
    day: str = page.evaluate("new Date().toLocaleDateString('sv')")
    return day


def records_of(page: Page) -> list[dict[str, object]]:
    return phones.kept(page)[0]


def event_of(record: dict[str, object]) -> dict[str, object]:
    event = record["event"]
    assert isinstance(event, dict)
    return event


@pytest.fixture
def page(phone: BrowserContext, field: Field) -> Page:
    """A phone of the clerk, in the field without a network."""
    page = phone.new_page()
    field.enrol(page)
    field.network.is_down = True
    return page


def comes_back(page: Page, field: Field) -> None:
    field.network.is_down = False
    page.evaluate("dispatchEvent(new Event('online'))")


def test_a_watering_takes_three_taps_and_the_same_again_two_and_says_so(
    page: Page, field: Field, tell: Tell
) -> None:
    with golden_path(page, "log a step", tell):
        tile(page, "Tưới")
        page.locator("main button.opt").first.click()
        press(page, "Xong, lưu lại")
    page.evaluate(phones.YESTERDAY)
    with golden_path(page, "the same as the last time", tell):
        page.get_by_role("link", name="như lần trước").click()
        press(page, "Lưu 1 việc")
    first, again = records_of(page)
    assert again["copied_from"] == event_of(first)["id"]
    assert event_of(again)["fields"] == event_of(first)["fields"]
    page.goto(f"{field.address}/app/#/record/{again['sequence']}")
    expect(page.locator(".state").filter(has_text="Như lần trước")).to_be_visible()
    comes_back(page, field)
    field.assert_arrived_once(page, 2)


def test_a_spray_with_what_was_used_before_says_from_when_to_harvest(
    page: Page, field: Field, tell: Tell
) -> None:
    with golden_path(page, "spray", tell):
        tile(page, "Phun thuốc")
        page.locator("main button.opt").first.click()
        expect(page.locator("main .note b")).to_contain_text("/")
        press(page, "Xong, lưu lại")
    comes_back(page, field)
    field.assert_arrived_once(page, 1)


def test_a_spray_of_a_new_bottle_says_from_when_to_harvest_once_the_days_are_typed(
    page: Page,
) -> None:
    tile(page, "Phun thuốc")
    page.locator("main button.opt").filter(has_text="Loại khác").click()
    page.locator("main input.field").fill("Thuốc mới 1.0EC")
    days = page.get_by_role("heading", level=2).filter(has_text="cách ly")
    for _ in range(8):
        press(page, "Tiếp")
        if days.count():
            break
        field = page.locator("main input.field")
        field.fill("5") if field.count() else keys(page, "5")
    expect(page.locator("main .note")).to_have_count(0)
    keys(page, "7")
    in_seven_days = "new Date(Date.now() + 7 * 86400000).toLocaleDateString('sv')"
    due = "/".join(reversed(page.evaluate(in_seven_days).split("-")))
    expect(page.locator("main .note b")).to_contain_text(due)


def test_crates_are_added_up_and_a_harvest_gets_its_lot(
    page: Page, field: Field, tell: Tell
) -> None:
    page.evaluate("() => { location.hash = '#/place' }")
    page.get_by_role("button", name="VD-04").click()  # where nothing was sprayed of late
    with golden_path(page, "harvest, three crates", tell):
        tile(page, "Hái")
        keys(page, "18")
        press(page, "Cộng từng sọt", "Thêm 18 kg", "Thêm 18 kg")
        expect(page.locator("output")).to_have_text("54")
        press(page, "Tạo lô")
    (record,) = records_of(page)
    outputs = event_of(record)["outputs"]
    assert isinstance(outputs, list)
    assert [one["quantity"] for one in outputs] == ["54"]
    expect(page.locator(".tick b")).to_contain_text(re.compile(r"^[A-Z]+-\d{4}[A-Z]+\d+$"))
    comes_back(page, field)
    field.assert_arrived_once(page, 1)


def test_a_crate_too_many_is_taken_away_again(page: Page) -> None:
    page.evaluate("() => { location.hash = '#/log/pack' }")
    page.locator("main button.opt").first.click()
    keys(page, "12")
    press(page, "Tiếp", "Cải ngọt túi 500 g")
    keys(page, "20")
    press(page, "Cộng từng sọt", "Thêm 20 túi", "Bớt một sọt", "Xoá một số", "Xoá một số")
    keys(page, "7")
    press(page, "Thêm 7 túi")
    expect(page.locator("output")).to_have_text("27")


def washing(page: Page, into: str, out: str) -> None:
    """Trim and wash greens, to the question of what was lost."""
    page.get_by_role("button", name="Cải thảo (bán theo cân)").click()
    keys(page, into)
    press(page, "Tiếp")
    page.get_by_role("button", name="Cải ngọt đã sơ chế").click()
    keys(page, out)
    press(page, "Tiếp")
    page.get_by_role("button", name="Phần còn lại").click()
    press(page, "Tiếp")


def test_an_unusual_loss_wants_a_reason_and_a_usual_one_does_not(
    page: Page, field: Field, tell: Tell
) -> None:
    with golden_path(page, "make goods", tell):
        tile(page, "Sơ chế")
        washing(page, "20", "18")
        expect(page.get_by_role("heading", level=2)).to_contain_text("Nguồn nước rửa")
        page.locator("main button.opt").first.click()
        press(page, "Tạo lô")
    page.evaluate("() => { location.hash = '#/log/trim_wash' }")
    washing(page, "20", "9")
    expect(page.get_by_role("heading", level=2)).to_contain_text("Hao hụt khác thường lệ")
    page.get_by_role("button", name="Sâu bệnh, thối").click()
    page.locator("main button.opt").first.click()
    press(page, "Tạo lô")
    expect(page.locator(".tick")).to_be_visible()
    usual, unusual = (event_of(one)["fields"] for one in records_of(page))
    assert isinstance(usual, dict)
    assert isinstance(unusual, dict)
    assert (usual["loss_kg"], "loss_reason" in usual) == (2, False)
    assert (unusual["loss_kg"], unusual["loss_reason"]) == (11, "Sâu bệnh, thối")
    comes_back(page, field)
    field.assert_arrived_once(page, 2)


REPACKED = """async () => {
  const {build} = await import("/static/pwa/app/core/steps.js");
  const product = {product_id: "p", name: "Gạo", uom: "kg", shelf_life_days: 300};
  const sack = {batch_id: "b", name: "Gạo"};
  const kept = {products: [product], seasons: [], places: [], batches: [sack]};
  const goods = {lines: [{batch_id: "b", quantity: "9", uom: "kg"}], about: [], photos: []};
  const kind = {id: "repack", group: "handling", stock_effect: "transform"};
  const typed = {original_production: "2026-03-30", original_expiry: "2026-12-01"};
  return [{}, {...typed, pack_date: "2026-04-02"}].map(fields => {
    const given = {grounds: [{site_id: "s"}], fields, product_id: "p", quantity: "9", ...goods};
    const phone = {producer: {id: "1"}, member: {id: "2"}, mark: "A"};
    const [made] = build(kind, given, kept, phone)[0].batches;
    return [made.production_date, made.packing_date, made.expiry_date];
  });
}"""


def test_goods_packed_without_a_network_say_on_their_page_when_they_were_packed(
    page: Page, field: Field, tell: Tell
) -> None:
    days = [today(page)]
    unsaid, said = page.evaluate(REPACKED)
    assert (unsaid[0], unsaid[2], said) == (None, None, ["2026-03-30", "2026-04-02", "2026-12-01"])
    with golden_path(page, "pack goods", tell):
        tile(page, "Đóng gói")
        page.get_by_role("button", name="RM-VD04-T").click()
        keys(page, "12")
        press(page, "Tiếp")
        page.get_by_role("button", name="Rau muống túi 500 g").click()
        keys(page, "20")
        press(page, "Tiếp")
        keys(page, "2")
        press(page, "Tạo lô")
    code = page.locator(".tick b").inner_text().replace("-", "")
    (record,) = records_of(page)
    batches = record["batches"]
    assert isinstance(batches, list)
    days.append(today(page))  # the night may have passed
    (packed,) = {batches[0]["packing_date"]} & set(days)
    assert batches[0]["production_date"] < packed  # as old as what went in
    comes_back(page, field)
    field.assert_arrived_once(page, 1)
    page.goto(f"{field.root}/B/{code}?lang=vi")
    said = "/".join(reversed(packed.split("-")))
    expect(page.locator("dt:has-text('Ngày đóng gói') + dd")).to_have_text(said)


def code_of(field: Field, lot: str) -> str:
    with sqlite3.connect(f"file:{phones.database_of(field.folder)}?mode=ro", uri=True) as database:
        query = (
            "SELECT code FROM public_code JOIN batch USING (producer_id, batch_id)"
            " WHERE lot = ? AND state != 'moved'"
        )
        return str(database.execute(query, (lot,)).fetchone()[0])


def test_goods_handed_over_without_a_network_are_received_by_the_other_side(
    page: Page, field: Field, tell: Tell
) -> None:
    with golden_path(page, "hand over", tell):
        tile(page, "Giao")
        expect(page.get_by_role("button", name="Tiếp", exact=True)).to_be_disabled()
        page.get_by_role("button", name="RM-VD04-T").click()
        keys(page, "30")
        press(page, "Tiếp")
        page.locator("main input.field").fill("Hồ Tây")
        page.get_by_role("button", name=SHOP_SITE).click()
        page.locator("main input.field").fill("PX-0928")
        press(page, "Xong, lưu lại")
    expect(page.locator(".tick")).to_contain_text("Rau muống túi 500 g")
    comes_back(page, field)
    field.assert_arrived_once(page, 1)
    context = field.browser.new_context(locale="vi-VN", viewport={"width": 360, "height": 740})
    other = context.new_page()
    field.enrol(other, SHOP)
    other.goto(f"{field.address}/app/#/scan")  # the label on the goods leads there as well
    other.locator("#typed").fill(code_of(field, "RM-VD04-T"))
    press(other, "Mở")
    other.locator("a.pill").filter(has_text="Bãi Xanh").first.click()  # some of it is here already
    expect(other.get_by_role("button", name="Bãi Xanh").first).to_be_visible()
    other.goto(f"{field.address}/app/#/")
    with golden_path(other, "receive", tell):
        other.get_by_role("link", name="Lô hàng", exact=True).click()
        other.locator("a.pill").filter(has_text="Bãi Xanh").first.click()
        other.get_by_role("button", name="Bãi Xanh").first.click()
        press(other, "Tiếp")
        press(other, "Tốt")
        press(other, "Xong, lưu lại")
    field.assert_arrived_once(other, 1)
    (received,) = records_of(other)
    assert event_of(received)["ship_event_id"] == event_of(records_of(page)[0])["id"]
    received_by_the_code_of_its_note(page, other, field)
    context.close()


def received_by_the_code_of_its_note(page: Page, other: Page, field: Field) -> None:
    """Send to nobody by name; the other phone learns what it is by the code on the note."""
    page.goto(f"{field.address}/app/#/log/ship")
    page.get_by_role("button", name="RM-VD04-T").click()
    keys(page, "5")
    press(page, "Tiếp")
    page.locator("main input.field").fill("Bếp Sen")
    press(page, "Tiếp")
    page.locator("main input.field").fill("PX-0929")
    press(page, "Xong, lưu lại")
    field.assert_arrived_once(page, 2)
    sent = str(event_of(records_of(page)[1])["id"])
    note = desk.code_of_note(field.root, sent)
    for is_down in (True, False):  # to nobody by name: the code on the note is asked for
        field.network.is_down = is_down
        other.goto(f"{field.address}/app/#/scan")
        other.locator("#typed").fill(note.lower())
        press(other, "Mở")
        if is_down:
            expect(other.get_by_role("status")).to_contain_text("Cần có mạng để mở phiếu")
    expect(other).to_have_url(re.compile("#/log/receive/"))
    other.get_by_role("button", name="Bãi Xanh").last.click()
    press(other, "Tiếp", "Tốt", "Xong, lưu lại")
    field.assert_arrived_once(other, 2)
    (_, received) = records_of(other)
    assert event_of(received)["ship_event_id"] == sent
    other.goto(f"{field.address}/app/#/batches")
    expect(other.locator("main a.opt").first).to_be_visible()
    expect(other.locator(f"main a[href$='{sent}']")).to_have_count(
        0
    )  # it is not on its way any more
