"""Asking how fresh kept pages are."""

from sqlalchemy import select

from traceapp.database.engine import db
from traceapp.freshness.models import PublicGeneration, PublicSnapshot


def generation() -> int:
    """Give the number that every kept page must carry."""
    return db.session.execute(select(PublicGeneration.number)).scalar_one()


def kept(code: str) -> str | None:
    """Give the read model behind a code; None when it must be built."""
    return db.session.execute(
        select(PublicSnapshot.document).where(PublicSnapshot.code == code)
    ).scalar_one_or_none()
