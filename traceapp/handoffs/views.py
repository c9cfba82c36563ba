"""The page behind a sender's link, for a receiver without account: it answers once.

A wrong code, one that was revoked and one that is too old are all answered 404.
"""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from traceapp import problem
from traceapp.accounts.visitor import visitor
from traceapp.handoffs import answer_form, links, operations, queries, schemas
from traceapp.handoffs.models import HandOffLink
from traceapp.handoffs.operations import Reply
from traceapp.photos import queries as pictures
from traceapp.photos.imaging import MAX_BYTES
from traceapp.trace.facts import AnswerKind, Ref
from traceapp.web.access import public
from traceapp.web.endpoints import writes
from traceapp.web.forms import Form
from traceapp.web.headers import use_policy
from traceapp.web.pace import Pace, reader
from traceapp.web.pages import media_sources

blueprint = Blueprint("hand_off_answers", "traceapp.handoffs", template_folder="templates")

# A guess has one chance in 2^60; whoever mistypes a code may try again and again.
MISSES_A_READER, MISS_WINDOW_S = 20, 600
LONGEST_BODY = MAX_BYTES + 64 * 1024


@blueprint.before_request
def _limit_the_body() -> None:
    """Bound what is sent before any of it is read."""
    request.max_content_length = LONGEST_BODY


@blueprint.get("/h")
@public
def ask_code() -> AnyResponse:
    """Ask for the code that stands on a delivery note, and lead to its page."""
    typed = request.args.get("code", "").strip()[: links.LONGEST]
    if typed:
        return _private(redirect(url_for(".show_offer", token=typed), 303))
    return _private(Response(render_template("handoffs/code.html")))


@blueprint.get("/h/<token>")
@public
def show_offer(token: str) -> AnyResponse:
    """Show what was sent and ask how much arrived; or what was answered already."""
    link = find_link(token)
    rows = queries.of_event(link.producer_id, link.ship_event_id)
    if link.used_at is not None:
        return _answered(link, rows)
    if (mine := _own_page(link, rows)) is not None:
        return _private(redirect(mine, 303))
    return _offer(link, rows, answer_form.empty(rows))


@blueprint.post("/h/<token>")
@writes
@public
def answer_offer(token: str) -> AnyResponse:
    """Keep the answer: received, with how much of each batch, or refused."""
    link = find_link(token)
    rows = queries.of_event(link.producer_id, link.ship_event_id)
    form = Form.sent(answer_form.fields(rows), request.form)
    if link.used_at is not None:
        return _private(redirect(url_for(".show_offer", token=token), 303))
    photo = _photo()
    with form.trying():
        reply = _reply(form, rows, photo)
        batches = [Ref(row.batch_producer_id, row.batch_id) for row in rows]
        operations.answer(link, batches, reply, now=datetime.now(UTC))
        return _private(redirect(url_for(".show_offer", token=token, sent=1), 303))
    if photo is not None and answer_form.PHOTO not in form.errors:
        form.blame(answer_form.PHOTO, _("Choose the photo again."))
    return _offer(link, rows, form)


def _reply(form: Form, rows: Sequence[Any], photo: bytes | None) -> Reply:
    data = form.data()
    said: dict[str, Any]
    if request.form.get("do") == "refuse":
        told: dict[str, Any] = {
            name: text for name, text in data.items() if name in {"name", "note"}
        }
        said = schemas.RefusedSchema().load(told)
        return Reply(AnswerKind.REFUSED, said["name"], said["note"], photo=photo)
    given = list(data.get("items", ()))
    items = [*given, *({} for _row in rows[len(given) :])]
    said = schemas.ReceivedSchema().load({**data, "items": items[: len(rows)]})
    return Reply(AnswerKind.RECEIVED, said["name"], said["note"], said["items"], photo)


def _photo() -> bytes | None:
    file = request.files.get(answer_form.PHOTO)
    return (file.read() or None) if file is not None and file.filename else None


def find_link(token: str) -> HandOffLink:
    """Give the link behind a token or typed code; who guesses is slowed down. Raises NotFound."""
    link = links.find(token, datetime.now(UTC))
    if link is None:
        pace = current_app.extensions.setdefault(
            "hand_off_pace", Pace(MISSES_A_READER, MISS_WINDOW_S)
        )
        if not pace.allows(reader(), time.monotonic()):
            raise problem.TooManyRequests
        raise problem.NotFound
    return link


def _own_page(link: HandOffLink, rows: Sequence[Any]) -> str | None:
    """Lead a receiver who has an account after all to the page at the desk."""
    who = visitor()
    if who is None or who.producer_id not in {row.receiver_id for row in rows}:
        return None
    return f"/desk/hand-offs/{link.ship_event_id}"


def _offer(link: HandOffLink, rows: Sequence[Any], form: Form) -> AnyResponse:
    use_policy(img_src=media_sources())
    page = render_template(
        "handoffs/offer.html",
        form=form,
        rows=rows,
        shots=_shots(rows),
        expires_at=link.expires_at,
        title=_("%(name)s sent you goods", name=rows[0].sender) if rows else "",
    )
    return _private(Response(page, form.status))


def _answered(link: HandOffLink, rows: Sequence[Any]) -> AnyResponse:
    said = queries.answers(link.producer_id, link.ship_event_id)
    mine = [one for one in said if one.link_id == link.link_id]
    page = render_template(
        "handoffs/answered.html",
        answer=mine[0] if mine else None,
        rows=rows,
        just_sent="sent" in request.args,
    )
    return _private(Response(page))


def _shots(rows: Sequence[Any]) -> dict[UUID, str]:
    """Give the picture of each batch's product, where there is one."""
    keys = {
        (row.batch_producer_id, bytes(row.photo_sha256))
        for row in rows
        if row.photo_sha256 is not None
    }
    found = pictures.renditions(keys, public_only=True) if keys else {}
    return {
        row.batch_id: found[key]["large"].file_name
        for row in rows
        if row.photo_sha256 is not None
        and "large" in found.get(key := (row.batch_producer_id, bytes(row.photo_sha256)), {})
    }


def _private(response: AnyResponse) -> AnyResponse:
    response.headers["Cache-Control"] = "no-store"
    # Not no-referrer: older browsers would then send the form itself without its origin.
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
