"""The description for programs, and the same as a page for people."""

from flask import Blueprint, Response, current_app, jsonify, render_template

from traceapp.api import reference
from traceapp.web.access import public

blueprint = Blueprint("reference", "traceapp.api", template_folder="templates")

DESCRIBE = "describe_the_interface"
KEPT = "public, max-age=300"


@blueprint.get("/api/openapi.json")
@public
def openapi() -> Response:
    """Give the OpenAPI document."""
    response = jsonify(current_app.extensions[DESCRIBE]())
    response.headers["Cache-Control"] = KEPT
    response.add_etag()
    return response


@blueprint.get("/api/docs")
@public
def docs() -> str:
    """Show the description as a page."""
    return render_template("api/docs.html", page=reference.page(current_app.extensions[DESCRIBE]()))
