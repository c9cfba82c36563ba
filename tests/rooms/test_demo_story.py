"""What the loaded demo tells: traces, shares, and the findings that can be shown so far."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.hanoi import EXPECTED, FINISHED, Content, document, entries, lots, ref
from traceapp.batches import queries as batches
from traceapp.batches.books.models import HandOff
from traceapp.batches.facts.tracing import trace_facts
from traceapp.batches.family.lineage import ancestors, descendants
from traceapp.batches.models import Event
from traceapp.codes.models import PublicCode
from traceapp.database.engine import db
from traceapp.labels.history import history_of
from traceapp.labels.queries import issues_of
from traceapp.labels.standing import standing
from traceapp.producers.certificate_models import is_valid_on
from traceapp.trace.facts import Ref
from traceapp.trace.lineage import Lineage

TRACES = EXPECTED["traces"]


@pytest.mark.parametrize("trace", TRACES, ids=lambda t: f"{t['lot']}-{t['direction']}")
def test_a_trace_reaches_exactly_these_lots(hanoi: Flask, trace: Content) -> None:
    walk = ancestors if trace["direction"] == "back" else descendants
    assert lots(walk(ref(trace["lot"]))) == set(trace["lots"])


@pytest.mark.parametrize("trace", [t for t in TRACES if t["direction"] == "back"])
def test_the_facts_of_a_timeline_hold_the_whole_way_back(hanoi: Flask, trace: Content) -> None:
    facts = trace_facts(ref(trace["lot"]))
    found = {(one.ref.producer_id, one.ref.id) for one in facts.batches}
    assert lots(found) == {*trace["lots"], trace["lot"]}


def test_the_mixed_lot_tells_the_share_of_each_source(hanoi: Flask) -> None:
    subject = ref("CN-GOM-01")
    shares = Lineage(trace_facts(subject).edges).shares(Ref(*subject))
    found = {lots({(p.producer_id, p.id)}).pop(): float(share or 0) for p, share in shares.items()}
    assert found == EXPECTED["shares"][0]["pct"]


def findings(rule: str) -> list[Content]:
    return [finding for finding in EXPECTED["findings"] if finding["rule"] == rule]


def events() -> list[Event]:
    return list(db.session.execute(select(Event)).scalars())


def test_the_steps_logged_more_than_a_day_late_are_these(hanoi: Flask) -> None:
    late = {
        str(event.event_id): round((event.record_time - event.event_time) / timedelta(hours=1), 1)
        for event in events()
        if event.record_time - event.event_time > timedelta(days=1)
    }
    assert late == {finding["subject"]: finding["hours"] for finding in findings("late_entry")}


def test_the_phone_clocks_that_were_wrong_are_these(hanoi: Flask) -> None:
    skewed = {
        str(event.event_id): event.device_skew_minutes
        for event in events()
        if event.device_skew_minutes
    }
    assert skewed == {finding["subject"]: finding["minutes"] for finding in findings("clock_skew")}


def steps(lot: str, kind: str) -> list[Mapping[str, Any]]:
    return [e for e in entries(document(lot)) if e["type"] == "step" and e["kind"] == kind]


def test_the_corrected_harvest_shows_what_was_typed_before(hanoi: Flask) -> None:
    harvest = steps("RM-VD04-T", "harvest")
    assert [len(step["corrections"]) for step in harvest] == [1]
    assert "05:42" in harvest[0]["corrections"][0]["at"]


def test_goods_received_before_they_were_sent_are_remarked(hanoi: Flask) -> None:
    notes = [note["kind"] for step in steps("RM-VD04-T", "receive") for note in step["notes"]]
    assert notes == ["time_order"]


def test_hand_offs_are_indexed_as_many_as_on_the_sheet(hanoi: Flask) -> None:
    rows = db.session.execute(select(HandOff.event_id, HandOff.state)).all()
    confirmed = {row.event_id for row in rows if row.state in ("matched", "settled", "disputed")}
    wanted = EXPECTED["handoffs"]
    assert len({row.event_id for row in rows}) == wanted["shipped"]
    assert len(confirmed) == wanted["confirmed"]
    assert [row.state for row in rows].count("disputed") == 1


def test_the_difference_at_a_receipt_is_told_in_per_cent(hanoi: Flask) -> None:
    told = [step["hand_off"] for step in steps("CN-VD03-R", "receive")]
    assert [(one["state"], one["difference_pct"]) for one in told] == [("disputed", 1.67)]


@pytest.mark.parametrize(
    ("lot", "reason"),
    [
        ("NV-SN-11-K", "no_transport"),
        ("CN-GOM-01", "not_confirmed"),
        ("CN-GOM-01", "outside"),
        ("CX-BT-09", "on_the_way"),
    ],
)
def test_what_nobody_recorded_is_drawn_as_a_gap(hanoi: Flask, lot: str, reason: str) -> None:
    assert reason in [e["reason"] for e in entries(document(lot)) if e["type"] == "gap"]


def test_only_the_organic_lots_claim_a_certificate_that_had_expired(hanoi: Flask) -> None:
    stale = {
        lot
        for lot in FINISHED
        for certificate, is_claimed in batches.certificates(ref(lot))
        if is_claimed and not is_valid_on(certificate, _made_on(lot))
    }
    assert stale == {finding["subject"] for finding in findings("certificate")}


def _made_on(lot: str) -> Any:
    card = batches.batch_card(ref(lot))
    assert card is not None
    return card.production_date


@pytest.mark.parametrize("lot", FINISHED)
def test_the_page_of_every_finished_lot_answers(hanoi: Flask, lot: str) -> None:
    code = db.session.execute(
        select(PublicCode.code).where(PublicCode.batch_id == ref(lot)[1])
    ).scalar_one()
    page = hanoi.test_client().get(f"/B/{code}")
    assert page.status_code == 200
    assert lot in page.get_data(as_text=True)


def test_seven_hundred_labels_were_refused_and_of_the_510_printed_ten_are_void(
    hanoi: Flask,
) -> None:
    batch = Ref(*ref("CT-VD07-S"))
    told = [
        (one.act, one.labels, one.most)
        for one in history_of((batch.producer_id, batch), datetime.now(UTC))
    ]
    assert told == [("voided", 10, None), ("issued", 510, None), ("refused", 700, 510)]
    (issue,) = issues_of(batch.producer_id, batch)
    assert len(standing(issue)) == 500
