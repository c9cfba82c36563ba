"""Decide which records belong to the way of a batch, as an ancestor of the subject or itself.

An ancestor's story ends where it was used: what happened to the rest of it later, or at other
hands, is not the story of this child. A season's steps count up to the harvest.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from traceapp.trace.facts import Ref
from traceapp.trace.history import Record, makes, names, order, uses
from traceapp.trace.story import Story, answers_a_case
from traceapp.trace.vocabulary import StockEffect

_NO_END = datetime.max.replace(tzinfo=UTC)
_SAME_GOODS = ("split", "merge")
"""Steps after which the subject's goods are still the same goods under a new lot."""
_HAND_OFF = (StockEffect.MOVE_OUT, StockEffect.MOVE_IN, StockEffect.RETURN)


@dataclass(slots=True)
class Window:
    """How far an ancestor's story counts: until when at whose hands, and over which hand-offs.

    `unexplained` are producers who used the batch without any record of receiving it, with the
    time of use.
    """

    cutoffs: dict[UUID, datetime] = field(default_factory=dict)
    hand_offs: set[Ref] = field(default_factory=set)
    unexplained: dict[UUID, datetime] = field(default_factory=dict)

    @property
    def latest(self) -> datetime:
        """Give the last time any part of the batch was used."""
        return max(self.cutoffs.values(), default=_NO_END)


def window(story: Story, batch: Ref) -> Window | None:
    """Give the window of an ancestor; None for the subject, whose whole story counts."""
    if batch == story.subject:
        return None
    result = Window()
    by_ref = {record.ref: record for record in story.naming(batch)}
    for child in story.lineage.children(batch):
        if child not in story.generations:
            continue
        for edge in story.lineage.edges_of(child):
            if edge.parent == batch:
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
    found: dict[Ref, Record] = {}
    for until, steps in _seasons(story, batch):
        for record in steps:
            apart = names(record.event) - {batch}
            if record.shown and record.position <= until and not apart:
                found[record.ref] = record
    return tuple(sorted(found.values(), key=order))


def field_steps(story: Story, harvest: Record) -> tuple[Record, ...]:
    """Give the steps on the plot or season of one harvest, up to it."""
    event = harvest.event
    producer = event.land_owner
    steps = story.of_season(producer, event.season_id) if event.season_id else ()
    on_plot = story.of_plot(producer, event.plot_id) if event.plot_id else ()
    loose = _since_sowing(on_plot, steps, harvest.position)
    both = {r.ref: r for r in (*steps, *loose) if r.position <= harvest.position}
    return tuple(sorted(both.values(), key=order))


def _seasons(story: Story, batch: Ref) -> Iterable[tuple[datetime, Iterable[Record]]]:
    making = story.making(batch)
    for record in making:
        yield record.position, field_steps(story, record)
    facts = story.batch(batch)
    if not making and facts is not None and facts.season_id is not None:
        first = min((r.position for r in story.naming(batch)), default=_NO_END)
        yield first, story.of_season(batch.producer_id, facts.season_id)


def _since_sowing(
    on_plot: Iterable[Record], season: Iterable[Record], until: datetime
) -> tuple[Record, ...]:
    """Give a plot's seasonless steps from the season's start, else from the last sowing, on."""
    loose = [r for r in on_plot if r.position <= until]
    starts = [r.position for r in season]
    sowings = [r.position for r in loose if r.event.step_kind == "sow"]
    start = min(starts) if starts else max(sowings, default=None)
    return tuple(r for r in loose if start is None or r.position >= start)


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
    return within is None or record.position <= _cutoff(story, batch, record, within)


def _cutoff(story: Story, batch: Ref, record: Record, within: Window) -> datetime:
    author = record.ref.producer_id
    if author in within.cutoffs:
        return within.cutoffs[author]
    receivers = {r.ref.producer_id for r in story.naming(batch) if r.effect is StockEffect.MOVE_IN}
    if author in receivers or author in story.makers(batch):
        return datetime.min.replace(tzinfo=UTC)  # at hands this child's part never went through
    return within.latest


def _trace_back(story: Story, batch: Ref, use: tuple[UUID, datetime], result: Window) -> None:
    """Follow the goods back from who used them to who made them, over the receipts."""
    makers = story.makers(batch)
    to_do, seen = [use], set[UUID]()
    while to_do:
        holder, until = to_do.pop()
        result.cutoffs[holder] = max(until, result.cutoffs.get(holder, until))
        if holder in makers or holder in seen:
            continue
        seen.add(holder)
        receipts = _receipts_at(story, batch, holder, until)
        if not receipts:
            result.unexplained[holder] = until
        for receipt in receipts:
            result.hand_offs.add(receipt.ref)
            ship = story.shipment_of(receipt, batch)
            if ship is not None:
                result.hand_offs.add(ship.ref)
                result.hand_offs.update(r.ref for r in story.transports(ship))
                to_do.append((ship.ref.producer_id, ship.position))


def _receipts_at(story: Story, batch: Ref, holder: UUID, until: datetime) -> tuple[Record, ...]:
    here: dict[bool, list[Record]] = defaultdict(list)
    for record in story.naming(batch):
        own = record.ref.producer_id == holder and record.effect is StockEffect.MOVE_IN
        if own and makes(record.event, batch):
            here[record.position <= until].append(record)
    # A receipt noted only after the use still says how the goods came here.
    return tuple(here[True] or here[False])
