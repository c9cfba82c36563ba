"""A receipt that came before its shipment is booked anew once that is known to bring goods back.

Booked as an exchange of accounts under the receipt itself, so that the books say the same whichever
of the two came first. Callers own the transaction.
"""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, select

from traceapp.batches.books import stock
from traceapp.batches.models import Event, LedgerEntry
from traceapp.batches.recording.booking import EXCHANGED, STOCK
from traceapp.batches.recording.offers import coming_back
from traceapp.database.engine import db

Row = dict[str, Any]

_EARLY = (
    select(LedgerEntry, Event.ship_event_id)
    .join(Event, stock.is_its_event())
    .where(
        Event.ship_event_id.in_(bindparam("shipments", expanding=True)),
        LedgerEntry.from_account == "received",
        LedgerEntry.position >= 0,
        ~stock.is_corrected(),
    )
)


def exchange_early(shipments: Sequence[UUID]) -> None:
    """Book receipts of these new shipments as goods that came back, where that is what they are."""
    if not shipments:
        return
    early = db.session.execute(_EARLY, {"shipments": list(shipments)}).all()
    back = {
        (author, *one)
        for author in {entry.event_producer_id for entry, _ in early}
        for one in coming_back(author, shipments)
    }
    rows = [
        row
        for entry, shipment in early
        if (entry.event_producer_id, shipment, (entry.batch_producer_id, entry.batch_id)) in back
        for row in _exchange(entry)
    ]
    if rows:
        db.session.execute(insert(LedgerEntry), rows)
        stock.book(rows)


def _exchange(entry: LedgerEntry) -> Iterator[Row]:
    ways = ((STOCK, "received"), ("returned_in", STOCK))
    for number, (source, into) in enumerate(ways):
        yield {
            "producer_id": entry.producer_id,
            "event_producer_id": entry.event_producer_id,
            "event_id": entry.event_id,
            "position": EXCHANGED.stop - 1 - 2 * entry.position - number,
            "batch_producer_id": entry.batch_producer_id,
            "batch_id": entry.batch_id,
            "from_account": source,
            "to_account": into,
            "amount": entry.amount,
        }
