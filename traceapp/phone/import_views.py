"""Desk page for the file of a phone that cannot send: a look first, then it is brought in."""

import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.database.engine import db
from traceapp.exchange import operations as exchange
from traceapp.phone import envelopes, importing
from traceapp.phone.envelopes import Record
from traceapp.phone.importing import Outbox, Told
from traceapp.phone.recording import Sent
from traceapp.problem import N_
from traceapp.web import languages, problems
from traceapp.web.endpoints import transaction, writes, writes_late
from traceapp.web.forms import Field, Form, Option
from traceapp.web.sent_forms import refuse_unread

blueprint = Blueprint("phone_imports", "traceapp.phone", template_folder="templates")

LARGEST_FILE = 64 * 1024 * 1024  # a hundred photos and their records
SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
WORDS = {
    "new": N_("new"),
    "same": N_("is here already"),
    "wrong": N_("to be put right"),
}


@blueprint.before_request
def bound_body() -> None:
    """Take larger files than elsewhere: the photos are in them."""
    request.max_content_length = LARGEST_FILE


@blueprint.get("/desk/phones/import")
@may(Act.MANAGE_PHONES)
def choose_file() -> Response:
    """Ask for the file."""
    return _front(Form.showing(_fields()))


@blueprint.post("/desk/phones/import")
@writes_late
@may(Act.MANAGE_PHONES)
def send_file() -> AnyResponse:
    """Keep the file for a day and go on to what would come of it."""
    form = Form.sent(_fields(), request.form)
    file = request.files.get("file")
    content = file.read() if file else b""
    refuse_unread()
    if not content:
        form.blame("file", gettext("Choose a file."))
        return _front(form)
    try:
        outbox = importing.read(content)
        sha256 = _kept(outbox)
    except problem.InvalidInput as refused:
        for finding in refused.findings:
            form.blame("file", " ".join(_said(finding)))
        return _front(form)
    return redirect(url_for(".look", sha256=sha256.hex()), 303)


def _kept(outbox: Outbox) -> bytes:
    """Keep photos and the rest. Raises InvalidInput for what is of no phone of ours."""
    who, now = member(), datetime.now(UTC)
    by = who.key
    db.session.rollback()  # a writer takes the lock before it reads
    with transaction():
        importing.look(by, outbox, now=now)
        importing.keep_files(who.producer_id, outbox, now=now)
        name = str(outbox.head["phone_id"])
        content = outbox.without_photos
        return exchange.keep_file(who.producer_id, importing.KIND, content, name, now=now)


@blueprint.get("/desk/phones/import/<sha256>")
@may(Act.MANAGE_PHONES)
def look(sha256: str) -> Response:
    """Say of each record what would come of it."""
    who = member()
    db.session.rollback()
    with transaction():  # which keeps nothing
        outbox = _found(who.producer_id, sha256)
        told = importing.look(who.key, outbox, now=datetime.now(UTC))
    return _report(told, is_done=False)


@blueprint.post("/desk/phones/import/<sha256>")
@writes
@may(Act.MANAGE_PHONES)
def bring_in(sha256: str) -> Response:
    """Keep what can be kept; say of each record what came of it."""
    who = member()
    outbox = _found(who.producer_id, sha256)
    told = importing.bring_in(who.key, outbox, now=datetime.now(UTC))
    flash(gettext("Records brought in: %(number)s.", number=sum(one.is_new for one in told)))
    return _report(told, is_done=True)


def _found(producer_id: UUID, sha256: str) -> Outbox:
    if not SHA256.fullmatch(sha256):
        raise problem.NotFound
    row = exchange.find_file(producer_id, importing.KIND, bytes.fromhex(sha256))
    return importing.read(row.content)


def _fields() -> tuple[Field, ...]:
    return (
        Field(
            "file",
            gettext("The file of the phone"),
            "file",
            required=True,
            hint=gettext("On the phone: what is not sent, then “Save to a file”."),
            options=(Option(".json", ""),),
        ),
    )


def _front(form: Form) -> Response:
    return Response(render_template("phone/import.html", form=form), form.status)


def _report(told: list[Told], *, is_done: bool) -> Response:
    page = render_template(
        "phone/import_report.html",
        rows=[_row(one) for one in told],
        new=sum(one.is_new for one in told),
        wrong=sum(one.is_wrong for one in told),
        is_done=is_done,
    )
    return Response(page)


def _row(told: Told) -> dict[str, Any]:
    kind = envelopes.kind_named(told.one.given)
    state = "new" if told.is_new else "wrong" if told.is_wrong else "same"
    return {
        "number": told.one.sequence,
        "step": languages.say(kind.label) if kind else "–",
        "at": told.one.message.data["event_time"] if isinstance(told.one, Record) else None,
        "state": state,
        "words": gettext(WORDS[state]),
        "faults": faults_of(told),
    }


def faults_of(told: Told) -> list[tuple[str, str]]:
    """Say what stands against a record, each with what to do."""
    if not isinstance(told.answer, problem.Problem):
        return []
    faults = [_said_of(finding, told.one) for finding in told.answer.findings]
    return faults or [(f"{gettext(told.answer.title)}.", gettext(told.answer.detail))]


def _said_of(finding: problem.Finding, one: Sent) -> tuple[str, str]:
    """Say what is wrong, and at which field of the step where it is one."""
    words, fix = _said(finding)
    start, _, name = finding.pointer.rpartition("/")
    if start != "/event/fields":
        return words, fix
    kind = envelopes.kind_named(one.given)
    known = kind.fields.get(name) if kind else None
    return f"{languages.say(known.label) if known else name}: {words}", fix


def _said(finding: problem.Finding) -> tuple[str, str]:
    return (
        problems.said(finding.message, finding.values),
        problems.said(finding.fix, finding.values),
    )
