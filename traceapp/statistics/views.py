"""The page of statistics and its tables as CSV; counted at most once in five minutes a process."""

from datetime import UTC, datetime, timedelta

from flask import Blueprint, Response, current_app, render_template

from traceapp import problem
from traceapp.statistics import bars, queries
from traceapp.statistics.queries import Counted
from traceapp.statistics.tables import shown, tables
from traceapp.web import csv_text
from traceapp.web.access import public

KEPT, LASTS = "statistics", timedelta(minutes=5)

blueprint = Blueprint("statistics", __name__, template_folder="templates")


@blueprint.get("/statistics")
@public
def show_statistics() -> str:
    """Show every table with its drawing."""
    found = counted(datetime.now(UTC))
    return render_template(
        "statistics/page.html", counted=found, tables=tables(found), draw=bars.draw, shown=shown
    )


@blueprint.get("/statistics/<name>.csv")
@public
def download_table(name: str) -> Response:
    """Give one table as a file. Raises NotFound for a name of none."""
    told = {table.name: table for table in tables(counted(datetime.now(UTC)))}
    if name not in told:
        raise problem.NotFound
    table = told[name]
    response = Response(
        "".join(csv_text.lines(list(table.heads), (list(row) for row in table.rows))),
        content_type=csv_text.MEDIA_TYPE,
    )
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def counted(now: datetime) -> Counted:
    """Give what was counted in the last five minutes, or count."""
    kept: Counted | None = current_app.extensions.get(KEPT)
    if kept is None or not timedelta() <= now - kept.at < LASTS:
        kept = current_app.extensions[KEPT] = queries.count(now)
    return kept
