"""Reading what everybody may know of a producer: Core queries, as many at any size."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, ScalarSelect, Subquery, and_, func, or_, select
from sqlalchemy.orm import aliased

from traceapp.batches.models import Batch, Product
from traceapp.codes.models import PublicCode
from traceapp.codes.recalled import IS_RECALLED
from traceapp.codes.states import CodeState
from traceapp.database.engine import db
from traceapp.freshness.models import PublicGeneration
from traceapp.photos.queries import public_file
from traceapp.producers.certificate_models import Certificate
from traceapp.producers.models import Admission, Producer, ProducerKind, Renaming

LOTS_A_PRODUCT = 3
MOST_LOTS = 90  # of the longest list in the demo, 5; beyond it the page outgrows one flight

Found = Row[*tuple[Any, ...]]


def generation() -> int:
    """Give the number to keep the page under; asked first, so that nothing read is older."""
    return db.session.execute(select(PublicGeneration.number)).scalar_one()


def producer(producer_id: UUID) -> Found | None:
    """Give a producer that was let in, by whom, and who allowed its name if it had another.

    None for any other.
    """
    body, allowing = aliased(Producer), aliased(Producer)
    public = ("name", "name_en", "legal_form", "commune_kind", "commune", "province")
    return db.session.execute(
        select(
            *(getattr(Producer, name) for name in (*public, "website", "about", "about_en")),
            *(Admission.decided_at, body.name.label("by"), body.name_en.label("by_en")),
            *(Renaming.former_name, Renaming.done_at.label("renamed_at")),
            *(allowing.name.label("renamed_by"), allowing.name_en.label("renamed_by_en")),
        )
        .join(Admission, Admission.producer_id == Producer.producer_id)
        .outerjoin(body, body.producer_id == Admission.by_producer_id)
        .outerjoin(
            Renaming,
            and_(
                Renaming.producer_id == Producer.producer_id,
                Renaming.renaming_id == _newest_renaming(),
            ),
        )
        .outerjoin(allowing, allowing.producer_id == Renaming.by_producer_id)
        .where(
            Producer.producer_id == producer_id,
            Admission.admission_id == _newest_admission(),
            Admission.decision == "admitted",
        )
    ).one_or_none()


def _newest_admission() -> ScalarSelect[UUID]:
    made = aliased(Admission)
    return (
        select(made.admission_id)
        .where(made.producer_id == Producer.producer_id)
        .order_by(made.decided_at.desc(), made.admission_id.desc())
        .limit(1)
        .correlate(Producer)
        .scalar_subquery()
    )


def _newest_renaming() -> ScalarSelect[UUID]:
    """Give by which a producer was allowed the name it has now."""
    done = aliased(Renaming)
    return (
        select(done.renaming_id)
        .where(
            done.producer_id == Producer.producer_id,
            done.act == "allowed",
            done.name == Producer.name,
        )
        .order_by(done.done_at.desc(), done.renaming_id.desc())
        .limit(1)
        .correlate(Producer)
        .scalar_subquery()
    )


def kinds(producer_id: UUID) -> list[str]:
    """Give what a producer is."""
    query = select(ProducerKind.kind).where(ProducerKind.producer_id == producer_id)
    return list(db.session.scalars(query.order_by(ProducerKind.kind)))


def lots(producer_id: UUID, today: date) -> Sequence[Found]:
    """Give the newest batches of each finished product whose page says that nothing is wrong.

    A batch past its date, held or stopped has its own page and is not offered here. `picture` is
    the file name of a small picture of the product that everybody may see.
    """
    picture = public_file(Product.producer_id, Product.photo_sha256, "thumb")
    newest = _in_use(producer_id, today)
    return db.session.execute(
        select(
            *(Product.product_id, Product.name, Product.name_en, picture.label("picture")),
            *(newest.c.lot, newest.c.code, newest.c.production_date, newest.c.packing_date),
            newest.c.expiry_date,
        )
        .join(Product, Product.product_id == newest.c.product_id)
        .where(
            Product.producer_id == producer_id,
            Product.role == "finished",
            newest.c.place <= LOTS_A_PRODUCT,
        )
        .order_by(Product.folded_name, Product.product_id, newest.c.place)
        .limit(MOST_LOTS + 1)
    ).all()


def _in_use(producer_id: UUID, today: date) -> Subquery:
    """Give each batch whose code is in use its place among those of its product, newest first."""
    made = func.coalesce(Batch.packing_date, Batch.production_date, date.min)
    order = (made.desc(), Batch.created_at.desc(), Batch.batch_id.desc())
    place = func.row_number().over(partition_by=Batch.product_id, order_by=order)
    return (
        select(
            *(Batch.product_id, Batch.lot, Batch.production_date, Batch.packing_date),
            *(Batch.expiry_date, Batch.created_at, PublicCode.code, place.label("place")),
        )
        .join(
            PublicCode,
            and_(
                PublicCode.producer_id == Batch.producer_id,
                PublicCode.batch_id == Batch.batch_id,
                PublicCode.state == CodeState.ACTIVE,
                ~IS_RECALLED,
            ),
        )
        .where(
            Batch.producer_id == producer_id,
            or_(Batch.expiry_date.is_(None), Batch.expiry_date >= today),
        )
        .subquery()
    )


def certificates(producer_id: UUID, today: date) -> Sequence[Found]:
    """Give the certificates that a producer shows and that are valid on a day."""
    names = (
        *("number", "scheme", "scheme_en", "standard", "issuer", "scope", "scope_en"),
        *("issued_on", "expires_on", "stars"),
    )
    return db.session.execute(
        select(*(getattr(Certificate, name) for name in names))
        .where(
            Certificate.producer_id == producer_id,
            Certificate.is_public,
            Certificate.issued_on <= today,
            or_(Certificate.expires_on.is_(None), Certificate.expires_on >= today),
        )
        .order_by(Certificate.issued_on.desc(), Certificate.number)
    ).all()
