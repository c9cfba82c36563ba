"""What is left of a batch: a shop counts now and then, or says *sold out*, instead of each sale."""

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.batches import queries
from traceapp.batches.books.counts import KIND
from traceapp.batches.models import Event
from traceapp.batches.recording import capturing
from traceapp.batches.recording.capturing import Actor, Recorded
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.desk.batches import ledger_words
from traceapp.desk.batches.batch_links import batch_page
from traceapp.desk.batches.batch_views import Found, find_batch
from traceapp.desk.register import place_form
from traceapp.trace.measures import amount
from traceapp.web import languages
from traceapp.web.endpoints import writes
from traceapp.web.forms import Field, Form, Option
from traceapp.web.pages import HANOI

blueprint = Blueprint("counts", "traceapp.desk", template_folder="templates")

SOLD_OUT = "sold_out"
NOTHING_TYPED = problem.Finding(
    "/fields/counted",
    "required",
    problem.N_("How much is left is not known yet."),
    problem.N_("Type what you count, or tap “Sold out”."),
)


@blueprint.get("/desk/batches/<code>/count")
@may(Act.RECORD_STEP)
def ask_count(code: str) -> ResponseReturnValue:
    """Ask how much is left."""
    who = member()
    found = _held(who, code)
    new = {
        "id": str(new_id()),
        "fields": {"counted_unit": found.card.uom},
        "site_id": str(queries.last_site(who.producer_id) or ""),
    }
    return _page(Form.showing(_fields(who, found), new), found)


@blueprint.post("/desk/batches/<code>/count")
@writes
@may(Act.RECORD_STEP)
def record_count(code: str) -> ResponseReturnValue:
    """Record what was counted; the button *sold out* counts nothing."""
    who = member()
    found = _held(who, code)
    form = Form.sent(_fields(who, found), request.form)
    with form.trying():
        _record(who, _message(found, form))
        flash(_("Saved: %(amount)s left.", amount=_left(who, found)))
        return redirect(batch_page(found.ref), code=303)
    return _page(form, found)


def _held(who: Visitor, code: str) -> Found:
    """Find a batch that this producer has or had in stock; nobody else counts it."""
    found = find_batch(who, code)
    if not queries.has_stock_of(who.producer_id, found.ref):
        raise problem.NotFound
    return found


def _fields(who: Visitor, found: Found) -> list[Field]:
    units = dict.fromkeys(unit for unit in (found.card.uom, found.card.net_uom) if unit)
    sites = place_form.sites_of(who.producer_id)
    return [
        Field("id", kind="hidden"),
        Field("fields.counted", _("How much is left?"), "number", wanted=True),
        Field(
            "fields.counted_unit",
            _("Unit"),
            "choice",
            options=tuple(Option(unit, ledger_words.unit(unit)) for unit in units),
            wanted=True,
        ),
        Field(
            "site_id",
            _("Where"),
            "choice",
            options=tuple(Option(str(site.site_id), site.name) for site in sites),
            wanted=True,
        ),
    ]


def _message(found: Found, form: Form) -> dict[str, Any]:
    given = form.data()
    if request.form.get("do") == SOLD_OUT:
        given["fields"] = {"counted": 0, "counted_unit": found.card.uom}
    elif not given.get("fields", {}).get("counted"):
        raise problem.InvalidInput(findings=[NOTHING_TYPED])
    about = {"producer_id": str(found.ref[0]), "batch_id": str(found.ref[1])}
    moment = datetime.now(HANOI).isoformat(timespec="seconds")
    return {**given, "step_kind": KIND, "event_time": moment, "about": [about]}


def _record(who: Visitor, message: dict[str, Any]) -> None:
    actor = Actor(who.producer_id, who.member_id)
    read = capturing.read(message)
    if db.session.get(Event, (who.producer_id, read.event_id)) is not None:
        return  # the form was sent before, a moment ago
    (answer,) = capturing.record_events(actor, [read], now=datetime.now(UTC))
    if not isinstance(answer, Recorded):
        raise answer


def _left(who: Visitor, found: Found) -> str:
    left = queries.balance(who.producer_id, found.ref)["stock"]
    return amount(left, found.card.uom, languages.current())


def _page(form: Form, found: Found) -> tuple[str, int]:
    page = render_template(
        "desk/batches/count.html",
        form=form,
        card=found.card,
        back=batch_page(found.ref),
        by_the_books=_left(member(), found),
    )
    return page, form.status
