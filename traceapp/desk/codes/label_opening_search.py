"""Which labels with a number of their own were opened unusually often, or seen at several places.

They are compared with the other labels of their batch (`codes.bursts`), whoever printed those.
Whoever printed a label, whoever made its batch and an authority are told.
"""

from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    FromClause,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)

from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.batches.models import Batch, Product
from traceapp.codes.bursts import MANY, NEWS, beside_others, first_day, is_burst
from traceapp.codes.models import OpeningCount, PublicCode
from traceapp.codes.queries import is_current_of
from traceapp.database.asking import ask
from traceapp.database.types import Identifier
from traceapp.labels.models import LabelIssue
from traceapp.labels.unit_models import LabelOpeningCount, LabelPlaceCount, LabelUnit
from traceapp.labels.unit_openings import SEVERAL
from traceapp.producers.models import Producer
from traceapp.web import lists

_BATCH, _LABEL = ("batch_producer_id", "batch_id"), ("producer_id", "issue_id", "number")


def listed(reader: Visitor, wish: lists.Asked, today: date) -> lists.Page[Any]:
    """List the labels opened or seen lately: what is worth a look first, then the most."""
    peaks = _peaks(first_day(today), true())
    burst, of = _is_worth_a_look(peaks), peaks.c
    query = (
        select(
            *(of.opened, of.busiest, of.places, burst.label("is_burst"), of.issue_id),
            *(of.producer_id, of.batch_producer_id, LabelUnit.serial, PublicCode.code, Batch.lot),
            *(Product.name, Product.name_en, Producer.name.label("printer")),
            Producer.name_en.label("printer_en"),
        )
        .select_from(peaks)
        .join(LabelUnit, and_(*(getattr(LabelUnit, name) == of[name] for name in _LABEL)))
        .join(PublicCode, is_current_of(of.batch_producer_id, of.batch_id))
        .join(Batch, and_(Batch.producer_id == of.batch_producer_id, Batch.batch_id == of.batch_id))
        .join(
            Product,
            and_(Product.producer_id == Batch.producer_id, Product.product_id == Batch.product_id),
        )
        .join(Producer, Producer.producer_id == of.producer_id)
        .where(*(_has(word) for word in wish.words), _concerns(reader, peaks))
    )
    if wish.chosen.get("sign"):
        query = query.where(burst)
    orders = (
        lists.Order(case((burst, 1), else_=0), is_descending=True),
        lists.Order(of.opened, is_descending=True),
        lists.Order(LabelUnit.serial),
    )
    return lists.page(query, orders, wish)


def count_bursts(reader: Visitor, today: date) -> int:
    """Count the labels of the last days that are worth a look, for whoever it concerns."""
    days = {"since": first_day(today), "after": today - NEWS}
    if reader.may(Act.LOOK_UP_ANY):
        return int(ask(_BURSTS, **days)[0][0])
    return int(ask(_OWN_BURSTS, **days, producer=reader.producer_id)[0][0])


def _bursts(concerned: ColumnElement[Any] | None) -> Select[int]:
    after: ColumnElement[date] = bindparam("after", type_=Date)
    # Only batches with such a label are looked at more closely: this is asked for on every page.
    # What is opened with a label is its batch, too, and days of many openings of those are indexed.
    many = select(OpeningCount.code).where(OpeningCount.opened >= MANY, OpeningCount.day > after)
    seen = (
        select(LabelIssue.batch_id)
        .join(LabelPlaceCount, _of_issue(LabelPlaceCount))
        .where(LabelPlaceCount.day > after)
    )
    opened = select(PublicCode.batch_id).where(PublicCode.code.in_(many))
    batches = LabelIssue.batch_id.in_(union_all(opened, seen))
    peaks = _peaks(bindparam("since", type_=Date), batches)
    of = peaks.c
    query = (
        select(func.count())
        .select_from(peaks)
        .where(
            or_(
                and_(is_burst(peaks), of.last_many > after),
                and_(of.places >= SEVERAL, of.last_told > after),
            )
        )
    )
    return query if concerned is None else query.where(_is_of(concerned, peaks))


def _peaks(since: date | ColumnElement[date], concerned: ColumnElement[bool]) -> FromClause:
    """Give what was counted of each label, beside the other labels of its batch."""
    counted = union_all(
        _counted(LabelOpeningCount, since, concerned), _counted(LabelPlaceCount, since, concerned)
    ).subquery()
    of = counted.c
    label = [of[name] for name in (*_BATCH, *_LABEL)]
    of_labels = (
        select(
            *label,
            cast(func.sum(of.opened), BigInteger).label("opened"),
            func.max(of.opened).label("busiest"),
            func.count(of.place.distinct()).label("places"),
            func.max(case((of.opened >= MANY, of.day))).label("last_many"),
            func.max(case((of.place.is_not(None), of.day))).label("last_told"),
        )
        .group_by(*label)
        .subquery()
    )
    each = of_labels.c
    named = [each[name] for name in (*_BATCH, *_LABEL, "places", "last_many", "last_told")]
    return beside_others(of_labels, [each[name] for name in _BATCH], *named)


def _counted(of: Any, since: Any, concerned: ColumnElement[bool]) -> Any:  # noqa: ANN401 - tables
    """Give a row a label and day of openings, or a label, day and place where it was seen."""
    is_place = of is LabelPlaceCount
    return (
        select(
            *(getattr(LabelIssue, name) for name in _BATCH),
            *(getattr(of, name) for name in (*_LABEL, "day")),
            (literal(0) if is_place else of.counted).label("opened"),
            (of.place if is_place else cast(null(), String)).label("place"),
        )
        .select_from(LabelIssue)
        .join(of, _of_issue(of))
        .where(of.day >= since, concerned)
    )


def _of_issue(of: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a table
    return and_(of.producer_id == LabelIssue.producer_id, of.issue_id == LabelIssue.issue_id)


def _is_worth_a_look(peaks: FromClause) -> ColumnElement[bool]:
    return or_(is_burst(peaks), peaks.c.places >= SEVERAL)


def _concerns(reader: Visitor, peaks: FromClause) -> ColumnElement[bool]:
    if reader.may(Act.LOOK_UP_ANY):
        return true()
    return _is_of(literal(reader.producer_id, Identifier), peaks)


def _is_of(producer: ColumnElement[Any], peaks: FromClause) -> ColumnElement[bool]:
    return or_(peaks.c.producer_id == producer, peaks.c.batch_producer_id == producer)


def _has(word: str) -> ColumnElement[bool]:
    by_name = lists.matching(
        [word],
        *(Product.folded_name, Product.name_en, Producer.folded_name, Producer.name_en, Batch.lot),
    )
    bare = word.replace("-", "")
    codes = lists.matching([bare] if bare else [], LabelUnit.serial, PublicCode.code)
    return or_(*by_name, *codes)


_BURSTS = _bursts(None)
_OWN_BURSTS = _bursts(bindparam("producer", type_=Identifier))
