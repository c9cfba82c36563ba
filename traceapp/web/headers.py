"""Security headers, the same on every answer; a room may widen its own content policy."""

from flask import Flask, Response, g, request

# Everything is refused but what a room names; no inline style or script runs anywhere.
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
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
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
    if request.is_secure:
        response.headers.setdefault(
            "Strict-Transport-Security", "max-age=31536000; includeSubDomains"
        )
    return response
