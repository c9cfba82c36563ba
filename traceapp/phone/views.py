"""Desk pages of phones: which there are and what is still on them, inviting one, ending one."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from markupsafe import Markup
from marshmallow import Schema, fields
from werkzeug.wrappers import Response as AnyResponse

from traceapp import problem
from traceapp.accounts import phones
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.phone import inviting, queries
from traceapp.phone.queries import PhoneFact
from traceapp.printing import symbol
from traceapp.web import lists
from traceapp.web.csv_text import Cell
from traceapp.web.endpoints import writes
from traceapp.web.forms import Field, Form, Option
from traceapp.web.pages import moment
from traceapp.web.settings import settings

blueprint = Blueprint("phones", "traceapp.phone", template_folder="templates")

APP = "/app/"


class InviteSchema(Schema):
    """For whom a phone is invited."""

    member_id = fields.UUID(required=True)


@blueprint.get("/desk/phones")
@may(Act.MANAGE_PHONES)
def list_phones() -> Response:
    """List the phones of the producer with what is still on them, and offer to invite one."""
    found = _found()
    if found.asked.is_csv:
        return lists.as_csv("phones", _columns(), found.rows)
    return _page(Form.showing(_fields()))


@blueprint.post("/desk/phones")
@writes
@may(Act.MANAGE_PHONES)
def invite_phone() -> Response:
    """Make an invitation for a phone of somebody, and show it this once."""
    form = Form.sent(_fields(), request.form)
    made: list[phones.Invite] = []
    with form.trying():
        wanted: UUID = InviteSchema().load(form.data())["member_id"]
        asks = member()
        by = asks.key
        if wanted not in {one.member_id for one in inviting.people_for(asks)}:
            raise problem.NotFound
        made.append(phones.invite((asks.producer_id, wanted), by=by, now=datetime.now(UTC)))
    if form.errors:
        return _page(form, form.status)
    return _invitation(made[0], wanted)


@blueprint.post("/desk/phones/<uuid:phone_id>/revoke")
@writes
@may(Act.MANAGE_PHONES)
def revoke_phone(phone_id: UUID) -> AnyResponse:
    """End a phone's right to send; what is on it stays there."""
    asks = member()
    by = asks.key
    phones.revoke(asks.producer_id, phone_id, by=by, now=datetime.now(UTC))
    flash(gettext("The phone is revoked: it sends nothing more. What was not sent is still on it."))
    return redirect(url_for("phones.list_phones"), 303)


def _invitation(made: phones.Invite, member_id: UUID) -> Response:
    base = settings().public_url
    link = f"{base}{APP}#join={made.secret}"  # a fragment: it reaches no log
    drawn = symbol.svg(link, gettext("QR code of the invitation"))
    name = next(one.name for one in inviting.people_for(member()) if one.member_id == member_id)
    page = render_template(
        "phone/invite.html",
        made=made,
        name=name,
        link=link,
        page=f"{base}{APP}",
        qr=Markup(drawn),  # noqa: S704 - drawn by us, and its texts escaped
    )
    return Response(page, 201)


def _page(form: Form, status: int = 200) -> Response:
    return Response(render_template("phone/phones.html", found=_found(), form=form), status)


def _found() -> lists.Page[PhoneFact]:
    states = {"works": gettext("Works"), "revoked": gettext("Revoked")}
    wish = lists.asked(request.args, lists.Filter("state", gettext("State"), states))
    wanted = wish.chosen.get("state")
    rows = [
        one
        for one in queries.phones(member().producer_id)
        if wanted is None or one.is_revoked == (wanted == "revoked")
    ]
    return lists.whole(rows, wish, lambda one: (one.name, one.person, one.mark, *one.others))


def _fields() -> tuple[Field, ...]:
    people = inviting.people_for(member())
    return (
        Field(
            "member_id",
            gettext("Whose phone is it?"),
            "choice",
            hint=gettext("It may do what this person may, and no more than you."),
            required=True,
            options=tuple(Option(str(one.member_id), one.name) for one in people),
        ),
    )


def _columns() -> dict[str, Callable[[PhoneFact], Cell]]:
    return {
        gettext("Phone"): lambda one: one.name,
        gettext("Mark"): lambda one: one.mark,
        gettext("Person"): lambda one: ", ".join((one.person, *one.others)),
        gettext("Enrolled"): lambda one: moment(one.enrolled_at),
        gettext("Last seen"): lambda one: moment(one.last_seen_at),
        gettext("Still on the phone"): lambda one: one.waiting,
        gettext("State"): lambda one: gettext("Revoked") if one.is_revoked else gettext("Works"),
    }
