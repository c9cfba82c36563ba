"""Stopped sales as the page of a batch tells them, and who may do what about them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import url_for
from flask_babel import gettext as _

from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.batches import queries
from traceapp.batches.queries import Ref as Pair
from traceapp.batches.told_lots import lots_told_to
from traceapp.codes.stop_reasons import STOP_REASONS
from traceapp.desk.attention import MOST_OF_A_KIND, Task, also, more, some
from traceapp.desk.recalls import letter_words
from traceapp.desk.recalls.letter_words import Trail
from traceapp.handoffs import waiting_queries
from traceapp.recalls.second_person import ALONE_AFTER, may_go_alone
from traceapp.recalls.stops import queries as stop_queries
from traceapp.recalls.stops.lifting import is_alone, may_lift
from traceapp.recalls.stops.queries import Concern, StopTold, stops_on
from traceapp.recalls.stops.stopping import Actor, is_open_by
from traceapp.recalls.stops.telling import STOPPED, is_telling
from traceapp.trace.facts import Ref
from traceapp.trace.words import Words
from traceapp.web.languages import say


@dataclass(frozen=True, slots=True)
class Stops:
    """What stops the sale of a batch now, what did, and what the reader may do.

    `alone` are the stops he cannot lift as a second person: whether he may by himself by now.
    """

    open: tuple[StopTold, ...]
    past: tuple[StopTold, ...]
    may_lift: frozenset[Ref]
    alone: Mapping[Ref, bool]
    may_stop: bool
    is_own: bool
    letters: Mapping[Ref, Trail]
    telling: frozenset[Ref]

    def alone_from(self, told: StopTold) -> datetime:
        """Give from when whoever asked to lift a stop may do so alone."""
        return (told.request.at if told.request else told.at) + ALONE_AFTER

    @property
    def reasons(self) -> Mapping[str, Words]:
        """Give the reasons there are to choose from."""
        return STOP_REASONS


def stops_of(reader: Visitor, batch: Pair) -> Stops:
    """Tell the stopped sales of a batch to somebody who may see it."""
    told = stops_on(Ref(*batch), asks=reader.producer_id)
    open_stops = tuple(one for one in told if one.lift is None)
    by, now = actor_of(reader), datetime.now(UTC)
    is_ours = any(is_open_by(one, Ref(*batch), by) for one in open_stops)
    lifted_by = tuple(
        one
        for one in open_stops
        if reader.may(Act.STOP_SALE) and one.batch == Ref(*batch) and may_lift(one, by)
    )
    is_own = batch[0] == reader.producer_id or reader.may(Act.LOOK_UP_ANY)
    return Stops(
        open=open_stops,
        past=tuple(one for one in told if one.lift is not None),
        may_lift=frozenset(one.stop for one in lifted_by),
        alone={
            one.stop: one.request is not None and may_go_alone(one.request.at, now)
            for one in lifted_by
            if is_alone(one, by)
        },
        may_stop=not is_ours and may_stop(reader, batch),
        is_own=is_own,
        letters={one.stop: letter_words.told_of(reader, one) for one in told},
        telling=frozenset(one.stop for one in open_stops if _is_telling(reader, one)),
    )


def _is_telling(reader: Visitor, told: StopTold) -> bool:
    """Tell whoever stopped a sale whether the worker has not told of it yet."""
    return told.by.producer_id == reader.producer_id and is_telling(told.stop, STOPPED)


def may_stop(reader: Visitor, batch: Pair) -> bool:
    """Tell whether the reader may stop the sale of a batch: one made, had in hand, or any."""
    if not reader.may(Act.STOP_SALE):
        return False
    is_own = batch[0] == reader.producer_id or reader.may(Act.LOOK_UP_ANY)
    return is_own or queries.has_stock_of(reader.producer_id, batch)


def actor_of(reader: Visitor) -> Actor:
    """Give who acts."""
    return Actor(Ref(reader.producer_id, reader.member_id), reader.may(Act.LOOK_UP_ANY))


@also
def _stopped(reader: Visitor) -> Iterator[Task]:
    """Tell whoever has, sent, waits for or made some of it that somebody else stopped its sale."""
    found = stop_queries.stopped_by_others(reader.producer_id)
    concerns = some("stops", found)
    refs = {ref for one in concerns for ref in (one.batch, one.told.batch)}
    lots = lots_told_to(reader.producer_id, refs)
    for one in concerns:
        told = one.told
        words = _(
            "%(who)s stopped the sale of lot %(lot)s: %(why)s.",
            who=say(told.body),
            lot=lots[told.batch],
            why=say(told.why),
        )
        if told.batch != one.batch:
            came = _("Your lot %(lot)s was made from it.", lot=lots[one.batch])
            words = f"{words} {came}"
        yield _look_at(reader, one, words)
    words = _("Stopped sales that concern you: %(count)s.", count=len(found))
    yield from more("stops", "hand-stop", words, len(found))


def _look_at(reader: Visitor, one: Concern, words: str) -> Task:
    """Lead to the batch, or to the delivery that brings it: the batch may not be theirs to see."""
    offers = () if one.is_here else waiting_queries.open_offers(reader.producer_id, one.batch)
    if not offers:
        path = url_for("desk_batches.show_batch", code=one.batch.id)
        return Task("hand-stop", "clay", words, path, _("See the batch"))
    path = url_for("hand_offs.show_hand_off", shipment_id=offers[0].event_id)
    coming = _("Some of it is on its way to you.")
    return Task("hand-stop", "clay", f"{words} {coming}", path, _("See the delivery"))


@also
def _to_lift(reader: Visitor) -> Iterator[Task]:
    """Tell colleagues and officers who asks to allow a sale again."""
    if not reader.may(Act.STOP_SALE):
        return
    waiting = stop_queries.waiting(None if reader.may(Act.LOOK_UP_ANY) else reader.producer_id)
    for one in [one for one in waiting if one.by != reader.key][:MOST_OF_A_KIND]:
        words = _(
            "%(who)s asks to allow the sale of lot %(lot)s again. A second person is needed.",
            who=one.person or say(one.body),
            lot=one.lot,
        )
        path = url_for("desk_batches.show_batch", code=one.batch.id)
        yield Task("users", "clay", words, path, _("Decide"))
