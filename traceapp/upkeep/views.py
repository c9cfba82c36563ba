"""Routes of this room: what Prometheus reads, for this machine or with the token only."""

import hmac
from datetime import UTC, datetime

from flask import Blueprint, Response, request
from prometheus_client import CONTENT_TYPE_LATEST

from traceapp import problem
from traceapp.upkeep import metrics
from traceapp.web.access import is_on_this_machine, public
from traceapp.web.settings import settings

blueprint = Blueprint("upkeep", "traceapp.upkeep")


@blueprint.get("/metrics")
@public
def show_metrics() -> Response:
    """Give the metrics; to everybody else this page does not exist."""
    if not (is_on_this_machine() or _brings_the_token()):
        raise problem.NotFound
    response = Response(metrics.text(datetime.now(UTC)), content_type=CONTENT_TYPE_LATEST)
    response.headers["Cache-Control"] = "no-store"
    return response


def _brings_the_token() -> bool:
    token = settings().metrics_token
    if token is None:
        return False
    shown = request.headers.get("Authorization", "").encode()
    return hmac.compare_digest(shown, f"Bearer {token}".encode())
