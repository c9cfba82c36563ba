"""What a producer reads of its own records: who wrote them, and all their photos."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, select, tuple_

from traceapp.batches.models import Event, EventPhoto
from traceapp.batches.queries import Ref
from traceapp.database.engine import db
from traceapp.photos.models import Photo, PhotoRendition
from traceapp.producers.models import Membership, Plot


@dataclass(frozen=True, slots=True)
class Shot:
    """A photo of a step, as its own producer sees it."""

    sha256: str
    file_name: str | None
    is_public: bool


def authors(events: Collection[Ref]) -> dict[Ref, tuple[UUID, str | None]]:
    """Give who wrote events: the member and the name, for the author's own producer to read."""
    rows = db.session.execute(
        select(Event.producer_id, Event.event_id, Event.author_member_id, Membership.name)
        .join(
            Membership,
            and_(
                Membership.producer_id == Event.producer_id,
                Membership.member_id == Event.author_member_id,
            ),
        )
        .where(tuple_(Event.producer_id, Event.event_id).in_(list(events)))
    )
    return {(row.producer_id, row.event_id): (row.author_member_id, row.name) for row in rows}


def shots(producer_id: UUID, events: Collection[UUID]) -> Mapping[UUID, list[Shot]]:
    """Give all photos of a producer's own events, also those that are not public."""
    rows = db.session.execute(
        select(EventPhoto.event_id, Photo.sha256, Photo.is_public, PhotoRendition.file_name)
        .join(
            Photo,
            and_(Photo.producer_id == EventPhoto.producer_id, Photo.sha256 == EventPhoto.sha256),
        )
        .outerjoin(
            PhotoRendition,
            and_(
                PhotoRendition.producer_id == Photo.producer_id,
                PhotoRendition.sha256 == Photo.sha256,
                PhotoRendition.name == "thumb",
            ),
        )
        .where(EventPhoto.producer_id == producer_id, EventPhoto.event_id.in_(list(events)))
        .order_by(EventPhoto.event_id, EventPhoto.position)
    )
    found: dict[UUID, list[Shot]] = defaultdict(list)
    for row in rows:
        found[row.event_id].append(Shot(bytes(row.sha256).hex(), row.file_name, row.is_public))
    return found


def plot_names(producer_id: UUID) -> dict[UUID, str]:
    """Give the names of a producer's plots."""
    rows = db.session.execute(
        select(Plot.plot_id, Plot.name).where(Plot.producer_id == producer_id)
    )
    return {row.plot_id: row.name for row in rows}
