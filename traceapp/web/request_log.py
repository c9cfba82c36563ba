"""One line a request: method, route, status, milliseconds. No personal data, no tokens."""

import logging
import sys
import time

import structlog
from flask import Flask, Response, g, request

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
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
    )
    app.before_request(_start)
    app.after_request(_finish)


def _start() -> None:
    g.started = time.perf_counter()


def _finish(response: Response) -> Response:
    # The route's pattern, not the path: a path may hold a private link.
    log.info(
        "request",
        method=request.method,
        route=str(request.url_rule) if request.url_rule else None,
        status=response.status_code,
        milliseconds=round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1),
    )
    return response
