"""The shapes of a dossier: what one reader may read of one lot. Frozen values."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from traceapp.batches.movements import Movement
from traceapp.batches.queries import BatchCard
from traceapp.codes.states import CodeState
from traceapp.findings.hold_queries import HoldTold
from traceapp.producers.certificate_models import Certificate
from traceapp.recalls.stop_queries import StopTold
from traceapp.trace.entries import Step
from traceapp.trace.facts import EvidenceLevel, Ref
from traceapp.trace.words import Words
from traceapp.tracing.family import Lineage


@dataclass(frozen=True, slots=True)
class Happening:
    """A step of the lot or of one it came from. `author` is a name that this reader may know.

    `amount` is how much of `batch` the step names, None where that is not for the reader.
    `files` are the names of its photos inside the ZIP. `lot` None = not for the reader.
    """

    step: Step
    event: Ref
    batch: Ref
    lot: str | None
    product: Words
    recorded_at: datetime
    author: str | None
    level: EvidenceLevel
    amount: tuple[Decimal, str] | None
    details: tuple[tuple[Words, Words], ...]
    files: tuple[str, ...] = ()


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

    `tells_all` is False where amounts of others were left out. `missing` counts photos that
    have no picture yet.
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
    photos: tuple[Shown, ...] = field(default=())
    pages: tuple[Shown, ...] = field(default=())
    missing: int = 0
    tells_all: bool = True

    @property
    def lot(self) -> str:
        """Give the lot as the reader may know it."""
        return self.card.lot
