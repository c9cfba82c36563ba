"""Desk pages of the owner: who works here, with which roles, who is invited, who left."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from traceapp import problem
from traceapp.accounts import operations as accounts
from traceapp.accounts import sessions
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.admission import erasure, people, people_queries
from traceapp.admission.desk_views import invitation
from traceapp.admission.people_queries import Person
from traceapp.database.ids import new_id
from traceapp.problem import N_
from traceapp.web import lists
from traceapp.web.csv_text import Cell
from traceapp.web.endpoints import writes
from traceapp.web.forms import Field, Form, Option
from traceapp.web.pages import moment

blueprint = Blueprint("people", "traceapp.admission", template_folder="templates")

ROLE_WORDS = {
    "owner": N_("Owner: everything, people and codes for programs too"),
    "clerk": N_("Clerk: records, products, labels, certificates"),
    "field_worker": N_("Field worker: records steps, starts seasons"),
    "shop_seller": N_("Seller: receives, sells, prints labels"),
    "officer": N_("Officer: looks up any batch, lets producers in"),
    "inspector": N_("Inspector: looks up and checks records"),
}
SHORT_ROLES = {
    "owner": N_("Owner"),
    "clerk": N_("Clerk"),
    "field_worker": N_("Field worker"),
    "shop_seller": N_("Seller"),
    "officer": N_("Officer"),
    "inspector": N_("Inspector"),
}
STATE_WORDS = {
    "active": N_("Can sign in"),
    "invited": N_("Invited"),
    "without_account": N_("No account yet"),
    "ended": N_("Has left"),
    "erased": N_("Values erased"),
}
INVITED = {"invited", "without_account"}
TONES = {"active": "leaf", "invited": "amber"}


@blueprint.get("/desk/people")
@may(Act.MANAGE_PEOPLE)
def list_people() -> Response:
    """List the people of the producer."""
    states = {state: gettext(words) for state, words in STATE_WORDS.items()}
    wish = lists.asked(request.args, lists.Filter("state", gettext("State"), states))
    chosen = wish.chosen.get("state")
    everybody = people_queries.people(member().producer_id, datetime.now(UTC))
    here = [one for one in everybody if chosen in {None, one.state}]
    found = lists.whole(here, wish, lambda one: (one.name, one.phone, one.sign_in_name))
    if wish.is_csv:
        return lists.as_csv("people", _columns(), found.rows)
    page = render_template(
        "admission/people.html", found=found, states=STATE_WORDS, tones=TONES, roles=SHORT_ROLES
    )
    return Response(page)


@blueprint.get("/desk/people/new")
@may(Act.MANAGE_PEOPLE)
def new_person() -> Response:
    """Show the form for a new person."""
    given = {"member_id": str(new_id()), "language": "vi", "roles": ["field_worker"]}
    form = Form.showing(_new_fields(), given)
    return Response(render_template("admission/new_person.html", form=form))


@blueprint.post("/desk/people/new")
@writes
@may(Act.MANAGE_PEOPLE)
def add_person() -> AnyResponse:
    """Add a person, and show the invitation; the same form sent again is the same person."""
    form = Form.sent(_new_fields(), request.form)
    by, now = member().key, datetime.now(UTC)
    made: list[UUID] = []
    with form.trying():
        made.append(people.add(by, form.data(), now=now))
    if form.errors:
        return Response(render_template("admission/new_person.html", form=form), form.status)
    if _find(made[0]).state not in INVITED:
        return redirect(url_for("people.show_person", member_id=made[0]), 303)
    return _invitation(made[0], now)


@blueprint.get("/desk/people/<uuid:member_id>")
@may(Act.MANAGE_PEOPLE)
def show_person(member_id: UUID) -> Response:
    """Show a person with what can be changed."""
    one = _find(member_id)
    return _person_page(one, Form.showing(_fields(), _record(one)))


@blueprint.post("/desk/people/<uuid:member_id>")
@writes
@may(Act.MANAGE_PEOPLE)
def change_person(member_id: UUID) -> AnyResponse:
    """Change a person's values and roles."""
    one = _find(member_id)
    form = Form.sent(_fields(), request.form)
    with form.trying():
        people.change(member().key, member_id, form.data(), now=datetime.now(UTC))
    if form.errors:
        return _person_page(one, form)
    flash(gettext("Saved."))
    return redirect(url_for("people.list_people"), 303)


@blueprint.post("/desk/people/<uuid:member_id>/invite")
@writes
@may(Act.MANAGE_PEOPLE)
def invite_person(member_id: UUID) -> AnyResponse:
    """Make a new invitation for somebody without an account."""
    return _invitation(member_id, datetime.now(UTC))


@blueprint.post("/desk/people/<uuid:member_id>/reset")
@writes
@may(Act.MANAGE_PEOPLE)
def issue_reset_code(member_id: UUID) -> Response:
    """Make a code with which somebody sets a new password, and show it this once."""
    one = _find(member_id)
    code = accounts.issue_reset_code(member(), (member().producer_id, member_id), datetime.now(UTC))
    return Response(render_template("admission/reset_code.html", one=one, code=code), 201)


@blueprint.post("/desk/people/<uuid:member_id>/sign-out")
@writes
@may(Act.MANAGE_PEOPLE)
def sign_person_out(member_id: UUID) -> AnyResponse:
    """End the sessions of a person on every device."""
    people.sign_out(member().key, member_id, now=datetime.now(UTC))
    flash(gettext("Signed out on every device. Whoever knows the password can sign in again."))
    return redirect(url_for("people.show_person", member_id=member_id), 303)


@blueprint.post("/desk/people/<uuid:member_id>/end")
@writes
@may(Act.MANAGE_PEOPLE)
def end_person(member_id: UUID) -> AnyResponse:
    """Send a person away: sessions and tokens end at once."""
    words = gettext("This person can no longer sign in here. The records stay.")
    return _leave(member_id, people.end, words)


@blueprint.post("/desk/people/<uuid:member_id>/erase")
@writes
@may(Act.MANAGE_PEOPLE)
def erase_person(member_id: UUID) -> AnyResponse:
    """Erase a person's values; the records stay and name nobody."""
    words = gettext("Name, telephone and sign-in are erased. The records stay and name nobody.")
    return _leave(member_id, erasure.erase, words)


def _leave(member_id: UUID, deed: Callable[..., None], words: str) -> AnyResponse:
    one = _find(member_id)
    form = Form.showing(_fields(), _record(one))
    if deed is erasure.erase and request.form.get("sure") != "yes":
        form.blame("", gettext("Tick that you are sure: what is erased never comes back."))
        return _person_page(one, form)
    with form.trying():
        deed(member().key, member_id, now=datetime.now(UTC))
    if form.errors:
        return _person_page(one, form)
    flash(words)
    if member_id == member().member_id:
        return redirect("/sign-in", 303)
    return redirect(url_for("people.list_people"), 303)


def _invitation(member_id: UUID, now: datetime) -> Response:
    code = people.invite(member().key, member_id, now=now)
    back = (url_for("people.list_people"), gettext("People and devices"))
    return invitation(code, "/join/member", back=back, name=_find(member_id).name or "")


def _new_fields() -> tuple[Field, ...]:
    return (Field("member_id", kind="hidden"), *_fields())


def _fields() -> tuple[Field, ...]:
    roles = people.roles_for(member().producer_id)
    return (
        Field("name", gettext("Name"), required=True, longest=200),
        Field("phone", gettext("Telephone"), kind="tel", longest=30),
        Field(
            "roles",
            gettext("What may this person do?"),
            kind="many",
            required=True,
            options=tuple(Option(role, gettext(ROLE_WORDS[role])) for role in roles),
        ),
        Field(
            "language",
            gettext("Language"),
            kind="radio",
            required=True,
            options=(Option("vi", "Tiếng Việt"), Option("en", "English")),
        ),
        Field(
            "public_name_consent",
            gettext("This person agrees that shoppers read the name beside the records"),
            kind="tick",
        ),
    )


def _record(one: Person) -> dict[str, Any]:
    return {
        "name": one.name,
        "phone": one.phone,
        "roles": list(one.roles),
        "language": one.language,
        "public_name_consent": one.public_name_consent,
    }


def _person_page(one: Person, form: Form) -> Response:
    page = render_template(
        "admission/person.html",
        one=one,
        form=form,
        is_self=one.member_id == member().member_id,
        devices=sessions.live_sessions_of_member(
            (member().producer_id, one.member_id), datetime.now(UTC)
        ),
        states=STATE_WORDS,
        tones=TONES,
    )
    return Response(page, form.status)


def _find(member_id: UUID) -> Person:
    found = people_queries.person(member().producer_id, member_id, datetime.now(UTC))
    if found is None:
        raise problem.NotFound
    return found


def _columns() -> dict[str, Callable[[Person], Cell]]:
    return {
        gettext("Name"): lambda one: one.name or "",
        gettext("Telephone"): lambda one: one.phone or "",
        gettext("Roles"): lambda one: ", ".join(gettext(SHORT_ROLES[role]) for role in one.roles),
        gettext("Name to sign in with"): lambda one: one.sign_in_name or "",
        gettext("State"): lambda one: gettext(STATE_WORDS[one.state]),
        gettext("Last seen"): lambda one: moment(one.last_seen_at) if one.last_seen_at else "",
    }
