"""How the state of a hand-off reads. The public learns a difference in per cent, no amount."""

from datetime import datetime
from decimal import Decimal

from traceapp.trace.entries import HandOff, HandOffState
from traceapp.trace.handoffs import AGREED, Delivery, difference_pct, state
from traceapp.trace.wording import percent
from traceapp.trace.words import Words

_WORDS = {
    HandOffState.MATCHED: Words(
        "Hai bên cùng xác nhận, số lượng khớp", "Both sides confirmed; the amounts match"
    ),
    HandOffState.SETTLED: Words(
        "Hai bên đã thống nhất số lượng sau khi đính chính",
        "The two sides agree on the amount after a correction",
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
_ONE_STEP_FORWARD = Words(
    "bên nhận không có tài khoản ở đây, chỉ biết tên (một bước sau)",
    "the receiver has no account here and is known by name only (one step forward)",
)
_ONE_STEP_BACK = Words(
    "Chỉ có bên nhận ghi; bên giao không có tài khoản ở đây, chỉ biết tên (một bước trước)",
    "Only the receiver recorded this; the sender has no account here and is known by name only"
    " (one step back)",
)


def hand_off(parcel: Delivery, now: datetime) -> HandOff:
    """Put the state of a delivery in words."""
    if parcel.inside and parcel.is_received:
        return HandOff(state(parcel, now), None, _INSIDE)
    return told(state(parcel, now), difference_pct(parcel), is_outside=parcel.outside)


def told(found: HandOffState, difference_pct: Decimal | None, *, is_outside: bool) -> HandOff:
    """Put a state in words, and by how much more (less: below zero) arrived than was sent."""
    difference = difference_pct if found in {*AGREED, HandOffState.DISPUTED} else None
    words = _differing(found, difference) if difference else _WORDS[found]
    if is_outside:
        words = Words(
            f"{words.vi}; {_ONE_STEP_FORWARD.vi}",
            f"{words.en}; {_ONE_STEP_FORWARD.en}",
        )
    return HandOff(found, abs(difference) if difference else None, words, is_outside)


def unmatched() -> HandOff:
    """Say that a receipt's shipment has not been recorded (yet)."""
    return HandOff(HandOffState.UNMATCHED, None, _UNMATCHED)


def from_outside() -> HandOff:
    """Say that a receipt's sender has no account, so that no record of theirs will come."""
    return HandOff(HandOffState.UNMATCHED, None, _ONE_STEP_BACK, outside=True)


def _differing(found: HandOffState, difference: Decimal) -> Words:
    size, more = percent(abs(difference)), difference > 0
    said = Words(
        f"Bên nhận ghi {'nhiều' if more else 'ít'} hơn bên giao {size.vi}",
        f"The receiver recorded {size.en} {'more' if more else 'less'} than the sender",
    )
    match found:
        case HandOffState.MATCHED:
            return Words(f"{said.vi}, trong mức cho phép", f"{said.en}, within what is usual")
        case HandOffState.SETTLED:
            return Words(f"{said.vi}, hai bên đã thống nhất", f"{said.en}; the two sides agree")
        case _:
            return Words(f"{said.vi}, chưa thống nhất", f"{said.en}; not settled yet")
