"""The recalls that reach goods of a holder, as a list: which wait for an answer comes first."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Select, and_, case, cast, func, or_, select, union

from traceapp.codes.models import RecalledBatch, RecallNotice
from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.recalls.answering import REACHES, held_by, said_of
from traceapp.recalls.case_models import RecallCase
from traceapp.web import lists

WAITING, ANSWERED, OVER = "waiting", "answered", "over"
STATES = (WAITING, ANSWERED, OVER)
"""Where a recall stands for a holder, in the order of the list."""


def listed(holder: UUID, wish: lists.Asked) -> lists.Page[Any]:
    """List the recalls with lots that a holder has, sold or waits for: what is due first, first."""
    lots = _lots(holder).subquery()
    place = _place(lots.c.owed)
    query = _query(lots, place)
    if chosen := wish.chosen.get("state"):
        query = query.where(place == STATES.index(chosen))
    if wish.words:
        query = query.where(RecallNotice.case_id.in_(_with_words(query, wish.words)))
    orders = (
        lists.Order(2 * place + case((RecallNotice.is_drill, 1), else_=0)),
        lists.Order(RecallNotice.due_at),
        lists.Order(RecallNotice.case_id),
    )
    return lists.page(query, orders, wish)


def _lots(holder: UUID) -> Select[*tuple[Any, ...]]:
    """Ask for how many lots of each recall are a holder's, and how many he owes an answer."""
    owed = case((said_of(holder), 0), else_=1).label("owed")
    key = (RecallNotice.producer_id, RecallNotice.case_id)
    lot = (RecalledBatch.producer_id.label("batch_producer_id"), RecalledBatch.batch_id)
    both = union(
        *(
            select(*key, *lot, owed)
            .select_from(RecallNotice)
            .join(RecalledBatch, REACHES)
            .join(*held)
            for held in held_by(holder)
        )
    ).subquery()
    key_of = (both.c.producer_id, both.c.case_id)
    sums = (func.count().label("lots"), cast(func.sum(both.c.owed), BigInteger).label("owed"))
    return select(*key_of, *sums).group_by(*key_of)


def _place(owed: ColumnElement[int]) -> ColumnElement[int]:
    """Give the place of a recall among the states."""
    is_over = or_(RecallNotice.ended_at.is_not(None), RecallNotice.closed_at.is_not(None))
    return case((is_over, 2), (owed > 0, 0), else_=1)


def _query(lots: Any, place: ColumnElement[int]) -> Select[*tuple[Any, ...]]:  # noqa: ANN401
    is_notice = and_(
        RecallNotice.producer_id == lots.c.producer_id, RecallNotice.case_id == lots.c.case_id
    )
    is_case = and_(
        RecallCase.producer_id == RecallNotice.producer_id,
        RecallCase.case_id == RecallNotice.case_id,
    )
    return (
        select(
            *(RecallNotice.case_id, RecallCase.number, RecallNotice.is_drill, RecallNotice.actor),
            *(RecallNotice.reason, RecallNotice.issued_at, RecallNotice.due_at),
            *(lots.c.lots, lots.c.owed, place.label("place")),
        )
        .select_from(lots)
        .join(RecallNotice, is_notice)
        .join(RecallCase, is_case)
    )


def _with_words(query: Select[*tuple[Any, ...]], words: Collection[str]) -> list[UUID]:
    """Give the recalls in whose number, reason or name of the lead every word is."""
    found = []
    for row in db.session.execute(query):
        folded = fold(f"{row.number}\n{row.actor}\n{row.reason}")
        if all(word in folded for word in words):
            found.append(row.case_id)
    return found
