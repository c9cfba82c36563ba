"""Reading reports of a problem, and what a report is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from traceapp.batches.facts.parties import AnyRow
from traceapp.batches.queries import Ref, batch_card
from traceapp.database.engine import db
from traceapp.gs1.digital_link import (
    BatchKey,
    Key,
    ProductKey,
    format_path,
    parse_typed,
    readable,
)
from traceapp.gs1.errors import InvalidKey
from traceapp.producers.models import Producer
from traceapp.public.models import ProblemReport, ReportAct, ReportAnswer
from traceapp.public.operations import digest
from traceapp.public.queries import by_code, by_gtin
from traceapp.public.schemas import LONGEST_CODE, ReportKind, ReportState


@dataclass(frozen=True, slots=True)
class Report:
    """A report as it was received."""

    report_id: UUID
    number: str
    kind: ReportKind
    text: str
    area: str | None
    code: str | None
    language: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody in charge wrote to the one who reported, and for whom."""

    text: str
    closes: bool
    answered_at: datetime
    by: str
    outcome: ReportState | None


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody took a report up: for whom, and when."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Subject:
    """What a report is about: a code as it was given, and the batch behind it where one is.

    `path` is the page of the code without a leading slash; names are by language.
    """

    text: str
    path: str | None
    readable: str | None
    product: dict[str, str | None] | None = None
    producer: dict[str, str | None] | None = None
    lot: str | None = None
    batch: Ref | None = None


def by_token(token: str) -> Report | None:
    """Find the report behind a private link; None when there is none."""
    row = db.session.execute(
        select(*_COLUMNS).where(ProblemReport.link_sha256 == digest(token))
    ).one_or_none()
    return None if row is None else _report(row)


def latest(*, limit: int, kind: ReportKind | None = None) -> list[Report]:
    """List reports, newest first; those of one kind."""
    query = select(*_COLUMNS).order_by(
        ProblemReport.received_at.desc(), ProblemReport.report_id.desc()
    )
    if kind is not None:
        query = query.where(ProblemReport.kind == kind.value)
    return [_report(row) for row in db.session.execute(query.limit(limit))]


def answers(report_id: UUID) -> list[Answer]:
    """Give the answers to a report, oldest first."""
    rows = db.session.execute(
        select(
            *(ReportAnswer.text, ReportAnswer.closes, ReportAnswer.answered_at, Producer.name),
            ReportAct.state,
        )
        .join(Producer, Producer.producer_id == ReportAnswer.by_producer_id)
        .outerjoin(
            ReportAct,
            (ReportAct.report_id == ReportAnswer.report_id)
            & (ReportAct.answer_id == ReportAnswer.answer_id),
        )
        .where(ReportAnswer.report_id == report_id)
        .order_by(ReportAnswer.answered_at, ReportAnswer.answer_id)
    )
    return [
        Answer(
            *(row.text, row.closes, row.answered_at, row.name),
            None if row.state is None else ReportState(row.state),
        )
        for row in rows
    ]


def look(report_id: UUID) -> Look | None:
    """Give who took a report up; None while nobody has."""
    row = db.session.execute(
        select(Producer.name, ReportAct.done_at)
        .join(Producer, Producer.producer_id == ReportAct.by_producer_id)
        .where(ReportAct.report_id == report_id, ReportAct.state == ReportState.LOOKING.value)
    ).first()
    return None if row is None else Look(row.name, row.done_at)


def outcome(answers: Sequence[Answer]) -> ReportState | None:
    """Give what came of a report, by its answers, the last that says so; None where none does."""
    return next((one.outcome for one in reversed(answers) if one.outcome is not None), None)


def subject(text: str) -> Subject:
    """Read what a report is about from a code, a link or whatever else somebody typed."""
    try:
        key = _without_serial(parse_typed(text))
    except InvalidKey:
        return Subject(text[:LONGEST_CODE], None, None)
    path, eye = format_path(key), readable(key)
    match key:
        case BatchKey(code):
            issued = by_code(str(code))
        case ProductKey(gtin, lot) if lot is not None:
            issued = by_gtin(str(gtin), str(lot))
        case _:
            issued = None
    card = None if issued is None else batch_card((issued.producer_id, issued.batch_id))
    if card is None:
        return Subject(path, path, eye)
    return Subject(
        path,
        path,
        eye,
        {"vi": card.product_name, "en": card.product_name_en},
        {"vi": card.producer_name, "en": card.producer_name_en},
        card.lot,
        (card.producer_id, card.batch_id),
    )


_COLUMNS = (
    ProblemReport.report_id,
    ProblemReport.number,
    ProblemReport.kind,
    ProblemReport.text,
    ProblemReport.area,
    ProblemReport.code,
    ProblemReport.language,
    ProblemReport.received_at,
)


def _report(row: AnyRow) -> Report:
    return Report(
        row.report_id,
        row.number,
        ReportKind(row.kind),
        row.text,
        row.area,
        row.code,
        row.language,
        row.received_at,
    )


def _without_serial(key: Key) -> Key:
    match key:
        case BatchKey(code):
            return BatchKey(code)
        case ProductKey(gtin, lot):
            return ProductKey(gtin, lot)
        case _:
            return key
