"""What a recall is about: its batches, who has how much of them, who has answered. Core only."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, select, tuple_

from traceapp.batches.amounts import BatchUnit, weight_of
from traceapp.batches.family import walking
from traceapp.batches.models import Product
from traceapp.codes.models import PublicCode
from traceapp.codes.states import CodeState
from traceapp.database.engine import db
from traceapp.producers.models import Producer
from traceapp.producers.queries import shops_among
from traceapp.recalls.case_models import RecallAcknowledgement
from traceapp.recalls.goods import holdings
from traceapp.recalls.goods.concerned import HAS_OR_SOLD, SOLD
from traceapp.recalls.goods.held import Answer, Held, Scope, Sum
from traceapp.recalls.goods.holdings import PAGE, Holding, Part, Total
from traceapp.trace.facts import Ref
from traceapp.trace.units import from_micro
from traceapp.trace.words import Words

__all__ = ["HAS_OR_SOLD", "PAGE", "SOLD", "Held", "Part", "Scope"]

ALL = Part(most=None)
CHUNK = 400
_Key = tuple[UUID, Ref]
"""A holder and a batch."""
_Goods = tuple[Words, Decimal | None, str | None]
"""The name of a product, and what one pack of it holds."""


def of_case(case: Ref, part: Part = ALL) -> Scope:
    """Give the scope of an issued recall, with the answers of holders."""
    answers = _answers(case)
    found = holdings.find(holdings.members(case), part, case)
    answered = [
        one
        for one in (holdings.answered(case) if answers else ())
        if _key(one) in answers and part.maker in (None, one.maker_id)
    ]
    telling = _Telling([*found.totals, *found.held, *answered], answers)
    return Scope(
        found.lots,
        telling.sums(found.totals),
        tuple(map(telling.held, found.held)),
        part.first,
        tuple(map(telling.held, answered)),
    )


def of_batches(roots: Collection[Ref], part: Part = ALL) -> Scope:
    """Give what a recall of these batches would reach."""
    found = holdings.find(family_of(roots), part)
    telling = _Telling([*found.totals, *found.held], {})
    held = tuple(map(telling.held, found.held))
    return Scope(found.lots, telling.sums(found.totals), held, part.first)


def held_by(case: Ref, holder: UUID) -> list[Held]:
    """Give the lots of an issued recall that one holder has, sold or answered for."""
    found = holdings.held_by(case, holder)
    return list(map(_Telling(found, _answers(case)).held, found))


def batches_of(case: Ref) -> list[Ref]:
    """Give the batches that an issued recall reaches."""
    family = holdings.members(case)
    return [
        Ref(*row) for row in db.session.execute(select(family.c.producer_id, family.c.batch_id))
    ]


def family_of(roots: Collection[Ref]) -> CTE:
    """Make the family of these batches: they and all that was made of them."""
    pairs = {(root.producer_id, root.id) for root in roots}
    if walking.is_by_levels():
        return walking.known(walking.reached(pairs, upward=False))
    start = walking.known(pairs)
    return walking.tree(select(start.c.producer_id, start.c.batch_id), upward=False)


def _key(one: Holding) -> _Key:
    return one.holder_id, one.batch


class _Telling:
    """Puts names, codes, kilograms and answers to holdings; each name is read once."""

    def __init__(self, found: Collection[Total], answers: Mapping[_Key, "_Said"]) -> None:
        self._answers = answers
        bodies = {one.maker_id for one in found} | {one.holder_id for one in found}
        self._bodies = dict(_bodies(bodies))
        self._shops = shops_among({one.holder_id for one in found})
        self._goods = dict(_goods({(one.maker_id, one.product_id) for one in found}))
        lots = {one.batch for one in found if isinstance(one, Holding)}
        self._codes = dict(_codes(lots))

    def sums(self, totals: Iterable[Total]) -> tuple[Sum, ...]:
        """Tell sums, by holder and product."""
        told = (Sum(maker_id=one.maker_id, lots=one.lots, **self._told(one)) for one in totals)
        return tuple(sorted(told, key=lambda one: (one.holder.vi, one.name.vi, one.uom)))

    def held(self, one: Holding) -> Held:
        """Tell one lot at a holder."""
        said = self._answers.get(_key(one))
        return Held(
            batch=one.batch,
            lot=one.lot,
            code=self._codes.get(one.batch),
            answer=said.in_unit(one.uom) if said else None,
            **self._told(one),
        )

    def _told(self, one: Total) -> dict[str, Any]:
        name, net, net_uom = self._goods[one.maker_id, one.product_id]
        unit = BatchUnit(one.uom, net, net_uom)
        return {
            "uom": one.uom,
            "name": name,
            "producer": self._bodies[one.maker_id],
            "holder_id": one.holder_id,
            "holder": self._bodies[one.holder_id],
            "left": from_micro(one.left, one.uom),
            "sold": from_micro(one.sold, one.uom),
            "coming": from_micro(one.coming, one.uom),
            "sent": from_micro(one.sent, one.uom),
            "left_kg": _kilograms(unit, one.left),
            "coming_kg": _kilograms(unit, one.coming),
            "sold_kg": _kilograms(unit, one.sold),
            "are_sales_missing": one.has_no_sales and one.holder_id in self._shops,
        }


def _bodies(ids: Collection[UUID]) -> Iterator[tuple[UUID, Words]]:
    query = select(Producer.producer_id, Producer.name, Producer.name_en)
    for part in _parts(ids):
        for row in db.session.execute(query.where(Producer.producer_id.in_(part))):
            yield row.producer_id, Words(row.name, row.name_en or row.name)


def _goods(refs: Collection[walking.Ref]) -> Iterator[tuple[walking.Ref, _Goods]]:
    key = (Product.producer_id, Product.product_id)
    query = select(*key, Product.name, Product.name_en, Product.net_quantity, Product.net_uom)
    for part in _parts(refs):
        for row in db.session.execute(query.where(tuple_(*key).in_(part))):
            net = Decimal(row.net_quantity) if row.net_quantity else None
            yield (row[0], row[1]), (Words(row.name, row.name_en or row.name), net, row.net_uom)


def _codes(refs: Collection[walking.Ref]) -> Iterator[tuple[walking.Ref, str]]:
    key = (PublicCode.producer_id, PublicCode.batch_id)
    query = select(*key, PublicCode.code).where(PublicCode.state != CodeState.MOVED)
    for part in _parts(refs):
        for row in db.session.execute(query.where(tuple_(*key).in_(part))):
            yield (row[0], row[1]), row[2]


def _parts(ids: Collection[Any]) -> Iterator[list[Any]]:
    ordered = sorted(ids)
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start:][:CHUNK]


def _kilograms(unit: BatchUnit, amount: int) -> Decimal | None:
    weight = weight_of(unit, amount)
    return None if weight is None else from_micro(weight, "kg")


@dataclass(frozen=True, slots=True)
class _Said:
    """An answer as it is stored, in micro-units."""

    sold: int
    set_apart: int
    booked: int
    note: str
    at: datetime

    def in_unit(self, uom: str) -> Answer:
        sold, apart, booked = (
            from_micro(one, uom) for one in (self.sold, self.set_apart, self.booked)
        )
        return Answer(sold, apart, booked, self.note, self.at)


def _answers(case: Ref) -> dict[_Key, _Said]:
    """Give the last answer of each holder about each lot."""
    rows = db.session.execute(
        select(RecallAcknowledgement.__table__)
        .where(
            RecallAcknowledgement.case_producer_id == case.producer_id,
            RecallAcknowledgement.case_id == case.id,
        )
        .order_by(RecallAcknowledgement.acknowledged_at, RecallAcknowledgement.acknowledgement_id)
    )
    return {
        (row.producer_id, Ref(row.batch_producer_id, row.batch_id)): _Said(
            *(row.sold, row.set_apart, row.booked_sold + row.booked_left),
            *(row.note, row.acknowledged_at),
        )
        for row in rows
    }
