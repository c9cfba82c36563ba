"""Keeping read models, and making kept pages stale. Callers own the transaction."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, tuple_, update

from traceapp.database.asking import run
from traceapp.database.engine import db
from traceapp.freshness.models import PublicGeneration, PublicSnapshot

CHUNK = 400

# Written once: putting a statement together takes longer than running it.
_STEP = update(PublicGeneration).values(number=PublicGeneration.number + 1)
_DROP = delete(PublicSnapshot).where(
    tuple_(PublicSnapshot.producer_id, PublicSnapshot.batch_id).in_(
        bindparam("refs", expanding=True)
    )
)


def step() -> None:
    """Make every kept page stale: all workers notice within 500 ms."""
    run(_STEP)


def forget(batches: Iterable[tuple[UUID, UUID]]) -> None:
    """Drop the read models of these (producer, batch) pairs and make kept pages stale.

    Steps first: that waits for whoever keeps a read model just now, so that it is dropped too.
    """
    step()
    refs = list(batches)
    for start in range(0, len(refs), CHUNK):
        run(_DROP, refs=refs[start : start + CHUNK])


def forget_of(producer_id: UUID) -> None:
    """Drop the read models of all batches of a producer."""
    step()
    db.session.execute(delete(PublicSnapshot).where(PublicSnapshot.producer_id == producer_id))


def forget_all() -> None:
    """Drop every read model: something changed that may be told of on any page."""
    step()
    db.session.execute(delete(PublicSnapshot))


def keep(code: str, ref: tuple[UUID, UUID], document: str, *, now: datetime) -> None:
    """Keep the read model behind a code, in place of an older one."""
    db.session.execute(delete(PublicSnapshot).where(PublicSnapshot.code == code))
    db.session.add(
        PublicSnapshot(
            code=code, producer_id=ref[0], batch_id=ref[1], document=document, built_at=now
        )
    )
    db.session.flush()
