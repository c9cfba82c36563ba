"""What the interface tells of somebody's books of a batch."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from traceapp.batches import queries as batches
from traceapp.batches.models import Batch
from traceapp.batches.told_lots import lot_told_to
from traceapp.codes.models import PublicCode
from traceapp.codes.queries import is_current_of
from traceapp.database.engine import db

Answer = dict[str, Any]


def ledger(holder: UUID, batch_id: UUID) -> Answer | None:
    """Give the books of a holder about a batch; None where they say nothing."""
    books = batches.books_of(holder, batch_id)
    if books is None:
        return None
    by_count = books.sold_by_count
    return {
        "producer_id": str(books.batch[0]),
        "batch_id": str(books.batch[1]),
        "lot": db.session.scalar(_told_lot(holder, books.batch)),
        "uom": books.uom,
        "accounts": {name: format(amount, "f") for name, amount in books.accounts.items()},
        "counted": counted(books),
        "sold_by_count": None if by_count is None else format(by_count, "f"),
        "stock": format(books.stock, "f"),
    }


def _told_lot(reader: UUID, batch: tuple[UUID, UUID]) -> Select[str | None]:
    return (
        select(lot_told_to(reader))
        .select_from(Batch)
        .outerjoin(PublicCode, is_current_of(Batch.producer_id, Batch.batch_id))
        .where(Batch.producer_id == batch[0], Batch.batch_id == batch[1])
    )


def counted(books: batches.Books) -> Answer | None:
    """Say what a holder counted last, and when; None where nobody counted."""
    if books.counted is None or books.counted_at is None:
        return None
    return {
        "quantity": format(books.counted, "f"),
        "counted_at": books.counted_at.isoformat(),
    }
