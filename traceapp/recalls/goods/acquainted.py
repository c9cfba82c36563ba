"""Whom a producer knows by goods: who has his lots, whose he has, whom he dealt with.

Who else has goods that others made of his is theirs to tell, and the authority's.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select, union
from sqlalchemy.orm import InstrumentedAttribute

from traceapp.batches.books.models import HandOff, Stock
from traceapp.database.engine import db


def known_to(producer_id: UUID, others: Collection[UUID]) -> set[UUID]:
    """Give those among these whom a producer knows by goods; and itself."""

    def dealt(who: InstrumentedAttribute[Any], is_his: ColumnElement[bool]) -> Any:  # noqa: ANN401
        return select(who).where(who.in_(others), is_his)

    known = union(
        dealt(Stock.producer_id, Stock.batch_producer_id == producer_id),
        dealt(Stock.batch_producer_id, Stock.producer_id == producer_id),
        dealt(HandOff.receiver_id, HandOff.sender_id == producer_id),
        dealt(HandOff.sender_id, HandOff.receiver_id == producer_id),
    )
    return {producer_id, *db.session.scalars(known)}
