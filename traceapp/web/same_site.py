"""Writing requests are taken from our own pages only, whatever else they carry.

Browsers say where a form was sent from: `Sec-Fetch-Site`, or in older ones `Origin`. A program
that says neither carries nobody's sign-in with it, so there is nothing to misuse.
"""

from urllib.parse import urlsplit

from flask import Flask, request

from traceapp import problem
from traceapp.web.settings import settings

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
OURS = frozenset({"same-origin", "none"})


def init_app(app: Flask) -> None:
    """Ask of every request that could change something where it was sent from."""
    app.before_request(refuse_other_sites)


def refuse_other_sites() -> None:
    """Raise CrossSite for a writing request that a page of another site sent."""
    if request.method in SAFE:
        return
    fetched_from = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if fetched_from is not None:
        sent_by_us = fetched_from in OURS
    else:
        sent_by_us = origin is None or urlsplit(origin).netloc in _our_hosts()
    if not sent_by_us:
        raise problem.CrossSite


def _our_hosts() -> set[str]:
    return {request.host, urlsplit(settings().public_url).netloc}
