"""The keys of a browser that push messages are encrypted for, and how it reads them.

Written from RFC 8291 and RFC 8188 by themselves: HKDF is spelled out with HMAC, and nothing of
`traceapp.push` is used.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Self

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


@dataclass(frozen=True)
class BrowserKeys:
    """What `PushManager.subscribe()` makes: a key pair, and a secret it shares with the server."""

    private: ec.EllipticCurvePrivateKey
    auth: bytes

    @classmethod
    def made(cls) -> Self:
        return cls(ec.generate_private_key(ec.SECP256R1()), secrets.token_bytes(16))

    @property
    def public(self) -> bytes:
        key = self.private.public_key()
        return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def read(self, body: bytes) -> bytes:
        """Read a message of one record."""
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        sender, record = body[21 : 21 + length], body[21 + length :]
        assert len(record) <= size
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        shared = self.private.exchange(ec.ECDH(), public)
        first = _mac(_mac(self.auth, shared), b"WebPush: info\0" + self.public + sender + b"\1")
        keyed = _mac(salt, first)
        key = _mac(keyed, b"Content-Encoding: aes128gcm\0\1")[:16]
        nonce = _mac(keyed, b"Content-Encoding: nonce\0\1")[:12]
        padded = AESGCM(key).decrypt(nonce, record, None).rstrip(b"\0")
        assert padded[-1:] == b"\2"  # the delimiter of the last record
        return padded[:-1]


def _mac(key: bytes, text: bytes) -> bytes:
    return hmac.new(key, text, hashlib.sha256).digest()
