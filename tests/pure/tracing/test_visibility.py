"""Who is known by name only is private to the two sides of a delivery."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from traceapp.trace.entries import HandOffState
from traceapp.trace.words import Words
from traceapp.tracing.family import HandOver, Lineage, Node, Way
from traceapp.tracing.visibility import told_to

LAN, MINH, SHOP, LOT, EVENT = (UUID(int=number) for number in range(1, 6))
NAME = Words.same("Cô Ba chợ Hôm")
MOMENT = datetime(2026, 11, 21, 5, 40, tzinfo=UTC)
OVER = HandOver(
    *((MINH, EVENT), Words.same("Minh"), MINH, NAME, None, MOMENT, None, HandOffState.ON_THE_WAY),
    *(NAME, None, None, None),
)


def shown(reader: UUID, over: HandOver) -> HandOver:
    node = Node(
        *(LAN.bytes + LOT.bytes, 0, NAME, "vegetable", NAME, "L1", "kg", None, None, None),
        *(None, None, None, (), (over,)),
    )
    (found,) = told_to(reader, Lineage(Way.BOTH, MOMENT, (node,), (), ())).nodes
    return found.hand_overs[0]


@pytest.mark.parametrize(
    ("reader", "receiver_id", "name"),
    [(LAN, None, None), (MINH, None, NAME), (LAN, SHOP, NAME), (SHOP, SHOP, NAME)],
)
def test_a_receiver_without_account_is_named_to_the_two_sides_alone(
    reader: UUID, receiver_id: UUID | None, name: Words | None
) -> None:
    assert shown(reader, replace(OVER, receiver_id=receiver_id)).receiver == name
