"""Asking for the password again before a factor changes: an open browser is not yet its owner."""

from datetime import timedelta
from urllib.parse import urlencode

from flask import redirect, session
from flask_security.utils import check_and_update_authn_fresh, set_request_attr
from werkzeug.exceptions import HTTPException

FRESH_FOR = timedelta(minutes=15)
GRACE = timedelta(minutes=5)  # longer while someone is in the middle of it
SINCE = "fs_paa"  # Flask-Security's name for: when the password was last proven


def is_fresh() -> bool:
    """Tell whether the one who asks has proven who they are a short while ago."""
    set_request_attr("fs_paa", session.get(SINCE, 0))
    return bool(check_and_update_authn_fresh(FRESH_FOR, GRACE))


def since() -> float:
    """Give when the one who asks last proved who they are, in seconds since 1970."""
    return float(session.get(SINCE, 0))


def require(then: str) -> None:
    """Lead whoever has not proven it lately to the page that asks for the password."""
    if not is_fresh():
        address = f"/account/confirm?{urlencode({'next': then})}"
        raise HTTPException(response=redirect(address, 303))
