"""Desk page of who uses a phone: for one that several log on, as in a cooperative's shed."""

from datetime import UTC, datetime
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from marshmallow import Schema, fields
from werkzeug.wrappers import Response as AnyResponse

from traceapp import problem
from traceapp.accounts import phone_users
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.accounts.models import Phone
from traceapp.database.engine import db
from traceapp.phone import inviting
from traceapp.web.endpoints import writes
from traceapp.web.forms import Field, Form, Option

blueprint = Blueprint("phone_users", "traceapp.phone", template_folder="templates")

USERS = "/desk/phones/<uuid:phone_id>/people"
ONE = f"{USERS}/<uuid:user_id>"


class UserSchema(Schema):
    """Who is let use a phone."""

    member_id = fields.UUID(required=True)


@blueprint.get(USERS)
@may(Act.MANAGE_PHONES)
def show_users(phone_id: UUID) -> Response:
    """Show who uses a phone, and offer to let somebody else use it."""
    phone = _found(phone_id)
    return _page(phone, Form.showing(_fields(phone)))


@blueprint.post(USERS)
@writes
@may(Act.MANAGE_PHONES)
def add_user(phone_id: UUID) -> AnyResponse:
    """Let somebody else use a phone, who may do no more than the one who asks."""
    phone = _found(phone_id)
    form = Form.sent(_fields(phone), request.form)
    with form.trying():
        wanted: UUID = UserSchema().load(form.data())["member_id"]
        _require_no_more(wanted)
        phone_users.add(phone, wanted, by=member().key, now=datetime.now(UTC))
    if form.errors:
        return _page(phone, form, form.status)
    flash(gettext("The phone knows this person once it has a network."))
    return _back(phone_id)


@blueprint.post(f"{ONE}/remove")
@writes
@may(Act.MANAGE_PHONES)
def remove_user(phone_id: UUID, user_id: UUID) -> AnyResponse:
    """Take somebody off a phone; what they logged on it and was not sent stays there."""
    phone_users.remove(_found(phone_id), user_id, by=member().key, now=datetime.now(UTC))
    flash(gettext("This person no longer uses the phone. What they logged before is kept."))
    return _back(phone_id)


@blueprint.post(f"{ONE}/pin")
@writes
@may(Act.MANAGE_PHONES)
def reset_pin(phone_id: UUID, user_id: UUID) -> AnyResponse:
    """Let somebody who forgot their PIN set another one on the phone."""
    phone = _found(phone_id)
    _require_no_more(user_id)
    phone_users.reset_pin(phone, user_id, by=member().key, now=datetime.now(UTC))
    flash(gettext("Once the phone has a network, this person sets another PIN on it."))
    return _back(phone_id)


def _found(phone_id: UUID) -> Phone:
    phone = db.session.get(Phone, (member().producer_id, phone_id))
    if phone is None:
        raise problem.NotFound
    return phone


def _require_no_more(member_id: UUID) -> None:
    """See that nobody gets more through a phone than the one who asks may do."""
    if member_id not in {one.member_id for one in inviting.people_for(member())}:
        raise problem.NotFound


def _page(phone: Phone, form: Form, status: int = 200) -> Response:
    page = render_template(
        "phone/users.html",
        phone=phone,
        users=phone_users.users(phone),
        may_reset={one.member_id for one in inviting.people_for(member())},
        form=form,
    )
    return Response(page, status)


def _fields(phone: Phone) -> tuple[Field, ...]:
    there = {one.member_id for one in phone_users.users(phone)}
    others = [one for one in inviting.people_for(member()) if one.member_id not in there]
    return (
        Field(
            "member_id",
            gettext("Who else uses it?"),
            "choice",
            hint=gettext("On the phone they choose their name and set a PIN of their own."),
            required=True,
            options=tuple(Option(str(one.member_id), one.name) for one in others),
        ),
    )


def _back(phone_id: UUID) -> AnyResponse:
    return redirect(url_for("phone_users.show_users", phone_id=phone_id), 303)
