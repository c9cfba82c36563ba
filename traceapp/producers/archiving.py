"""Putting away what is no longer used, and taking it back. Callers own the transaction.

Records that name it stay as they are, and pages go on telling of it.
"""

from datetime import datetime

from traceapp.audit import operations as audit
from traceapp.database.archivable import Archivable
from traceapp.database.engine import db
from traceapp.producers.changes import By


def put_away(by: By, row: Archivable, about: str, *, now: datetime) -> None:
    """Offer and list it no more; doing it again changes nothing."""
    if row.archived_at is None:
        row.archived_at = now
        db.session.flush()
        audit.note(by[0], "archived", about, by=by, now=now)


def take_back(by: By, row: Archivable, about: str, *, now: datetime) -> None:
    """Offer and list it again."""
    if row.archived_at is not None:
        row.archived_at = None
        db.session.flush()
        audit.note(by[0], "taken_back", about, by=by, now=now)
