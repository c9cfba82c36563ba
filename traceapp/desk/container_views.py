"""Crates and pallets at the desk: their marks, and what is or was inside one."""

from datetime import UTC, datetime

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.batches.books import containers
from traceapp.desk.trace_views import read_time
from traceapp.tracing import contained

blueprint = Blueprint("containers", "traceapp.desk", template_folder="templates")

LONGEST_MARK = 200


@blueprint.get("/desk/containers")
@may(Act.READ)
def show_containers() -> ResponseReturnValue:
    """Show what was inside a crate or pallet at a time; without a mark, list those packed last."""
    reader = member()
    mark = request.args.get("mark", "").strip()[:LONGEST_MARK]
    moment, is_unreadable = read_time(request.args.get("as_of", ""))
    rows = contained.inside(reader.producer_id, mark, moment or datetime.now(UTC)) if mark else []
    return render_template(
        "desk/containers.html",
        mark=mark,
        rows=rows,
        as_of=request.args.get("as_of", ""),
        is_unreadable=is_unreadable,
        known=() if mark else containers.marks(reader.producer_id),
    )
