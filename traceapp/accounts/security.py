"""Flask-Security set up over our tables: the engine of passwords, one-time passwords, freshness.

Its own pages are off: ours (`views` and the other files of that blueprint) stand on its functions.
It never commits, and looks at no session unless a page of ours asks: pages for everybody stay free
of cookies.
"""

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import Flask, current_app
from flask_login.utils import _user_context_processor
from flask_security import (
    MfRecoveryCodesUtil,
    RoleMixin,
    Security,
    SQLAlchemyUserDatastore,
    UserMixin,
)
from flask_security.proxies import _security
from flask_security.totp import Totp

from traceapp.accounts import names, visitor
from traceapp.accounts.lifetimes import LONGEST_SESSION
from traceapp.accounts.models import Account, Passkey
from traceapp.accounts.one_time_codes import plain_form, readable_code
from traceapp.accounts.passwords import SHORTEST
from traceapp.config import Config
from traceapp.database.engine import db

# OWASP Password Storage: argon2id, 19 MiB, two passes, one lane.
ARGON2 = {
    "argon2__memory_cost": 19 * 1024,
    "argon2__time_cost": 2,
    "argon2__parallelism": 1,
}
TOTP_KEY, RECOVERY_KEY = b"totp", b"recovery codes"
RECOVERY_GROUPS = 4


class Store(SQLAlchemyUserDatastore):
    """Accounts as Flask-Security reads and writes them; the house commits, at its edge."""

    def commit(self) -> None:
        """Send what was changed to the database, and leave the transaction open."""
        db.session.flush()


class OneTimePasswords(Totp):
    """One-time passwords of an app on the phone; each is taken once."""

    def generate_recovery_codes(self, number: int) -> list[str]:
        """Make codes to write down, of 80 random bits each."""
        return [readable_code(RECOVERY_GROUPS) for _ in range(number)]

    def get_last_counter(self, user: UserMixin) -> int | None:
        """Give the time step of the last code that was taken."""
        return cast("Account", user).tf_last_counter

    def set_last_counter(self, user: UserMixin, tmatch: Any) -> None:  # noqa: ANN401 - passlib's
        """Remember the time step of the code just taken."""
        cast("Account", user).tf_last_counter = tmatch.counter


class RecoveryCodes(MfRecoveryCodesUtil):
    """Codes for when the phone is lost: shown once, kept hashed under a key, taken once."""

    def check_recovery_code(self, user: UserMixin, code: str) -> bool:
        """Tell whether the code is one that was not used yet."""
        return kept_form(code) in (user.mf_recovery_codes or [])

    def delete_recovery_code(self, user: UserMixin, code: str) -> bool:
        """Use a code up."""
        codes: list[str] = user.mf_recovery_codes or []
        taken: bool = _security.datastore.mf_delete_recovery_code(
            user, codes.index(kept_form(code))
        )
        return taken

    def _encrypt_codes(self, codes: list[str]) -> list[str]:
        return [kept_form(code) for code in codes]


def kept_form(code: str) -> str:
    """Give what the database keeps of a recovery code."""
    key = derived_key(current_app, RECOVERY_KEY)
    return hmac.new(key, plain_form(code).encode(), hashlib.sha256).hexdigest()


def derived_key(app: Flask, purpose: bytes) -> bytes:
    """Derive a key from SECRET_KEY; another secret makes unreadable what was kept under it."""
    secret: str = app.config["SECRET_KEY"]
    return HKDF(SHA256(), 32, salt=None, info=b"traceapp " + purpose).derive(secret.encode())


def init_app(app: Flask, config: Config) -> None:
    """Set up Flask-Security without its pages."""
    is_https = config.public_url.startswith("https://")
    app.config.update({f"SECURITY_{name}": value for name, value in _settings(app).items()})
    app.config["SECURITY_TOTP_ISSUER"] = urlsplit(config.public_url).hostname
    app.config.update(
        SESSION_COOKIE_NAME="__Host-session" if is_https else "session",
        SESSION_COOKIE_SECURE=is_https,
        SESSION_COOKIE_PATH="/",
        SESSION_REFRESH_EACH_REQUEST=False,  # else every page would set a cookie again
    )
    app.config["PERMANENT_SESSION_LIFETIME"] = LONGEST_SESSION
    json = app.json
    security = Security(totp_cls=OneTimePasswords, mf_recovery_codes_util_cls=RecoveryCodes)
    security.init_app(app, Store(db, Account, RoleMixin, Passkey), register_blueprint=False)
    app.json = json  # Flask-Security would put a lenient reader in its place
    security.login_manager.user_loader(_account_of)
    _look_at_no_session(app, security)


def _settings(app: Flask) -> dict[str, Any]:
    return {
        "PASSWORD_HASH": "argon2",
        "PASSWORD_SCHEMES": ["argon2"],
        "PASSWORD_SINGLE_HASH": {"argon2"},
        "PASSWORD_HASH_PASSLIB_OPTIONS": ARGON2,
        "PASSWORD_LENGTH_MIN": SHORTEST,
        "PASSWORD_NORMALIZE_FORM": "NFC",
        "USER_IDENTITY_ATTRIBUTES": [
            {"sign_in_name": {"mapper": names.sign_in_name}},
            {"phone": {"mapper": names.phone_number}},
        ],
        "PHONE_REGION_DEFAULT": names.REGION,
        "RETURN_GENERIC_RESPONSES": True,
        "TWO_FACTOR": True,
        "TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "TOTP_SECRETS": {1: base64.b64encode(derived_key(app, TOTP_KEY)).decode()},
        "MULTI_FACTOR_RECOVERY_CODES": True,
        "MULTI_FACTOR_RECOVERY_CODES_N": 8,
        "API_ENABLED_METHODS": ["session"],
        "CLI_USERS_NAME": False,
        "CLI_ROLES_NAME": False,
        "DATETIME_FACTORY": lambda: datetime.now(UTC),
    }


def _account_of(uniquifier: str) -> Account | None:
    """Give Flask-Login the account behind our own session; nobody else is signed in."""
    found = visitor.visitor()
    if found is None or found.account_id is None:
        return None
    account = db.session.get(Account, found.account_id)
    return account if account is not None and account.fs_uniquifier == uniquifier else None


def _look_at_no_session(app: Flask, security: Security) -> None:
    """Take out what would read the session, and the account behind it, for every page drawn."""
    security.principal.identity_loaders.clear()
    app.after_request_funcs[None].remove(security.login_manager._update_remember_cookie)  # noqa: SLF001
    app.template_context_processors[None].remove(_user_context_processor)
