"""The state of a hand-off, whatever the order in which its two sides arrive."""

import itertools
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.pure.trace.builders import (
    HOA,
    LAN,
    MINH,
    NOW,
    Tale,
    after,
    folded,
    gaps,
    identifier,
    step,
)
from traceapp.trace.destinations import destination
from traceapp.trace.entries import HandOffState
from traceapp.trace.facts import AcceptanceFact, AnswerFact, AnswerKind, Ref, TraceFacts
from traceapp.trace.handoffs import (
    delivery,
    overdue_from,
    overdue_if_sent_by,
    state,
    state_at,
)
from traceapp.trace.rules import CONFIRM_WITHIN
from traceapp.trace.rules.facts import DeliveryFact, LineFact, StepFact
from traceapp.trace.rules.handing_over import handoff_confirm
from traceapp.trace.story import Story
from traceapp.trace.words import Words

HOA_ID, LAN_ID = identifier("Quầy Hoa"), identifier("HTX Lan")


def shipped(kg=120, **changes):
    """Lan sends greens to Hoa's place."""
    tale = Tale()
    tale.lot("rau")
    tale.did("harvest", after(0), outputs={"rau": 200})
    facts = {"receiver_id": HOA_ID} | changes
    tale.did("ship", after(1), LAN, name="ship", inputs={"rau": kg}, **facts)
    return tale


def received(tale, kg, by=HOA, **changes):
    facts = {"name": "receive", "ship_event_id": identifier("ship")} | changes
    return tale.did("receive", after(1, 2), by, outputs={"rau": kg}, **facts)


def corrected(tale, name, **changes):
    """Replace an event by a correction of it."""
    old = tale.events[name]
    tale.events[f"{name} corrected"] = replace(
        old,
        ref=old.ref._replace(id=identifier(f"{name} corrected")),
        corrects=old.ref.id,
        record_time=old.record_time + timedelta(hours=5),
        **changes,
    )


def said(tale, **changes):
    """Add to the shipment what was said about it."""
    tale.events["ship"] = replace(tale.events["ship"], **changes)


def answer(tale, kg, kind=AnswerKind.RECEIVED, name="answer", at=None):
    return AnswerFact(identifier(name), kind, at or after(1, 3), tale.items({"rau": kg}))


def found(tale, now=NOW):
    """Give the state in every order of the facts: it must be one."""
    orders = itertools.islice(itertools.permutations(tale.events.values()), 24)
    states = {_state(tale, events, now) for events in orders}
    assert len(states) == 1
    return states.pop()


def _state(tale, events, now):
    batch = tale.batches["rau"].ref
    story = Story(TraceFacts(batch, tuple(tale.batches.values()), folded(events)), now)
    ships = [r for r in story.naming(batch) if r.event.step_kind == "ship"]
    return state(delivery(story, ships[0], batch), now)


def test_a_difference_beyond_the_tolerance_is_disputed_until_the_sender_corrects():
    tale = shipped()
    received(tale, 118)
    assert found(tale) is HandOffState.DISPUTED
    corrected(tale, "ship", inputs=tale.items({"rau": 118}))
    assert found(tale) is HandOffState.SETTLED


def test_the_receiver_may_be_the_one_who_corrects():
    tale = shipped()
    received(tale, 118)
    corrected(tale, "receive", outputs=tale.items({"rau": 120}))
    assert found(tale) is HandOffState.SETTLED


def test_a_correction_that_changes_no_amount_settles_nothing():
    tale = shipped()
    received(tale, 118)
    corrected(tale, "receive", event_time=after(1, 4))
    assert found(tale) is HandOffState.DISPUTED


@pytest.mark.parametrize(
    ("by", "accepted"), [(LAN_ID, "receive"), (HOA_ID, "ship")], ids=["sender", "receiver"]
)
def test_one_side_may_take_over_the_figure_of_the_other(by, accepted):
    tale = shipped()
    received(tale, 118)
    said(tale, acceptances=(AcceptanceFact(by, identifier(accepted)),))
    assert found(tale) is HandOffState.SETTLED
    assert "118" not in str(tale.document("rau"))


def test_nobody_settles_by_accepting_ones_own_figure():
    tale = shipped()
    received(tale, 118)
    own = (AcceptanceFact(HOA_ID, identifier("receive")), AcceptanceFact(LAN_ID, identifier("x")))
    said(tale, acceptances=own)
    assert found(tale) is HandOffState.DISPUTED


def test_a_figure_that_changed_since_is_no_longer_accepted():
    tale = shipped()
    received(tale, 118)
    said(tale, acceptances=(AcceptanceFact(LAN_ID, identifier("receive")),))
    corrected(tale, "receive", outputs=tale.items({"rau": 90}))
    assert found(tale) is HandOffState.DISPUTED


def test_exactly_the_tolerance_still_matches():
    tale = shipped(100)
    received(tale, 99)
    assert found(tale) is HandOffState.MATCHED


def test_grams_are_compared_with_kilograms():
    tale = shipped(2)
    receipt = received(tale, 2)
    grams = replace(receipt.outputs[0], quantity=Decimal(2000), uom="g", mass_kg=None)
    tale.events["receive"] = replace(receipt, outputs=(grams,))
    assert found(tale) is HandOffState.MATCHED


def test_a_receipt_that_names_no_shipment_answers_the_only_one_it_can_mean():
    tale = shipped()
    received(tale, 120, ship_event_id=None)
    assert found(tale) is HandOffState.MATCHED
    assert step(tale.document("rau"), "receive")["hand_off"]["state"] == "matched"


def test_with_two_shipments_nobody_can_say_which_one_a_receipt_means():
    tale = shipped()
    tale.did("ship", after(1, 1), LAN, inputs={"rau": 5}, receiver_id=HOA_ID)
    received(tale, 120, ship_event_id=None)
    assert found(tale) is HandOffState.NOT_CONFIRMED
    assert step(tale.document("rau"), "receive")["hand_off"]["state"] == "unmatched"


def test_somebody_it_was_not_sent_to_confirms_nothing():
    tale = shipped()
    received(tale, 120, by=MINH)
    assert found(tale) is HandOffState.NOT_CONFIRMED
    document = tale.document("rau")
    assert step(document, "receive")["hand_off"]["state"] == "unmatched"
    assert step(document, "ship")["evidence"]["level"] == "self"


def test_goods_that_come_back_to_the_sender_were_not_received():
    tale = shipped()
    tale.did("reject", after(1, 2), HOA, about=["rau"], ship_event_id=identifier("ship"))
    received(tale, 120, by=LAN)
    assert found(tale) is HandOffState.REFUSED


def test_an_answer_without_account_counts_and_says_so():
    tale = shipped(receiver_id=None, to_outsider=True)
    assert step(tale.document("rau"), "ship")["hand_off"]["words"] == {
        "vi": "Bên nhận chưa xác nhận; bên nhận không có tài khoản ở đây, chỉ biết tên "
        "(một bước sau)",
        "en": "The receiver has not confirmed; the receiver has no account here and is known by "
        "name only (one step forward)",
    }
    said(tale, answers=(answer(tale, 120),))
    assert found(tale) is HandOffState.MATCHED
    document = tale.document("rau")
    told = step(document, "ship")
    assert (told["hand_off"]["state"], told["hand_off"]["outside"]) == ("matched", True)
    assert told["evidence"]["level"] == "counterpart"
    assert told["evidence"]["words"]["en"] == (
        "Confirmed by the receiver (without account) 02/11/2026"
    )
    counts = document["summary"]["hand_offs"]
    assert (counts["confirmed"], counts["matched"], counts["outside"]) == (1, 1, 1)
    assert gaps(document) == ["no_transport"]


def test_of_several_answers_the_last_holds():
    tale = shipped(receiver_id=None, to_outsider=True)
    said(tale, answers=(answer(tale, 100),))
    assert found(tale) is HandOffState.DISPUTED
    second = answer(tale, 120, name="second", at=after(2))
    said(tale, answers=(second, answer(tale, 100)))
    assert found(tale) is HandOffState.SETTLED
    refused = answer(tale, 0, AnswerKind.REFUSED, "third", after(3))
    said(tale, answers=(second, refused))
    assert found(tale) is HandOffState.REFUSED


def test_the_sender_may_take_over_what_an_answer_says():
    tale = shipped(receiver_id=None, to_outsider=True)
    said(
        tale,
        answers=(answer(tale, 100),),
        acceptances=(AcceptanceFact(LAN_ID, identifier("answer")),),
    )
    assert found(tale) is HandOffState.SETTLED


def test_each_side_stands_behind_the_record_of_the_other_once_they_agree():
    tale = shipped()
    received(tale, 118)
    assert step(tale.document("rau"), "ship")["evidence"]["level"] == "self"
    corrected(tale, "ship", inputs=tale.items({"rau": 118}))
    document = tale.document("rau")
    for kind in ("ship", "receive"):
        assert step(document, kind)["evidence"]["level"] == "counterpart"


def test_a_whole_day_is_in_time_and_a_moment_more_is_not():
    sent = after(1)
    day_over = sent + CONFIRM_WITHIN
    late = day_over + timedelta.resolution
    assert state_at("on_the_way", sent, day_over) is HandOffState.ON_THE_WAY
    assert state_at("on_the_way", sent, late) is HandOffState.NOT_CONFIRMED
    assert overdue_from(sent) == late
    assert overdue_if_sent_by(late) == sent
    for now, is_found in ((day_over, False), (late, True)):
        assert bool(unconfirmed(sent, now)) == is_found


def unconfirmed(sent, now):
    """Ask the rule about a shipment of which nothing was answered."""
    ship, batch = Ref(LAN_ID, identifier("ship")), Ref(LAN_ID, identifier("rau"))
    step = StepFact(
        ship, "ship", sent, sent, inputs=(LineFact(batch, Decimal(1), "kg", Decimal(1)),)
    )
    open_one = DeliveryFact(ship, batch, HandOffState.ON_THE_WAY)
    return list(handoff_confirm(step, [open_one], {batch: "R-1"}, Words.same("Hoa"), now))


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        (None, ""),
        ({"to_site": None}, ""),
        ({"to_site": "  Bếp ăn Hoa Sen "}, "Bếp ăn Hoa Sen"),
        ({"to_site": " \t"}, ""),
    ],
)
def test_a_destination_reads_the_same_for_everybody(fields, place):
    assert destination(fields) == place
