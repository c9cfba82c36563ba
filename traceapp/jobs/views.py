"""Routes of this room, in the order of the page."""

from datetime import UTC, datetime
from http import HTTPStatus

from flask import Blueprint, Response, jsonify
from sqlalchemy.exc import SQLAlchemyError

from traceapp.database.engine import db
from traceapp.jobs import queries
from traceapp.web.access import public

blueprint = Blueprint("jobs", "traceapp.jobs", template_folder="templates")


@blueprint.get("/healthz")
@public
def health() -> Response:
    """Tell machines whether the database answers and the worker keeps up."""
    try:
        worker = queries.worker_state(datetime.now(UTC))
    except SQLAlchemyError:
        return _health("down", "late", HTTPStatus.SERVICE_UNAVAILABLE)
    return _health("ok", worker, HTTPStatus.OK)


def _health(status: str, worker: str, code: HTTPStatus) -> Response:
    response = jsonify(status=status, database=db.engine.dialect.name, worker=worker)
    response.status_code = code
    response.headers["Cache-Control"] = "no-store"
    return response
