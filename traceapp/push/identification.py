"""Saying to a push service who sends: VAPID, RFC 8292. Pure."""

import base64
import json
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

LASTS = timedelta(hours=12)
"""At most 24 hours (section 2), less what the clocks of both sides may differ by."""
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_HALF = 32


def key_from(secret: bytes) -> ec.EllipticCurvePrivateKey:
    """Make the key pair that follows from a secret of 48 bytes or more, always the same."""
    number = int.from_bytes(secret, "big") % (_ORDER - 1) + 1
    return ec.derive_private_key(number, ec.SECP256R1())


def told_key(key: ec.EllipticCurvePrivateKey) -> str:
    """Give the public key as browsers and push services are told it."""
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return as_text(point)


def authorization(
    key: ec.EllipticCurvePrivateKey, endpoint: str, contact: str, *, now: datetime
) -> str:
    """Give the header of a message to an endpoint; `contact` begins with mailto: or https:."""
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((now + LASTS).timestamp()),
        "sub": contact,
    }
    signed = ".".join(_json(one) for one in ({"typ": "JWT", "alg": "ES256"}, claims))
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(SHA256())))
    signature = r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big")
    return f"vapid t={signed}.{as_text(signature)}, k={told_key(key)}"


def as_text(given: bytes) -> str:
    """Write bytes as base64url without padding, as all of Web Push does."""
    return base64.urlsafe_b64encode(given).rstrip(b"=").decode()


def as_bytes(text: str) -> bytes:
    """Read base64url, with or without padding. Raises ValueError."""
    if not text.isascii() or not set(text) <= _LETTERS:
        raise ValueError("no base64url")
    plain = text.rstrip("=")
    return base64.urlsafe_b64decode(plain + "=" * (-len(plain) % 4))


def _json(of: dict[str, object] | dict[str, str]) -> str:
    return as_text(json.dumps(of, separators=(",", ":")).encode())


_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=")
