"""Reading hand-offs: what one side sees of those it is part of. Whose they are is asked here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, literal, or_, select
from sqlalchemy.orm import aliased

from traceapp.batches.books.models import HandOff
from traceapp.batches.hand_off_models import HandOffAnswer, HandOffAnswerer, HandOffAnswerItem
from traceapp.batches.models import Batch, Product
from traceapp.batches.told_lots import Reader, hex_of, is_among_takers, lot_told_to
from traceapp.codes.models import PublicCode
from traceapp.codes.queries import is_current_of
from traceapp.database.engine import db
from traceapp.database.types import Identifier
from traceapp.producers.models import Producer
from traceapp.trace.entries import HandOffState
from traceapp.trace.handoffs import overdue_if_sent_by, state_at
from traceapp.web import lists

SENDER, RECEIVER = aliased(Producer), aliased(Producer)
INCOMING, OUTGOING = "incoming", "outgoing"
OF_ALL_TAKERS = frozenset(
    {
        *("received_quantity", "received_uom"),
        *("compared_uom", "compared_shipped", "compared_received"),
    }
)

Row = Any  # of `hand_offs`


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver without account said; the name is None once it was erased."""

    answer_id: UUID
    link_id: UUID
    kind: str
    at: datetime
    photo_sha256: bytes | None
    name: str | None
    note: str | None
    items: Sequence[Any] = ()


@lru_cache(maxsize=64)  # each desk page asks; to write it takes longer than the database does
def hand_offs(producer_id: Reader) -> Select[*tuple[Any, ...]]:
    """Ask for the hand-offs that a producer is a side of, one row for each batch.

    Who is one of several that received goods sent to nobody by name reads himself as the receiver,
    and no figure of what all of them received.
    """
    receiver = _receiver_told_to(producer_id)
    return (
        select(
            *_columns(producer_id),
            receiver.label("receiver_id"),
            *(
                lot_told_to(producer_id),
                Batch.uom,
                Product.net_uom,
                PublicCode.code,
            ),
            *(Product.name, Product.name_en, Product.photo_sha256),
            *(SENDER.name.label("sender"), SENDER.name_en.label("sender_en")),
            *(RECEIVER.name.label("receiver"), RECEIVER.name_en.label("receiver_en")),
        )
        .join(
            Batch,
            and_(
                Batch.producer_id == HandOff.batch_producer_id, Batch.batch_id == HandOff.batch_id
            ),
        )
        .join(
            Product,
            and_(Product.producer_id == Batch.producer_id, Product.product_id == Batch.product_id),
        )
        .outerjoin(SENDER, SENDER.producer_id == HandOff.sender_id)
        .outerjoin(RECEIVER, RECEIVER.producer_id == receiver)
        .outerjoin(
            PublicCode,
            is_current_of(Batch.producer_id, Batch.batch_id),
        )
        .where(_is_side(producer_id))
    )


def _receiver_told_to(producer_id: Reader) -> ColumnElement[UUID | None]:
    itself = literal(producer_id, Identifier) if isinstance(producer_id, UUID) else producer_id
    return case((_is_incoming(producer_id), itself), else_=HandOff.receiver_id)


def _columns(producer_id: Reader) -> Iterable[ColumnElement[Any]]:
    is_one_of_several = and_(
        _is_incoming(producer_id),
        HandOff.further_takers != "",
        HandOff.further_takers != hex_of(producer_id),
    )
    for column in HandOff.__table__.columns:
        if column.name in OF_ALL_TAKERS:
            yield case((is_one_of_several, None), else_=column).label(column.name)
        elif column.name not in {"folded_name", "receiver_id"}:
            yield column


def takers_of(row: Row, by: UUID) -> list[UUID]:
    """Give whom a delivery reached or is to reach, as far as its side `by` may know."""
    if not row.further_takers or row.receiver_id == by != row.sender_id:
        return [row.receiver_id] if row.receiver_id else []
    return [UUID(one) for one in row.further_takers.split()]


def state_of(row: Row, now: datetime) -> HandOffState:
    """Give the state of a row as of now: what nobody confirmed for a day is said so."""
    return state_at(row.state, row.sent_at, now)


def listed(producer_id: UUID, wish: lists.Asked, now: datetime) -> lists.Page[Row]:
    """List a producer's hand-offs, the newest first."""
    query = (
        hand_offs(producer_id)
        .where(*(_has(word, producer_id) for word in wish.words))
        .where(*conditions(producer_id, wish.chosen, now))
    )
    orders = (
        lists.Order(HandOff.sent_at.expression, is_descending=True),
        lists.Order(HandOff.producer_id.expression),
        lists.Order(HandOff.event_id.expression, is_descending=True),
        lists.Order(HandOff.batch_producer_id.expression),
        lists.Order(HandOff.batch_id.expression),
    )
    return lists.page(query, orders, wish)


def conditions(
    producer_id: UUID, chosen: Mapping[str, str], now: datetime
) -> Iterable[ColumnElement[bool]]:
    """Give the conditions of a state and a side."""
    if state := chosen.get("state"):
        yield _in_state(HandOffState(state), now)
    if chosen.get("side") == INCOMING:
        yield _is_incoming(producer_id)
    elif chosen.get("side") == OUTGOING:
        yield HandOff.sender_id == producer_id


def of_event(producer_id: UUID, event_id: UUID) -> Sequence[Row]:
    """Give the batches of one shipment, or of a receipt without one; none where it is not ours."""
    query = hand_offs(producer_id).where(HandOff.event_id == event_id)
    return db.session.execute(query.order_by(Product.folded_name, Batch.lot)).all()


def delivery_of(record: tuple[UUID, UUID], batch: tuple[UUID, UUID]) -> UUID | None:
    """Give the shipment, as first recorded, that hands a batch over by this record of it."""
    query = select(HandOff.event_id).where(
        HandOff.batch_producer_id == batch[0],
        HandOff.batch_id == batch[1],
        HandOff.producer_id == record[0],
        HandOff.record_id == record[1],
    )
    return db.session.scalars(query).first()


def answers(producer_id: UUID, event_id: UUID) -> list[Answer]:
    """Give what receivers without account answered a shipment of a producer, oldest first."""
    query = (
        select(HandOffAnswer, HandOffAnswerer.name, HandOffAnswerer.note)
        .outerjoin(
            HandOffAnswerer,
            and_(
                HandOffAnswerer.producer_id == HandOffAnswer.producer_id,
                HandOffAnswerer.answer_id == HandOffAnswer.answer_id,
            ),
        )
        .where(HandOffAnswer.producer_id == producer_id, HandOffAnswer.ship_event_id == event_id)
        .order_by(HandOffAnswer.answered_at, HandOffAnswer.answer_id)
    )
    items = _answered_items(producer_id, event_id)
    return [
        Answer(
            *(said.answer_id, said.link_id, said.kind, said.answered_at, said.photo_sha256),
            *(name, note, items.get(said.answer_id, ())),
        )
        for said, name, note in db.session.execute(query)
    ]


def _answered_items(producer_id: UUID, event_id: UUID) -> dict[UUID, list[Any]]:
    item = HandOffAnswerItem
    query = (
        select(item.answer_id, item.quantity, item.uom, Batch.lot, Product.name)
        .join(
            HandOffAnswer,
            and_(
                HandOffAnswer.producer_id == item.producer_id,
                HandOffAnswer.answer_id == item.answer_id,
            ),
        )
        .join(
            Batch,
            and_(Batch.producer_id == item.batch_producer_id, Batch.batch_id == item.batch_id),
        )
        .join(
            Product,
            and_(Product.producer_id == Batch.producer_id, Product.product_id == Batch.product_id),
        )
        .where(HandOffAnswer.producer_id == producer_id, HandOffAnswer.ship_event_id == event_id)
        .order_by(item.answer_id, item.position)
    )
    found: dict[UUID, list[Any]] = {}
    for row in db.session.execute(query):
        found.setdefault(row.answer_id, []).append(row)
    return found


def _is_side(producer_id: Reader) -> ColumnElement[bool]:
    return or_(HandOff.sender_id == producer_id, is_among_takers(producer_id))


def _is_incoming(producer_id: Reader) -> ColumnElement[bool]:
    """Match what others sent; a sender who took some of it back himself is its sender."""
    return and_(HandOff.sender_id.is_distinct_from(producer_id), is_among_takers(producer_id))


def _in_state(state: HandOffState, now: datetime) -> ColumnElement[bool]:
    due = overdue_if_sent_by(now)
    match state:
        case HandOffState.ON_THE_WAY:
            return and_(HandOff.state == HandOffState.ON_THE_WAY, HandOff.sent_at > due)
        case HandOffState.NOT_CONFIRMED:
            return and_(HandOff.state == HandOffState.ON_THE_WAY, HandOff.sent_at <= due)
        case _:
            return HandOff.state == state


def _has(word: str, producer_id: UUID) -> ColumnElement[bool]:
    lot = lot_told_to(producer_id).element
    named = lists.matching(
        [word],
        *(Product.folded_name, Product.name_en, lot, HandOff.folded_name),
        *(SENDER.folded_name, SENDER.name_en, RECEIVER.folded_name, RECEIVER.name_en),
    )
    bare = word.replace("-", "")
    return or_(*named, *lists.matching([bare] if bare else [], PublicCode.code))
