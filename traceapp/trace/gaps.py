"""Find the stretches nobody recorded and say so. A gap is never filled with a guess."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from traceapp.trace.belonging import Window
from traceapp.trace.entries import Gap, GapReason, HandOffState
from traceapp.trace.facts import OriginFact, Ref
from traceapp.trace.handoffs import Delivery, delivery, state
from traceapp.trace.history import Record, order
from traceapp.trace.people import commune
from traceapp.trace.story import Story
from traceapp.trace.vocabulary import StockEffect
from traceapp.trace.wording import hours_between, length, moment
from traceapp.trace.words import Words

_ICON = "unknown"
_BEFORE, _AFTER = -1, 1
_NO_REF = Ref(UUID(int=0), UUID(int=0))
_BEGINNING = datetime.min.replace(tzinfo=UTC)

_NO_ORIGIN = Words(
    "Không có ghi chép về nguồn gốc của lô này", "There is no record of where this batch came from"
)
_NO_TRANSPORT = Words("Không có thông tin vận chuyển", "Nothing recorded about the transport")
_NOT_CONFIRMED = Words(
    "Đã giao đi, chưa có ai xác nhận đã nhận", "Sent out; nobody has confirmed receiving it"
)
_ON_THE_WAY = Words("Đang trên đường tới bên nhận", "On its way to the receiver")
_NO_HAND_OFF = Words(
    "Không có ghi chép giao nhận đến nơi dùng lô này",
    "No record of a hand-over to the place where this batch was used",
)


_TOO_DEEP = Words(
    "Còn nguồn xa hơn, không kể hết ở đây", "There are further sources, not all told here"
)


@dataclass(frozen=True, slots=True)
class Placed:
    """A gap with its place among the steps."""

    gap: Gap
    sort_key: tuple[datetime, datetime, int, Ref]


def gaps(
    story: Story, batch: Ref, within: Window | None, records: Iterable[Record]
) -> tuple[Placed, ...]:
    """Give the gaps on a batch's own way, placed among its records."""
    own = tuple(records)
    return (
        *_beginning(story, batch, own),
        *_deliveries(story, batch, own),
        *_unexplained(within),
    )


def too_deep() -> Gap:
    """Say that the way goes on further back than is told."""
    return _gap(GapReason.TOO_DEEP, _TOO_DEEP)


def _beginning(story: Story, batch: Ref, records: tuple[Record, ...]) -> Iterable[Placed]:
    facts = story.batch(batch)
    origin = facts.origin if facts else None
    making = story.making(batch)
    arrivals = [r for r in making if r.effect is StockEffect.MOVE_IN]
    if arrivals:
        first = arrivals[0]
        if first.ref in {r.ref for r in records}:
            yield _placed(_outside(origin, first.event.event_time), first, _BEFORE)
    elif not making and not story.lineage.parents(batch):
        gap = _outside(origin, None) if origin else _gap(GapReason.NO_ORIGIN, _NO_ORIGIN)
        yield Placed(gap, (_BEGINNING, _BEGINNING, _BEFORE, _NO_REF))


def _outside(origin: OriginFact | None, until: datetime | None) -> Gap:
    name = origin.name if origin else None
    where = _where(origin, name)
    vi = ", ".join(w.vi for w in (name, where) if w is not None and w.vi)
    en = ", ".join(w.en or w.vi or "" for w in (name, where) if w is not None)
    words = Words(
        "Trước đó không có ghi chép. Nguồn do bên nhận tự khai" + (f": {vi}" if vi else ""),
        "No record before this. Origin as the receiver declared it" + (f": {en}" if en else ""),
    )
    return _gap(GapReason.OUTSIDE, words, None, until)


def _where(origin: OriginFact | None, name: Words | None) -> Words | None:
    place = origin.place if origin else None
    if place is not None and place.commune and name and place.commune in (name.vi or ""):
        place = replace(place, commune=None, commune_kind=None)
    return commune(place) if place else None


def _deliveries(story: Story, batch: Ref, records: tuple[Record, ...]) -> Iterable[Placed]:
    making = {record.ref for record in story.making(batch)}
    for ship in records:
        if ship.ref not in making and _has_no_shipment(story, ship, batch):
            until = ship.event.event_time
            yield _placed(_gap(GapReason.NO_TRANSPORT, _NO_TRANSPORT, None, until), ship, _BEFORE)
        if ship.effect is StockEffect.MOVE_OUT:
            parcel = delivery(story, ship, batch)
            if (gap := _open(story, parcel)) is not None:
                last = max((ship, *story.transports(ship)), key=order)
                yield _placed(gap, last, _AFTER)
            elif (gap := _no_transport(story, parcel)) is not None:
                yield _placed(gap, ship, _AFTER)


def _has_no_shipment(story: Story, record: Record, batch: Ref) -> bool:
    """Say whether goods of somebody here arrived of which nobody recorded how they left."""
    if record.effect is not StockEffect.MOVE_IN or batch.producer_id == record.ref.producer_id:
        return False
    return story.shipment_of(record, batch) is None


def _open(story: Story, parcel: Delivery) -> Gap | None:
    since = parcel.ship.event.event_time
    match state(parcel, story.now):
        case HandOffState.ON_THE_WAY:
            return _gap(GapReason.ON_THE_WAY, _ON_THE_WAY, since)
        case HandOffState.NOT_CONFIRMED:
            return _gap(GapReason.NOT_CONFIRMED, _NOT_CONFIRMED, since)
        case _:
            return None


def _no_transport(story: Story, parcel: Delivery) -> Gap | None:
    if not parcel.is_received or parcel.inside or story.transports(parcel.ship):
        return None
    since = parcel.ship.event.event_time
    answer = parcel.receipt_answer
    until = answer.at.astimezone(since.tzinfo) if answer else parcel.receipts[0].event.event_time
    if until <= since:
        return _gap(GapReason.NO_TRANSPORT, _NO_TRANSPORT)
    return _gap(GapReason.NO_TRANSPORT, _NO_TRANSPORT, since, until)


def _unexplained(within: Window | None) -> Iterable[Placed]:
    for holder, until in sorted(within.unexplained.items()) if within else ():
        gap = _gap(GapReason.NO_HAND_OFF, _NO_HAND_OFF)
        yield Placed(gap, (until, until, _BEFORE, Ref(holder, holder)))


def _placed(gap: Gap, beside: Record, rank: int) -> Placed:
    return Placed(gap, (beside.position, beside.event.record_time, rank, beside.ref))


def _gap(
    reason: GapReason,
    words: Words,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Gap:
    return Gap(reason, _ICON, words, since, until, _when(since, until))


def _when(since: datetime | None, until: datetime | None) -> Words | None:
    if since is not None and until is not None:
        span, how_long = hours_between(since, until), length(until - since)
        return Words(f"{span} · {how_long.vi}", f"{span} · {how_long.en}")
    if since is not None:
        return Words(f"từ {moment(since)}", f"since {moment(since)}")
    if until is not None:
        return Words(f"trước {moment(until)}", f"before {moment(until)}")
    return None
