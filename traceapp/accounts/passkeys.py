"""Passkeys (WebAuthn Level 2): keys of a phone or computer that prove a person and a site at once.

Each asks its owner for a finger, face or PIN, so that it counts as both factors. Callers own the
transaction.
"""

import json
from datetime import datetime
from typing import Any, cast
from urllib.parse import urlsplit

import webauthn
from flask import request, session
from flask_security.proxies import _security
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from traceapp.accounts import factors
from traceapp.accounts.models import Account, Passkey
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.web.settings import settings

CHALLENGE = "passkey_challenge"
VERIFIED = UserVerificationRequirement.REQUIRED
LONGEST_NAME = 40
BOTH_FACTORS = "first"

Options = dict[str, Any]


def registration_options(account: Account) -> Options:
    """Give what the browser needs to make a passkey for this account."""
    if account.fs_webauthn_user_handle is None:
        _security.datastore.set_webauthn_user_handle(account)
        db.session.flush()
    handle = account.fs_webauthn_user_handle
    options = webauthn.generate_registration_options(
        rp_id=_host(),
        rp_name=_host(),
        user_name=account.sign_in_name,
        user_id=str(handle).encode(),
        challenge=_new_challenge(),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=VERIFIED
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=key.credential_id) for key in factors.passkeys(account)
        ],
    )
    return dict(json.loads(webauthn.options_to_json(options)))


def register(account: Account, credential: object, name: str, now: datetime) -> bool:
    """Keep the passkey a browser has made; False where the answer does not hold."""
    challenge = _take_challenge()
    if challenge is None or not isinstance(credential, dict):
        return False
    try:
        made = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=_host(),
            expected_origin=_origin(),
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError):
        return False
    if _security.datastore.find_webauthn(credential_id=made.credential_id) is not None:
        return False
    db.session.add(
        Passkey(
            passkey_id=new_id(),
            account_id=account.account_id,
            credential_id=made.credential_id,
            public_key=made.credential_public_key,
            sign_count=made.sign_count,
            transports=[],
            backup_state=made.credential_backed_up,
            device_type=made.credential_device_type.value,
            extensions=None,
            create_datetime=now,
            lastuse_datetime=now,
            name=name[:LONGEST_NAME],
            usage=BOTH_FACTORS,
        )
    )
    db.session.flush()
    return True


def sign_in_options() -> Options:
    """Give what the browser needs to offer its passkeys; the site names no account."""
    options = webauthn.generate_authentication_options(
        rp_id=_host(), challenge=_new_challenge(), user_verification=VERIFIED
    )
    return dict(json.loads(webauthn.options_to_json(options)))


def account_proven_by(credential: object, now: datetime) -> Account | None:
    """Give the account whose passkey answered the challenge; None where it did not."""
    challenge = _take_challenge()
    if challenge is None or not isinstance(credential, dict):
        return None
    key = _key_of(credential)
    account = db.session.get(Account, key.account_id) if key else None
    if key is None or account is None or not account.active:
        return None
    try:
        proven = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=_host(),
            expected_origin=_origin(),
            credential_public_key=key.public_key,
            credential_current_sign_count=key.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError):
        return None
    key.sign_count, key.lastuse_datetime = proven.new_sign_count, now
    db.session.flush()
    return account


def _key_of(credential: dict[str, Any]) -> Passkey | None:
    raw = credential.get("rawId")
    if not isinstance(raw, str):
        return None
    try:
        wanted = base64url_to_bytes(raw)
    except ValueError:
        return None
    return cast("Passkey | None", _security.datastore.find_webauthn(credential_id=wanted))


def _new_challenge() -> bytes:
    challenge = _security.webauthn_util.generate_challenge().encode()
    session[CHALLENGE] = bytes_to_base64url(challenge)
    return bytes(challenge)


def _take_challenge() -> bytes | None:
    kept = session.pop(CHALLENGE, None)
    return base64url_to_bytes(kept) if isinstance(kept, str) else None


def _origin() -> str:
    """Give the site as the browser names it; on a test machine, whatever it was called by."""
    config = settings()
    site = urlsplit(config.public_url if config.is_open_to_the_world else request.host_url)
    return f"{site.scheme}://{site.netloc}"


def _host() -> str:
    return urlsplit(_origin()).hostname or ""
