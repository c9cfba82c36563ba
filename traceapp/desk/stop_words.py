"""Stopped sales as the page of a batch tells them, and who may do what about them."""

from collections.abc import Mapping
from dataclasses import dataclass

from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.batches import queries
from traceapp.batches.queries import Ref as Pair
from traceapp.codes.stop_reasons import STOP_REASONS
from traceapp.recalls.stop_queries import StopTold, stops_on
from traceapp.recalls.stopping import Actor, may_lift
from traceapp.trace.facts import Ref
from traceapp.trace.words import Words


@dataclass(frozen=True, slots=True)
class Stops:
    """What stops the sale of a batch now, what did, and what the reader may do."""

    open: tuple[StopTold, ...]
    past: tuple[StopTold, ...]
    may_lift: frozenset[Ref]
    may_stop: bool
    is_own: bool

    @property
    def reasons(self) -> Mapping[str, Words]:
        """Give the reasons there are to choose from."""
        return STOP_REASONS


def stops_of(reader: Visitor, batch: Pair) -> Stops:
    """Tell the stopped sales of a batch to somebody who may see it."""
    told = stops_on(Ref(*batch), asks=reader.producer_id)
    open_stops = tuple(one for one in told if one.lift is None)
    mine = {one.by.producer_id for one in open_stops if one.batch == Ref(*batch)}
    is_own = batch[0] == reader.producer_id or reader.may(Act.LOOK_UP_ANY)
    return Stops(
        open=open_stops,
        past=tuple(one for one in told if one.lift is not None),
        may_lift=frozenset(
            one.stop
            for one in open_stops
            if reader.may(Act.STOP_SALE)
            and one.batch == Ref(*batch)
            and may_lift(one, actor_of(reader))
        ),
        may_stop=reader.producer_id not in mine and may_stop(reader, batch),
        is_own=is_own,
    )


def may_stop(reader: Visitor, batch: Pair) -> bool:
    """Tell whether the reader may stop the sale of a batch: one made, had in hand, or any."""
    if not reader.may(Act.STOP_SALE):
        return False
    is_own = batch[0] == reader.producer_id or reader.may(Act.LOOK_UP_ANY)
    return is_own or queries.has_stock_of(reader.producer_id, batch)


def actor_of(reader: Visitor) -> Actor:
    """Give who acts."""
    return Actor(Ref(reader.producer_id, reader.member_id), reader.may(Act.LOOK_UP_ANY))
