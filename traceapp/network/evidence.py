"""Photos of what shows that a measure was chosen, done or dropped."""

from collections.abc import Collection

from sqlalchemy import select

from traceapp.database.engine import db
from traceapp.network.models import CleanerEvidence
from traceapp.trace.facts import Ref


def keep(measure: Ref, state: str, photos: Collection[str]) -> None:
    """Keep photos of the establishment's, by hexadecimal SHA-256. The caller commits."""
    keys = {"producer_id": measure.producer_id, "measure_id": measure.id, "state": state}
    db.session.add_all(
        CleanerEvidence(**keys, photo_sha256=bytes.fromhex(one)) for one in set(photos)
    )
    db.session.flush()


def photos_of(measure: Ref) -> dict[str, list[str]]:
    """Give the hexadecimal SHA-256 of a measure's photos by what they show."""
    query = (
        select(CleanerEvidence.state, CleanerEvidence.photo_sha256)
        .where(
            CleanerEvidence.producer_id == measure.producer_id,
            CleanerEvidence.measure_id == measure.id,
        )
        .order_by(CleanerEvidence.photo_sha256)
    )
    found: dict[str, list[str]] = {}
    for state, sha256 in db.session.execute(query):
        found.setdefault(state, []).append(bytes(sha256).hex())
    return found
