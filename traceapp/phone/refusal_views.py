"""Desk pages of what phones sent and was refused: a clerk completes it, or dismisses it."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from marshmallow import Schema
from werkzeug.wrappers import Response as AnyResponse

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.batches.models import Event
from traceapp.batches.recording.capturing import Recorded
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.desk.attention import Task, also
from traceapp.desk.steps import step_form, step_message, step_views
from traceapp.desk.steps.step_setting import setting_of
from traceapp.phone import import_views, refusals, sent, voice_views
from traceapp.phone.refusals import Refusal, State
from traceapp.phone.sent import SentRecord
from traceapp.phone.shapes import MOST_NUMBER
from traceapp.photos import queries as pictures
from traceapp.problem import N_
from traceapp.web import lists
from traceapp.web.csv_text import Cell
from traceapp.web.endpoints import transaction, writes
from traceapp.web.fields import PlainText
from traceapp.web.forms import Field, Form
from traceapp.web.pages import moment

blueprint = Blueprint("phone_refusals", "traceapp.phone", template_folder="templates")

STATE_WORDS = {
    State.WAITING: N_("Waiting"),
    State.COMPLETED: N_("Completed"),
    State.DISMISSED: N_("Dismissed"),
}
TONES = {State.WAITING: "amber", State.COMPLETED: "leaf", State.DISMISSED: ""}
LOT = "batches.#.lot"
ONE = f"/desk/phones/refused/<uuid:phone_id>/<int(max={MOST_NUMBER}):sequence>"


class DismissalSchema(Schema):
    """Why a record is not to be taken in."""

    reason = PlainText(1000, lines=True, required=True)


@blueprint.get("/desk/phones/refused")
@may(Act.MANAGE_PHONES)
def list_refusals() -> Response:
    """List what was refused, what waits first."""
    states = {str(state): gettext(words) for state, words in STATE_WORDS.items()}
    wish = lists.asked(request.args, lists.Filter("state", gettext("State"), states))
    wanted = wish.chosen.get("state")
    everything = refusals.refusals(member().producer_id)
    rows = [one for one in everything if wanted in {None, one.state}]
    rows.sort(key=lambda one: one.state is not State.WAITING)
    found = lists.whole(rows, wish, lambda one: (one.person, one.phone, sent.step_of(one)))
    if wish.is_csv:
        return lists.as_csv("refused", _columns(), found.rows)
    return Response(
        render_template(
            "phone/refusals.html", found=found, sent=sent, states=STATE_WORDS, tones=TONES
        )
    )


@blueprint.get(ONE)
@may(Act.MANAGE_PHONES)
def show_refusal(phone_id: UUID, sequence: int) -> Response:
    """Show what was sent, what stands against it, and what can be done."""
    db.session.rollback()
    with transaction():  # which keeps nothing
        one = _found(phone_id, sequence)
        lots = Form.showing(_lot_fields(), _lots(one))
        return _page(one, Form.showing(_reason_fields()), lots)


@blueprint.get(f"{ONE}/complete")
@may(Act.MANAGE_PHONES)
def complete(phone_id: UUID, sequence: int) -> Response:
    """Open the form of the step with what was sent, beside the original."""
    who, now = member().producer_id, datetime.now(UTC)
    db.session.rollback()
    with transaction():  # which keeps nothing
        one = _found(phone_id, sequence)
        kind = sent.kind_of(one)
        if kind is None or one.state is not State.WAITING or one.is_conflict:
            raise problem.NotFound
        named = sent.batches_named(who, one)
        setting = setting_of(who, kind, now=now, named=named, archived=True)
        own = {
            "id": str(one.event_id or new_id()),
            "kind": kind.id,
            "event_time": sent.moment_of(one) or now,
        }
        shown = step_message.as_form(sent.readable(one), setting) | own
        form = Form.showing(step_form.fields(setting), shown)
        page, status = step_views.form_page(
            form, setting, template="phone/complete.html", **_told(one, now)
        )
    return Response(page, status)


@blueprint.post(f"{ONE}/take-in")
@writes
@may(Act.MANAGE_PHONES)
def take_in(phone_id: UUID, sequence: int) -> AnyResponse:
    """Record it as it was sent."""
    told = refusals.take_in(member().key, _found(phone_id, sequence), now=datetime.now(UTC))
    if isinstance(told.answer, Recorded):
        flash(gettext("The record is taken in, as the phone sent it."))
        return redirect(url_for(".list_refusals"), 303)
    flash(gettext("Something still stands against it."), "amber")
    return redirect(_address(phone_id, sequence), 303)


@blueprint.post(f"{ONE}/batches")
@writes
@may(Act.MANAGE_PHONES)
def register_batches(phone_id: UUID, sequence: int) -> AnyResponse:
    """Register the batches that were made with it, under the codes that stand on the goods."""
    one = _found(phone_id, sequence)
    form = Form.sent(_lot_fields(), request.form)
    with form.trying():
        lots = {place: form.value(f"batches.{place}.lot").strip() for place, _ in _missing(one)}
        refusals.register_batches(member().key, one, lots, now=datetime.now(UTC))
        flash(gettext("Registered. Now complete the step."))
        return redirect(_address(phone_id, sequence), 303)
    return _page(one, Form.showing(_reason_fields()), form)


@blueprint.post(f"{ONE}/dismiss")
@writes
@may(Act.MANAGE_PHONES)
def dismiss(phone_id: UUID, sequence: int) -> AnyResponse:
    """Say that it is not to be taken in, and why."""
    one = _found(phone_id, sequence)
    form = Form.sent(_reason_fields(), request.form)
    with form.trying():
        reason = DismissalSchema().load(form.data())["reason"]
        refusals.dismiss(member().key, one, reason, now=datetime.now(UTC))
        flash(gettext("Dismissed. It stays readable here."))
        return redirect(url_for(".list_refusals"), 303)
    return _page(one, form, Form.showing(_lot_fields(), _lots(one)))


@also
def _task(reader: Visitor) -> Sequence[Task]:
    """Say on the page of today how many records of phones wait."""
    if not reader.may(Act.MANAGE_PHONES):
        return ()
    waiting = refusals.count_waiting(reader.producer_id)
    words = gettext("Records from phones that need somebody: %(count)s.", count=waiting)
    path = url_for("phone_refusals.list_refusals", state=State.WAITING)
    return (Task("phone", "amber", words, path, gettext("Look at them")),) if waiting else ()


def _page(one: Refusal, reason: Form, lots: Form) -> Response:
    now = datetime.now(UTC)
    page = render_template(
        "phone/refusal.html",
        **_told(one, now),
        kind=sent.kind_of(one),
        reason=reason,
        lots=lots,
        missing=_missing(one),
        here=_here(one),
    )
    return Response(page, max(reason.status, lots.status))


def _told(one: Refusal, now: datetime) -> dict[str, Any]:
    """Give what the original is drawn from, and what stands against it."""
    who = member().producer_id
    is_waiting = one.state is State.WAITING
    against = import_views.faults_of(refusals.look(who, one, now=now)) if is_waiting else []
    return {**original(who, one), "against": against, "states": STATE_WORDS, "tones": TONES}


def original(producer_id: UUID, one: SentRecord) -> dict[str, Any]:
    """Give what a record is drawn from: what was sent, its photos and voice note."""
    keys = [(producer_id, bytes.fromhex(text)) for text in sent.readable(one)["photos"]]
    found = pictures.renditions(keys, public_only=False) if keys else {}
    return {
        "one": one,
        "told": sent.told(producer_id, one),
        "pictures": [found.get(key, {}) for key in keys],
        "voice": voice_views.told(producer_id, sent.voice_of(one)),
        "raw": json.dumps(one.given, ensure_ascii=False, indent=1),
    }


def _missing(one: Refusal) -> Sequence[tuple[int, Any]]:
    return refusals.batches_not_here(member().producer_id, one)


def _here(one: Refusal) -> Event | None:
    """Give what is recorded under its id."""
    key = (member().producer_id, one.event_id)
    return db.session.get(Event, key) if one.event_id else None


def _lots(one: Refusal) -> dict[str, Any]:
    made = dict(_missing(one))
    return {"batches": {str(place): {"lot": data["lot"]} for place, data in made.items()}}


def _lot_fields() -> tuple[Field, ...]:
    return (Field(LOT, gettext("Lot"), required=True, longest=20),)


def _reason_fields() -> tuple[Field, ...]:
    return (
        Field(
            "reason",
            gettext("Why is it not taken in?"),
            kind="lines",
            required=True,
            longest=1000,
            hint=gettext("For example: logged twice. Whoever looks after the phones reads it."),
        ),
    )


def _found(phone_id: UUID, sequence: int) -> Refusal:
    return refusals.find(member().producer_id, (phone_id, sequence))


def _address(phone_id: UUID, sequence: int) -> str:
    return url_for(".show_refusal", phone_id=phone_id, sequence=sequence)


def _columns() -> dict[str, Callable[[Refusal], Cell]]:
    return {
        gettext("What was done"): sent.step_of,
        gettext("When"): lambda one: moment(at) if (at := sent.moment_of(one)) else "",
        gettext("Person"): lambda one: one.person,
        gettext("Phone"): lambda one: one.phone,
        gettext("Record number"): lambda one: one.sequence,
        gettext("Received"): lambda one: moment(one.received_at),
        gettext("State"): lambda one: gettext(STATE_WORDS[one.state]),
        gettext("By"): lambda one: one.by,
        gettext("Reason"): lambda one: one.reason,
    }
