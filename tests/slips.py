"""Slips as phones sign them: the bytes in the codes of a giver and of a receiver."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.phones import VirtualPhone
from traceapp.trace import slips

HERE = timedelta(hours=7)
Line = tuple[UUID, UUID, str, str]  # whose batch, which, how much, of what unit


def _key() -> EllipticCurvePrivateKey:
    return generate_private_key(SECP256R1())


@dataclass(slots=True)
class Signer:
    """The key of a phone, which never leaves it."""

    phone: VirtualPhone
    key: EllipticCurvePrivateKey = field(default_factory=_key)

    @property
    def public(self) -> str:
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return base64.urlsafe_b64encode(point).decode().rstrip("=")

    def tell(self) -> None:
        """Send the key, as each call does."""
        assert self.phone.sync(public_key=self.public).status_code == 200

    def signed(self, content: bytes) -> bytes:
        numbers = decode_dss_signature(self.key.sign(content, ECDSA(SHA256())))
        return content + b"".join(number.to_bytes(32) for number in numbers)

    def slip(
        self, event_id: UUID, to: UUID | None, *lines: Line, at: datetime | None = None
    ) -> bytes:
        """Offer goods."""
        by = self.phone.by
        ids = (by.producer_id, UUID(self.phone.phone_id), event_id, to or slips.NOBODY)
        offered = [_line(by.producer_id, *line) for line in lines]
        return self.signed(
            slips.SLIP + _ids(ids) + moment(at) + text("Bên giao") + counted(offered)
        )

    def counter(
        self,
        event_id: UUID,
        slip: bytes,
        *quantities: str,
        at: datetime | None = None,
    ) -> bytes:
        """Answer a slip."""
        by = self.phone.by
        ids = (by.producer_id, UUID(self.phone.phone_id), event_id, by.site_id)
        told = hashlib.sha256(slip).digest() + moment(at) + text("Bên nhận") + text("ok")
        return self.signed(slips.COUNTER_SLIP + _ids(ids) + told + counted(map(text, quantities)))


def base32(content: bytes) -> str:
    return base64.b32encode(content).decode().rstrip("=")


def pair(slip: bytes, counter: bytes) -> dict[str, str]:
    """Give both as phones send them."""
    return {"slip": base32(slip), "counter": base32(counter)}


def receipt(slip: bytes, counter: bytes) -> dict[str, Any]:
    """Give the message that the receiver's phone saves."""
    return slips.receipt(slips.read_slip(base32(slip)), slips.read_counter(base32(counter)))


def _line(giver: UUID, producer_id: UUID, batch_id: UUID, quantity: str, uom: str) -> bytes:
    whose = b"\0" if producer_id == giver else b"\1" + producer_id.bytes
    return whose + batch_id.bytes + b"".join(map(text, (quantity, uom, "Cải ngọt", "CN-1")))


def _ids(ids: Sequence[UUID]) -> bytes:
    return b"".join(one.bytes for one in ids)


def moment(at: datetime | None) -> bytes:
    at = at or datetime.now(UTC)
    quarters = int(HERE / slips.QUARTER)
    return int(at.timestamp()).to_bytes(4) + quarters.to_bytes(1, signed=True)


def text(said: str) -> bytes:
    return len(said.encode()).to_bytes(1) + said.encode()


def counted(parts: Any) -> bytes:
    parts = list(parts)
    return len(parts).to_bytes(1) + b"".join(parts)
