"""Build the honest timeline: facts in, what the public may read out.

Pure: the same facts in any order give the same timeline. Batches with one parent each are told
as one line by time; a batch with several opens a fold of sources, each with its own line.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from itertools import count

from traceapp.trace.belonging import belonging, window
from traceapp.trace.cards import card, made_amounts, share_words, sources_words
from traceapp.trace.entries import (
    BatchCard,
    Entry,
    Gap,
    GapReason,
    HandOffState,
    Source,
    Sources,
    Step,
    Stop,
    Summary,
    Timeline,
)
from traceapp.trace.facts import Ref, TraceFacts
from traceapp.trace.gaps import Placed, gaps, too_deep
from traceapp.trace.handoffs import Delivery, state
from traceapp.trace.origins import origins
from traceapp.trace.people import place
from traceapp.trace.steps import Told, fold_repeats, tell
from traceapp.trace.story import Story
from traceapp.trace.summary import (
    best_evidence,
    count_hand_offs,
    deliveries,
    key_event,
    spray_interval,
    suppliers,
)

__all__ = ["Timeline", "build"]

_MAX_NESTING = 40
_OFFICIAL = ("inspector", "officer", "lab")


def build(facts: TraceFacts, now: datetime) -> Timeline:
    """Tell the public story of `facts.subject` as of `now` (aware)."""
    teller = _Teller(Story(facts, now))
    line = teller.line(facts.subject, 0)
    story, told = teller.story, teller.told
    parcels = deliveries(story, told)
    entries = _numbered(line.entries, count(1))
    return Timeline(
        batch=line.cards[0],
        merged=line.cards[1:],
        summary=Summary(
            key_event=key_event(story),
            evidence=best_evidence(told),
            hand_offs=count_hand_offs(parcels, now, suppliers(told)),
            spray=spray_interval(story),
            origins=origins(story),
            gaps=sum(gap.reason is not GapReason.ON_THE_WAY for gap in _gaps_in(entries)),
        ),
        entries=entries,
        stops=_stops(story, told),
        valid_until=_valid_until(parcels, now),
    )


@dataclass(frozen=True, slots=True)
class _Line:
    cards: tuple[BatchCard, ...]
    entries: tuple[Entry, ...]


class _Teller:
    """Walks the tree once, giving each batch its key the first time it is met."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.told: list[Told] = []
        self._keys: dict[Ref, str] = {}

    def line(self, batch: Ref, depth: int) -> _Line:
        """Tell a batch with all ancestors that are the only parent of their child."""
        chain = [batch]
        self._key(batch)
        parents = self.story.lineage.parents(batch)
        while len(parents) == 1 and parents[0] not in self._keys:
            chain.append(parents[0])
            self._key(parents[0])
            parents = self.story.lineage.parents(parents[0])
        cards = tuple(card(self.story, ref, self._keys[ref]) for ref in chain)
        sources = (self._sources(chain[-1], depth),) if parents else ()
        return _Line(cards, (*sources, *self._own(chain)))

    def _own(self, chain: list[Ref]) -> Iterator[Entry]:
        told: dict[Ref, Told] = {}
        placed: list[Placed] = []
        for batch in chain:
            within = window(self.story, batch)
            records = belonging(self.story, batch, within)
            placed.extend(gaps(self.story, batch, within, records))
            for record in records:
                if record.ref not in told:
                    told[record.ref] = tell(self.story, record, batch)
        ordered = sorted(told.values(), key=lambda one: one.sort_key)
        self.told.extend(ordered)
        entries: list[Told | Placed] = [*fold_repeats(ordered), *placed]
        for one in sorted(entries, key=lambda one: one.sort_key):
            yield one.step if isinstance(one, Told) else one.gap

    def _sources(self, child: Ref, depth: int) -> Sources:
        story = self.story
        shares = story.lineage.shares(child, made_amounts(story, child))
        largest_first = sorted(shares, key=lambda parent: _rank(story, parent, shares[parent]))
        sources = tuple(self._source(child, p, shares[p], depth) for p in largest_first)
        return Sources(sources_words(sources), sources)

    def _source(self, child: Ref, parent: Ref, share: Decimal | None, depth: int) -> Source:
        words = share_words(self.story, child, parent, share)
        same_as = self._keys.get(parent)
        if same_as is not None:
            again = card(self.story, parent, same_as)
            return Source(again, (), share, words, same_as, ())
        if depth >= _MAX_NESTING:
            unopened = card(self.story, parent, self._key(parent))
            return Source(unopened, (), share, words, None, (too_deep(),))
        line = self.line(parent, depth + 1)
        return Source(line.cards[0], line.cards[1:], share, words, None, line.entries)

    def _key(self, batch: Ref) -> str:
        return self._keys.setdefault(batch, f"b{len(self._keys) + 1}")


def _rank(story: Story, parent: Ref, share: Decimal | None) -> tuple[bool, Decimal, str, Ref]:
    facts = story.batch(parent)
    return share is None, -(share or Decimal(0)), (facts.product.vi or "") if facts else "", parent


def _numbered(entries: Iterable[Entry], numbers: Iterator[int]) -> tuple[Entry, ...]:
    return tuple(_numbered_entry(entry, numbers) for entry in entries)


def _numbered_entry(entry: Entry, numbers: Iterator[int]) -> Entry:
    match entry:
        case Step():
            return replace(entry, key=f"e{next(numbers)}")
        case Sources():
            inner = (replace(s, entries=_numbered(s.entries, numbers)) for s in entry.sources)
            return replace(entry, sources=tuple(inner))
        case Gap():
            return entry


def _gaps_in(entries: Iterable[Entry]) -> Iterator[Gap]:
    for entry in entries:
        if isinstance(entry, Gap):
            yield entry
        elif isinstance(entry, Sources):
            for source in entry.sources:
                yield from _gaps_in(source.entries)


def _stops(story: Story, told: Iterable[Told]) -> tuple[Stop, ...]:
    """Give the producers' places on the way, each once, where it came nearest to the subject.

    Farthest ancestors first: a workshop that bought pepper before the pigs were slaughtered
    still comes after the slaughterhouse.
    """
    depth = story.generations
    stops: dict[object, Stop] = {}
    for one in sorted(told, key=lambda one: (depth[one.batch], one.sort_key)):
        where = place(one.place_fact)
        step = one.step
        if where is not None and step.who.role not in _OFFICIAL:
            key = (step.who.organisation, where.commune, where.commune_kind, where.province)
            stop = Stop(step.who.organisation, where, step.time, depth[one.batch])
            stops.setdefault(key, stop)
    return tuple(sorted(stops.values(), key=lambda stop: -stop.generation))


def _valid_until(parcels: Iterable[Delivery], now: datetime) -> datetime | None:
    waiting = (p.in_time_until for p in parcels if state(p, now) is HandOffState.ON_THE_WAY)
    return min(waiting, default=None)
