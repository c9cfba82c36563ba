"""Both walks find exactly what is connected, whatever the shape: fans, diamonds, circles."""

from uuid import UUID

import pytest
from flask import Flask
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert

from tests.builders import Business, batch, business, product, record
from traceapp.batches.models import BatchParent
from traceapp.database.engine import db
from traceapp.tracing.family import Ref, Way
from traceapp.tracing.graph import Refs
from traceapp.tracing.walking import ByLevels, Recursive, Start

BATCHES = 8
EDGES = st.lists(
    st.tuples(st.integers(0, BATCHES - 1), st.integers(0, BATCHES - 1)).filter(
        lambda edge: edge[0] != edge[1]
    ),
    max_size=16,
    unique=True,
)
Edges = list[tuple[int, int]]
"""Numbers of a parent and its child."""

FAN_IN = [(1, 0), (2, 0), (3, 0)]
FAN_OUT = [(0, 1), (0, 2), (0, 3)]
DIAMOND = [(1, 0), (2, 0), (3, 1), (3, 2)]
CIRCLE = [(0, 1), (1, 2), (2, 0)]
EIGHT = [(0, 1), (1, 0), (1, 2), (2, 1)]


@pytest.fixture
def refs(app: Flask) -> list[Ref]:
    """Eight batches of two producers, and an event each to hang edges on."""
    lan, minh = business("HTX Lan"), business("Xưởng Minh", kinds=("processor",))
    made: list[Ref] = []
    for number in range(BATCHES):
        owner = (lan, minh)[number % 2]
        made.append((owner.producer_id, _batch(owner, number)))
    db.session.commit()
    return made


def _batch(owner: Business, number: int) -> UUID:
    return batch(owner, product(owner, name=f"Hàng {number}"), f"L{number}")


def _connect(refs: list[Ref], edges: Edges, event: Ref) -> None:
    db.session.execute(delete(BatchParent))
    rows = [
        {
            "producer_id": refs[child][0],
            "batch_id": refs[child][1],
            "parent_producer_id": refs[parent][0],
            "parent_batch_id": refs[parent][1],
            "event_producer_id": event[0],
            "event_id": event[1],
            "amount": 1_000_000 * (parent + 1),
            "mass": None,
            "is_packaging": False,
        }
        for parent, child in edges
    ]
    if rows:
        db.session.execute(insert(db.metadata.tables["batch_parent"]), rows)


def _reached(edges: Edges, way: Way) -> tuple[set[int], set[tuple[int, int]]]:
    """Give the batches connected to batch 0, and the edges met on the way: the plain definition."""
    ups = {(child, parent) for parent, child in edges}
    downs = set(edges)
    found, met = {0}, set()
    for steps, is_up in ((ups, True), (downs, False)):
        if way is (Way.FORWARD if is_up else Way.BACK):
            continue
        here = {0}
        while further := {far for near, far in steps if near in here} - here:
            here |= further
        found |= here
        met |= {(far, near) if is_up else (near, far) for near, far in steps if near in here}
    return found, met


@pytest.mark.parametrize("walk", [Recursive, ByLevels])
def test_a_walk_finds_what_is_connected(refs: list[Ref], walk: type[Recursive]) -> None:
    lan = business("HTX Hoa")
    recorded = record(lan, "irrigate", plot_id=str(lan.plot_id))
    event = (recorded.producer_id, recorded.event_id)

    @settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
    @given(edges=EDGES, way=st.sampled_from(Way))
    @example(edges=FAN_IN, way=Way.BACK)
    @example(edges=FAN_OUT, way=Way.FORWARD)
    @example(edges=DIAMOND, way=Way.BACK)
    @example(edges=CIRCLE, way=Way.BOTH)
    @example(edges=EIGHT, way=Way.BOTH)
    def walks(edges: Edges, way: Way) -> None:
        _connect(refs, edges, event)
        graph = walk(Start(refs[0], way)).graph(tells_steps=True)
        ids = Refs()
        met = [refs.index(ids[raw]) for raw in graph.batches]
        found, lines = _reached(edges, way)
        assert (met[0], set(met), len(met)) == (0, found, len(found))
        pairs = [(met[edge.parent], met[edge.child]) for edge in graph.edges]
        assert (sorted(pairs), len(pairs)) == (sorted(lines), len(lines))
        assert all(e.amount == 1_000_000 * (met[e.parent] + 1) for e in graph.edges)
        assert len(graph.steps()) == len(met)

    walks()
