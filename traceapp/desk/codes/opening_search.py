"""How often pages of codes were opened lately, and which were opened unusually often on a day.

They are compared with the producer's other batches (`codes.bursts`).
"""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

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
from traceapp.batches.models import Batch, Product
from traceapp.codes.bursts import MANY, NEWS, beside_others, first_day, is_burst, is_much
from traceapp.codes.models import OpeningCount, PublicCode
from traceapp.database.asking import ask
from traceapp.database.engine import db
from traceapp.database.types import Identifier
from traceapp.producers.models import Producer
from traceapp.web import lists


@dataclass(frozen=True, slots=True)
class Days:
    """The openings of one batch by day, and what is usual: the mean busiest day of the others."""

    first: date
    last: date
    opened: dict[date, int]
    usual: float | None

    @property
    def total(self) -> int:
        """Count the openings of all days shown."""
        return sum(self.opened.values())

    def is_burst(self, day: date) -> bool:
        """Tell whether a day is worth a look."""
        return is_much(self.opened.get(day, 0), self.usual)

    @property
    def burst(self) -> date | None:
        """Give the busiest of the days that are worth a look; None where there is none."""
        busiest = max(self.opened, key=lambda day: (self.opened[day], day), default=None)
        return busiest if busiest and self.is_burst(busiest) else None


def listed(reader: Visitor, wish: lists.Asked, today: date) -> lists.Page[Any]:
    """List the codes whose pages were opened lately: what is worth a look first, then the most."""
    peaks = _peaks(first_day(today), _concerns(reader))
    burst, of = is_burst(peaks), peaks.c
    query = (
        select(
            *(of.code, of.opened, of.busiest, burst.label("is_burst"), Batch.lot),
            *(Product.name, Product.name_en, Producer.name.label("producer")),
            Producer.name_en.label("producer_en"),
        )
        .select_from(peaks)
        .join(Batch, and_(Batch.producer_id == of.producer_id, Batch.batch_id == of.batch_id))
        .join(
            Product,
            and_(Product.producer_id == Batch.producer_id, Product.product_id == Batch.product_id),
        )
        .join(Producer, Producer.producer_id == of.producer_id)
        .where(*(_has(word, of.code) for word in wish.words))
    )
    if wish.chosen.get("sign"):
        query = query.where(burst)
    orders = (
        lists.Order(case((burst, 1), else_=0), is_descending=True),
        lists.Order(of.opened, is_descending=True),
        lists.Order(of.code),
    )
    return lists.page(query, orders, wish)


def days_of(producer_id: UUID, code: str, today: date) -> Days:
    """Give the openings of the page of one code, by day."""
    since = first_day(today)
    rows = db.session.execute(
        select(OpeningCount.day, OpeningCount.opened).where(
            OpeningCount.code == code, OpeningCount.day >= since
        )
    )
    busiest = (
        select(func.max(OpeningCount.opened).label("busiest"))
        .join(PublicCode, PublicCode.code == OpeningCount.code)
        .where(
            PublicCode.producer_id == producer_id,
            OpeningCount.code != code,
            OpeningCount.day >= since,
        )
        .group_by(OpeningCount.code)
        .subquery()
    )
    usual = db.session.scalar(select(func.avg(busiest.c.busiest)))
    opened = {row.day: row.opened for row in rows}
    return Days(since, today, opened, None if usual is None else float(usual))


def count_bursts(reader: Visitor, today: date) -> int:
    """Count the codes of the last days that are worth a look, for whoever it concerns."""
    days = {"since": first_day(today), "after": today - NEWS}
    if reader.may(Act.LOOK_UP_ANY):
        return int(ask(_BURSTS, **days)[0][0])
    return int(ask(_OWN_BURSTS, **days, producer=reader.producer_id)[0][0])


def _bursts(concerned: ColumnElement[bool]) -> Select[int]:
    many = select(OpeningCount.code).where(
        OpeningCount.opened >= MANY, OpeningCount.day > bindparam("after")
    )
    # Only who has such a code is looked at more closely: this is asked for on every page.
    makers = select(PublicCode.producer_id).where(PublicCode.code.in_(many))
    since: ColumnElement[date] = bindparam("since", type_=Date)
    peaks = _peaks(since, and_(concerned, PublicCode.producer_id.in_(makers)))
    query = select(func.count()).select_from(peaks).where(is_burst(peaks))
    return query.where(peaks.c.code.in_(many))


def _peaks(since: date | ColumnElement[date], concerned: ColumnElement[bool]) -> FromClause:
    """Give openings and busiest day of each code, beside those of its producer's other codes."""
    of_codes = (
        select(
            *(PublicCode.producer_id, PublicCode.batch_id, OpeningCount.code),
            cast(func.sum(OpeningCount.opened), BigInteger).label("opened"),
            func.max(OpeningCount.opened).label("busiest"),
        )
        .join(PublicCode, PublicCode.code == OpeningCount.code)
        .where(OpeningCount.day >= since, concerned)
        .group_by(PublicCode.producer_id, PublicCode.batch_id, OpeningCount.code)
        .subquery()
    )
    of = of_codes.c
    return beside_others(of_codes, [of.producer_id], of.producer_id, of.batch_id, of.code)


_BURSTS = _bursts(true())
_OWN_BURSTS = _bursts(PublicCode.producer_id == bindparam("producer", type_=Identifier))


def _concerns(reader: Visitor) -> ColumnElement[bool]:
    if reader.may(Act.LOOK_UP_ANY):
        return true()
    return PublicCode.producer_id == reader.producer_id


def _has(word: str, code: ColumnElement[str]) -> ColumnElement[bool]:
    by_name = lists.matching(
        [word],
        *(Product.folded_name, Product.name_en, Producer.folded_name, Producer.name_en, Batch.lot),
    )
    bare = word.replace("-", "")
    return or_(*by_name, *lists.matching([bare] if bare else [], code))
