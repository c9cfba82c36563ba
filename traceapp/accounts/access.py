"""Which routes are for signed-in people: `@may(Act...)`. Whoever may not is answered 404.

A stranger is led to the sign-in page, or told 401 where programs ask.
"""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar
from urllib.parse import urlencode

from flask import Flask, Response, redirect, request
from flask_wtf.csrf import generate_csrf, validate_csrf
from markupsafe import Markup
from werkzeug.exceptions import HTTPException
from wtforms import ValidationError as BadToken

from traceapp import problem
from traceapp.accounts.acts import Act
from traceapp.accounts.factors import must_have
from traceapp.accounts.visitor import Visitor, note_seen, sent_away_by, visitor
from traceapp.problem.phones import PhoneRevoked
from traceapp.web.access import ACCESS_MARK
from traceapp.web.settings import settings

P = ParamSpec("P")
R = TypeVar("R")

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
SECOND_FACTOR_PAGE = "/account/second-factor"
CSRF_FIELD = "csrf_token"
CSRF_HEADER = "X-CSRF-Token"


def may(act: Act) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Answer only members who may do this; the view finds them by `member()`."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            require(act)
            return view(*args, **kwargs)

        setattr(guarded, ACCESS_MARK, act)
        return guarded

    return decorate


def member() -> Visitor:
    """Give the member who asks. Raises NotFound for a stranger."""
    found = visitor()
    if found is None:
        raise problem.NotFound
    return found


def require(act: Act) -> None:
    """Raise unless the one who asks may do this, and sent the form from our own page."""
    found = visitor()
    if found is None:
        _turn_away()
    elif not found.has_token:
        _check_session(found, act)
    elif not request.path.startswith("/api/"):
        raise problem.NotFound  # a token is for the interface alone
    elif found.scope == "read" and request.method not in SAFE:
        raise problem.TokenMayOnlyRead
    if found is None or not found.may(act):
        raise problem.NotFound


def _check_session(found: Visitor, act: Act) -> None:
    if request.path.startswith("/api/"):
        raise problem.SignInNeeded  # a session is for people; programs carry a token
    if lacks_second_factor(found) and act is not Act.MANAGE_OWN_ACCOUNT:
        if request.method not in SAFE:
            raise problem.SecondFactorNeeded
        raise HTTPException(response=redirect(SECOND_FACTOR_PAGE, code=303))
    if request.method not in SAFE:
        check_form()


def lacks_second_factor(found: Visitor) -> bool:
    """Tell whether this member must prove a second factor here and has not."""
    return (
        settings().is_open_to_the_world
        and must_have(found.roles, found.kinds)
        and not found.is_second_factor_proven
    )


def _turn_away() -> None:
    if producer := sent_away_by():
        raise PhoneRevoked(producer=producer)
    if request.path.startswith("/api/") or request.method not in SAFE:
        raise problem.SignInNeeded
    here = request.full_path.rstrip("?")
    raise HTTPException(response=redirect(f"/sign-in?{urlencode({'next': here})}", code=303))


def check_form() -> None:
    """Raise FormExpired unless the form carries the token of this session."""
    try:
        validate_csrf(request.headers.get(CSRF_HEADER) or request.form.get(CSRF_FIELD))
    except BadToken as error:
        raise problem.FormExpired from error


def csrf_field() -> Markup:
    """Draw the hidden field that every form of a signed-in person carries."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(CSRF_FIELD, generate_csrf())


def init_app(app: Flask) -> None:
    """Give templates the one who asks, what they may, and the hidden field."""
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", None)
    app.jinja_env.globals.update(
        visitor=visitor, csrf_field=csrf_field, csrf_token=generate_csrf, Act=Act
    )
    app.after_request(_note_seen)


def _note_seen(response: Response) -> Response:
    note_seen()
    return response
