"""Reading who and where."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, literal, select
from sqlalchemy.orm import InstrumentedAttribute

from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.database.types import Identifier
from traceapp.producers.models import Admission, Producer, ProducerKind

CHUNK = 400  # ids that a statement names one by one
_SHOPS = select(ProducerKind.producer_id).where(
    ProducerKind.kind == "shop",
    ProducerKind.producer_id.in_(bindparam("ids", expanding=True, type_=Identifier)),
)


def admission_of(producer_id: UUID) -> Admission | None:
    """Give the decision that holds for a producer; None while nobody has decided."""
    return db.session.scalars(
        select(Admission)
        .where(Admission.producer_id == producer_id)
        .order_by(Admission.decided_at.desc(), Admission.admission_id.desc())
        .limit(1)
    ).one_or_none()


def is_admitted(producer_id: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    """Make the condition that the producer in this column has been let in."""
    newest = (
        select(Admission.decision)
        .where(Admission.producer_id == producer_id)
        .order_by(Admission.decided_at.desc(), Admission.admission_id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return newest == literal("admitted")


def called(text: str) -> set[UUID]:
    """Give the producers let in that are called so, by name or by "name, commune"."""
    name, _, commune = text.rpartition(",")
    words, place = fold(text.strip()), fold(commune.strip())
    names = {words, fold(name.strip())} - {""}
    query = select(Producer.producer_id, Producer.folded_name, Producer.commune).where(
        Producer.folded_name.in_(names), is_admitted(Producer.producer_id)
    )
    return {
        row.producer_id
        for row in db.session.execute(query)
        if row.folded_name == words or fold(row.commune) == place
    }


def shops_among(producers: Iterable[UUID]) -> set[UUID]:
    """Give those of some producers that are shops."""
    ordered, found = sorted(producers), set[UUID]()
    for start in range(0, len(ordered), CHUNK):
        found.update(db.session.scalars(_SHOPS, {"ids": ordered[start:][:CHUNK]}))
    return found


def has_operator() -> bool:
    """Tell whether a body runs this installation already."""
    return operator_of_this() is not None


def operator_of_this() -> Producer | None:
    """Give the body that runs this installation; None before its first run, and in the demo."""
    return db.session.scalars(
        select(Producer)
        .join(ProducerKind, ProducerKind.producer_id == Producer.producer_id)
        .where(ProducerKind.kind == "operator", ~Producer.is_demo)
        .order_by(Producer.created_at)
        .limit(1)
    ).one_or_none()
