"""The shapes of a finished timeline: what the public may read, in the order it is read.

Only shapes: they are filled by `traceapp.trace.timeline` and turned into JSON by
`traceapp.trace.document`. Nothing here holds a quantity, a coordinate or a private text.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from traceapp.trace.facts import EvidenceLevel, PhotoFact
from traceapp.trace.words import Words


class GapReason(StrEnum):
    """Why nothing is known about a stretch of the way."""

    NO_TRANSPORT = "no_transport"
    NOT_CONFIRMED = "not_confirmed"
    ON_THE_WAY = "on_the_way"
    NO_HAND_OFF = "no_hand_off"
    OUTSIDE = "outside"
    NO_ORIGIN = "no_origin"
    TOO_DEEP = "too_deep"


class NoteKind(StrEnum):
    """What has to be said about a step besides the step itself."""

    LATE = "late"
    CLOCK = "clock"
    TIME_ORDER = "time_order"
    WITHDRAWN = "withdrawn"
    NO_PLOT = "no_plot"


class HandOffState(StrEnum):
    """How the two sides of a hand-off agree; `UNMATCHED` is a receipt without its shipment."""

    UNMATCHED = "unmatched"
    ON_THE_WAY = "on_the_way"
    NOT_CONFIRMED = "not_confirmed"
    MATCHED = "matched"
    DISPUTED = "disputed"
    SETTLED = "settled"
    REFUSED = "refused"
    NOT_COMPARED = "not_compared"

    @property
    def is_open(self) -> bool:
        """Tell whether goods were sent that nobody received or refused yet."""
        return self in {HandOffState.ON_THE_WAY, HandOffState.NOT_CONFIRMED}


@dataclass(frozen=True, slots=True)
class Who:
    """Who recorded a step; `name` only with consent, `words` the whole line."""

    organisation: Words
    role: str | None
    name: str | None
    household: int | None
    words: Words


@dataclass(frozen=True, slots=True)
class Place:
    """Where, to the commune; `words` is the whole line."""

    kind: str | None
    commune: str | None
    commune_kind: str | None
    province: str | None
    words: Words


@dataclass(frozen=True, slots=True)
class Mark:
    """The highest evidence on a step; `independent` is false for self and the same business."""

    level: EvidenceLevel
    independent: bool
    words: Words
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Note:
    """A remark that belongs to a step."""

    kind: NoteKind
    words: Words


@dataclass(frozen=True, slots=True)
class Correction:
    """One earlier version: the struck text (None when the public text did not change)."""

    old: Words | None
    words: Words
    at: datetime


@dataclass(frozen=True, slots=True)
class HandOff:
    """The state of a hand-off and its words; the difference in per cent, never the amounts.

    `outside`: the other side has no account, and is known by name only.
    """

    state: HandOffState
    difference_pct: Decimal | None
    words: Words
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Detail:
    """A public field that the sentence does not already say."""

    field: str
    label: Words
    value: Words


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was done, or the same thing done `times` times between `time` and `until`."""

    key: str
    kind: str
    icon: str
    sentence: Words
    time: datetime
    until: datetime | None
    times: int
    when: Words
    place: Place | None
    who: Who
    evidence: Mark
    quote: Words | None = None
    details: tuple[Detail, ...] = ()
    notes: tuple[Note, ...] = ()
    corrections: tuple[Correction, ...] = ()
    hand_off: HandOff | None = None
    photos: tuple[PhotoFact, ...] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch nobody recorded; an open end is None."""

    reason: GapReason
    icon: str
    words: Words
    since: datetime | None
    until: datetime | None
    when: Words | None


@dataclass(frozen=True, slots=True)
class BatchCard:
    """What the public may know of one batch; `lot` and `path` only where it has its own page."""

    key: str
    product: Words
    producer: Words
    lot: str | None
    path: str | None
    place: Place | None
    production_date: date | None
    packing_date: date | None
    expiry_date: date | None


@dataclass(frozen=True, slots=True)
class Source:
    """One parent of a batch with several: its share and its own way, or where that stands above.

    `merged` are the further ancestors whose steps stand in the same line, nearest first.
    """

    batch: BatchCard
    merged: tuple[BatchCard, ...]
    share_pct: Decimal | None
    share: Words
    same_as: str | None
    entries: "tuple[Entry, ...]"


@dataclass(frozen=True, slots=True)
class Sources:
    """The fold "Từ 3 lô nguyên liệu", largest share first."""

    words: Words
    sources: tuple[Source, ...]


Entry: TypeAlias = Step | Gap | Sources


@dataclass(frozen=True, slots=True)
class KeyEvent:
    """What made the food and when: "Hái 21/11/2026"; `until` when it spans several days."""

    kind: str
    verb: Words
    time: datetime
    until: datetime | None
    place: Place | None
    words: Words


@dataclass(frozen=True, slots=True)
class HandOffCount:
    """How many hand-offs on the whole way both sides confirmed, and how many of them matched.

    `on_the_way` are shipments of the last 24 hours that nobody has confirmed yet, `disputed` those
    whose two sides have not settled a difference. `outside` counts the parties, senders too, that
    are known by name only.
    """

    shipped: int
    confirmed: int
    matched: int
    on_the_way: int
    disputed: int
    outside: int
    words: Words | None


@dataclass(frozen=True, slots=True)
class Origins:
    """Where it all began: so many parties, and the largest one's share (None = not known)."""

    count: int
    largest_pct: Decimal | None
    words: Words


@dataclass(frozen=True, slots=True)
class SprayInterval:
    """Days from a spray to the harvest against the interval on the label (worst spray counts)."""

    days: int
    label_days: int
    enough: bool
    words: Words


@dataclass(frozen=True, slots=True)
class BestEvidence:
    """The highest mark on the whole way, and the step it stands on."""

    mark: Mark
    step: Words
    time: datetime


@dataclass(frozen=True, slots=True)
class Summary:
    """The first screen; None = not known, and then nothing is claimed."""

    key_event: KeyEvent | None
    evidence: BestEvidence | None
    hand_offs: HandOffCount
    spray: SprayInterval | None
    origins: Origins | None
    gaps: int


@dataclass(frozen=True, slots=True)
class Stop:
    """One place on the way for the route picture; `generation` 0 is the batch itself."""

    organisation: Words
    place: Place
    time: datetime
    generation: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """The whole public story of one batch; its words hold until `valid_until` (None = for good)."""

    batch: BatchCard
    merged: tuple[BatchCard, ...]
    summary: Summary
    entries: tuple[Entry, ...]
    stops: tuple[Stop, ...]
    valid_until: datetime | None
