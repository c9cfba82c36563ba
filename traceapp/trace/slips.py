"""Slips of a hand-over between two phones without a network, as the bytes in their QR codes. Pure.

The giver's slip says what is offered; the receiver's counter-slip names it by its hash and says
what was taken. Of the two together there is one receipt: whoever brings them makes the same one.
docs/integrators/phone.md has the layout.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, TypeVar
from uuid import UUID

from traceapp.trace.facts import Ref

LARGEST = 450  # bytes: what a phone reads off the screen of another
MOST_LINES = 8
LONGEST_NAME, LONGEST_LOT, LONGEST_AMOUNT, LONGEST_UNIT = 60, 20, 20, 12
LONGEST_CONDITION = 20
SLIP, COUNTER_SLIP = b"S\x01", b"C\x01"
SIGNATURE = 64
HASH = 32
QUARTER = timedelta(minutes=15)
WIDEST_OFFSET = timedelta(hours=14)
NOBODY = UUID(int=0)

T = TypeVar("T")


class SlipError(ValueError):
    """What was read is no slip of ours, or not a whole one."""


@dataclass(frozen=True, slots=True)
class Signed:
    """Who made it on which phone, what was signed, and the signature."""

    producer_id: UUID
    phone_id: UUID
    event_id: UUID
    at: datetime
    signed: bytes
    signature: bytes

    @property
    def content(self) -> bytes:
        """Give it as it was shown."""
        return self.signed + self.signature


@dataclass(frozen=True, slots=True)
class Offered:
    """One lot of a slip, as its giver calls it."""

    batch: Ref
    quantity: str
    uom: str
    name: str
    lot: str


@dataclass(frozen=True, slots=True)
class Slip(Signed):
    """What is handed over: `event_id` is the shipment, `to_site` where it goes, if a place here."""

    to_site: UUID | None
    giver: str
    lines: tuple[Offered, ...]

    @property
    def sha256(self) -> bytes:
        """Give the hash by which a counter-slip names it."""
        return hashlib.sha256(self.content).digest()


@dataclass(frozen=True, slots=True)
class CounterSlip(Signed):
    """What was taken of a slip, line by line, "" for nothing; `event_id` is the receipt.

    `condition` is the field of the receipt that says how the goods were, "" where nobody said.
    """

    site_id: UUID
    slip_sha256: bytes
    receiver: str
    condition: str
    quantities: tuple[str, ...]


def read_slip(text: str) -> Slip:
    """Read a slip. Raises SlipError."""
    reader = _Reader(text, SLIP)
    producer_id, phone_id, event_id, to_site = (reader.uuid() for _ in range(4))
    at, giver = reader.moment(), reader.text(LONGEST_NAME)
    lines = reader.several(lambda: _offered(reader, producer_id))
    signed, signature = reader.end()
    to = None if to_site == NOBODY else to_site
    return Slip(producer_id, phone_id, event_id, at, signed, signature, to, giver, lines)


def read_counter(text: str) -> CounterSlip:
    """Read a counter-slip. Raises SlipError."""
    reader = _Reader(text, COUNTER_SLIP)
    producer_id, phone_id, event_id, site_id = (reader.uuid() for _ in range(4))
    slip_sha256, at, receiver = reader.take(HASH), reader.moment(), reader.text(LONGEST_NAME)
    condition = reader.text(LONGEST_CONDITION)
    quantities = reader.several(lambda: reader.text(LONGEST_AMOUNT))
    signed, signature = reader.end()
    return CounterSlip(
        *(producer_id, phone_id, event_id, at, signed, signature),
        *(site_id, slip_sha256, receiver, condition, quantities),
    )


def receipt(slip: Slip, counter: CounterSlip) -> dict[str, Any]:
    """Make the message of the receipt: the same, bit for bit, as the receiver's phone saves.

    Raises SlipError where the counter-slip is not of this slip, or says that nothing was taken.
    """
    if counter.slip_sha256 != slip.sha256 or len(counter.quantities) != len(slip.lines):
        raise SlipError
    taken = [
        {
            "producer_id": str(line.batch.producer_id),
            "batch_id": str(line.batch.id),
            "quantity": quantity,
            "uom": line.uom,
        }
        for line, quantity in zip(slip.lines, counter.quantities, strict=True)
        if quantity
    ]
    if not taken:
        raise SlipError
    at = counter.at.isoformat()
    told = {"ship_event": str(slip.event_id)}
    if counter.condition:
        told["condition"] = counter.condition
    return {
        "id": str(counter.event_id),
        "step_kind": "receive",
        "event_time": at,
        "device_time": at,
        "site_id": str(counter.site_id),
        "ship_event_id": str(slip.event_id),
        "inputs": [],
        "outputs": taken,
        "about": [],
        "fields": told,
        "photos": [],
    }


def _offered(reader: "_Reader", giver: UUID) -> Offered:
    is_of_another = reader.take(1) != b"\0"
    producer_id = reader.uuid() if is_of_another else giver
    batch = Ref(producer_id, reader.uuid())
    quantity, uom = reader.text(LONGEST_AMOUNT), reader.text(LONGEST_UNIT)
    return Offered(batch, quantity, uom, reader.text(LONGEST_NAME), reader.text(LONGEST_LOT))


class _Reader:
    """Takes one value after the other off the bytes."""

    def __init__(self, text: str, kind: bytes) -> None:
        if len(text) > LARGEST * 8 // 5 + 1:
            raise SlipError
        try:
            self._bytes = base64.b32decode(text + "=" * (-len(text) % 8))
        except (binascii.Error, ValueError) as error:
            raise SlipError from error
        self._at = 0
        if self.take(len(kind)) != kind:
            raise SlipError

    def take(self, count: int) -> bytes:
        """Take so many bytes."""
        found = self._bytes[self._at : self._at + count]
        if len(found) < count:
            raise SlipError
        self._at += count
        return found

    def uuid(self) -> UUID:
        """Take an id."""
        return UUID(bytes=self.take(16))

    def text(self, longest: int) -> str:
        """Take a text with its length before it."""
        try:
            found = self.take(self.take(1)[0]).decode()
        except UnicodeDecodeError as error:
            raise SlipError from error
        if len(found.encode()) > longest or not (found.isprintable() or not found):
            raise SlipError
        return found

    def moment(self) -> datetime:
        """Take a time: seconds since 1970 and its offset in quarters of an hour."""
        seconds = int.from_bytes(self.take(4))
        offset = QUARTER * int.from_bytes(self.take(1), signed=True)
        if abs(offset) > WIDEST_OFFSET:
            raise SlipError
        return datetime.fromtimestamp(seconds, UTC).astimezone(timezone(offset))

    def several(self, one: Callable[[], T]) -> tuple[T, ...]:
        """Take as many as the next byte says, at least one."""
        count = self.take(1)[0]
        if not 1 <= count <= MOST_LINES:
            raise SlipError
        return tuple(one() for _ in range(count))

    def end(self) -> tuple[bytes, bytes]:
        """Take the signature, behind which nothing may follow; give what it signs before it."""
        signed, signature = self._bytes[: self._at], self.take(SIGNATURE)
        if self._at != len(self._bytes):
            raise SlipError
        return signed, signature
