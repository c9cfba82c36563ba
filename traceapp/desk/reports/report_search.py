"""Which shoppers' reports somebody answers for: about their own codes, or all of them."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, func, literal, or_, select, true

from traceapp import problem
from traceapp.accounts.visitor import Visitor
from traceapp.batches.models import GtinOwner
from traceapp.codes.models import PublicCode
from traceapp.database.asking import ask
from traceapp.database.engine import db
from traceapp.database.types import Identifier
from traceapp.public import report_queries
from traceapp.public.models import ProblemReport, ReportAct, ReportAnswer
from traceapp.public.schemas import ReportKind
from traceapp.web import lists

# Whoever runs the installation and the city's office read every report, also one without a code.
READ_ALL = frozenset({"operator", "authority"})
GTIN_KEY, GTIN_LENGTH = "01/", 14


def answered_for_by(reader: Visitor) -> ColumnElement[bool]:
    """Make the condition that a report is this reader's to answer."""
    return true() if reader.kinds & READ_ALL else _is_about_codes_of(reader.producer_id)


def _is_about_codes_of(producer_id: UUID | ColumnElement[UUID]) -> ColumnElement[bool]:
    ours = select(PublicCode.code).where(PublicCode.producer_id == producer_id)
    behind_b = select(literal("B/") + PublicCode.code).where(PublicCode.producer_id == producer_id)
    gtins = select(GtinOwner.gtin).where(GtinOwner.producer_id == producer_id)
    gtin = func.substr(ProblemReport.code, len(GTIN_KEY) + 1, GTIN_LENGTH)
    return or_(
        ProblemReport.code.in_(behind_b),
        ProblemReport.code.in_(ours),
        ProblemReport.code.startswith(GTIN_KEY) & gtin.in_(gtins),
    )


def listed(reader: Visitor, wish: lists.Asked) -> lists.Page[Any]:
    """List reports, newest first."""
    query = (
        select(
            *(
                ProblemReport.report_id,
                ProblemReport.number,
                ProblemReport.code,
                ProblemReport.kind,
            ),
            ProblemReport.text,
            *(ProblemReport.area, ProblemReport.received_at),
            *(_is_answered().label("is_answered"), _is_closed().label("is_closed")),
            *(_outcome().label("outcome"), _is_looked_at().label("is_looked_at")),
        )
        .where(answered_for_by(reader))
        .where(*(_has(word) for word in wish.words))
    )
    state, kind = wish.chosen.get("state"), wish.chosen.get("kind")
    if state:
        query = query.where(_in_state(state))
    if kind:
        query = query.where(ProblemReport.kind == ReportKind(kind).value)
    orders = (
        lists.Order(ProblemReport.received_at.expression, is_descending=True),
        lists.Order(ProblemReport.number.expression),
    )
    return lists.page(query, orders, wish)


def waiting(reader: Visitor) -> int:
    """Count the reports that nobody has answered yet."""
    if reader.kinds & READ_ALL:
        return int(ask(_WAITING)[0][0])
    return int(ask(_OWN_WAITING, producer=reader.producer_id)[0][0])


def find(reader: Visitor, number: str) -> ProblemReport | None:
    """Find a report by its number; None like for one that is nowhere."""
    return db.session.scalars(
        select(ProblemReport).where(ProblemReport.number == number, answered_for_by(reader))
    ).one_or_none()


def about_batch(reader: Visitor, number: str, batch: tuple[UUID, UUID]) -> ProblemReport:
    """Find a report about a batch by its number. Raises NotFound where it is about another."""
    report = find(reader, number)
    if report is None or report.code is None:
        raise problem.NotFound
    if report_queries.subject(report.code).batch != batch:
        raise problem.NotFound
    return report


def find_by_id(reader: Visitor, report_id: UUID) -> ProblemReport | None:
    """Find a report by its id; None like for one that is nowhere."""
    return db.session.scalars(
        select(ProblemReport).where(ProblemReport.report_id == report_id, answered_for_by(reader))
    ).one_or_none()


def unsettled(report_ids: Collection[UUID]) -> set[UUID]:
    """Give those of these reports that are not settled."""
    query = select(ProblemReport.report_id).where(
        ProblemReport.report_id.in_(report_ids), ~_is_closed()
    )
    return set(db.session.scalars(query)) if report_ids else set()


def _is_answered() -> ColumnElement[bool]:
    return select(ReportAnswer.answer_id).where(_of_this()).exists()


def _is_closed() -> ColumnElement[bool]:
    return select(ReportAnswer.answer_id).where(_of_this(), ReportAnswer.closes).exists()


def _is_looked_at() -> ColumnElement[bool]:
    return select(ReportAct.act_id).where(ReportAct.report_id == ProblemReport.report_id).exists()


def _outcome() -> ColumnElement[str | None]:
    """Give what came of a report, as was said last."""
    return (
        select(ReportAct.state)
        .where(ReportAct.report_id == ProblemReport.report_id, ReportAct.answer_id.is_not(None))
        .order_by(ReportAct.done_at.desc(), ReportAct.act_id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _of_this() -> ColumnElement[bool]:
    return ReportAnswer.report_id == ProblemReport.report_id


def _in_state(state: str) -> ColumnElement[bool]:
    match state:
        case "open":
            return ~_is_answered()
        case "answered":
            return _is_answered() & ~_is_closed()
        case "looking":
            return _is_looked_at() & ~_is_answered()
        case "closed":
            return _is_closed()
        case outcome:
            return _outcome() == outcome


def _has(word: str) -> ColumnElement[bool]:
    columns = (ProblemReport.number, ProblemReport.code, ProblemReport.folded_text)
    (condition,) = lists.matching([word], *columns)
    return condition


# Written once: each page of the desk asks.
_WAITING = select(func.count()).select_from(ProblemReport).where(~_is_answered())
_OWN_WAITING = _WAITING.where(_is_about_codes_of(bindparam("producer", type_=Identifier)))
