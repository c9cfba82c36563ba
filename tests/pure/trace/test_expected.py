"""The demo's acceptance sheet: findings, traces, shares and hand-offs a timeline can show."""

from collections.abc import Iterable
from typing import Any

import pytest

from tests.pure.trace.hanoi_facts import NOW, hanoi
from traceapp.trace.document import as_document
from traceapp.trace.facts import EventStatus
from traceapp.trace.handoffs import delivery, difference_pct
from traceapp.trace.history import Record, fold
from traceapp.trace.lineage import Lineage
from traceapp.trace.rules import MISMATCH_PCT, late_by, skew_of
from traceapp.trace.story import Story
from traceapp.trace.summary import count_hand_offs
from traceapp.trace.timeline import build
from traceapp.trace.vocabulary import StockEffect


def expected(rule: str) -> list[dict[str, Any]]:
    return [f for f in hanoi().expected["findings"] if f["rule"] == rule]


def subjects(rule: str) -> set[str]:
    return {f["subject"] for f in expected(rule)}


def whole_story() -> Story:
    """Give all facts of the data set as one story."""
    facts = hanoi().facts("GL-UL-01")
    everything = type(facts)(facts.subject, facts.batches, hanoi().events, hanoi().edges)
    return Story(everything, NOW)


def document(code: str) -> dict[str, Any]:
    return as_document(build(hanoi().facts(code), NOW))


def entries(found: list[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    for entry in found:
        yield entry
        for source in entry.get("sources", ()):
            yield from entries(source["entries"])


def test_late_entries_are_exactly_the_expected_ones():
    late = {str(e.ref.id): late_by(e.event_time, e.record_time) for e in hanoi().events}
    hours = {key: span.total_seconds() / 3600 for key, span in late.items() if span}
    wanted = {f["subject"]: float(f["hours"]) for f in expected("late_entry")}
    assert hours.keys() == wanted.keys()
    assert all(abs(hours[key] - wanted[key]) < 0.05 for key in wanted)


def test_wrong_clocks_are_exactly_the_expected_ones():
    skews = {str(e.ref.id): skew_of(e.skew_minutes) for e in hanoi().events}
    minutes = {key: span.total_seconds() / 60 for key, span in skews.items() if span}
    assert minutes == {f["subject"]: f["minutes"] for f in expected("clock_skew")}


def test_the_one_correction_is_the_expected_one():
    corrected = {str(e.ref.id) for r in fold(hanoi().events) for e in r.earlier}
    assert corrected == subjects("superseded")


def test_only_the_expected_receipt_stands_before_its_shipment():
    story = whole_story()
    early = set()
    for record in story.records:
        for item in record.event.outputs:
            ship = story.shipment_of(record, item.batch)
            if ship is not None and record.event.event_time < ship.event.event_time:
                early.add(str(record.ref.id))
    assert early == subjects("time_order")
    assert "time_order" in str(document("RM-VD04-T"))


def ships(story: Story) -> list[tuple[Record, Any]]:
    shipments = [r for r in story.records if r.effect is StockEffect.MOVE_OUT]
    return [(r, item.batch) for r in shipments for item in r.event.inputs]


def test_the_one_missing_transport_record_is_the_expected_one():
    story = whole_story()
    silent = {
        str(ship.ref.id)
        for ship, batch in ships(story)
        if story.receipts(ship, batch) and not story.transports(ship)
    }
    assert silent == subjects("cold_record")
    gap = next(e for e in document("NV-SN-11-K")["entries"] if e["type"] == "gap")
    assert gap["when"]["vi"] == "20/11 23:10 – 21/11/2026 15:10 · 16 giờ"


def test_the_one_overdue_confirmation_is_the_expected_one():
    story = whole_story()
    parcels = [delivery(story, ship, batch) for ship, batch in ships(story)]
    overdue = {str(p.ship.ref.id) for p in parcels if not p.receipts and p.in_time_until < NOW}
    assert overdue == subjects("handoff_confirm")


def test_the_one_quantity_mismatch_is_the_expected_one():
    story = whole_story()
    differing = {}
    for ship, batch in ships(story):
        parcel = delivery(story, ship, batch)
        difference = difference_pct(parcel)
        if difference is not None and abs(difference) > MISMATCH_PCT:
            differing[str(parcel.receipts[0].ref.id)] = abs(difference)
    assert differing.keys() == subjects("qty_mismatch")
    assert "1,67\\xa0%" in str(document("CN-VD03-R"))


def test_hand_offs_are_counted_as_on_the_sheet():
    story = whole_story()
    parcels = [delivery(story, ship, batch) for ship, batch in ships(story)]
    count = count_hand_offs(parcels, NOW)
    wanted = hanoi().expected["handoffs"]
    assert (count.shipped, count.confirmed) == (wanted["shipped"], wanted["confirmed"])
    assert count.on_the_way == 1


@pytest.mark.parametrize("trace", hanoi().expected["traces"], ids=lambda t: t["lot"])
def test_traces_reach_exactly_the_expected_lots(trace):
    lineage = Lineage(hanoi().edges)
    start = hanoi().code(trace["lot"])
    walk = lineage.ancestors if trace["direction"] == "back" else lineage.descendants
    assert set(walk(start)) == {hanoi().code(code) for code in trace["lots"]}


def test_the_mixed_lot_shows_its_expected_shares_and_the_unrecorded_source():
    mixed = document("CN-GOM-01")
    fold_of = next(e for e in mixed["entries"] if e["type"] == "sources")
    wanted = hanoi().expected["shares"][0]["pct"].values()
    assert [s["share_pct"] for s in fold_of["sources"]] == [float(pct) for pct in wanted]
    assert [e["reason"] for e in entries(mixed["entries"]) if e["type"] == "gap"] == [
        "outside",
        "not_confirmed",
    ]


def test_the_pork_roll_reaches_the_pigs_of_another_producer():
    found = list(entries(document("GL-UL-01")["entries"]))
    kinds = [e["kind"] for e in found if e["type"] == "step"]
    assert kinds.index("stock_in") < kinds.index("slaughter") < kinds.index("make_batch")
    pigs = next(e for e in found if e.get("kind") == "stock_in")
    assert pigs["who"]["organisation"]["vi"] == "Trang trại lợn Gò Mít (mẫu)"


def test_the_choy_sum_shows_sowing_to_hand_off():
    kinds = [e.get("kind") for e in document("CN-VD03-T")["entries"]]
    wanted = ["sow", "spray", "harvest", "trim_wash", "pack", "ship", "receive"]
    assert [kind for kind in kinds if kind in wanted] == wanted


def test_repacked_rice_keeps_its_production_date_and_gains_a_packing_date():
    batch = document("GAO-MK-2K")["batch"]
    assert (batch["production_date"], batch["packing_date"]) == ("2026-11-10", "2026-11-17")


def test_no_attempt_is_in_any_timeline():
    attempts = [e for e in hanoi().events if e.status is EventStatus.ATTEMPT]
    assert len(attempts) >= 5
    story = whole_story()
    assert {r.ref for r in story.records}.isdisjoint({e.ref for e in attempts})
