"""The public board: what is needed, where, until when. No prices; a name only where it was chosen.

Whoever sells reads at the desk which of their own lots would do.
"""

from datetime import UTC, datetime

from flask import Blueprint, render_template

from traceapp.purchasing import queries, words
from traceapp.web.access import public
from traceapp.web.pages import HANOI

blueprint = Blueprint("board", "traceapp.purchasing", template_folder="templates")


@blueprint.get("/board")
@public
def show_board() -> str:
    """Show the needs that are running or to come, those that end first first."""
    today = datetime.now(UTC).astimezone(HANOI).date()
    needs = queries.on_board(today)
    return render_template(
        "purchasing/board.html", needs=needs, words=words, most=queries.MOST, today=today
    )
