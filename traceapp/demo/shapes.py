"""What reading the data set makes of it: shapes that the rooms' operations take."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from traceapp.demo.record import Record
from traceapp.gs1.batch_code import BatchCode


@dataclass(frozen=True, slots=True)
class Entry:
    """One record to write: whose it is, and its shape for the operation; `where` names it."""

    where: str
    producer_id: UUID
    given: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class BatchEntry:
    """A batch to register when its first event is recorded; None for one without public page."""

    entry: Entry
    code: BatchCode | None


@dataclass(frozen=True, slots=True)
class Check:
    """Who stands behind an event beside its author: a member, or a partner of the author's."""

    level: str
    by_producer_id: UUID
    by_member_id: UUID | None
    by_partner_id: UUID | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Happening:
    """One event: the entry's shape is for `record_event`, the rest stands beside it.

    `scenario` is the letter of the story it belongs to.
    `made` and `touched` are its batches of outputs and of mere mention. `blocked_by` names the
    rule that must refuse it. `ship_event_id` is the shipment or return it answers to.
    """

    entry: Entry
    event_id: UUID
    seq: int
    act: int
    scenario: str | None
    kind: str
    author_id: UUID
    recorded: datetime
    made: tuple[UUID, ...]
    touched: tuple[UUID, ...]
    check: Check | None
    blocked_by: str | None
    ship_event_id: UUID | None


@dataclass(frozen=True, slots=True)
class Directory:
    """Who and where, and what the other files call them by."""

    producers: tuple[Entry, ...]
    sites: tuple[Entry, ...]
    plots: tuple[Entry, ...]
    members: tuple[Entry, ...]
    certificates: tuple[Entry, ...]
    partners: Mapping[str, Record]
    producer_ids: Mapping[str, UUID]
    site_ids: Mapping[str, tuple[UUID, UUID]]
    plot_ids: Mapping[str, tuple[UUID, UUID]]
    member_ids: Mapping[str, tuple[UUID, UUID]]
    certificate_ids: Mapping[str, tuple[UUID, UUID]]


@dataclass(frozen=True, slots=True)
class DataSet:
    """The whole demo, checked, in the order in which it is written.

    `photos` are JPEG files by their SHA-256; happenings stand in the order of their recording.
    """

    directory: Directory
    partners: tuple[Entry, ...]
    seasons: tuple[Entry, ...]
    products: tuple[Entry, ...]
    photos: Mapping[bytes, bytes]
    batches: Mapping[UUID, BatchEntry]
    happenings: tuple[Happening, ...]
    openings: Mapping[tuple[str, date], int]
    cleaner_production: Record
    purchasing: Record
    surveys: Record
    participants: Record
    product_ids: Mapping[str, UUID]
