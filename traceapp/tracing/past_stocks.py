"""What each holder had of each batch at a time: the last count by then, and all that moved since.

The rule of the stock now (`batches.books.stock`), from the ledger and the counts themselves.
"""

from collections.abc import Iterator
from operator import itemgetter

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Subquery,
    and_,
    bindparam,
    case,
    cast,
    func,
    or_,
    select,
)

from traceapp.batches.books.stock import COUNTS, is_corrected
from traceapp.batches.family.packing import packed
from traceapp.batches.models import LedgerEntry
from traceapp.batches.recording.booking import STOCK
from traceapp.database.types import Instant
from traceapp.tracing.family import Key
from traceapp.tracing.walking import EVENT, AnySelect, Walk, beside, has_happened

ENTRY, COUNT = LedgerEntry.__table__.c, COUNTS.c
_BATCH = (COUNT.batch_producer_id, COUNT.batch_id)


def past_stocks(walk: Walk) -> Iterator[tuple[Key, bytes, int, bool]]:
    """Give batch, holder and amount as of the time that bounds the walk.

    And whether by then it had come in, and neither a sale nor a count was noted since.
    """
    counted: dict[tuple[Key, bytes], int] = {}
    for batch, holder, *_, amount in sorted(walk.rows(_counts), key=itemgetter(2, 3)):
        counted[batch, holder] = amount  # the last one stays
    moved = {(batch, holder): told for batch, holder, *told in walk.rows(_moved)}
    for key in counted.keys() | moved.keys():
        since, received, sold = moved.get(key, (0, 0, 0))
        has_no_sales = received > 0 and not sold and key not in counted
        yield *key, counted.get(key, 0) + since, has_no_sales


def _counts(family: FromClause) -> AnySelect:
    return (
        select(packed(*_BATCH), packed(COUNT.producer_id), COUNT.counted_at, COUNT.event_id)
        .add_columns(COUNT.amount)
        .select_from(family)
        .join(COUNTS, _is_counted_by_then(family))
    )


def _moved(family: FromClause) -> AnySelect:
    """Add up what moved by then and after the last count; what was corrected never did."""
    signed = case((ENTRY.to_account == STOCK, ENTRY.amount), else_=-ENTRY.amount)
    keys = (ENTRY.batch_producer_id, ENTRY.batch_id)
    last = _last_counts(family)
    is_of_entry = and_(
        EVENT.c.producer_id == ENTRY.event_producer_id, EVENT.c.event_id == ENTRY.event_id
    )
    is_of_holder = and_(
        last.c.producer_id == ENTRY.producer_id,
        last.c.batch_producer_id == keys[0],
        last.c.batch_id == keys[1],
    )
    is_after = or_(last.c.counted_at.is_(None), EVENT.c.event_time > last.c.counted_at)
    moved = func.sum(case((is_after, signed), else_=0))
    came = func.sum(case((ENTRY.from_account == "received", 1), else_=0))
    sold = func.sum(case((ENTRY.to_account == "sold", 1), else_=0))
    figures = (cast(figure, BigInteger) for figure in (moved, came, sold))
    return (
        select(packed(*keys), packed(ENTRY.producer_id), *figures)
        .select_from(family)
        .join(
            LedgerEntry.__table__,
            and_(keys[0] == family.c.producer_id, keys[1] == family.c.batch_id),
        )
        .join(EVENT, is_of_entry)
        .outerjoin(last, is_of_holder)
        .where(
            has_happened(ENTRY.event_id),
            beside(family.c.batch_id, keys[1], ENTRY.position) >= 0,  # not what took another back
            ~is_corrected(),
        )
        .group_by(*keys, ENTRY.producer_id)
    )


def _last_counts(family: FromClause) -> Subquery:
    return (
        select(COUNT.producer_id, *_BATCH, func.max(COUNT.counted_at).label("counted_at"))
        .select_from(family)
        .join(COUNTS, _is_counted_by_then(family))
        .group_by(COUNT.producer_id, *_BATCH)
        .subquery("last_count")
    )


def _is_counted_by_then(family: FromClause) -> ColumnElement[bool]:
    time = beside(family.c.batch_id, COUNT.batch_id, COUNT.counted_at)
    return and_(
        COUNT.batch_producer_id == family.c.producer_id,
        COUNT.batch_id == family.c.batch_id,
        time <= bindparam("as_of", type_=Instant),
    )
