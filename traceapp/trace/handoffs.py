"""Compare the two sides of a hand-off. The public learns the difference in per cent, no amount."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from traceapp.trace.entries import HandOff, HandOffState
from traceapp.trace.facts import EventFact, ItemFact, Ref
from traceapp.trace.history import Record
from traceapp.trace.rules import CONFIRM_WITHIN
from traceapp.trace.story import Story
from traceapp.trace.wording import percent
from traceapp.trace.words import Words

_TWO_PLACES = Decimal("0.01")
_WORDS = {
    HandOffState.MATCHED: Words(
        "Hai bên cùng xác nhận, số lượng khớp", "Both sides confirmed; the amounts match"
    ),
    HandOffState.NOT_COMPARED: Words(
        "Hai bên cùng xác nhận, chưa so được số lượng",
        "Both sides confirmed; the amounts could not be compared",
    ),
    HandOffState.ON_THE_WAY: Words(
        "Đang giao, chờ bên nhận xác nhận", "On the way; waiting for the receiver to confirm"
    ),
    HandOffState.NOT_CONFIRMED: Words("Bên nhận chưa xác nhận", "The receiver has not confirmed"),
    HandOffState.REFUSED: Words("Bên nhận từ chối nhận", "The receiver refused the delivery"),
}
_INSIDE = Words("Chuyển trong cùng một cơ sở", "Moved within one business")
_UNMATCHED = Words(
    "Chỉ có bên nhận ghi, chưa thấy bên giao ghi",
    "Only the receiver recorded this; no record by the sender yet",
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One batch of one shipment and what answered it."""

    batch: Ref
    ship: Record
    receipts: tuple[Record, ...]
    refusals: tuple[Record, ...]

    @property
    def inside(self) -> bool:
        """Say whether one business only moved its own goods."""
        sender = self.ship.ref.producer_id
        return bool(self.receipts) and all(r.ref.producer_id == sender for r in self.receipts)

    @property
    def overdue_at(self) -> datetime:
        """Give the time from which a missing receipt is said to be missing."""
        return self.ship.position + CONFIRM_WITHIN


def delivery(story: Story, ship: Record, batch: Ref) -> Delivery:
    """Collect what answered a shipment of a batch."""
    return Delivery(batch, ship, story.receipts(ship, batch), story.refusals(ship, batch))


def state(parcel: Delivery, now: datetime) -> HandOffState:
    """Say how far a delivery is and whether its two sides agree."""
    if parcel.receipts:
        difference = difference_pct(parcel)
        if difference is None:
            return HandOffState.NOT_COMPARED
        return HandOffState.DIFFERS if difference else HandOffState.MATCHED
    if parcel.refusals:
        return HandOffState.REFUSED
    overdue = now >= parcel.overdue_at
    return HandOffState.NOT_CONFIRMED if overdue else HandOffState.ON_THE_WAY


def difference_pct(parcel: Delivery) -> Decimal | None:
    """Give received against shipped in per cent, negative = less came; None = not comparable."""
    shipped = _total(parcel.ship.event.inputs, parcel.batch)
    received = _total(_outputs(r.event for r in parcel.receipts), parcel.batch)
    if shipped is None or received is None or shipped[0] != received[0] or not shipped[1]:
        return None
    exact = (received[1] - shipped[1]) / shipped[1] * 100
    return exact.quantize(_TWO_PLACES, ROUND_HALF_UP)


def hand_off(parcel: Delivery, now: datetime) -> HandOff:
    """Put the state of a delivery in words."""
    found = state(parcel, now)
    difference = difference_pct(parcel) if found is HandOffState.DIFFERS else None
    if difference is not None:
        size = percent(abs(difference))
        more = difference > 0
        words = Words(
            f"Bên nhận ghi {'nhiều' if more else 'ít'} hơn bên giao {size.vi}",
            f"The receiver recorded {size.en} {'more' if more else 'less'} than the sender",
        )
        return HandOff(found, abs(difference), words)
    return HandOff(found, None, _INSIDE if parcel.inside else _WORDS[found])


def unmatched() -> HandOff:
    """Say that a receipt's shipment has not been recorded (yet)."""
    return HandOff(HandOffState.NOT_COMPARED, None, _UNMATCHED)


def _outputs(events: Iterable[EventFact]) -> tuple[ItemFact, ...]:
    return tuple(item for event in events for item in event.outputs)


def _total(items: Iterable[ItemFact], batch: Ref) -> tuple[str, Decimal] | None:
    """Add up a batch's amount; None when one is missing or in another unit."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for item in items:
        if item.batch == batch:
            if item.quantity is None or item.uom is None:
                return None
            sums[item.uom] += item.quantity
    return next(iter(sums.items())) if len(sums) == 1 else None
