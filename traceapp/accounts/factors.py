"""Second factors of an account: an app with one-time passwords, recovery codes, passkeys.

Callers own the transaction.
"""

from collections.abc import Set as AbstractSet
from datetime import datetime
from uuid import UUID

from flask_security.proxies import _security
from sqlalchemy import select

from traceapp.accounts import auth_log, sessions
from traceapp.accounts.acts import OFFICIALS
from traceapp.accounts.lifetimes import OFFICES
from traceapp.accounts.models import Account, Passkey
from traceapp.accounts.own_acts import OwnAct, note_own
from traceapp.database.engine import db

APP = "authenticator"
CLOCK_SKEW_S = 30  # a phone's clock may be one code behind or ahead


def must_have(roles: AbstractSet[str], kinds: AbstractSet[str]) -> bool:
    """Tell whether such a member needs a second factor, where the world can reach the site."""
    return bool(roles & OFFICIALS) or ("owner" in roles and bool(kinds & OFFICES))


def is_worth_offering(account: Account, roles: AbstractSet[str]) -> bool:
    """Tell whether to offer a second step: to owners who have none and did not decline."""
    return "owner" in roles and account.second_step_put_off_at is None and not has_any(account)


def has_any(account: Account) -> bool:
    """Tell whether signing in with the password asks for more."""
    return has_app(account) or bool(passkeys(account))


def has_app(account: Account) -> bool:
    """Tell whether an app on a phone shows codes for this account."""
    return account.tf_primary_method == APP and account.tf_totp_secret is not None


def passkeys(account: Account) -> list[Passkey]:
    """Give the passkeys of an account, oldest first."""
    of_account = select(Passkey).where(Passkey.account_id == account.account_id)
    return list(db.session.scalars(of_account.order_by(Passkey.create_datetime)))


def new_secret() -> str:
    """Make the secret of an app, encrypted; nothing is set up until a code of it came back."""
    secret: str = _security.totp_factory.generate_totp_secret()
    return secret


def written(secret: str, account: Account) -> tuple[str, str]:
    """Give a secret as an address for a QR symbol, and as letters to type."""
    factory = _security.totp_factory
    return (
        factory.get_totp_uri(account.sign_in_name, secret),
        factory.get_totp_pretty_key(secret),
    )


def set_up_app(
    account: Account, secret: str, code: str, *, device_id: UUID | None, now: datetime
) -> bool:
    """Take the app into use if the code is right; other sessions of the account end."""
    if not _is_right(account, secret, code):
        return False
    _security.datastore.tf_set(account, APP, totp_secret=secret)
    changed(account, "app_set_up", device_id=device_id, now=now)
    return True


def remove_app(account: Account, *, device_id: UUID | None, now: datetime) -> None:
    """Take the app out of use, if there is one; with the last factor go the recovery codes."""
    if not has_app(account):
        return
    _security.datastore.tf_reset(account)
    account.tf_last_counter = None
    changed(account, "app_removed", device_id=device_id, now=now)


def remove_passkey(
    account: Account, passkey_id: UUID, *, device_id: UUID | None, now: datetime
) -> str | None:
    """Forget a passkey; gives its name, None where the account has no such."""
    found = db.session.get(Passkey, passkey_id)
    if found is None or found.account_id != account.account_id:
        return None
    name = found.name
    db.session.delete(found)
    db.session.flush()
    changed(account, "passkey_removed", device_id=device_id, now=now)
    return name


def changed(account: Account, act: OwnAct, *, device_id: UUID | None, now: datetime) -> None:
    """End the other sessions; the one at hand has just proven the factor, if there is one."""
    if not has_any(account):
        account.mf_recovery_codes = None
    sessions.end_sessions(account.account_id, now, but=device_id)
    if device_id is not None:
        sessions.set_second_factor(device_id, is_proven=has_any(account))
    note_own(account.account_id, act, now)
    auth_log.decided("second_factor", "changed", account.account_id)
    db.session.flush()


def new_recovery_codes(account: Account, now: datetime) -> list[str]:
    """Make recovery codes in place of those before; they are shown now and never again."""
    codes: list[str] = _security.mf_recovery_codes_util.create_recovery_codes(account)
    note_own(account.account_id, "recovery_codes_made", now)
    return codes


def recovery_codes_left(account: Account) -> int:
    """Count the recovery codes that were not used yet."""
    return len(account.mf_recovery_codes or [])


def proves(account: Account, code: str) -> str | None:
    """Take a code of the app or a recovery code; gives which it was, None where it is no good."""
    lock = select(Account).where(Account.account_id == account.account_id).with_for_update()
    db.session.execute(lock.execution_options(populate_existing=True))
    digits = "".join(code.split())
    if digits.isascii() and digits.isdigit():
        secret = account.tf_totp_secret
        good = secret is not None and has_app(account) and _is_right(account, secret, digits)
        return "otp" if good else None
    kept = _security.mf_recovery_codes_util
    if not kept.check_recovery_code(account, code):
        return None
    kept.delete_recovery_code(account, code)
    return "recovery code"


def _is_right(account: Account, secret: str, code: str) -> bool:
    digits = "".join(code.split())
    factory = _security.totp_factory
    return bool(
        digits.isascii()
        and digits.isdigit()
        and factory.verify_totp(digits, secret, account, window=CLOCK_SKEW_S)
    )
