"""The JSON of a lineage is whole and exact, whatever names and amounts are in it."""

import json
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from traceapp.api import trace_answers
from traceapp.codes.states import CodeState
from traceapp.trace.entries import HandOffState
from traceapp.trace.words import Words
from traceapp.tracing.document import as_json
from traceapp.tracing.family import Edge, HandOver, Holding, Lineage, Making, Node, Way

LAN, LOT, EVENT = (UUID(int=number) for number in (0x01A2 << 112 | 7, 8, 9))
NAME = Words('HTX "50 %s %% Lan" \\ Đông', None)
MOMENT = datetime(2026, 11, 21, 5, 40, tzinfo=UTC)
MICROSECONDS = int(MOMENT.timestamp()) * 1_000_000


def node(amount: int | None = None, uom: str = "kg", **changed: Any) -> Node:
    made = Node(
        *(LAN.bytes + LOT.bytes, 0, NAME, "vegetable", NAME, "L%d\n1", uom, date(2026, 11, 20)),
        *(None, None, "7K3M9QRT2X", CodeState.ACTIVE, None, (Holding(LAN, NAME, amount),), ()),
    )
    return made._replace(**changed)


def told(*nodes: Node, edges: tuple[Edge, ...] = ()) -> Any:
    makings = (Making(LAN.bytes + EVENT.bytes, "pack", MICROSECONDS),)
    return json.loads(as_json(Lineage(Way.BOTH, MOMENT, nodes, edges, makings), "https://x"))


def test_ids_names_and_dates_come_out_as_they_are() -> None:
    (batch,) = told(node())["batches"]
    assert (batch["producer_id"], batch["id"]) == (str(LAN), str(LOT))
    assert batch["product"] == batch["producer"] == {"vi": NAME.vi, "en": None}
    assert (batch["lot"], batch["url"]) == ("L%d\n1", "https://x/B/7K3M9QRT2X")
    assert (batch["production_date"], batch["expiry_date"]) == ("2026-11-20", None)
    assert batch["state"] == "active"
    (event,) = told(node())["events"]
    assert event["id"] == str(EVENT)
    assert event["event_time"] == told(node())["as_of"] == "2026-11-21T05:40:00+00:00"


@pytest.mark.parametrize(
    "microseconds", [0, 1, 999_999, MICROSECONDS, MICROSECONDS + 59_000_007, -1, -86_400_000_001]
)
def test_a_moment_is_written_as_its_object_would_be(microseconds: int) -> None:
    making = Making(LAN.bytes + EVENT.bytes, "pack", microseconds)
    answer = json.loads(as_json(Lineage(Way.BACK, None, (), (), (making,)), "https://x"))
    assert [one["event_time"] for one in answer["events"]] == [making.event_time.isoformat()]


def test_amounts_are_exact_in_the_unit_of_the_batch() -> None:
    for amount, uom, text in (
        (100_000_000, "kg", "100"),
        (0, "kg", "0"),
        (-500_000, "kg", "-0.5"),
        (-2_000_000, "kg", "-2"),
        (1_250_001, "kg", "1.250001"),
        (1_500, "g", "1.5"),
        (None, "kg", None),
    ):
        (batch,) = told(node(amount, uom))["batches"]
        assert [one["quantity"] for one in batch["holders"]] == [text], (amount, uom)
        assert batch["holders"][0]["producer"]["vi"] == NAME.vi


def test_edges_and_deliveries_tell_what_is_known() -> None:
    over = HandOver(
        *((LAN, EVENT), NAME, LAN, None, None, MOMENT, None, HandOffState.ON_THE_WAY, NAME),
        *(Decimal("-3.30"), ("kg", Decimal("1E+2")), None),
    )
    edges = (Edge(1, 0, 0, 30_000_000, None, False, Decimal("75.0")), Edge(1, 0, 0, 1, 2, True))
    found = told(node(hand_overs=(over,)), node(), edges=edges)
    known, packaging = found["edges"]
    assert (known["quantity"], known["mass_kg"], known["share_pct"]) == ("30", None, "75.0")
    assert (packaging["share_pct"], packaging["is_packaging"]) == (None, True)
    (delivery,) = found["batches"][0]["hand_offs"]
    assert (delivery["receiver"], delivery["difference_pct"]) == (None, "-3.30")
    assert (delivery["sent"], delivery["received"]) == ({"quantity": "100", "uom": "kg"}, None)


DESCRIBED = {
    "the answer": trace_answers.LineageSchema,
    "a batch": trace_answers.TracedBatchSchema,
    "a holder": trace_answers.HolderSchema,
    "a hand-off": trace_answers.TracedHandOffSchema,
    "an event": trace_answers.TracedEventSchema,
    "an edge": trace_answers.TracedEdgeSchema,
}


def test_the_page_for_integrators_names_every_member_and_no_other() -> None:
    kg = ("kg", Decimal(1))
    over = HandOver(
        *((LAN, EVENT), NAME, LAN, NAME, LAN, MOMENT, MOMENT, HandOffState.MATCHED, NAME),
        *(None, kg, kg),
    )
    answer = told(node(hand_overs=(over,)), edges=(Edge(0, 0, 0, 1, 1, False),))
    (batch,), (event,), (edge,) = answer["batches"], answer["events"], answer["edges"]
    parts = (answer, batch, batch["holders"][0], batch["hand_offs"][0], event, edge)
    written = dict(zip(DESCRIBED, parts, strict=True))
    page = Path(__file__).parents[3].joinpath("docs/integrators/traces.md").read_text("utf-8")
    for name, schema in DESCRIBED.items():
        members = set(written[name])
        assert members == set(schema().fields), name
        (row,) = re.findall(rf"^\| {name} \|(.*)\|$", page, re.MULTILINE)
        of_amounts = {"a holder": {"uom"}, "a hand-off": {"quantity", "uom"}}.get(name, set())
        assert set(re.findall(r"`(\w+)`", row)) == members | of_amounts, name
