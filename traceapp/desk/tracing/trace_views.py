"""Traces at the desk: the family of a batch as a drawing and as a table."""

from datetime import UTC, datetime

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from marshmallow import ValidationError

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.desk.batches import batch_words
from traceapp.desk.batches.batch_views import find_batch
from traceapp.desk.recalls import case_doors
from traceapp.desk.tracing import trace_drawing, trace_table, trace_telling
from traceapp.tracing import readers
from traceapp.tracing.family import Lineage, Ref, Way
from traceapp.tracing.reading import read
from traceapp.web import lists
from traceapp.web.fields import in_our_time
from traceapp.web.pages import HANOI

blueprint = Blueprint("desk_traces", "traceapp.desk", template_folder="templates")


@blueprint.get("/desk/batches/<code>/trace")
@may(Act.READ)
def show_trace(code: str) -> ResponseReturnValue:
    """Show where a batch came from and where it went, as of a time."""
    reader = member()
    found = find_batch(reader, code)
    if not readers.may_trace(reader, found.ref):
        raise problem.NotFound
    as_of, is_unreadable = read_time(request.args.get("as_of", ""))
    lineage = _traced(reader, found.ref, as_of)
    if request.args.get("format") == lists.CSV:
        rows = trace_table.rows(lineage)
        return lists.as_csv(f"truy-xuat-{found.address}", trace_table.columns(), rows)
    told = trace_telling.tell(reader, lineage)
    heading = _("Where %(lot)s came from and where it went", lot=found.card.lot)
    return render_template(
        "desk/tracing/trace.html",
        found=found,
        card=found.card,
        told=told,
        lineage=lineage,
        ways={Way.BOTH: _("Both ways"), Way.BACK: _("Back"), Way.FORWARD: _("Forward")},
        state=batch_words.state_words(found.state) if found.state else None,
        drawing=trace_drawing.draw(
            told.rows, told.folded.weights, heading, _("The table below tells the same.")
        ),
        as_of=request.args.get("as_of", ""),
        told_at=as_of or datetime.now(UTC),
        is_past=as_of is not None,
        now_address=url_for(".show_trace", code=found.address, direction=lineage.way.value),
        is_unreadable=is_unreadable,
        may_open_case=case_doors.may_open(reader, found.ref),
    )


def _traced(reader: Visitor, ref: Ref, as_of: datetime | None) -> Lineage:
    chosen = request.args.get("direction", "")
    way = Way(chosen) if chosen in set(Way) else Way.BOTH
    lineage = read(reader, ref, way, as_of, now=datetime.now(UTC))
    if lineage is None:
        raise problem.NotFound
    return lineage


def read_time(text: str) -> tuple[datetime | None, bool]:
    """Read a time as forms send it, in Vietnam's; and tell whether it was no time."""
    if not text:
        return None, False
    try:
        typed = datetime.fromisoformat(text)
        in_our_time(typed)
        return (typed if typed.tzinfo else typed.replace(tzinfo=HANOI)), False
    except (ValueError, ValidationError):
        return None, True
