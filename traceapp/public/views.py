"""Routes of this room: the first page.

Reports of a problem are in `report_views`, what browsers and crawlers ask for by fixed names in
`shell_views`, the phone app in `app_views`, the page behind a code in `code_views`, that of a
producer in `producer_views`.
"""

from datetime import UTC, datetime

from flask import Blueprint, Response, current_app, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from traceapp.gs1.digital_link import format_path, parse_typed
from traceapp.gs1.errors import InvalidKey
from traceapp.producers.queries import has_operator
from traceapp.public import (
    app_views,
    fair_views,
    producer_views,
    programme_views,
    report_views,
    shell_views,
)
from traceapp.public.samples import samples
from traceapp.web.access import is_demo_visitor, public
from traceapp.web.headers import use_policy
from traceapp.web.pages import media_sources
from traceapp.web.problems import wants_json
from traceapp.web.settings import settings

blueprint = Blueprint("public", "traceapp.public", template_folder="templates")
DEMO_IS_STALE = (
    "traceapp.demo_is_stale"  # the demo stands above this room; app.py puts its word here
)

blueprint.register_blueprint(report_views.blueprint)
blueprint.register_blueprint(shell_views.blueprint)
blueprint.register_blueprint(app_views.blueprint)
blueprint.register_blueprint(producer_views.blueprint)
blueprint.register_blueprint(programme_views.blueprint)
blueprint.register_blueprint(fair_views.blueprint)


@blueprint.get("/")
@public
def start() -> Response:
    """Show the first page: a field for a code, the camera, and in the demo its doors."""
    return _start_page("", None)


@blueprint.get("/find")
@public
def find() -> AnyResponse:
    """Lead from a typed code or pasted link to its page, or back with what is wrong with it."""
    typed = request.args.get("code", "")
    try:
        return redirect("/" + format_path(parse_typed(typed)))
    except InvalidKey as error:
        if wants_json():
            raise
        return _start_page(typed, error)


def _start_page(typed: str, error: InvalidKey | None) -> Response:
    use_policy(img_src=media_sources())
    in_demo = is_demo_visitor()
    page = render_template(
        "public/start.html",
        typed=typed,
        error=error,
        is_empty=not settings().demo and not has_operator(),
        samples=samples() if in_demo else [],
        is_stale=in_demo and current_app.extensions[DEMO_IS_STALE](datetime.now(UTC)),
    )
    response = Response(page, 200 if error is None else 400)
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.update({"Accept-Language", "Cookie"})
    return response
