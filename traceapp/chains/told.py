"""Commitments and support as they are told. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from traceapp.trace.facts import Ref
from traceapp.trace.words import Words


@dataclass(frozen=True, slots=True)
class Text:
    """What establishments commit to in a year; `ref` is of the body whose words they are."""

    ref: Ref
    year: int
    version: int
    words: Words


@dataclass(frozen=True, slots=True)
class Step:
    """What became of a commitment, by whom."""

    state: str
    body: Words
    note: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Commitment:
    """A signed commitment with what became of it, in order."""

    ref: Ref
    producer: Words
    body: Words
    year: int
    version: int
    words: Words
    signed_on: date
    signer: str
    signer_role: str
    photo: bytes
    is_photo_public: bool
    noted_at: datetime
    steps: tuple[Step, ...]

    @property
    def state(self) -> str:
        """Tell where it stands: waiting, accepted, declined or withdrawn."""
        states = {step.state for step in self.steps}
        answers = ("withdrawn", "declined", "accepted")
        return next((one for one in answers if one in states), "waiting")

    @property
    def is_open(self) -> bool:
        """Tell whether it holds or may yet."""
        return self.state in ("waiting", "accepted")


@dataclass(frozen=True, slots=True)
class Help:
    """Help that was given; `activity` is what the programme called it."""

    support_id: UUID
    kind: str
    on_day: date
    given_by: str
    body: Words
    note: str | None
    activity: Words | None
