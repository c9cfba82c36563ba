"""Photos of what a recall case was opened for."""

from collections.abc import Collection

from sqlalchemy import select

from traceapp.database.engine import db
from traceapp.recalls.case_models import RecallEvidence
from traceapp.trace.facts import Ref


def keep(case: Ref, photos: Collection[bytes]) -> None:
    """Keep photos, by SHA-256, that the body leading the case has sent. The caller commits."""
    keys = {"producer_id": case.producer_id, "case_id": case.id}
    db.session.add_all(RecallEvidence(**keys, photo_sha256=one) for one in set(photos))
    db.session.flush()


def photos_of(case: Ref) -> list[bytes]:
    """Give the SHA-256 of a case's photos."""
    query = select(RecallEvidence.photo_sha256).where(
        RecallEvidence.producer_id == case.producer_id, RecallEvidence.case_id == case.id
    )
    return [bytes(sha256) for sha256 in db.session.scalars(query.order_by("photo_sha256"))]
