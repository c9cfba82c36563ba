"""The phone stops what the server would refuse: each lot, each kind of step, without a network."""

import itertools
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from playwright.sync_api import Page

from tests import builders
from tests.builders import Business, event, line, product, record
from tests.phones import phone_of
from tests.trade import tell
from traceapp.batches.recording import capturing
from traceapp.database.engine import db
from traceapp.findings import attempts
from traceapp.phone.standing import OF_GOODS
from traceapp.producers import operations as producers
from traceapp.recalls import cases
from traceapp.recalls.cases import Order, Suspicion
from traceapp.recalls.stops import stopping
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import transaction
from traceapp.web.pages import HANOI

KINDS = ("farm", "slaughterhouse", "processor", "shop")
JUDGED = """async ([kept, today, said]) => {
  const { stopsBefore, withTreatments } = await import("/static/pwa/app/core/stops.js");
  const { isOfShipment, noAnswers, takes } = await import("/static/pwa/app/core/questions.js");
  kept.batches = withTreatments(kept.batches, said);
  const isAsked = (kind) => kind.stock_effect !== "create" && !isOfShipment(kind);
  return kept.batches.flatMap((batch) => kept.step_kinds.filter(isAsked).map((kind) => {
    const named = takes(kind) ? {lines: [{...batch, quantity: ""}]} : {about: [batch]};
    const stops = stopsBefore(kind, {...noAnswers(), ...named}, kept, said, today);
    return {batch, kind, takes: takes(kind), rules: stops.map((one) => one.rule).sort()};
  }));
}"""
TREATMENTS = [*itertools.product((0, 3), (None, 1, 4), (0.02, 3))]


class Barnyard:
    """Lan's lots in every state, some of which Hoa has bought."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC).astimezone(HANOI)
        with transaction():
            self.lan = builders.business("HTX Lan", kinds=KINDS)
            self.hoa = builders.business("Quầy Hoa", kinds=KINDS)
            self.greens = product(self.lan, role="finished", label=builders.LABEL)
            self.pigs = product(self.lan, name="Lợn", family="pig", uom="con")
            self._sprayed()
            unsprayed = {**builders.PLACE, "name": "Đồi", "kind": "field"}
            self.hill = producers.add_site(self.lan.producer_id, unsprayed)
            states = itertools.product((None, -1, 0, 1), (False, True), (False, True))
            self.lots = [self._lot(*state, n) for n, state in enumerate(states)]
            self.lots.append(self._recalled(len(self.lots)))
            self.herds = [self.herd(n) for n in range(len(TREATMENTS))]
            for herd, how in zip(self.herds, TREATMENTS, strict=True):
                record(self.lan, "treat", **self.treatment(herd, *how))
        for lot in self.lots[:8]:
            self._sell_some(lot)

    @property
    def today(self) -> str:
        return self.now.date().isoformat()

    def _ago(self, days: float) -> str:
        return (self.now - timedelta(days=days)).isoformat()

    def _sprayed(self) -> None:
        fields = {"product": "Abamectin", "phi_days": 14}
        at = {"plot_id": str(self.lan.plot_id), "event_time": self._ago(3)}
        record(self.lan, "spray", fields=fields, **at)

    def _lot(self, ends_in: int | None, is_held: bool, is_stopped: bool, number: int) -> UUID:
        ends = {} if ends_in is None else {"expiry_date": self._ago(-ends_in)[:10]}
        lot = builders.batch(self.lan, self.greens, f"CN-{number}", **ends)
        where = {"plot_id": str(self.lan.plot_id)} if is_held else {"site_id": str(self.hill)}
        made = {"outputs": [line(lot, "100")], "event_time": self._ago(1)}
        record(self.lan, "harvest", **made, **where)
        if is_stopped:
            by = stopping.Actor(Ref(self.lan.producer_id, self.lan.actor.member_id), False)
            stopping.stop(Ref(self.lan.producer_id, lot), by, "stop:cold", now=self.now)
        return lot

    def _recalled(self, number: int) -> UUID:
        lot = self._lot(1, False, False, number)
        by = stopping.Actor(Ref(self.lan.producer_id, self.lan.actor.member_id), False)
        batch = Ref(self.lan.producer_id, lot)
        case = cases.open_case(by, Suspicion(batch, "batch", "Mùi lạ"), now=self.now)
        cases.issue(case, by, Order("Mùi lạ", "high", "Để riêng", "Lan"), [batch], now=self.now)
        return lot

    def herd(self, number: int) -> UUID:
        herd = builders.batch(self.lan, self.pigs, f"L-{number}", uom="con")
        came = {"outputs": [line(herd, "10", "con")], "event_time": self._ago(9)}
        record(self.lan, "stock_in", **came)
        return herd

    def treatment(self, herd: UUID, days: int, waits: int | None, since: float) -> dict[str, Any]:
        """Give what a treatment says; of `days` 0 and of `waits` None it says nothing."""
        said = {"days": days, "withdrawal_days": waits}
        given = {name: value for name, value in said.items() if value}
        about = [{"batch_id": str(herd)}]
        fields = {"drug": "Oxytetracycline"} | given
        return {"about": about, "fields": fields, "event_time": self._ago(since)}

    def _sell_some(self, lot: UUID) -> None:
        to = {"to_site": str(self.hoa.site_id), "doc_no": "PX-1"}
        sent = event(self.lan, "ship", inputs=[line(lot, "40")], fields=to)
        tell(self.lan, sent | {"event_time": self._ago(0.02)})
        got = line(lot, "40", producer_id=str(self.lan.producer_id))
        taken = event(self.hoa, "receive", outputs=[got], ship_event_id=sent["id"])
        tell(self.hoa, taken | {"event_time": self._ago(0.01)})


@pytest.fixture
def barnyard(app: Flask) -> Barnyard:
    return Barnyard()


def refused(by: Business, kind: str, now: datetime, **named: Any) -> list[str]:
    """Give the rules of goods by which the server refuses an attempt."""
    message = capturing.read(event(by, kind, event_time=now.isoformat(), **named))
    verdict = attempts.judge(by.actor, message, now=now)
    return sorted({one.rule for one in verdict.findings if one.blocks} & {*OF_GOODS})


def judged(page: Page, app: Flask, by: Business, today: str, *said: Any) -> list[dict[str, Any]]:
    """Give what a phone says of each lot and kind of step, with what it has logged itself."""
    kept = phone_of(app, by).ask("GET", "/snapshot").get_json()["sections"]
    found: list[dict[str, Any]] = page.evaluate(JUDGED, [kept, today, list(said)])
    return found


def named(verdict: dict[str, Any]) -> dict[str, Any]:
    """Name the goods of a verdict as a message does."""
    batch = verdict["batch"]
    ref = {"batch_id": batch["batch_id"], "producer_id": batch["producer_id"]}
    if not verdict["takes"]:
        return {"about": [ref]}
    return {"inputs": [ref | {"quantity": "1", "uom": batch["uom"]}]}


@pytest.fixture
def modules(page: Page, demo: str) -> Page:
    """A page on which the modules of the phone app can be asked."""
    page.goto(f"{demo}/app/")
    return page


def test_the_phone_stops_what_the_server_would_refuse_and_nothing_else(
    app: Flask, barnyard: Barnyard, modules: Page
) -> None:
    seen: Counter[str] = Counter()
    for by in (barnyard.lan, barnyard.hoa):
        differing = []
        for verdict in judged(modules, app, by, barnyard.today):
            kind, batch = verdict["kind"], verdict["batch"]
            if not kind["stopped_by"] and len(batch["against"]) < 2:  # one lot is enough for these
                continue
            said = refused(by, kind["id"], barnyard.now, **named(verdict))
            seen.update(said)
            if said != verdict["rules"]:
                differing.append((batch["lot"], kind["id"], verdict["rules"], said))
        assert not differing
    assert set(seen) == set(OF_GOODS)
    assert min(seen.values()) > 10


def test_a_treatment_that_is_only_on_the_phone_counts_as_it_will_on_the_server(
    app: Flask, barnyard: Barnyard, modules: Page
) -> None:
    with transaction():
        herds = [barnyard.herd(100 + n) for n in range(len(TREATMENTS))]
    said = [
        event(barnyard.lan, "treat", **barnyard.treatment(herd, *how))
        for herd, how in zip(herds, TREATMENTS, strict=True)
    ]
    entries = [{"event": one} for one in said]
    verdicts = [
        verdict
        for verdict in judged(modules, app, barnyard.lan, barnyard.today, *entries)
        if verdict["kind"]["id"] == "ship" and verdict["batch"]["batch_id"] in map(str, herds)
    ]
    for one in said:
        tell(barnyard.lan, one)
    server = [refused(barnyard.lan, "ship", barnyard.now, **named(one)) for one in verdicts]
    assert [one["rules"] for one in verdicts] == server
    assert 0 < server.count(["withdrawal"]) < len(server) == len(TREATMENTS)


EARLY = """async ([kept, today, said]) => {
  const { stopsBefore } = await import("/static/pwa/app/core/stops.js");
  const { noAnswers } = await import("/static/pwa/app/core/questions.js");
  const harvest = kept.step_kinds.find((kind) => kind.id === "harvest");
  return kept.seasons.flatMap((ground) => {
    const stops = stopsBefore(harvest, {...noAnswers(), grounds: [ground]}, kept, said, today);
    return stops.map((one) => [one.rule, one.day]);
  });
}"""
NITROGEN = {"fert_type": "mineral", "n_pct": 46}
WAITS = [["nitrogen_stop", "2026-12-01"]]


CASES: list[tuple[str, dict[str, Any], str, Any]] = [
    ("Cải ngọt", NITROGEN, "2026-11-30", WAITS),
    ("Cải ngọt", NITROGEN, "2026-12-01", []),
    ("Cải ngọt", NITROGEN | {"n_pct": 0}, "2026-11-30", []),
    ("Cải ngọt", NITROGEN | {"fert_type": "organic"}, "2026-11-30", []),
    ("Cà chua", NITROGEN, "2026-11-30", []),
]


def test_leaves_soon_after_nitrogen_are_advised_against_as_the_server_warns(
    app: Flask, modules: Page
) -> None:
    for (crop, fields, today, told), is_sent in itertools.product(CASES, (True, False)):
        with transaction():
            lan = builders.business("HTX Lan", kinds=KINDS)
            plot = {"plot_id": str(lan.plot_id)}
            given = plot | {"name": "Vụ 3", "crop": crop, "started_on": "2026-11-01"}
            season = {"season_id": str(producers.start_season(lan.producer_id, given))}
        at = "2026-11-21T08:00:00+07:00"
        dressing = event(lan, "fertilize", event_time=at, fields=fields, **plot, **season)
        if is_sent:
            tell(lan, dressing)
        kept = phone_of(app, lan).ask("GET", "/snapshot").get_json()["sections"]
        said = [] if is_sent else [{"event": dressing}]
        assert modules.evaluate(EARLY, [kept, today, said]) == told, (crop, fields, today, is_sent)
        if is_sent:
            assert warned(lan, today, plot | season) == told
        db.session.rollback()


def warned(by: Business, today: str, where: dict[str, str]) -> list[list[str]]:
    """Give of what the server warns whoever is about to harvest."""
    now = datetime.fromisoformat(f"{today}T12:00:00+07:00")
    act = event(by, "harvest", event_time=now.isoformat(), **where)
    verdict = attempts.judge(by.actor, capturing.read(act), now=now)
    found = [one for one in verdict.findings if one.rule == "nitrogen_stop"]
    return [[one.rule, str(one.allowed)] for one in found]
