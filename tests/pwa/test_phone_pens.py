"""Treatments of a pen that name no animals stop these on the phone as on the server."""

import itertools
import os
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from tests import builders
from tests.builders import event, line, product, record
from tests.phones import phone_of
from tests.pwa.phones import Field
from tests.pwa.test_phone_stops import KINDS, judged, refused
from tests.trade import tell
from traceapp.database.ids import new_id
from traceapp.producers import operations as producers
from traceapp.web.endpoints import transaction
from traceapp.web.pages import HANOI

SEASONS = (None, 0, 1)
# In which season they came and were treated, how many days before now, and whether it names others.
WAYS = [*itertools.product((None, 0), SEASONS, (2, 5), (False, True))]
CAME = 4  # days ago
DRUG = {"drug": "Oxytetracycline", "days": 1, "withdrawal_days": 9}
FARMER = "Cấn Văn Thịnh"  # keeps pigs
PEN = """async () => {
  const { database } = await import("/static/pwa/app/core/db.js");
  const kept = await database();
  const read = (one) => kept.get("snapshot", one);
  const [places, batches] = await Promise.all(["places", "batches"].map(read));
  const plot_id = crypto.randomUUID();
  places[0].plots.push({plot_id, name: "Chuồng 3"});
  const pigs = {name: {vi: "Lợn thịt"}, uom: "con", left: "50", is_live: true};
  const herd = {producer_id: crypto.randomUUID(), ...pigs};
  const pen = {plot_id, since: "2026-01-01T00:00:00Z"};
  for (const [lot, pens] of [["D26-98", []], ["D26-99", [pen]]]) {
    batches.unshift({...herd, lot, pens, batch_id: crypto.randomUUID()});
  }
  await kept.put("snapshot", places, "places");
  await kept.put("snapshot", batches, "batches");
  await kept.put("meta", {site_id: places[0].site_id, plot_id}, "ground");
}"""
SHOTS = os.environ.get("SHOTS")
IN_HAND = """async ([sections, said]) => {
  const { database } = await import("/static/pwa/app/core/db.js");
  const { inHand } = await import("/static/pwa/app/core/stock.js");
  const kept = await database();
  for (const [name, section] of Object.entries(sections)) await kept.put("snapshot", section, name);
  for (const [at, one] of said.entries()) {
    await kept.put("records", {sequence: at + 1, state: "saved", saved_at: 0, ...one});
  }
  return inHand();
}"""


class Pens:
    """A pen for each way: a herd is brought in, and a part of it led elsewhere."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC).astimezone(HANOI)
        with transaction():
            self.lan = builders.business("HTX Lan", kinds=KINDS)
            self.pigs = product(self.lan, name="Lợn", family="pig", uom="con")
            self.other = self.herd("KHÁC")
            record(self.lan, "stock_in", outputs=[line(self.other, "9", "con")], **self.at(9))
            self.pens = [self.pen(n) for n in range(len(WAYS))]
            self.herds = [
                self.brought(n, pen, way[0])
                for n, (pen, way) in enumerate(zip(self.pens, WAYS, strict=True))
            ]

    def at(self, days: float) -> dict[str, str]:
        return {"event_time": (self.now - timedelta(days=days)).isoformat()}

    def herd(self, lot: str) -> UUID:
        return builders.batch(self.lan, self.pigs, lot, uom="con")

    def pen(self, number: int) -> tuple[UUID, list[UUID]]:
        about = {"site_id": str(self.lan.site_id), "name": f"Chuồng {number}", "area_m2": 50}
        plot_id = producers.add_plot(self.lan.producer_id, about)
        season = {
            "plot_id": str(plot_id),
            "crop": "lợn",
            "started_on": self.at(9)["event_time"][:10],
        }
        names = [season | {"name": f"Lứa {number}-{n}"} for n in range(2)]
        return plot_id, [producers.start_season(self.lan.producer_id, one) for one in names]

    def where(self, pen: tuple[UUID, list[UUID]], season: int | None) -> dict[str, str]:
        plot_id, seasons = pen
        named = {} if season is None else {"season_id": str(seasons[season])}
        return {"plot_id": str(plot_id)} | named

    def brought(self, number: int, pen: tuple[UUID, list[UUID]], season: int | None) -> list[UUID]:
        herd, part = self.herd(f"L-{number}"), self.herd(f"P-{number}")
        came = {"outputs": [line(herd, "10", "con")], **self.at(CAME), **self.where(pen, season)}
        record(self.lan, "stock_in", **came)
        led = {"inputs": [line(herd, "4", "con")], "outputs": [line(part, "4", "con")]}
        record(self.lan, "split", **led, **self.at(CAME - 0.5))
        return [herd, part]

    def treatments(self) -> list[dict[str, Any]]:
        """Give the messages of the treatments, one in each pen."""
        return [
            self.message("treat", "about" if names else "", since, **self.where(pen, season))
            for pen, (_, season, since, names) in zip(self.pens, WAYS, strict=True)
        ]

    def message(self, kind: str, side: str, since: float, **facts: Any) -> dict[str, Any]:
        sides: dict[str, Any] = {"inputs": [], "outputs": [], "about": []}
        if side:
            sides[side] = [{"batch_id": str(self.other)}]
        return event(self.lan, kind, fields=DRUG, **self.at(since), **sides) | facts


@pytest.fixture
def pens(app: Flask) -> Pens:
    return Pens()


@pytest.fixture
def modules(phone: BrowserContext, demo: str) -> Page:
    """A page on which the modules of the phone app can be asked."""
    page = phone.new_page()
    page.goto(f"{demo}/app/")
    return page


def shipping(page: Page, app: Flask, pens: Pens, *said: Any) -> dict[str, list[str]]:
    """Give by which rules the phone stops the shipment of each herd."""
    verdicts = judged(page, app, pens.lan, pens.now.date().isoformat(), *said)
    herds = {str(one) for pair in pens.herds for one in pair}
    return {
        one["batch"]["batch_id"]: one["rules"]
        for one in verdicts
        if one["kind"]["id"] == "ship" and one["batch"]["batch_id"] in herds
    }


def test_a_treatment_of_a_pen_stops_its_animals_before_and_after_it_was_sent(
    app: Flask, pens: Pens, modules: Page
) -> None:
    treatments = pens.treatments()
    on_the_phone = shipping(modules, app, pens, *({"event": one} for one in treatments))
    for one in treatments:
        tell(pens.lan, one)
    server = {
        herd: refused(pens.lan, "ship", pens.now, inputs=[line(UUID(herd), "1", "con")])
        for herd in on_the_phone
    }
    assert on_the_phone == server
    assert shipping(modules, app, pens) == server  # told by the server, nothing of its own
    stopped = [*server.values()].count(["withdrawal"])
    assert 0 < stopped < len(server) == 2 * len(WAYS)


def test_animals_that_came_to_be_on_the_phone_wait_for_what_is_only_there(
    app: Flask, pens: Pens, modules: Page
) -> None:
    came, led = str(new_id()), str(new_id())
    made = {"product_id": str(pens.pigs), "uom": "con", "site_id": str(pens.lan.site_id)}
    pen = pens.where(pens.pens[0], None)
    brought = pens.message("stock_in", "", 0.4, **pen, outputs=[line(UUID(came), "5", "con")])
    parted = pens.message("split", "", 0.2)
    parted |= {"inputs": [line(UUID(came), "2", "con")], "outputs": [line(UUID(led), "2", "con")]}
    said: list[dict[str, Any]] = [
        {"event": brought, "batches": [made | {"batch_id": came, "lot": "MỚI"}]},
        {"event": pens.message("treat", "", 0.3, **pen), "batches": []},
        {"event": parted, "batches": [made | {"batch_id": led, "lot": "TÁCH"}]},
    ]
    kept = phone_of(app, pens.lan).ask("GET", "/snapshot").get_json()["sections"]
    entries = [one | {"producer_id": str(pens.lan.producer_id)} for one in said]
    found = {one["batch_id"]: one for one in modules.evaluate(IN_HAND, [kept, entries])}
    day = (pens.now + timedelta(days=9)).date().isoformat()
    for herd in (came, led):
        assert found[herd]["leave_from"]["date"] in {day, _before(day)}
    stays = str(pens.herds[1][0])  # in another pen
    assert not found[stays].get("leave_from")


def _before(day: str) -> str:
    return (datetime.fromisoformat(day) - timedelta(days=1)).date().isoformat()


def test_a_pen_treated_in_the_field_keeps_its_animals_from_leaving(
    phone: BrowserContext, field: Field
) -> None:
    page = phone.new_page()
    field.enrol(page, FARMER)
    field.network.is_down = True
    page.evaluate(PEN)
    page.goto(f"{field.address}/app/#/log/treat")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Chuồng 3")
    page.locator("main button.opt").first.click()
    page.get_by_role("button", name=re.compile("^(Lưu luôn|Xong, lưu lại)$")).click()
    expect(page.locator(".tick")).to_be_visible()
    for kind in ("load_out", "ship"):
        page.goto(f"{field.address}/app/#/log/{kind}")
        lots = page.locator("main .opt")
        expect(lots.filter(has_text="D26-98").locator(".state")).to_have_count(0)
        lots.filter(has_text="D26-99").click()
        alert = page.get_by_role("alert")
        expect(alert).to_contain_text("thời gian ngừng")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/pen-{kind}.png")
        page.get_by_role("button", name="Chọn lô khác").click()
        lots.filter(has_text="D26-98").click()
        expect(page.locator(".keys")).to_be_visible()
