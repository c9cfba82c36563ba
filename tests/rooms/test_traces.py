"""Traces of the demo by both walks; those of the acceptance sheet: test_expected_sheet."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from flask import Flask

from tests.conftest import NOON
from tests.hanoi import FINISHED, LOT_ID, PRODUCER_ID, ref
from tests.rooms.test_timeline_from_database import statements
from traceapp.batches.facts.tracing import trace_facts
from traceapp.trace.cards import made_amounts
from traceapp.trace.facts import Ref as FactRef
from traceapp.trace.story import Story
from traceapp.tracing.family import Lineage, Node, Way
from traceapp.tracing.queries import trace
from traceapp.web.pages import HANOI

WALKS = ("recursive", "levels")


@contextmanager
def walking(app: Flask, walk: str) -> Iterator[None]:
    """Let the application walk this way for a while."""
    before = app.extensions["traceapp"]
    app.extensions["traceapp"] = replace(before, trace_walk=walk)
    try:
        yield
    finally:
        app.extensions["traceapp"] = before


def traced(lot: str, way: Way = Way.BOTH, as_of: datetime | None = None) -> Lineage:
    found = trace(ref(lot), way, as_of, now=NOON)
    assert found is not None
    return found


def family(found: Lineage) -> tuple[set[Node], set[tuple[Any, ...]]]:
    """Give nodes and edges whatever their numbers are."""
    edges: set[tuple[Any, ...]] = {
        (found.nodes[e.parent], found.nodes[e.child], found.makings[e.making], *e[3:])
        for e in found.edges
    }
    assert len(edges) == len(found.edges)
    return set(found.nodes), edges


def test_both_walks_give_the_same_for_every_lot(hanoi: Flask) -> None:
    for lot in LOT_ID:
        for moment in (None, NOON - timedelta(days=3)):
            by_query = traced(lot, Way.BOTH, moment)
            with walking(hanoi, "levels"):
                assert family(by_query) == family(traced(lot, Way.BOTH, moment)), lot


def test_both_ways_are_the_way_back_and_the_way_forward(hanoi: Flask) -> None:
    for lot in LOT_ID:
        back, forward, both = (family(traced(lot, way)) for way in Way)
        assert both == (back[0] | forward[0], back[1] | forward[1]), lot


def test_shares_are_those_that_shoppers_read(hanoi: Flask) -> None:
    for lot in FINISHED:
        found = traced(lot, Way.BACK)
        story = Story(trace_facts(ref(lot)), NOON)
        for number, node in enumerate(found.nodes):
            child = FactRef(*node.ref)
            told = story.lineage.shares(child, made_amounts(story, child))
            sources = [edge for edge in found.edges if edge.child == number]
            ours = {FactRef(*found.nodes[e.parent].ref): e.share_pct for e in sources}
            assert ours == told, (lot, node.lot)


def test_a_share_is_the_same_whichever_way_a_trace_came_upon_it(hanoi: Flask) -> None:
    """What went in beside the family counts too."""
    for lot in LOT_ID:
        found = traced(lot, Way.FORWARD)
        for child in {edge.child for edge in found.edges}:
            whole = trace(found.nodes[child].ref, Way.BACK, now=NOON)
            assert whole is not None
            told = {whole.nodes[e.parent].ref: e.share_pct for e in whole.edges if e.child == 0}
            ours = {found.nodes[e.parent].ref: e.share_pct for e in found.edges if e.child == child}
            assert ours.items() <= told.items(), (lot, child)


def test_a_mix_tells_amount_and_share_of_each_source(hanoi: Flask) -> None:
    found = traced("CN-GOM-01", Way.BACK)
    sources = {found.nodes[e.parent].lot: (e.mass, e.share_pct) for e in found.edges}
    assert sources == {
        "CN-VD06-H": (80_000_000, Decimal("44.4")),
        "CN-BH-X": (60_000_000, Decimal("33.3")),
        "CN-TX04-H": (40_000_000, Decimal("22.2")),
    }
    assert [making.step_kind for making in found.makings] == ["mix"]


def test_a_trace_tells_who_has_what_left_and_how_hand_offs_stand(hanoi: Flask) -> None:
    loose = traced("CN-VD03-R").subject
    held = {one.holder_id: one.amount for one in loose.holdings}
    assert held == {PRODUCER_ID["baixanh"]: 0, PRODUCER_ID["minhkhai"]: 75_000_000}
    (over,) = loose.hand_overs
    assert (over.sent, over.received) == (("kg", Decimal(120)), ("kg", Decimal(118)))
    assert (over.state, over.difference_pct) == ("disputed", Decimal("-1.67"))
    assert over.receiver_id == PRODUCER_ID["minhkhai"]
    answered, waiting = traced("CN-GOM-01").subject.hand_overs
    assert (answered.state, answered.received) == ("matched", ("kg", Decimal(100)))
    assert (waiting.state, waiting.received) == ("not_confirmed", None)
    assert waiting.receiver_id == PRODUCER_ID["hotay"]


def test_a_trace_as_of_now_is_the_trace_of_now(hanoi: Flask) -> None:
    """Stocks and deliveries now are kept beside the events; those of a time follow from them."""
    told = 0
    for lot in LOT_ID:
        now, then = traced(lot), traced(lot, as_of=NOON)
        assert (then.nodes, then.edges, then.makings) == (now.nodes, now.edges, now.makings), lot
        told += sum(len(node.hand_overs) for node in now.nodes)
    assert told > len(LOT_ID)


def test_as_of_a_time_only_what_had_happened_by_then_counts(hanoi: Flask) -> None:
    trimmed_not_packed = datetime(2026, 11, 21, 8, 0, tzinfo=HANOI)
    found = traced("CN-VD03-H", Way.FORWARD, trimmed_not_packed)
    assert [node.lot for node in found.nodes] == ["CN-VD03-H", "CN-VD03-S"]
    (held,) = found.nodes[1].holdings
    assert held.amount == 360_000_000
    assert [making.step_kind for making in found.makings] == ["trim_wash"]
    before = traced("CN-VD03-H", Way.BOTH, trimmed_not_packed - timedelta(days=3))
    assert (before.subject.holdings, before.edges) == ((), ())
    assert traced("CN-VD03-T", Way.BACK, trimmed_not_packed).subject.hand_overs == ()


def test_a_correction_counts_whenever_it_came(hanoi: Flask) -> None:
    """2,700 kg were typed and corrected to 270 some minutes later."""
    typed = datetime(2026, 11, 21, 12, 0, tzinfo=HANOI)
    made = [one.amount for one in traced("RM-VD04-H", Way.FORWARD, typed).subject.holdings]
    assert all((amount or 0) <= 270_000_000 for amount in made)


def test_a_deep_lot_takes_no_more_queries_than_a_shallow_one(hanoi: Flask) -> None:
    sent = {}
    for lot in ("CN-VD06-H", "GL-UL-01", "MD-45-T"):
        subject = ref(lot)
        with statements() as said:
            trace(subject, now=NOON)
        sent[lot] = len(said)
    assert max(sent.values()) <= 10, sent  # two fewer where nothing was ever handed on


def test_a_batch_that_is_nowhere_has_no_trace(hanoi: Flask) -> None:
    producer, _ = ref("CN-GOM-01")
    assert trace((producer, producer), now=NOON) is None
