"""Crates and pallets at the desk: their marks, and what is or was inside one."""

from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, case, func, select, type_coerce

from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.batches.books.models import ContainerContent
from traceapp.database.folding import fold
from traceapp.database.types import Instant
from traceapp.desk.tracing.trace_views import read_time
from traceapp.tracing import contained
from traceapp.tracing.contained import Contained
from traceapp.web import languages, lists
from traceapp.web.pages import moment

blueprint = Blueprint("containers", "traceapp.desk", template_folder="templates")

LONGEST_MARK = 200


@blueprint.get("/desk/containers")
@may(Act.READ)
def show_containers() -> ResponseReturnValue:
    """List crates and pallets, those handled last first; with a mark, show what is inside it."""
    if mark := request.args.get("mark", "").strip()[:LONGEST_MARK]:
        return _inside(mark)
    done = {"packed": _("Packed last"), "opened": _("Opened last")}
    wish = lists.asked(request.args, lists.Filter("done", _("What was done last"), done))
    found = _listed(member().producer_id, wish)
    full = contained.filled(
        member().producer_id, [row.mark for row in found.rows], datetime.now(UTC)
    )
    if wish.is_csv:
        return lists.as_csv("containers", _columns(done, full), found.rows)
    if [row.mark for row in found.rows] == [fold(wish.text)]:
        return redirect(url_for(".show_containers", mark=wish.text), code=303)  # as it was scanned
    return render_template("desk/tracing/containers.html", found=found, done=done, full=full)


def _inside(mark: str) -> ResponseReturnValue:
    as_of = request.args.get("as_of", "")
    at, is_unreadable = read_time(as_of)
    rows = contained.inside(member().producer_id, mark, at or datetime.now(UTC))
    if request.args.get("format") == lists.CSV and not is_unreadable:
        return lists.as_csv("container", _inside_columns(), rows)
    return render_template(
        "desk/tracing/container.html",
        mark=mark,
        rows=rows,
        as_of=as_of,
        is_unreadable=is_unreadable,
    )


def _listed(producer_id: UUID, wish: lists.Asked) -> lists.Page[Any]:
    known = (
        select(
            ContainerContent.container.label("mark"),
            _last(ContainerContent.event_time).label("last"),
            _last(_when(is_added=True)).label("packed_at"),
            _last(_when(is_added=False)).label("opened_at"),
        )
        .where(ContainerContent.producer_id == producer_id)
        .group_by(ContainerContent.container)
        .subquery()
    )
    is_opened = func.coalesce(known.c.opened_at == known.c.last, False)
    query = select(known.c.mark, known.c.packed_at, known.c.opened_at, is_opened.label("is_opened"))
    query = query.where(*lists.matching(wish.words, known.c.mark))
    if done := wish.chosen.get("done"):
        query = query.where(is_opened if done == "opened" else ~is_opened)
    last, mark = lists.Order(known.c.last, is_descending=True), lists.Order(known.c.mark)
    return lists.page(query, (last, mark), wish)


def _when(*, is_added: bool) -> ColumnElement[Any]:
    return case((ContainerContent.is_added.is_(is_added), ContainerContent.event_time))


def _last(moments: Any) -> ColumnElement[Any]:  # noqa: ANN401 - a column or an expression
    return type_coerce(func.max(moments), Instant)


def _columns(done: dict[str, str], full: AbstractSet[str]) -> dict[str, lists.Reader]:
    return {
        _("Its code"): lambda row: row.mark.upper(),
        _("Last packed"): lambda row: moment(row.packed_at) if row.packed_at else "",
        _("Last opened"): lambda row: moment(row.opened_at) if row.opened_at else "",
        _("What was done last"): lambda row: done["opened" if row.is_opened else "packed"],
        _("Inside now"): lambda row: _("Goods") if row.mark in full else _("Empty"),
    }


def _inside_columns() -> dict[str, lists.Reader]:
    def name(row: Contained) -> str:
        return languages.say(row.product)

    return {
        _("Product"): name,
        _("Lot"): lambda row: row.lot,
        _("Code"): lambda row: row.code,
        _("How much"): lambda row: row.quantity,
        _("Counted in"): lambda row: row.uom,
    }
