"""Reads of this room: which pictures a photo has, and what a file name stands for."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ScalarSelect, bindparam, or_, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from traceapp.database.asking import ask
from traceapp.database.engine import db
from traceapp.photos.models import Photo, PhotoRendition

PhotoKey = tuple[UUID, bytes]


@dataclass(frozen=True, slots=True)
class Rendition:
    """A picture that is served at MEDIA_URL/<file_name>; sizes in pixels and bytes."""

    name: str
    file_name: str
    media_type: str
    width: int
    height: int
    size: int


@dataclass(frozen=True, slots=True)
class MediaFile:
    """What a file name stands for, and whether everybody may see it."""

    media_type: str
    is_public: bool


def renditions(
    keys: Collection[PhotoKey], *, public_only: bool
) -> Mapping[PhotoKey, Mapping[str, Rendition]]:
    """Give the pictures of photos by name (hero, large, thumb), in one query.

    A photo that waits, was refused, or is not public where `public_only`, is not in the answer:
    show the placeholder.
    """
    query = _PUBLIC if public_only else _ALL
    found: dict[PhotoKey, dict[str, Rendition]] = defaultdict(dict)
    for row in ask(query, keys=keys):
        picture = (row.name, row.file_name, row.media_type, row.width, row.height, row.size)
        found[(row.producer_id, row.sha256)][row.name] = Rendition(*picture)
    return dict(found)


_ALL = (
    select(
        *(PhotoRendition.producer_id, PhotoRendition.sha256, PhotoRendition.name),
        *(PhotoRendition.file_name, PhotoRendition.media_type),
        *(PhotoRendition.width, PhotoRendition.height, PhotoRendition.size),
    )
    .join(Photo)
    .where(tuple_(Photo.producer_id, Photo.sha256).in_(bindparam("keys", expanding=True)))
)
_PUBLIC = _ALL.where(Photo.is_public)


def public_file(
    producer_id: InstrumentedAttribute[Any], sha256: InstrumentedAttribute[Any], name: str
) -> ScalarSelect[str]:
    """Make the column that gives the file of a photo's picture of a name, if everybody may see it.

    Both are columns of the query around.
    """
    return (
        select(PhotoRendition.file_name)
        .join(Photo)
        .where(
            Photo.producer_id == producer_id,
            Photo.sha256 == sha256,
            Photo.is_public,
            PhotoRendition.name == name,
        )
        .scalar_subquery()
    )


def media_file(file_name: str, viewer: UUID | None) -> MediaFile | None:
    """Look up a picture by its file name: a public one, or one of the viewer's own producer."""
    row = db.session.execute(
        select(PhotoRendition.media_type, Photo.is_public)
        .select_from(PhotoRendition)
        .join(Photo)
        .where(
            PhotoRendition.file_name == file_name,
            or_(Photo.is_public, Photo.producer_id == viewer),
        )
        .order_by(Photo.is_public.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else MediaFile(row.media_type, row.is_public)


def is_kept(producer_id: UUID, sha256: bytes) -> bool:
    """Tell whether this producer has sent this photo."""
    return db.session.get(Photo, (producer_id, sha256)) is not None
