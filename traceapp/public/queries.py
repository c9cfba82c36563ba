"""Reading the document of a code: one Core query where it is kept, lineage only where it is not.

The queries of the reports that shoppers send are in `traceapp.public.report_queries`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, select, tuple_

from traceapp.batches.models import Batch, GtinOwner, Product
from traceapp.codes.models import PublicCode, RecallNotice
from traceapp.codes.queries import with_note
from traceapp.codes.states import CodeState
from traceapp.database.engine import db
from traceapp.freshness.models import PublicGeneration, PublicSnapshot
from traceapp.photos.models import PhotoRendition
from traceapp.producers.models import Admission, Commune, Producer

Territory = tuple[str, str, str]  # province, kind, name


@dataclass(frozen=True, slots=True)
class Issued:
    """A code that was issued, what it says now, and its read model where one is kept.

    `generation` is the number the whole row was read under. `instruction` and `contact` are what
    a recall tells whoever has the goods; `own_state` is the code's own, whatever a recall says.
    """

    code: str
    producer_id: UUID
    batch_id: UUID
    state: CodeState
    moved_to: str | None
    changed_at: datetime
    actor: str
    reason: str | None
    document: str | None
    generation: int
    instruction: str | None
    contact: str | None
    own_state: CodeState


def by_code(code: str) -> Issued | None:
    """Find a code by its ten characters; None when it was never issued."""
    return _first(_BY_CODE, {"code": code})


def by_gtin(gtin: str, lot: str) -> Issued | None:
    """Find the code of a GTIN and lot; the lot is compared as printed."""
    return _first(_BY_GTIN, {"gtin": gtin, "lot": lot})


@dataclass(frozen=True, slots=True)
class Admitter:
    """The body that let a producer in, and when."""

    name: str
    name_en: str | None
    decided_at: datetime


def admitted_by(producer_id: UUID) -> Admitter | None:
    """Give who let a producer in; None where nobody did, or before decisions were kept."""
    row = db.session.execute(
        select(Producer.name, Producer.name_en, Admission.decided_at, Admission.decision)
        .select_from(Admission)
        .outerjoin(Producer, Producer.producer_id == Admission.by_producer_id)
        .where(Admission.producer_id == producer_id)
        .order_by(Admission.decided_at.desc(), Admission.admission_id.desc())
        .limit(1)
    ).one_or_none()
    if row is None or row.name is None or row.decision != "admitted":
        return None
    return Admitter(row.name, row.name_en, row.decided_at)


def product_of(gtin: str) -> tuple[str, str | None, str, str | None] | None:
    """Name the product of a GTIN and its producer, each in Vietnamese and English."""
    row = db.session.execute(
        select(Product.name, Product.name_en, Producer.name, Producer.name_en)
        .join(
            GtinOwner,
            (GtinOwner.producer_id == Product.producer_id)
            & (GtinOwner.product_id == Product.product_id),
        )
        .join(Producer, Producer.producer_id == Product.producer_id)
        .where(GtinOwner.gtin == gtin)
    ).one_or_none()
    return None if row is None else (row[0], row[1], row[2], row[3])


def centres(territories: Iterable[Territory]) -> dict[Territory, tuple[float, float]]:
    """Give latitude and longitude of the centres of communes; never of a site or plot."""
    key = (Commune.province, Commune.kind, Commune.name)
    rows = db.session.execute(
        select(*key, Commune.latitude, Commune.longitude).where(
            tuple_(*key).in_(sorted(set(territories)))
        )
    )
    return {(row[0], row[1], row[2]): (row[3], row[4]) for row in rows}


def picture_sizes(file_names: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Give width and height of pictures by file name."""
    rows = db.session.execute(
        select(PhotoRendition.file_name, PhotoRendition.width, PhotoRendition.height).where(
            PhotoRendition.file_name.in_(sorted(set(file_names)))
        )
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def generation_for_keeping() -> int | None:
    """Give the generation number and hold it: nobody steps it until this transaction ends.

    None where somebody else holds it: a reader never waits for them.
    """
    return db.session.execute(
        select(PublicGeneration.number).with_for_update(skip_locked=True)
    ).scalar_one_or_none()


def _issued() -> Select[Any]:
    return (
        with_note()
        .add_columns(
            PublicSnapshot.document,
            select(PublicGeneration.number).scalar_subquery().label("generation"),
            *(RecallNotice.instruction, RecallNotice.contact),
            PublicCode.state.label("own_state"),
        )
        .outerjoin(PublicSnapshot, PublicSnapshot.code == PublicCode.code)
    )


# Written once: putting the query together takes longer than asking it.
_BY_CODE = _issued().where(PublicCode.code == bindparam("code"))
_BY_GTIN = (
    _issued()
    .join(
        Batch,
        (Batch.producer_id == PublicCode.producer_id) & (Batch.batch_id == PublicCode.batch_id),
    )
    .join(
        GtinOwner,
        (GtinOwner.producer_id == Batch.producer_id) & (GtinOwner.product_id == Batch.product_id),
    )
    .where(
        GtinOwner.gtin == bindparam("gtin"),
        Batch.lot == bindparam("lot"),
        PublicCode.state != CodeState.MOVED.value,
    )
)


def _first(query: Select[Any], values: dict[str, str]) -> Issued | None:
    row = db.session.execute(query, values).one_or_none()
    if row is None:
        return None
    code, producer_id, batch_id, state, *rest, own = row
    rest.append(CodeState(own))
    return Issued(code, producer_id, batch_id, CodeState(state), *rest)
