"""The shapes of a dossier: what one reader may read of one lot. Frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from traceapp.batches.movements import Movement
from traceapp.batches.queries import BatchCard
from traceapp.codes.states import CodeState
from traceapp.findings.hold_queries import HoldTold
from traceapp.producers.certificate_models import Certificate
from traceapp.recalls.parts import Part
from traceapp.recalls.stops.queries import StopTold
from traceapp.trace.entries import Step
from traceapp.trace.facts import EventFact, EvidenceLevel, PlaceFact, Ref
from traceapp.trace.words import Words
from traceapp.tracing.family import Lineage


@dataclass(frozen=True, slots=True)
class Happening:
    """A step of the lot or of one it came from. `author` is a name that this reader may know.

    `amount` is how much of `batch` the step names, None where that is not for the reader.
    `files` are the names of its photos inside the ZIP. `lot` None = not for the reader.
    `fact` is the step as it was recorded, with private fields: whoever shows more of it than is
    told here has to ask `is_ours` for its fields and `is_counted` for its amounts. `field_name` is
    that of the reader's own plot.
    """

    step: Step
    event: Ref
    is_ours: bool
    batch: Ref
    lot: str | None
    product: Words
    recorded_at: datetime
    author: str | None
    level: EvidenceLevel
    amount: tuple[Decimal, str] | None
    details: tuple[tuple[Words, Words], ...]
    fact: EventFact
    is_counted: bool
    field_name: str | None
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MadeAt:
    """What shoppers read of whoever made a lot and of its product: commune, and GTIN if any."""

    place: PlaceFact | None
    gtin: str | None


@dataclass(frozen=True, slots=True)
class Books:
    """What one holder's ledger says of the lot: every account, and line by line."""

    holder_id: UUID
    holder: Words
    accounts: dict[str, Decimal]
    moves: tuple[Movement, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture that the reader may see: where it lies, its name in the ZIP, whose it is.

    `sha256` is that of the original; the picture is drawn anew from it and tells no place.
    """

    path: str
    name: str
    sha256: str
    about: str


@dataclass(frozen=True, slots=True)
class Held:
    """A hold on the lot or a source of it; `lot` None = the lot itself, "" = not to be named."""

    told: HoldTold
    lot: str | None
    is_inside: bool


@dataclass(frozen=True, slots=True)
class Stopped:
    """A stopped sale; `lot` as of a hold."""

    told: StopTold
    lot: str | None


@dataclass(frozen=True, slots=True)
class Dossier:
    """All of it. `lineage` None = the reader may not trace the lot, only read what he wrote.

    `recalls` are issued ones that reach the lot or did, drills among them. `tells_all` is False
    where amounts of others were left out. `missing` counts photos that have no picture yet.
    """

    card: BatchCard
    state: CodeState | None
    made_at: datetime
    lineage: Lineage | None
    happenings: tuple[Happening, ...]
    books: tuple[Books, ...]
    certificates: tuple[tuple[Certificate, bool], ...]
    holds: tuple[Held, ...]
    stops: tuple[Stopped, ...]
    recalls: tuple[Part, ...]
    made_at_places: Mapping[Ref, MadeAt] = field(default_factory=dict)
    photos: tuple[Shown, ...] = field(default=())
    pages: tuple[Shown, ...] = field(default=())
    missing: int = 0
    tells_all: bool = True

    @property
    def lot(self) -> str:
        """Give the lot as the reader may know it."""
        return self.card.lot
