"""Late, skewed, corrected, out of order, handed over; and what a finding is known by."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from string import Formatter
from uuid import UUID

import pytest

from tests.pure.rules.builders import BAGS, GREENS, PRODUCER, at, line, step
from traceapp.trace.entries import HandOffState
from traceapp.trace.facts import Ref
from traceapp.trace.rules import RULES, entering, handing_over, ordering
from traceapp.trace.rules.facts import DeliveryFact, Surroundings
from traceapp.trace.rules.finding import as_json, found, from_json
from traceapp.trace.rules.judging import judge
from traceapp.trace.vocabulary import STEP_KINDS, StockEffect
from traceapp.trace.words import Words

EFFECTS = {f"effect:{effect}" for effect in StockEffect}
TEN, NOON = at(10), at(10, 12)
TO = Words.same("Hồ Tây")


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_rule_is_complete_and_asked_where_there_are_steps(rule):
    assert rule.version >= 1
    assert rule.source
    assert rule.applies_at <= EFFECTS | set(STEP_KINDS)
    words = [rule.name, rule.message, rule.fix, *(v.message for v in rule.variants.values())]
    for said in words:
        assert said.vi is not None
        assert said.en is not None
        names = [{n for _, n, _, _ in Formatter().parse(text)} for text in (said.vi, said.en)]
        assert names[0] == names[1]


@pytest.mark.parametrize(("hours", "count"), [(24, 0), (24.02, 1), (37.2, 1)])
def test_a_day_is_late_only_when_it_is_over(hours, count):
    late = step("weed", at(5), recorded=at(5) + timedelta(hours=hours))
    assert len(list(entering.late_entry(late))) == count


@pytest.mark.parametrize(("minutes", "count"), [(10, 0), (-10, 0), (11, 1), (-1440, 1), (None, 0)])
def test_a_clock_is_wrong_beyond_ten_minutes(minutes, count):
    skewed = list(entering.clock_skew(step("weed", at(5), skew_minutes=minutes)))
    assert [dict(one.values)["minutes"] for one in skewed] == [minutes] * count


def test_a_corrected_entry_keeps_what_was_odd_about_it_and_nothing_else():
    correction = Ref(PRODUCER, UUID(int=8))
    old = step("pack", at(5), recorded=at(7), replaced_by=correction, inputs=(line(GREENS, "9"),))
    lost = step("pack", at(5), 3, inputs=(line(GREENS, "9"),), outputs=(line(BAGS, "90"),))
    rules = {one.rule for one in judge([old], Surroundings(), at(9))}
    assert rules == {"late_entry", "superseded"}
    assert {one.rule for one in judge([lost], Surroundings(), at(9))} == {"mass_balance"}


def handed(sent="120", came="118", ship_at=TEN, came_at=NOON, **changes):
    ship = step("ship", ship_at, 1, inputs=(line(GREENS, sent),))
    given = {"outputs": (line(GREENS, came),), "ship": ship.ref.id} | changes
    return ship, step("receive", came_at, 2, **given)


def disputed(ship, receipt, came="118"):
    answer = receipt.ref if receipt else None
    figures = ("kg", Decimal(120), Decimal(came))
    return DeliveryFact(ship.ref, GREENS, HandOffState.DISPUTED, answer, *figures)


def test_the_two_figures_and_the_difference_are_told_of_the_receipt():
    ship, receipt = handed()
    facts = [disputed(ship, receipt)]
    (one,) = handing_over.qty_mismatch(receipt, facts)
    assert one.message.vi == "Giao 120 kg, nhận 118 kg: lệch 2 kg (1,67 %)."
    assert one.message.en == "Shipped 120 kg, received 118 kg: difference 2 kg (1.67 %)."
    assert list(handing_over.qty_mismatch(ship, facts)) == []


def test_what_a_receiver_without_account_answered_is_told_of_the_shipment():
    ship, receipt = handed()
    (one,) = handing_over.qty_mismatch(ship, [disputed(ship, None, came="130")])
    assert (one.event, one.cause, dict(one.values)["diff"]) == (ship.ref, None, Decimal(10))
    assert list(handing_over.qty_mismatch(receipt, [disputed(ship, None)])) == []


@pytest.mark.parametrize("state", sorted(set(HandOffState) - {HandOffState.DISPUTED}))
def test_only_what_is_disputed_is_a_mismatch(state):
    ship, receipt = handed()
    one = replace(disputed(ship, receipt), state=state)
    assert list(handing_over.qty_mismatch(receipt, [one])) == []


def unconfirmed(ship, state, now):
    lots = {line.batch: "CN-1" for line in ship.inputs}
    facts = [DeliveryFact(ship.ref, GREENS, state)]
    return list(handing_over.handoff_confirm(ship, facts, lots, TO, now))


def test_a_shipment_waits_a_day_for_its_receiver():
    ship, _ = handed()
    assert unconfirmed(ship, HandOffState.ON_THE_WAY, at(11)) == []
    (one,) = unconfirmed(ship, HandOffState.ON_THE_WAY, at(11, 6, 1))
    assert dict(one.values)["lot"] == "CN-1"


@pytest.mark.parametrize(
    "state", [HandOffState.MATCHED, HandOffState.DISPUTED, HandOffState.REFUSED]
)
def test_whoever_was_answered_waits_no_more(state):
    ship, _ = handed()
    assert unconfirmed(ship, state, at(20)) == []


def test_goods_received_before_they_were_sent_are_out_of_order():
    ship, receipt = handed(ship_at=at(10, 5, 5), came_at=at(10, 4, 50))
    (one,) = ordering.time_order(receipt, ship, {})
    assert (one.cause, one.severity) == (ship.ref, "warn")
    assert "04:50" in (one.message.en or "")
    same_minute = handed(ship_at=at(10, 5), came_at=at(10, 5))
    assert list(ordering.time_order(same_minute[1], same_minute[0], {})) == []


def test_what_is_used_must_have_been_made():
    making = step("harvest", at(10), 1, outputs=(line(GREENS, "9"),))
    early = step("pack", at(9), 2, inputs=(line(GREENS, "9"), line(GREENS, "1")))
    assert len(list(ordering.time_order(early, None, {GREENS: making}))) == 1
    assert list(ordering.time_order(making, None, {GREENS: making})) == []


def test_an_act_claimed_after_its_record_is_out_of_order():
    ahead = step("weed", at(10), recorded=at(10) - timedelta(minutes=6))
    (one,) = ordering.time_order(ahead, None, {})
    assert one.aspect == "future"
    near = step("weed", at(10), recorded=at(10) - timedelta(minutes=5))
    assert list(ordering.time_order(near, None, {})) == []


def test_set_aside_and_twins_are_told():
    aside = step("mix", at(10), set_aside=True, inputs=(line(GREENS, "1"),))
    assert [one.rule for one in judge([aside], Surroundings(), at(11))] == ["conflict"]
    twin = Ref(PRODUCER, UUID(int=1))
    (one,) = entering.same_content(step("sell", at(10)), twin)
    assert one.cause == twin


def test_figures_survive_being_kept_as_json():
    values = {
        "day": at(10).date(),
        "time": at(10),
        "n": Decimal("7.20"),
        "w": Words("a", "b"),
        "s": "12",
    }
    kept = found("phi", values=values).values
    assert from_json(json.loads(json.dumps(as_json(kept)))) == kept


def test_an_id_follows_from_what_was_found_about_what():
    one, again = (found("phi", event=GREENS, cause=BAGS, values={"n": n}) for n in (1, 2))
    assert one.id == again.id
    assert one.id != found("phi", event=GREENS, cause=GREENS).id
    assert one.id != found("yield", event=GREENS, cause=BAGS).id
