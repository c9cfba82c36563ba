"""How often pages of stalls were opened lately, and which were opened unusually often on a day.

They are compared with the seller's other stalls (`codes.bursts`).
"""

from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    FromClause,
    Select,
    and_,
    bindparam,
    case,
    cast,
    func,
    or_,
    select,
    true,
)

from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.codes.bursts import MANY, NEWS, beside_others, first_day, is_burst
from traceapp.database.asking import ask
from traceapp.database.types import Identifier
from traceapp.producers.models import Producer
from traceapp.stalls.models import Stall, StallOpeningCount
from traceapp.web import lists


def listed(reader: Visitor, wish: lists.Asked, today: date) -> lists.Page[Any]:
    """List the stalls whose pages were opened lately: what is worth a look first, then the most."""
    peaks = _peaks(first_day(today), _concerns(reader))
    burst, of = is_burst(peaks), peaks.c
    query = (
        select(
            *(of.opened, of.busiest, burst.label("is_burst"), Stall.name, Stall.code),
            *(Producer.name.label("producer"), Producer.name_en.label("producer_en")),
        )
        .select_from(peaks)
        .join(Stall, and_(Stall.producer_id == of.producer_id, Stall.stall_id == of.stall_id))
        .join(Producer, Producer.producer_id == of.producer_id)
        .where(*(_has(word) for word in wish.words))
    )
    if wish.chosen.get("sign"):
        query = query.where(burst)
    orders = (
        lists.Order(case((burst, 1), else_=0), is_descending=True),
        lists.Order(of.opened, is_descending=True),
        lists.Order(Stall.code),
    )
    return lists.page(query, orders, wish)


def count_bursts(reader: Visitor, today: date) -> int:
    """Count the stalls of the last days that are worth a look, for whoever it concerns."""
    days = {"since": first_day(today), "after": today - NEWS}
    if reader.may(Act.LOOK_UP_ANY):
        return int(ask(_BURSTS, **days)[0][0])
    return int(ask(_OWN_BURSTS, **days, producer=reader.producer_id)[0][0])


def _bursts(concerned: ColumnElement[bool]) -> Select[int]:
    of = StallOpeningCount
    many = select(of.stall_id).where(of.opened >= MANY, of.day > bindparam("after"))
    # Only who has such a stall is looked at more closely: this is asked for on every page.
    sellers = select(of.producer_id).where(of.opened >= MANY, of.day > bindparam("after"))
    since: ColumnElement[date] = bindparam("since", type_=Date)
    peaks = _peaks(since, and_(concerned, of.producer_id.in_(sellers)))
    query = select(func.count()).select_from(peaks).where(is_burst(peaks))
    return query.where(peaks.c.stall_id.in_(many))


def _peaks(since: date | ColumnElement[date], concerned: ColumnElement[bool]) -> FromClause:
    """Give openings and busiest day of each stall, beside those of its seller's other stalls."""
    of_stalls = (
        select(
            *(StallOpeningCount.producer_id, StallOpeningCount.stall_id),
            cast(func.sum(StallOpeningCount.opened), BigInteger).label("opened"),
            func.max(StallOpeningCount.opened).label("busiest"),
        )
        .where(StallOpeningCount.day >= since, concerned)
        .group_by(StallOpeningCount.producer_id, StallOpeningCount.stall_id)
        .subquery()
    )
    of = of_stalls.c
    return beside_others(of_stalls, [of.producer_id], of.producer_id, of.stall_id)


def _concerns(reader: Visitor) -> ColumnElement[bool]:
    if reader.may(Act.LOOK_UP_ANY):
        return true()
    return StallOpeningCount.producer_id == reader.producer_id


def _has(word: str) -> ColumnElement[bool]:
    by_name = lists.matching([word], Stall.folded_name, Producer.folded_name, Producer.name_en)
    bare = word.replace("-", "")
    return or_(*by_name, *lists.matching([bare] if bare else [], Stall.code))


_BURSTS = _bursts(true())
_OWN_BURSTS = _bursts(StallOpeningCount.producer_id == bindparam("producer", type_=Identifier))
