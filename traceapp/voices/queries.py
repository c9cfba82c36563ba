"""Reads of this room: what was said, if it is still here."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from traceapp.database.engine import db
from traceapp.photos.storage import Storage
from traceapp.voices.models import Voice
from traceapp.voices.storage import path_of
from traceapp.web.settings import settings


def find(producer_id: UUID, sha256: bytes) -> Voice | None:
    """Give what is known of a voice note of this producer."""
    return db.session.get(Voice, (producer_id, sha256))


def kept(producer_id: UUID, names: Collection[str]) -> set[str]:
    """Give those of these names that this producer has sent, also what is erased by now."""
    wanted = [bytes.fromhex(name) for name in names]
    there = select(Voice.sha256).where(Voice.producer_id == producer_id, Voice.sha256.in_(wanted))
    return {bytes(sha256).hex() for sha256 in db.session.scalars(there)} if wanted else set()


def content(voice: Voice) -> bytes:
    """Give the bytes of a voice note that is not erased. Raises FileNotFoundError."""
    return Storage(settings().storage_url).read(path_of(voice.producer_id, voice.sha256))
