"""Which stalls there are, what is on them now, and what could be put on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, Select, and_, or_, select

from traceapp import problem
from traceapp.batches.books.models import Stock
from traceapp.batches.books.stock import IN_STOCK
from traceapp.batches.models import Batch, Product
from traceapp.batches.queries import signed_quantity
from traceapp.codes.models import PublicCode
from traceapp.codes.queries import is_current_of
from traceapp.codes.recalled import STATE
from traceapp.codes.states import CodeState, shown_state
from traceapp.database.engine import db
from traceapp.producers.models import Producer, Site
from traceapp.recalls.stops.queries import stopped_among
from traceapp.stalls.models import Stall, StallLot
from traceapp.trace.facts import Ref
from traceapp.trace.words import Words

MOST_IN_HAND = 100  # lots to choose from
Key = tuple[UUID, UUID]  # producer and stall


class ToldStall(NamedTuple):
    """A stall and where it stands, as its page tells it."""

    producer_id: UUID
    stall_id: UUID
    code: str
    name: str
    changed_at: datetime
    archived_at: datetime | None
    commune_kind: str
    commune: str
    province: str


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot as it is told at a stall, and whether it may be sold there.

    `left` is what the seller has of it by its books, in the unit `uom`.
    """

    ref: Ref
    code: str
    state: CodeState
    name: Words
    producer: Words
    lot: str
    made_on: date | None
    expires_on: date | None
    left: Decimal
    uom: str

    @property
    def is_for_sale(self) -> bool:
        """Tell whether a shopper may be offered it."""
        return self.state is CodeState.ACTIVE


def find_stall(producer_id: UUID, stall_id: UUID) -> Stall:
    """Give a stall of this producer. Raises NotFound."""
    stall = db.session.get(Stall, (producer_id, stall_id))
    if stall is None:
        raise problem.NotFound
    return stall


def by_code(code: str) -> ToldStall | None:
    """Find a stall by its eleven characters; None when they were never issued."""
    row = db.session.execute(
        select(
            *(Stall.producer_id, Stall.stall_id, Stall.code, Stall.name),
            *(Stall.changed_at, Stall.archived_at, Site.commune_kind, Site.commune, Site.province),
        )
        .join(Site, and_(Site.producer_id == Stall.producer_id, Site.site_id == Stall.site_id))
        .where(Stall.code == code)
    ).one_or_none()
    return None if row is None else ToldStall(**row._asdict())


def on_stall(stall: Key, today: date) -> list[Lot]:
    """Give the lots on a stall, the last one put on first, each with what it says on a day."""
    producer_id, stall_id = stall
    rows = db.session.execute(
        _lots(producer_id)
        .join(
            StallLot,
            and_(
                StallLot.batch_producer_id == Batch.producer_id,
                StallLot.batch_id == Batch.batch_id,
            ),
        )
        .where(
            StallLot.producer_id == producer_id,
            StallLot.stall_id == stall_id,
            StallLot.gone_at.is_(None),
        )
        .order_by(StallLot.put_on_at.desc(), StallLot.stay_id.desc())
    ).all()
    return _told(rows, producer_id, today)


def in_hand(holder: UUID, today: date) -> list[Lot]:
    """Give the lots that somebody has in hand and may sell, by name, the newest first."""
    is_fresh = or_(Batch.expiry_date.is_(None), Batch.expiry_date >= today)
    rows = db.session.execute(
        _lots(holder)
        .where(IN_STOCK > 0, STATE == CodeState.ACTIVE, is_fresh)
        .order_by(Product.folded_name, Batch.created_at.desc(), Batch.batch_id.desc())
        .limit(MOST_IN_HAND)
    ).all()
    return [lot for lot in _told(rows, holder, today) if lot.is_for_sale]


def held_lot(holder: UUID, code: str, today: date) -> Lot | None:
    """Give the lot of a code if this holder has some of it in hand; None for any other."""
    query = _lots(holder).where(PublicCode.code == code, IN_STOCK > 0)
    return next(iter(_told(db.session.execute(query).all(), holder, today)), None)


def _lots(holder: UUID) -> Select[*tuple[Any, ...]]:
    """Ask for lots with a page of their own, and what a holder has of them."""
    return (
        select(
            *(Batch.producer_id, Batch.batch_id, Batch.lot, Batch.uom, Batch.expiry_date),
            *(Batch.production_date, Batch.packing_date, PublicCode.code, STATE),
            *(Product.name, Product.name_en, Producer.name.label("producer")),
            *(Producer.name_en.label("producer_en"), IN_STOCK.label("stock")),
        )
        .join(
            Product,
            and_(Product.producer_id == Batch.producer_id, Product.product_id == Batch.product_id),
        )
        .join(Producer, Producer.producer_id == Batch.producer_id)
        .join(PublicCode, is_current_of(Batch.producer_id, Batch.batch_id))
        .outerjoin(
            Stock,
            and_(
                Stock.producer_id == holder,
                Stock.batch_producer_id == Batch.producer_id,
                Stock.batch_id == Batch.batch_id,
            ),
        )
    )


def _told(rows: Sequence[Row[Any]], holder: UUID, today: date) -> list[Lot]:
    """Say of each lot whether it may be sold: by its code, and by what its holder stopped."""
    stopped = stopped_among({Ref(row.producer_id, row.batch_id) for row in rows}, asks=holder)
    return [_lot(row, today, is_stopped=(row.producer_id, row.batch_id) in stopped) for row in rows]


def _lot(row: Row[Any], today: date, *, is_stopped: bool) -> Lot:
    state = shown_state(CodeState(row.state), row.expiry_date, today)
    if is_stopped and state in (CodeState.ACTIVE, CodeState.EXPIRED):
        state = CodeState.SALE_STOPPED
    return Lot(
        ref=Ref(row.producer_id, row.batch_id),
        code=row.code,
        state=state,
        name=Words(row.name, row.name_en or row.name),
        producer=Words(row.producer, row.producer_en or row.producer),
        lot=row.lot,
        made_on=row.packing_date or row.production_date,
        expires_on=row.expiry_date,
        left=signed_quantity(row.stock or 0, row.uom),
        uom=row.uom,
    )
