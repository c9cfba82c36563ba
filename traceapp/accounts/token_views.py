"""The page of tokens: which programs work for the producer, a new one, the end of one."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

from flask import Blueprint, Flask, Response, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from marshmallow import Schema, fields

from traceapp import problem
from traceapp.accounts import tokens
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.accounts.models import ApiToken, Phone
from traceapp.accounts.visitor import KEPT, Visitor
from traceapp.database.ids import new_id
from traceapp.problem import N_
from traceapp.web import lists
from traceapp.web.csv_text import Cell
from traceapp.web.endpoints import writes
from traceapp.web.faults import between, known
from traceapp.web.fields import PlainText
from traceapp.web.forms import Field, Form, Option
from traceapp.web.pages import moment

blueprint = Blueprint("tokens", "traceapp.accounts", template_folder="templates")

SCOPE_WORDS = {
    "read": N_("Read only"),
    "write": N_("Read and write"),
}
STATE_WORDS = {"active": N_("Works"), "expired": N_("Ended"), "revoked": N_("Revoked")}
MOST_DAYS = 3650


class TokenSchema(Schema):
    """A token that is asked for; the form gives it its id, so that it is made once."""

    token_id = fields.UUID(load_default=None)
    name = PlainText(60, required=True)
    scope = fields.String(required=True, validate=known(tokens.SCOPES))
    days = fields.Integer(load_default=None, allow_none=True, validate=between(1, MOST_DAYS))


def token_fields() -> tuple[Field, ...]:
    """Give the questions of the form, in the reader's language."""
    return (
        Field("token_id", kind="hidden"),
        Field(
            "name",
            gettext("What is it for?"),
            hint=gettext("For example the name of the program or the scale."),
            required=True,
            longest=60,
        ),
        Field(
            "scope",
            gettext("What may it do?"),
            kind="radio",
            required=True,
            options=tuple(Option(key, gettext(words)) for key, words in SCOPE_WORDS.items()),
        ),
        Field(
            "days",
            gettext("For how many days?"),
            kind="number",
            hint=gettext("Left empty, it works until you revoke it."),
        ),
    )


@blueprint.get("/desk/tokens")
@may(Act.MANAGE_TOKENS)
def list_tokens() -> Response:
    """List the tokens of the producer, and offer a new one."""
    found = _found()
    if found.asked.is_csv:
        return lists.as_csv("tokens", _columns(), found.rows)
    return _page(_new_form())


@blueprint.post("/desk/tokens")
@writes
@may(Act.MANAGE_TOKENS)
def make_token() -> Response:
    """Make a token that works as the one who asks, and show it this once."""
    form = Form.sent(token_fields(), request.form)
    secret: str | None = None
    with form.trying():
        wanted = TokenSchema().load(form.data())
        try:
            secret = _made(wanted)
        except problem.AlreadyExists:
            form.blame(
                "", gettext("This form has made its token already: it is in the list below.")
            )
            form.typed["token_id"] = [str(new_id())]
    if form.errors:
        return _page(form, status=form.status)
    return _page(_new_form(), secret, status=201)


def _made(wanted: dict[str, Any]) -> str:
    asker = member()
    by, now = asker.key, datetime.now(UTC)
    if wanted["token_id"] and (again := tokens.shown_anew(by, wanted["token_id"], now=now)):
        return again
    return tokens.create(by, **wanted, by=by, now=now)


def _new_form() -> Form:
    return Form.showing(token_fields(), {"token_id": str(new_id()), "scope": "write"})


@blueprint.post("/desk/tokens/<uuid:token_id>/revoke")
@writes
@may(Act.MANAGE_TOKENS)
def revoke_token(token_id: UUID) -> Response:
    """End a token at once."""
    asker = member()
    by = asker.key
    tokens.revoke(asker.producer_id, token_id, by=by, now=datetime.now(UTC))
    flash(gettext("The token is revoked. Programs that use it are refused from now on."))
    return cast("Response", redirect(url_for("tokens.list_tokens"), code=303))


def _page(form: Form, secret: str | None = None, status: int = 200) -> Response:
    page = render_template(
        "accounts/tokens.html",
        found=_found(),
        form=form,
        secret=secret,
        scopes=SCOPE_WORDS,
        states=STATE_WORDS,
    )
    response = Response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _found() -> lists.Page[tokens.TokenFact]:
    states = {state: gettext(words) for state, words in STATE_WORDS.items()}
    wish = lists.asked(request.args, lists.Filter("state", gettext("State"), states))
    wanted = wish.chosen.get("state")
    found = tokens.find(member().producer_id, datetime.now(UTC))
    rows = [one for one in found if wanted in (None, one.state)]
    return lists.whole(rows, wish, lambda one: (one.name, one.member, one.ending))


def _columns() -> dict[str, Callable[[tokens.TokenFact], Cell]]:
    return {
        gettext("What is it for?"): lambda one: one.name,
        gettext("Works as"): lambda one: one.member,
        gettext("Ends in"): lambda one: one.ending,
        gettext("What may it do?"): lambda one: gettext(SCOPE_WORDS[one.scope]),
        gettext("State"): lambda one: gettext(STATE_WORDS[one.state]),
        gettext("Made"): lambda one: moment(one.created_at),
        gettext("Valid until"): lambda one: moment(one.expires_at) if one.expires_at else "",
        gettext("Last used"): lambda one: moment(one.last_used_at) if one.last_used_at else "",
    }


def init_app(app: Flask) -> None:
    """Note after each answer to a program that its token was used."""
    app.after_request(_note_use)


def _note_use(response: Response) -> Response:
    found: Visitor | None = g.get(KEPT)
    now = datetime.now(UTC)
    if found is None or not found.has_token or not tokens.is_use_due(found.token_used_at, now):
        return response
    if found.phone_id is not None:
        tokens.note_use(Phone, (found.producer_id, found.phone_id), now)
    elif found.token_id is not None:
        tokens.note_use(ApiToken, (found.producer_id, found.token_id), now)
    return response
