"""Encrypting a message for one browser: RFC 8291 over the aes128gcm coding of RFC 8188. Pure.

The push service that carries a message cannot read it; every message has a key pair of its own.
"""

import secrets
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

POINT_BYTES, AUTH_BYTES, SALT_BYTES = 65, 16, 16
RECORD_BYTES = 4096
"""The whole message is one record; push services take no more than this (RFC 8030, 7.2)."""
MOST_BYTES = RECORD_BYTES - 16 - 1 - (SALT_BYTES + 4 + 1 + POINT_BYTES)
"""Of plain text: what the tag, the delimiter and the header leave of it."""
_LAST_RECORD = b"\x02"


@dataclass(frozen=True, slots=True)
class Recipient:
    """What a browser told when it subscribed: its public key, and a secret of 16 bytes."""

    key: bytes
    auth: bytes


def encrypt(
    plain: bytes,
    to: Recipient,
    *,
    length: int = 0,
    salt: bytes | None = None,
    own: ec.EllipticCurvePrivateKey | None = None,
) -> bytes:
    """Give the body of a message; padded to `length`, so that its size tells nothing.

    `salt` and `own` are for the example of the standard. Raises ValueError for a key that is no
    point of P-256, and for a text that is too long.
    """
    if len(to.auth) != AUTH_BYTES or len(plain) > MOST_BYTES:
        raise ValueError("the secret has 16 bytes, a message at most one record")
    salt = salt or secrets.token_bytes(SALT_BYTES)
    own = own or ec.generate_private_key(ec.SECP256R1())
    own_key = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = own.exchange(ec.ECDH(), point(to.key))
    keyed = _derived(shared, to.auth, b"WebPush: info\0" + to.key + own_key, 32)
    key = _derived(keyed, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(keyed, salt, b"Content-Encoding: nonce\0", 12)
    padded = (plain + _LAST_RECORD).ljust(min(length, MOST_BYTES) + 1, b"\0")
    head = salt + RECORD_BYTES.to_bytes(4, "big") + bytes([len(own_key)]) + own_key
    return head + AESGCM(key).encrypt(nonce, padded, None)


def point(given: bytes) -> ec.EllipticCurvePublicKey:
    """Read the public key of a browser. Raises ValueError."""
    if len(given) != POINT_BYTES:
        raise ValueError("an uncompressed point has 65 bytes")
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), given)


def _derived(secret: bytes, salt: bytes, info: bytes, size: int) -> bytes:
    return HKDF(SHA256(), size, salt=salt, info=info).derive(secret)
