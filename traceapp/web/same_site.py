"""Forms are taken from our own pages only, without a cookie or a token.

Browsers say where a form was sent from: `Sec-Fetch-Site`, or in older ones `Origin`. A program
that says neither carries nobody's sign-in with it, so there is nothing to misuse.
"""

from urllib.parse import urlsplit

from flask import request

from traceapp import problem
from traceapp.web.settings import settings

OURS = frozenset({"same-origin", "none"})


def refuse_other_sites() -> None:
    """Raise BadRequest for a form that a page of another site sent."""
    fetched_from = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if fetched_from is not None:
        sent_by_us = fetched_from in OURS
    else:
        sent_by_us = origin is None or urlsplit(origin).netloc in _our_hosts()
    if not sent_by_us:
        raise problem.BadRequest(
            findings=[
                problem.Finding(
                    "",
                    "same_site",
                    problem.N_("This form was sent from a page of another site."),
                    problem.N_("Open the form here, on this site, and send it from there."),
                )
            ]
        )


def _our_hosts() -> set[str]:
    return {request.host, urlsplit(settings().public_url).netloc}
