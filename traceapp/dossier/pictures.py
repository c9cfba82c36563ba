"""The pictures of a dossier: photos of steps, pages of certificates, and the certificates.

What goes into a ZIP that is handed on are the pictures drawn anew, never originals: these may tell
where a telephone was. Pages of certificates are for members of their producer only.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select

from traceapp.batches.family.walking import is_among
from traceapp.batches.models import BatchClaim, EventPhoto
from traceapp.batches.queries import Ref as Pair
from traceapp.database.engine import db
from traceapp.dossier.contents import Happening, Shown
from traceapp.photos.models import Photo, PhotoRendition
from traceapp.photos.storage import rendition_path
from traceapp.producers.certificate_models import Certificate, CertificateFile
from traceapp.trace.facts import Ref

LARGE = "large"


@dataclass(frozen=True, slots=True)
class OfStep:
    """A photo of a step; `shown` None where it has no picture yet."""

    event: Ref
    shown: Shown | None


def of_steps(reader_id: UUID, steps: Collection[Happening]) -> list[OfStep]:
    """Give the photos of steps that somebody may see: all of their own, public ones of others."""
    rows = db.session.execute(
        select(
            *(EventPhoto.producer_id, EventPhoto.event_id, EventPhoto.sha256),
            PhotoRendition.file_name,
        )
        .join(
            Photo,
            and_(Photo.producer_id == EventPhoto.producer_id, Photo.sha256 == EventPhoto.sha256),
        )
        .outerjoin(PhotoRendition, _large(EventPhoto))
        .where(
            is_among(EventPhoto.producer_id, EventPhoto.event_id, [one.event for one in steps]),
            or_(Photo.is_public, Photo.producer_id == reader_id),
        )
        .order_by(EventPhoto.producer_id, EventPhoto.event_id, EventPhoto.position)
    )
    return [
        OfStep(
            Ref(row.producer_id, row.event_id),
            _shown("photos", row.file_name, row.sha256, str(row.event_id)),
        )
        for row in rows
    ]


def with_files(step: Happening, photos: Collection[OfStep]) -> Happening:
    """Name the photos of a step as they are called in the ZIP."""
    names = (one.shown.name for one in photos if one.event == step.event and one.shown)
    return replace(step, files=tuple(names))


def certificates(reader_id: UUID, batch: Pair) -> Iterator[tuple[Certificate, bool]]:
    """Give the producer's certificates, those claimed for this lot first; to others public ones."""
    claimed = select(BatchClaim.certificate_id).where(
        BatchClaim.producer_id == batch[0], BatchClaim.batch_id == batch[1]
    )
    is_claimed = Certificate.certificate_id.in_(claimed.scalar_subquery())
    rows = db.session.execute(
        select(Certificate, is_claimed)
        .where(
            Certificate.producer_id == batch[0],
            or_(Certificate.is_public, Certificate.producer_id == reader_id),
        )
        .order_by(is_claimed.desc(), Certificate.issued_on.desc(), Certificate.number)
    )
    return ((one, bool(claims)) for one, claims in rows)


def of_certificates(reader_id: UUID, batch: Pair) -> Iterator[Shown]:
    """Give the pages of a producer's certificates to its own members."""
    if reader_id != batch[0]:
        return
    rows = db.session.execute(
        select(CertificateFile.sha256, PhotoRendition.file_name, Certificate.number)
        .join(
            Certificate,
            and_(
                Certificate.producer_id == CertificateFile.producer_id,
                Certificate.certificate_id == CertificateFile.certificate_id,
            ),
        )
        .join(PhotoRendition, _large(CertificateFile))
        .where(CertificateFile.producer_id == reader_id)
        .order_by(Certificate.number, CertificateFile.position)
    )
    for row in rows:
        shown = _shown("certificates", row.file_name, row.sha256, row.number)
        if shown is not None:
            yield shown


def _large(of: type[EventPhoto] | type[CertificateFile]) -> ColumnElement[bool]:
    return and_(
        PhotoRendition.producer_id == of.producer_id,
        PhotoRendition.sha256 == of.sha256,
        PhotoRendition.name == LARGE,
    )


def _shown(folder: str, file_name: str | None, sha256: bytes, about: str) -> Shown | None:
    if file_name is None:
        return None
    return Shown(rendition_path(file_name), f"{folder}/{file_name}", bytes(sha256).hex(), about)
