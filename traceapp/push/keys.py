"""The key pair by which push services know this installation; it follows from SECRET_KEY."""

from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import ec
from flask import current_app

from traceapp.accounts.security import derived_key
from traceapp.producers.queries import operator_of_this
from traceapp.push import identification
from traceapp.web.settings import settings

PURPOSES = (b"push 1", b"push 2")  # together twice as long as the key, so that none is likelier


def public_key() -> str:
    """Give what browsers are told, so that nobody else can send to them."""
    return identification.told_key(_key())


def authorization(endpoint: str, *, now: datetime) -> str:
    """Give the header by which a push service knows us and may write to us."""
    operator = operator_of_this()
    mail = operator.email if operator is not None else None
    contact = f"mailto:{mail}" if mail else settings().public_url
    return identification.authorization(_key(), endpoint, contact, now=now)


def _key() -> ec.EllipticCurvePrivateKey:
    secret = b"".join(derived_key(current_app, purpose) for purpose in PURPOSES)
    return identification.key_from(secret)
