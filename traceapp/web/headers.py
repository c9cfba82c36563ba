"""Security headers, the same on every answer; a room may widen its own content policy.

What is for signed-in people only is kept by no cache, whatever the view forgot to say.
"""

import ipaddress
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, request

from traceapp.config import LOOPBACK_HOSTS
from traceapp.web.access import ACCESS_MARK
from traceapp.web.settings import settings

# Everything is refused but what a room names; inline only a style or script it names by its hash.
POLICY: dict[str, str] = {
    "default-src": "'none'",
    "img-src": "'self'",
    "style-src": "'self'",
    "script-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
# What a page may use of the phone; a page that needs more says so for itself alone.
PERMISSIONS = {"camera": "(self)", "geolocation": "(self)", "microphone": "()"}


def permissions(**allowed: str) -> str:
    """Write what a page may use, with some of it replaced: `permissions(microphone="(self)")`."""
    return ", ".join(f"{name}={whom}" for name, whom in (PERMISSIONS | allowed).items())


HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": permissions(),
}


def policy(**sources: str) -> str:
    """Write the policy with some directives replaced: `policy(style_src="'sha256-...'")`."""
    directives = POLICY | {name.replace("_", "-"): value for name, value in sources.items()}
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def use_policy(**sources: str) -> None:
    """Replace some directives for the answer to this request."""
    g.content_policy = policy(**sources)


def init_app(app: Flask) -> None:
    """Put the headers on every answer."""
    app.after_request(_add_headers)


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", g.get("content_policy") or policy())
    if _is_reached_by_https():
        response.headers.setdefault(
            "Strict-Transport-Security", "max-age=31536000; includeSubDomains"
        )
    if _is_for_some_only() and "no-store" not in response.headers.get("Cache-Control", ""):
        response.headers["Cache-Control"] = "private, no-store"
    return response


def _is_reached_by_https() -> bool:
    """Tell it by the address that is printed: a proxy may ask us over plain http.

    An address without a name, as phones on the same network use, must stay reachable by http.
    """
    url = urlsplit(settings().public_url)
    host = url.hostname or ""
    return url.scheme == "https" and host not in LOOPBACK_HOSTS and not _is_number(host)


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_for_some_only() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, ACCESS_MARK, "public") != "public"
