"""Openings of pages at the desk: of all codes lately, and of one batch day by day."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.codes import audits, bursts
from traceapp.desk import attention
from traceapp.desk.attention import Task
from traceapp.desk.batches.batch_views import find_batch
from traceapp.desk.codes import (
    code_audit_search,
    day_bars,
    label_opening_search,
    opening_search,
    stall_opening_search,
)
from traceapp.gs1 import unit_serial
from traceapp.gs1.batch_code import BatchCode, StallCode
from traceapp.labels import unit_openings
from traceapp.trace.facts import Ref
from traceapp.web import lists
from traceapp.web.languages import current
from traceapp.web.pages import HANOI, day

blueprint = Blueprint("openings", "traceapp.desk", template_folder="templates")


@blueprint.get("/desk/openings")
@may(Act.READ)
def list_openings() -> ResponseReturnValue:
    """List the codes whose pages were opened lately, what is worth a look first."""
    reader = member()
    signs = {"burst": _("Worth a look")}
    wish = lists.asked(request.args, lists.Filter("sign", _("Openings"), signs))
    found = opening_search.listed(reader, wish, _today())
    if wish.is_csv:
        return lists.as_csv("luot-mo", _columns(), found.rows)
    audit = audits.last()
    return render_template(
        "desk/codes/openings.html",
        found=found,
        days=bursts.SHOWN.days,
        sees_all=reader.may(Act.LOOK_UP_ANY),
        audit=audit,
        live=code_audit_search.numbers(reader, audit.audit_id) if audit else (0, 0),
        readable=lambda code: BatchCode(code).readable,
    )


@blueprint.get("/desk/openings/stalls")
@may(Act.READ)
def list_stall_openings() -> ResponseReturnValue:
    """List the stalls whose pages were opened lately, what is worth a look first."""
    reader = member()
    signs = {"burst": _("Worth a look")}
    wish = lists.asked(request.args, lists.Filter("sign", _("Openings"), signs))
    found = stall_opening_search.listed(reader, wish, _today())
    if wish.is_csv:
        return lists.as_csv("luot-mo-sap", _stall_columns(), found.rows)
    return render_template(
        "desk/codes/stall_openings.html",
        found=found,
        days=bursts.SHOWN.days,
        sees_all=reader.may(Act.LOOK_UP_ANY),
        readable=lambda code: StallCode(code).readable,
    )


@blueprint.get("/desk/openings/labels")
@may(Act.READ)
def list_label_openings() -> ResponseReturnValue:
    """List the labels with a number of their own that were opened or seen lately."""
    reader = member()
    signs = {"burst": _("Worth a look")}
    wish = lists.asked(request.args, lists.Filter("sign", _("Openings"), signs))
    found = label_opening_search.listed(reader, wish, _today())
    if wish.is_csv:
        return lists.as_csv("luot-mo-tem", _label_columns(), found.rows)
    return render_template(
        "desk/codes/label_openings.html",
        found=found,
        days=bursts.SHOWN.days,
        sees_all=reader.may(Act.LOOK_UP_ANY),
        may_print=reader.may(Act.PRINT_LABELS),
        producer_id=reader.producer_id,
        readable=unit_serial.readable,
    )


@blueprint.get("/desk/batches/<code>/openings")
@may(Act.READ)
def show_openings(code: str) -> ResponseReturnValue:
    """Show how often the page of a batch was opened, day by day."""
    reader = member()
    found = find_batch(reader, code)
    is_ours = found.card.producer_id == reader.producer_id
    if found.code is None or not (is_ours or reader.may(Act.LOOK_UP_ANY)):
        raise problem.NotFound
    days = opening_search.days_of(found.card.producer_id, found.code.text, _today())
    heading = _("Openings by day")
    return render_template(
        "desk/codes/batch_openings.html",
        found=found,
        card=found.card,
        days=days,
        number_of_days=bursts.SHOWN.days,
        usual=None if days.usual is None else _number(days.usual),
        bars=day_bars.draw(_bars(days), heading),
        heading=heading,
        labels=unit_openings.of_batch(Ref(*found.ref), days.first),
        is_ours=is_ours,
        may_report=reader.may(Act.ANSWER_REPORTS),
    )


@attention.also
def _bursts(reader: Visitor) -> Iterator[Task]:
    if count := opening_search.count_bursts(reader, _today()):
        words = _("Pages opened unusually often in the last days: %(count)s.", count=count)
        path = url_for("openings.list_openings", sign="burst")
        yield Task("search", "amber", words, path, _("Take a look"))


@attention.also
def _stall_bursts(reader: Visitor) -> Iterator[Task]:
    if count := stall_opening_search.count_bursts(reader, _today()):
        words = _("Stall pages opened unusually often in the last days: %(count)s.", count=count)
        path = url_for("openings.list_stall_openings", sign="burst")
        yield Task("search", "amber", words, path, _("Take a look"))


@attention.also
def _label_bursts(reader: Visitor) -> Iterator[Task]:
    if count := label_opening_search.count_bursts(reader, _today()):
        words = _(
            "Labels opened unusually often or seen at several places in the last days: %(count)s.",
            count=count,
        )
        path = url_for("openings.list_label_openings", sign="burst")
        yield Task("search", "amber", words, path, _("Take a look"))


def _bars(days: opening_search.Days) -> Iterator[day_bars.Bar]:
    for number in range(days.first.toordinal(), days.last.toordinal() + 1):
        one = date.fromordinal(number)
        opened = days.opened.get(one, 0)
        words = _("%(day)s: %(count)s openings", day=day(one), count=opened)
        yield day_bars.Bar(opened, words, is_marked=days.is_burst(one))


def _number(value: float) -> str:
    text = f"{value:.1f}".removesuffix(".0")
    return text.replace(".", ",") if current() == "vi" else text


def _today() -> date:
    return datetime.now(UTC).astimezone(HANOI).date()


def _columns() -> dict[str, lists.Reader]:
    return {
        _("Code"): lambda row: BatchCode(row.code).readable,
        _("Product"): lambda row: row.name,
        _("Lot"): lambda row: row.lot,
        _("Producer"): lambda row: row.producer,
        _("Openings, at least"): lambda row: row.opened,
        _("Busiest day"): lambda row: row.busiest,
        _("Worth a look"): lambda row: _("yes") if row.is_burst else "",
    }


def _label_columns() -> dict[str, lists.Reader]:
    return {
        _("Label number"): lambda row: unit_serial.readable(row.serial),
        _("Code"): lambda row: BatchCode(row.code).readable,
        _("Product"): lambda row: row.name,
        _("Lot"): lambda row: row.lot,
        _("Printed by"): lambda row: row.printer,
        _("Openings, at least"): lambda row: row.opened,
        _("Busiest day"): lambda row: row.busiest,
        _("Places where it was seen"): lambda row: row.places,
        _("Worth a look"): lambda row: _("yes") if row.is_burst else "",
    }


def _stall_columns() -> dict[str, lists.Reader]:
    return {
        _("Code"): lambda row: StallCode(row.code).readable,
        _("Stall"): lambda row: row.name,
        _("Producer"): lambda row: row.producer,
        _("Openings, at least"): lambda row: row.opened,
        _("Busiest day"): lambda row: row.busiest,
        _("Worth a look"): lambda row: _("yes") if row.is_burst else "",
    }
