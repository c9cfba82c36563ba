"""Secrets of webhooks, and the signature of a message, as Standard Webhooks (v1) writes it.

Secrets are kept encrypted under a key derived from SECRET_KEY, as those of second steps are.
"""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime

from cryptography.fernet import Fernet, InvalidToken
from flask import current_app

from traceapp.accounts.security import derived_key

PREFIX = "whsec_"
BYTES = 32
KEY = b"webhooks"


class UnreadableSecretError(Exception):
    """The secret was kept under another SECRET_KEY."""


def new_secret() -> str:
    """Make a secret as its owner writes it into a program."""
    return PREFIX + base64.b64encode(secrets.token_bytes(BYTES)).decode()


def kept_form(secret: str) -> str:
    """Give what the database keeps of a secret."""
    return _cipher().encrypt(secret.encode()).decode()


def secret_in(kept: str) -> str:
    """Read a secret back. Raises UnreadableSecretError."""
    try:
        return _cipher().decrypt(kept.encode()).decode()
    except InvalidToken:
        raise UnreadableSecretError from None


def headers(secret: str, message_id: str, body: bytes, *, now: datetime) -> dict[str, str]:
    """Give the headers of a message; the signature is over its id, the time and the body."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    second = str(int(now.timestamp()))
    signed = f"{message_id}.{second}.".encode() + body
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": second,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def _cipher() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(derived_key(current_app, KEY)))
