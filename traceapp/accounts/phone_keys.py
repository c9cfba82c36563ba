"""The keys by which phones sign slips of hand-overs. Callers own the transaction."""

import base64
import binascii
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from sqlalchemy import select

from traceapp.accounts.models import PhoneKey
from traceapp.database.engine import db

LETTERS = 87  # of a key in base64url without padding
MOST = 20  # of one phone: it makes another only when its storage was lost

Key = tuple[UUID, UUID]


class KeyFault(ValueError):  # noqa: N818 - what is wrong with a key
    """What a phone calls its key is none."""


def read(text: str) -> bytes:
    """Read a public key: an uncompressed point of P-256 in base64url. Raises KeyFault."""
    try:
        key = base64.b64decode(text + "=", altchars=b"-_", validate=True)
        _point(key)
    except (binascii.Error, ValueError) as error:
        raise KeyFault from error
    return key


def note(phone: Key, key: bytes, *, now: datetime) -> bool:
    """Keep a key of a phone; False where it is known, or the phone has had too many."""
    known = keys_of(phone)
    if key in known or len(known) >= MOST:
        return False
    db.session.add(PhoneKey(producer_id=phone[0], phone_id=phone[1], public_key=key, told_at=now))
    db.session.flush()
    return True


def keys_of(phone: Key) -> frozenset[bytes]:
    """Give the keys that a phone has told."""
    query = select(PhoneKey.public_key).where(
        PhoneKey.producer_id == phone[0], PhoneKey.phone_id == phone[1]
    )
    return frozenset(bytes(key) for key in db.session.scalars(query))


def is_signed(keys: Iterable[bytes], content: bytes, signature: bytes) -> bool:
    """Tell whether one of these keys signed it: ECDSA over SHA-256, as browsers write it."""
    half = len(signature) // 2
    parts = (int.from_bytes(signature[:half]), int.from_bytes(signature[half:]))
    der = encode_dss_signature(*parts)
    return any(_verifies(key, content, der) for key in keys)


def _verifies(key: bytes, content: bytes, der: bytes) -> bool:
    try:
        _point(key).verify(der, content, ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def _point(key: bytes) -> EllipticCurvePublicKey:
    return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), key)
