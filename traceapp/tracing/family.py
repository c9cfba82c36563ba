"""What a trace gives: batches, how each was made from others, who has what left. Frozen values.

Only shapes. Batches and events are numbered within one lineage, the subject is 0. Amounts are whole
micro-units of the base of the batch's own unit, masses whole millionths of a kilogram; None = not
known, or not for whoever asks (`visibility`).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from traceapp.codes.states import CodeState
from traceapp.database.types import EPOCH
from traceapp.trace.entries import HandOffState
from traceapp.trace.words import Words

Ref = tuple[UUID, UUID]
"""A batch or an event: its producer and its id, which is unique only together with that."""
Key = bytes
"""The same as the 32 bytes of both ids: making objects of thousands takes longer than the query."""


def key_of(ref: Ref) -> Key:
    """Give two ids as a key."""
    return ref[0].bytes + ref[1].bytes


def ref_of(key: Key) -> Ref:
    """Give the ids of a key as objects."""
    return UUID(bytes=key[:16]), UUID(bytes=key[16:])


class Way(StrEnum):
    """Which way a trace goes: to what a batch was made from, to what was made of it, or both."""

    BACK = "back"
    FORWARD = "forward"
    BOTH = "both"


class Edge(NamedTuple):
    """`child` was made from `parent` in `making`, by number. The amount is the event's whole line.

    A field by field copy of what the database keeps of it, plus the share: there are thousands.
    """

    parent: int
    child: int
    making: int
    amount: int | None
    mass: int | None
    is_packaging: bool
    share_pct: Decimal | None = None


class Making(NamedTuple):
    """The event in which batches became others, and when: in microseconds since 1970, in UTC."""

    key: Key
    step_kind: str
    microseconds: int

    @property
    def event_time(self) -> datetime:
        """Give the moment as an object."""
        return EPOCH + timedelta(microseconds=self.microseconds)


class Holding(NamedTuple):
    """What one holder has left of a batch by the ledger; below zero, more went out than came in.

    `are_sales_missing`: a shop that got it neither noted a sale nor counted, so less may be left.
    """

    holder_id: UUID
    holder: Words
    amount: int | None
    are_sales_missing: bool = False


@dataclass(frozen=True, slots=True)
class HandOver:
    """One delivery of a batch: what was sent, what answered it. `receiver` None = not known yet.

    A receipt whose shipment is not known has no `event` and no sender; it was sent when it came.
    `sent` and `received` are unit and amount, None where that is not one figure. `takers` are those
    of here who got it, or may get it.
    """

    event: Ref | None
    sender: Words | None
    sender_id: UUID | None
    receiver: Words | None
    receiver_id: UUID | None
    sent_at: datetime
    received_at: datetime | None
    state: HandOffState
    words: Words
    difference_pct: Decimal | None
    sent: tuple[str, Decimal] | None
    received: tuple[str, Decimal] | None
    takers: frozenset[UUID] = frozenset()


class Node(NamedTuple):
    """One batch. `step` counts generations from the subject, those above it below zero.

    `lot` None = not for whoever asks. `origin` is the party without account it came from.
    `is_claimed` where whoever used it only says that he received it: no delivery of it to him is
    known, and what it came from is not told.
    """

    key: Key
    step: int
    product: Words
    family: str
    producer: Words
    lot: str | None
    uom: str
    production_date: date | None
    packing_date: date | None
    expiry_date: date | None
    code: str | None
    state: CodeState | None
    origin: Words | None
    holdings: tuple[Holding, ...]
    hand_overs: tuple[HandOver, ...]
    is_claimed: bool = False

    @property
    def ref(self) -> Ref:
        """Give the ids of the batch."""
        return ref_of(self.key)


@dataclass(frozen=True, slots=True)
class Lineage:
    """The family of one batch. An edge's numbers are places in `nodes` and `makings`.

    `tells_all` is False where other producers' amounts were left out for whoever asks.
    """

    way: Way
    as_of: datetime | None
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    makings: tuple[Making, ...]
    tells_all: bool = True

    @property
    def subject(self) -> Node:
        """Give the batch that was asked for."""
        return self.nodes[0]
