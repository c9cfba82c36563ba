"""Who asks: each route says whom it answers; a stranger gets 404.

Routes of signed-in people carry `@may` instead, one room up: `accounts.access`.
"""

import functools
import hmac
from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast
from urllib.parse import urlencode

from flask import Flask, Response, redirect, request

from traceapp import problem
from traceapp.config import LOOPBACK_HOSTS
from traceapp.web.settings import settings

P = ParamSpec("P")
R = TypeVar("R")

ACCESS_MARK = "__traceapp_access__"
SECRET_COOKIE = "demo_secret"  # noqa: S105 - the cookie's name
SECRET_PARAMETER = "demo_secret"  # noqa: S105 - the name in the address
# By these a proxy or tunnel says for whom it asks; each product writes others of its family.
FORWARDING_HEADERS = frozenset({"forwarded", "via", "x-real-ip", "true-client-ip"})
FORWARDING_FAMILIES = ("x-forwarded-", "x-client-", "cf-")


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a view that answers everybody."""
    setattr(view, ACCESS_MARK, "public")
    return view


def demo_door(view: Callable[P, R]) -> Callable[P, R]:
    """Answer the visitor of the demo only: on this machine, or with the demo secret."""

    @functools.wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if not is_demo_visitor():
            raise problem.NotFound
        return view(*args, **kwargs)

    setattr(guarded, ACCESS_MARK, "demo_door")
    return guarded


def is_demo_visitor() -> bool:
    """Tell whether the reader may use the doors of the demo."""
    config = settings()
    if not config.demo:
        return False
    return is_on_this_machine() or _knows(config.demo_secret)


def is_on_this_machine() -> bool:
    """Tell whether the reader came from this machine itself, past no proxy."""
    # A proxy on this machine also calls from loopback: then the name asked for is not ours, or
    # the proxy says for whom it asks.
    return (
        request.remote_addr in LOOPBACK_HOSTS
        and request.host.rsplit(":", 1)[0] in LOOPBACK_HOSTS
        and not any(_is_forwarding(name.lower()) for name, _text in request.headers)
    )


def _is_forwarding(header: str) -> bool:
    return header in FORWARDING_HEADERS or header.startswith(FORWARDING_FAMILIES)


def _knows(secret: str | None) -> bool:
    if secret is None:
        return False
    shown = request.args.get(SECRET_PARAMETER) or request.cookies.get(SECRET_COOKIE) or ""
    return hmac.compare_digest(shown.encode(), secret.encode())


def init_app(app: Flask) -> None:
    """Let templates ask whether to show the doors of the demo, and keep a secret that was right."""
    app.jinja_env.globals.update(is_demo_visitor=is_demo_visitor, settings=settings)
    app.before_request(_move_secret_into_cookie)


def _move_secret_into_cookie() -> Response | None:
    """Take a right secret out of the address, where it would be copied and logged."""
    shown = request.args.get(SECRET_PARAMETER)
    secret = settings().demo_secret
    if shown is None or secret is None or request.method != "GET" or not _knows(secret):
        return None
    others = {name: text for name, text in request.args.items() if name != SECRET_PARAMETER}
    response = redirect(f"{request.path}?{urlencode(others)}" if others else request.path)
    response.set_cookie(
        SECRET_COOKIE, shown, httponly=True, samesite="Lax", secure=request.is_secure
    )
    response.headers["Cache-Control"] = "no-store"
    return cast("Response", response)
