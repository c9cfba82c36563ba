"""One line a request: method, route, status, milliseconds. No personal data, no tokens."""

import logging
import sys
import time

import structlog
from flask import Flask, Response, g, request

from traceapp.web import meters

# A method is free text of whoever asks.
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
log = structlog.get_logger(__name__)


def init_app(app: Flask) -> None:
    """Write structured lines to standard error and measure each request."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        # Standard error as it is when a line is written: it may be another one by then.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )
    app.before_request(_start)
    app.after_request(_finish)


def _start() -> None:
    g.started = time.perf_counter()


def _finish(response: Response) -> Response:
    # The route's pattern, not the path: a path may hold a private link.
    route = str(request.url_rule) if request.url_rule else None
    now = time.perf_counter()
    seconds = now - g.get("started", now)
    log.info(
        "request",
        method=_known(request.method),
        route=route,
        status=response.status_code,
        milliseconds=round(seconds * 1000, 1),
    )
    meters.count_request(route, _known(request.method), response.status_code, seconds)
    return response


def _known(method: str) -> str:
    return method if method in METHODS else "other"
