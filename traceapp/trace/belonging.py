"""Decide which records belong to the way of a batch, as an ancestor of the subject or itself.

An ancestor's story ends where it was used: what happened to the rest of it later, or at other
hands, is not the story of this child. A season's steps count up to the harvest.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from traceapp.trace.facts import Ref
from traceapp.trace.grounds import Stretch
from traceapp.trace.history import Record, makes, order, uses
from traceapp.trace.story import Story, answers_a_case
from traceapp.trace.vocabulary import StockEffect

_NO_END = datetime.max.replace(tzinfo=UTC)
_SAME_GOODS = ("split", "merge")
"""Steps after which the subject's goods are still the same goods under a new lot."""
_HAND_OFF = (StockEffect.MOVE_OUT, StockEffect.MOVE_IN, StockEffect.RETURN)


class _Arrival(NamedTuple):
    """How goods came to somebody: the records of it, and who had sent them when, if known."""

    at: datetime
    records: tuple[Ref, ...]
    sent: tuple[UUID, datetime] | None
    is_from_maker: bool


@dataclass(slots=True)
class Window:
    """How far an ancestor's story counts: until when at whose hands, and over which hand-offs.

    `others` are who ever had the batch, `arrivals` how it came to each of them, `followed` how
    many of these are told already.
    `unexplained` are producers who used the batch without any record of receiving it, with the
    time of use.
    """

    others: frozenset[UUID]
    arrivals: dict[UUID, list[_Arrival]] = field(default_factory=lambda: defaultdict(list))
    cutoffs: dict[UUID, datetime] = field(default_factory=dict)
    hand_offs: set[Ref] = field(default_factory=set)
    followed: dict[UUID, int] = field(default_factory=dict)
    unexplained: dict[UUID, datetime] = field(default_factory=dict)

    def reaches(self, holder: UUID, until: datetime) -> None:
        """Count what happened at somebody's hands until then."""
        self.cutoffs[holder] = max(until, self.cutoffs.get(holder, until))

    @property
    def latest(self) -> datetime:
        """Give the last time any part of the batch was used."""
        return max(self.cutoffs.values(), default=_NO_END)


def window(story: Story, batch: Ref) -> Window | None:
    """Give the window of an ancestor; None for the subject, whose whole story counts."""
    if batch == story.subject:
        return None
    arrived = [r for r in story.naming(batch) if r.effect is StockEffect.MOVE_IN]
    result = Window(others=story.makers(batch) | {r.ref.producer_id for r in arrived})
    for receipt in arrived:
        if makes(receipt.event, batch):
            result.arrivals[receipt.ref.producer_id].append(_arrival(story, batch, receipt))
    by_ref = {record.ref: record for record in story.naming(batch)}
    for child in story.lineage.children(batch):
        for edge in story.lineage.uses(child, batch) if child in story.generations else ():
            use = by_ref.get(edge.event)
            until = use.position if use else _NO_END
            _trace_back(story, batch, (edge.event.producer_id, until), result)
    return result


def belonging(story: Story, batch: Ref, within: Window | None) -> tuple[Record, ...]:
    """Give the records of a batch's own way, seasons included, in time order."""
    making = {record.ref for record in story.making(batch)}
    found: dict[Ref, Record] = {}
    for record in story.naming(batch):
        own = record.ref in making and record.position <= (within.latest if within else _NO_END)
        if record.shown and (own or _belongs(story, batch, record, within)):
            found[record.ref] = record
    for record in season_steps(story, batch):
        found.setdefault(record.ref, record)
    return tuple(sorted(found.values(), key=order))


def season_steps(story: Story, batch: Ref) -> tuple[Record, ...]:
    """Give the steps done on the plots or seasons of a batch up to its harvest."""
    steps = story.grounds.steps(_seasons(story, batch), batch)
    found = {record.ref: record for record in steps if record.shown}
    return tuple(sorted(found.values(), key=order))


def _seasons(story: Story, batch: Ref) -> Iterator[Stretch]:
    making = story.making(batch)
    for record in making:
        yield from story.grounds.before(record)
    facts = story.batch(batch)
    if not making and facts is not None and facts.season_id is not None:
        first = min((r.position for r in story.naming(batch)), default=_NO_END)
        yield story.grounds.season(batch.producer_id, facts.season_id, first)


def _belongs(story: Story, batch: Ref, record: Record, within: Window | None) -> bool:
    if record.effect in _HAND_OFF or record.event.step_kind == "transport":
        ship = story.shipment_of(record, batch)
        return not answers_a_case(record, ship) and (
            within is None or not within.hand_offs.isdisjoint(v.ref for v in record.versions)
        )
    made = any(makes(version, batch) for version in record.versions)
    if record.effect is StockEffect.TRANSFORM and not made and uses(record.event, batch):
        # Used up: told with the child it made, unless that child is not in this story.
        return within is None and record.event.step_kind in _SAME_GOODS
    if record.effect is StockEffect.CREATE and not made:
        return False
    return within is None or record.position <= _cutoff(record, within)


def _cutoff(record: Record, within: Window) -> datetime:
    author = record.ref.producer_id
    if author in within.cutoffs:
        return within.cutoffs[author]
    if author in within.others:
        return datetime.min.replace(tzinfo=UTC)  # at hands this child's part never went through
    return within.latest


def _trace_back(story: Story, batch: Ref, use: tuple[UUID, datetime], result: Window) -> None:
    """Follow the goods back from who used them to who made them, over the receipts."""
    makers = story.makers(batch)
    to_do, seen = [use], set[UUID]()
    while to_do:
        holder, until = to_do.pop()
        result.reaches(holder, until)
        if holder in makers or holder in seen:
            continue
        seen.add(holder)
        arrivals = result.arrivals.get(holder, [])
        before = arrivals[: bisect_right(arrivals, until, key=attrgetter("at"))]
        if not arrivals:
            result.unexplained[holder] = until
        # A receipt noted only after the use still says how the goods came here.
        told = before or arrivals
        for arrival in told[result.followed.get(holder, 0) :]:
            result.hand_offs.update(arrival.records)
            if arrival.sent and arrival.is_from_maker:
                result.reaches(*arrival.sent)
        result.followed[holder] = max(len(told), result.followed.get(holder, 0))
        to_do.extend(one.sent for one in told if one.sent and not one.is_from_maker)


def _arrival(story: Story, batch: Ref, receipt: Record) -> _Arrival:
    ship = story.shipment_of(receipt, batch)
    if ship is None:
        return _Arrival(receipt.position, (receipt.ref,), None, is_from_maker=False)
    records = (receipt.ref, ship.ref, *(one.ref for one in story.transports(ship)))
    sender = ship.ref.producer_id
    is_from_maker = sender in story.makers(batch)
    return _Arrival(receipt.position, records, (sender, ship.position), is_from_maker)
