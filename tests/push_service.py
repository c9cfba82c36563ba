"""A push service: a real HTTPS server on this machine, which verifies who sends (RFC 8292)."""

import base64
import json
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from tests.browser_keys import BrowserKeys
from tests.receiver import Receiver, Taken


def verified(header: str, key: str) -> dict[str, Any]:
    """Give the claims of a header Authorization that was made with this key, told as text.

    Raises InvalidSignature.
    """
    scheme, _, rest = header.partition(" ")
    parts = dict(one.strip().split("=", 1) for one in rest.split(","))
    assert (scheme, sorted(parts)) == ("vapid", ["k", "t"])
    assert parts["k"] == key
    signed, _, signature = parts["t"].rpartition(".")
    head, claims = (json.loads(_bytes(part)) for part in signed.split("."))
    assert head["alg"] == "ES256"
    both = _bytes(signature)
    r, s = (int.from_bytes(half, "big") for half in (both[:32], both[32:]))
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes(key))
    public.verify(encode_dss_signature(r, s), signed.encode(), ec.ECDSA(SHA256()))
    assert isinstance(claims, dict)
    return claims


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Browser:
    """A browser that subscribed at a push service: what it told us, and what it reads."""

    service: Receiver
    name: str
    keys: BrowserKeys = field(default_factory=BrowserKeys.made)

    @property
    def endpoint(self) -> str:
        return f"https://localhost:{self.service.port}/send/{self.name}"

    def told(self, language: str = "vi") -> dict[str, Any]:
        """Give what `PushSubscription.toJSON()` says, with the reader's language."""
        keys = {"p256dh": _text(self.keys.public), "auth": _text(self.keys.auth)}
        return {"endpoint": self.endpoint, "keys": keys, "language": language}

    @property
    def taken(self) -> list[Taken]:
        return [one for one in self.service.taken if one.path == f"/send/{self.name}"]

    def read(self) -> list[dict[str, Any]]:
        """Give the messages that came, decrypted as the browser does."""
        return [json.loads(self.keys.read(one.body)) for one in self.taken]


def _text(given: bytes) -> str:
    return base64.urlsafe_b64encode(given).rstrip(b"=").decode()
