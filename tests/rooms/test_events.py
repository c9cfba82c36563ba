"""Recording steps: the ledger, the family tree, corrections, repeats and strangers."""

from decimal import Decimal
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError

from tests.builders import NOW, batch, business, event, line, product, record
from traceapp import problem
from traceapp.batches import operations, queries
from traceapp.batches.facts import evidence
from traceapp.batches.facts.tracing import trace_facts
from traceapp.batches.family.lineage import ancestors, descendants
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.freshness import operations as freshness
from traceapp.freshness import queries as fresh
from traceapp.producers import operations as producers
from traceapp.producers.models import Partner
from traceapp.trace.facts import EvidenceLevel


def test_a_harvest_makes_stock_and_packing_uses_it(app: Flask) -> None:
    lan = business("HTX Lan")
    greens = product(lan)
    cut, packed = batch(lan, greens, "H1"), batch(lan, greens, "T1")
    record(lan, "harvest", outputs=[line(cut, "410")])
    record(lan, "pack", inputs=[line(cut, "400")], outputs=[line(packed, "390.5")])
    assert queries.balance(lan.producer_id, (lan.producer_id, cut)) == {
        "made": 410,
        "used": 400,
        "stock": 10,
    }
    assert queries.balance(lan.producer_id, (lan.producer_id, packed))["stock"] == Decimal("390.5")
    assert ancestors((lan.producer_id, packed)) == {(lan.producer_id, cut)}
    assert descendants((lan.producer_id, cut)) == {(lan.producer_id, packed)}


def test_the_same_message_twice_is_one_event(app: Flask) -> None:
    lan = business("HTX Lan")
    cut = batch(lan, product(lan), "H1")
    message = event(lan, "harvest", outputs=[line(cut, "10")])
    same = message | {"outputs": [line(cut, "10.00")]}
    assert operations.record_event(lan.actor, message, now=NOW).is_new
    assert not operations.record_event(lan.actor, same, now=NOW).is_new
    assert queries.balance(lan.producer_id, (lan.producer_id, cut))["made"] == 10


def test_the_same_id_with_other_content_is_a_conflict(app: Flask) -> None:
    lan = business("HTX Lan")
    cut = batch(lan, product(lan), "H1")
    message = event(lan, "harvest", outputs=[line(cut, "10")])
    operations.record_event(lan.actor, message, now=NOW)
    with pytest.raises(problem.ContentConflict):
        operations.record_event(lan.actor, message | {"outputs": [line(cut, "11")]}, now=NOW)


def test_a_correction_takes_back_what_was_booked_and_keeps_the_old_event(app: Flask) -> None:
    lan = business("HTX Lan")
    cut = batch(lan, product(lan), "H1")
    wrong = record(lan, "harvest", outputs=[line(cut, "2700")])
    record(lan, "harvest", outputs=[line(cut, "270")], corrects=str(wrong.event_id))
    assert queries.balance(lan.producer_id, (lan.producer_id, cut))["stock"] == 270
    assert len(trace_facts((lan.producer_id, cut)).events) == 2


def test_taking_more_than_there_is_is_recorded_and_shows(app: Flask) -> None:
    lan = business("HTX Lan")
    cut = batch(lan, product(lan), "H1")
    record(lan, "harvest", outputs=[line(cut, "10")])
    record(lan, "waste", inputs=[line(cut, "12")], fields={"reason": "damage"})
    assert queries.balance(lan.producer_id, (lan.producer_id, cut))["stock"] == -2


def test_a_stranger_cannot_write_about_anothers_batch_or_site(app: Flask) -> None:
    lan, tung = business("HTX Lan"), business("Tùng")
    cut = batch(lan, product(lan), "H1")
    record(lan, "harvest", outputs=[line(cut, "10")])
    foreign = line(cut, "1", producer_id=str(lan.producer_id))
    with pytest.raises(problem.NotFound):
        record(tung, "waste", inputs=[foreign], fields={"reason": "damage"})
    with pytest.raises(problem.NotFound):
        record(tung, "irrigate", site_id=str(lan.site_id), site_producer_id=str(lan.producer_id))


def test_a_receiver_gets_the_senders_batch_and_may_work_with_it(app: Flask) -> None:
    lan, hoa = business("HTX Lan"), business("Cửa hàng Hoa", kinds=("shop",))
    cut = batch(lan, product(lan), "H1")
    ref = (lan.producer_id, cut)
    record(lan, "harvest", outputs=[line(cut, "100")])
    shipped = record(lan, "ship", inputs=[line(cut, "60")], fields={"to_site": "hoa"})
    theirs = {"producer_id": str(lan.producer_id)}
    record(hoa, "receive", ship_event_id=str(shipped.event_id), outputs=[line(cut, "59", **theirs)])
    record(hoa, "sell", inputs=[line(cut, "9", **theirs)])
    assert queries.balance(lan.producer_id, ref)["stock"] == 40
    assert queries.balance(hoa.producer_id, ref) == {"received": 59, "sold": 9, "stock": 50}


def test_kilograms_become_packs_through_the_pack_size(app: Flask) -> None:
    lan = business("HTX Lan")
    bags = product(lan, name="Túi 500 g", uom="túi", net_quantity="0.5", net_uom="kg")
    packed = batch(lan, bags, "T1", uom="túi")
    record(lan, "collect_eggs", outputs=[line(packed, "12", "kg")], fields={"days_covered": 1})
    assert queries.balance(lan.producer_id, (lan.producer_id, packed))["stock"] == 24


def test_a_unit_that_does_not_convert_is_refused_with_a_hint(app: Flask) -> None:
    lan = business("HTX Lan")
    cut = batch(lan, product(lan), "H1")
    with pytest.raises(problem.InvalidInput) as caught:
        record(lan, "harvest", outputs=[line(cut, "12", "con")])
    assert caught.value.findings[0].rule == "unit_does_not_fit"


BAD_QUANTITIES = ["-1", "NaN", "1e99", "١٢", "9" * 40, "", "1,5", "Infinity"]


@pytest.mark.parametrize("quantity", BAD_QUANTITIES)
def test_an_absurd_quantity_is_refused_and_nothing_is_written(app: Flask, quantity: str) -> None:
    lan = business("HTX Lan")
    cut = batch(lan, product(lan), "H1")
    with pytest.raises(ValidationError):
        record(lan, "harvest", outputs=[line(cut, quantity)])
    assert trace_facts((lan.producer_id, cut)).events == ()


def test_a_field_the_step_does_not_have_is_refused(app: Flask) -> None:
    lan = business("HTX Lan")
    with pytest.raises(ValidationError, match="no such field"):
        record(lan, "irrigate", fields={"price": 3})


def test_a_required_field_may_be_missing_the_step_is_kept(app: Flask) -> None:
    lan = business("HTX Lan")
    assert record(lan, "irrigate").is_new


def test_nobody_raises_a_record_of_their_own(app: Flask) -> None:
    lan = business("HTX Lan")
    own = record(lan, "irrigate")
    witness = evidence.Witness(lan.producer_id, lan.actor.member_id)
    with pytest.raises(problem.InvalidInput):
        evidence.add_evidence((lan.producer_id, own.event_id), EvidenceLevel.COOP, witness, now=NOW)


@pytest.mark.parametrize(("kind", "level"), [("supplier", "counterpart"), ("lab", "lab")])
def test_of_names_in_the_own_directory_only_a_laboratory_stands_behind_a_record(
    app: Flask, kind: str, level: str
) -> None:
    lan = business("HTX Lan")
    own, partner_id = record(lan, "irrigate"), new_id()
    named = {"producer_id": lan.producer_id, "partner_id": partner_id, "name": "Ai đó"}
    db.session.add(Partner(**named, kind=kind))
    db.session.flush()
    by = evidence.Witness(lan.producer_id, None, partner_id)
    key = (lan.producer_id, own.event_id)
    if kind == "lab":
        evidence.add_evidence(key, EvidenceLevel(level), by, now=NOW)
        return
    with pytest.raises(problem.InvalidInput):
        evidence.add_evidence(key, EvidenceLevel(level), by, now=NOW)


quantities = st.decimals(min_value=0, max_value=10**6, places=3)


@settings(
    max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["harvest", "waste", "sell", "ship"]), quantities), max_size=8
    )
)
def test_the_ledger_always_balances(app: Flask, steps: list[tuple[str, Decimal]]) -> None:
    lan = business(f"HTX {new_id()}")
    cut = batch(lan, product(lan), "H1")
    for kind, quantity in steps:
        side = "outputs" if kind == "harvest" else "inputs"
        record(lan, kind, **{side: [line(cut, str(quantity))]})
    said = queries.balance(lan.producer_id, (lan.producer_id, cut))
    taken_in = said.get("made", 0)
    given_out = sum(said.get(name, 0) for name in ("lost", "sold", "shipped"))
    assert taken_in == given_out + said["stock"]
    db.session.rollback()


def test_steps_before_any_batch_belong_to_what_is_harvested_there(app: Flask) -> None:
    lan = business("HTX Lan")
    season = producers.start_season(
        lan.producer_id,
        {"plot_id": str(lan.plot_id), "name": "Vụ 1", "crop": "cải", "started_on": "2026-10-01"},
    )
    here = {"plot_id": str(lan.plot_id)}
    before_the_season = record(lan, "prepare_land", **here)
    sown = record(lan, "sow", **here, season_id=str(season))
    record(lan, "irrigate")
    cut = batch(lan, product(lan), "H1")
    record(lan, "harvest", **here, season_id=str(season), outputs=[line(cut, "10")])
    found = {event.ref.id for event in trace_facts((lan.producer_id, cut)).events}
    assert {before_the_season.event_id, sown.event_id} <= found
    assert len(found) == 3


def test_a_correction_that_names_another_batch_is_still_told(app: Flask) -> None:
    lan = business("HTX Lan")
    greens = product(lan)
    wrong, right = batch(lan, greens, "H1"), batch(lan, greens, "H2")
    first = record(lan, "harvest", outputs=[line(wrong, "10")])
    second = record(lan, "harvest", outputs=[line(right, "10")], corrects=str(first.event_id))
    found = {event.ref.id for event in trace_facts((lan.producer_id, wrong)).events}
    assert found == {first.event_id, second.event_id}


def test_a_check_early_in_the_morning_is_of_that_day_and_not_of_the_day_before(app: Flask) -> None:
    lan = business("HTX Lan")
    cut = batch(lan, product(lan), "H1")
    picked = record(lan, "harvest", outputs=[line(cut, "10")])
    hoa = business("Cửa hàng Hoa", kinds=("shop",))
    witness = evidence.Witness(hoa.producer_id, hoa.actor.member_id)
    at_five_in_hanoi = NOW.replace(day=20, hour=22)
    key = (lan.producer_id, picked.event_id)
    evidence.add_evidence(key, EvidenceLevel.COUNTERPART, witness, now=at_five_in_hanoi)
    (event_told,) = trace_facts((lan.producer_id, cut)).events
    (check,) = event_told.evidence
    assert check.at is not None
    assert check.at.day == 21


def test_a_correction_can_itself_be_corrected(app: Flask) -> None:
    lan = business("HTX Lan")
    cut = batch(lan, product(lan), "H1")
    wrong: str | None = None
    for quantity in ("10", "12", "15"):
        changes = {"corrects": wrong} if wrong else {}
        wrong = str(record(lan, "harvest", outputs=[line(cut, quantity)], **changes).event_id)
    assert queries.balance(lan.producer_id, (lan.producer_id, cut))["stock"] == 15
    withdrawn = record(lan, "harvest", corrects=wrong)
    record(lan, "harvest", corrects=str(withdrawn.event_id))
    assert queries.balance(lan.producer_id, (lan.producer_id, cut))["stock"] == 0


def test_a_buyer_cannot_add_to_what_anothers_batch_was_made_from(app: Flask) -> None:
    lan, tung = business("HTX Lan"), business("Tùng", kinds=("processor",))
    cut, own = batch(lan, product(lan), "H1"), batch(tung, product(tung), "X1")
    record(lan, "harvest", outputs=[line(cut, "10")])
    foreign = line(cut, "5", producer_id=str(lan.producer_id))
    record(tung, "receive", outputs=[foreign])
    with pytest.raises(problem.NotFound):
        record(tung, "pack", inputs=[line(own, "1")], outputs=[foreign])


def test_an_event_cannot_correct_itself(app: Flask) -> None:
    lan = business("HTX Lan")
    message = event(lan, "irrigate")
    with pytest.raises(ValidationError):
        operations.record_event(lan.actor, message | {"corrects": message["id"]}, now=NOW)


@pytest.mark.parametrize("time", ["2026-11-21T05:40:00+23:59", "2026-11-21T05:40:00+07:00:30"])
def test_an_offset_no_place_has_is_refused_at_its_field(app: Flask, time: str) -> None:
    lan = business("HTX Lan")
    with pytest.raises(ValidationError) as caught:
        record(lan, "irrigate", event_time=time)
    assert "event_time" in caught.value.messages_dict


def _keep(ref: tuple[UUID, UUID]) -> None:
    freshness.keep("7K3M9QRT2X", ref, "{}", now=NOW)


def test_a_late_step_on_a_plot_without_a_season_makes_the_page_stale(app: Flask) -> None:
    lan = business("HTX Lan")
    cut = batch(lan, product(lan), "H1")
    record(lan, "harvest", plot_id=str(lan.plot_id), outputs=[line(cut, "10")])
    _keep((lan.producer_id, cut))
    record(lan, "spray", plot_id=str(lan.plot_id))
    assert fresh.kept("7K3M9QRT2X") is None


@pytest.mark.parametrize("with_season", [False, True])
def test_a_step_on_land_leaves_what_was_harvested_before_it(
    app: Flask, *, with_season: bool
) -> None:
    lan = business("HTX Lan")
    cut = batch(lan, product(lan), "H1")
    season = {
        "plot_id": str(lan.plot_id),
        "name": "Vụ 1",
        "crop": "cải",
        "started_on": "2026-10-01",
    }
    here: dict[str, str] = {"plot_id": str(lan.plot_id)}
    if with_season:
        here["season_id"] = str(producers.start_season(lan.producer_id, season))
    record(lan, "harvest", outputs=[line(cut, "10")], **here)
    _keep((lan.producer_id, cut))
    record(lan, "spray", event_time="2026-11-21T05:40:01+07:00", **here)
    assert fresh.kept("7K3M9QRT2X") is not None
    record(lan, "spray", event_time="2026-11-21T05:39:59+07:00", **here)
    assert fresh.kept("7K3M9QRT2X") is None


def test_a_correction_makes_stale_what_showed_the_corrected_step(app: Flask) -> None:
    lan = business("HTX Lan")
    greens = product(lan)
    cut, packed, other = (batch(lan, greens, lot) for lot in ("H1", "T1", "T2"))
    record(lan, "harvest", outputs=[line(cut, "10")])
    wrong = record(lan, "pack", inputs=[line(cut, "9")], outputs=[line(packed, "9")])
    _keep((lan.producer_id, packed))
    record(
        lan,
        "pack",
        inputs=[line(cut, "9")],
        outputs=[line(other, "9")],
        corrects=str(wrong.event_id),
    )
    assert fresh.kept("7K3M9QRT2X") is None


WITNESSES = [
    ("inspector", "authority", EvidenceLevel.INSPECTOR, True),
    ("field_worker", "authority", EvidenceLevel.INSPECTOR, False),
    ("inspector", "shop", EvidenceLevel.INSPECTOR, False),
    ("clerk", "shop", EvidenceLevel.COUNTERPART, True),
    ("clerk", "shop", EvidenceLevel.COOP, False),
    ("clerk", "shop", EvidenceLevel.LAB, False),
    ("clerk", "lab", EvidenceLevel.LAB, True),
    ("owner", "shop", EvidenceLevel.SELF, False),
]


@pytest.mark.parametrize(("role", "kind", "level", "may"), WITNESSES)
def test_a_level_is_given_only_by_whom_it_belongs_to(
    app: Flask, role: str, kind: str, level: EvidenceLevel, *, may: bool
) -> None:
    lan, witness = business("HTX Lan"), business("Ai đó", kinds=(kind,), role=role)
    key = (lan.producer_id, record(lan, "irrigate").event_id)
    by = evidence.Witness(witness.producer_id, witness.actor.member_id)
    if may:
        evidence.add_evidence(key, level, by, now=NOW)
        return
    with pytest.raises(problem.InvalidInput) as caught:
        evidence.add_evidence(key, level, by, now=NOW)
    assert caught.value.findings[0].rule == "level_not_yours"
