"""Desk pages of whoever lets producers in: who waits, who is alike, decision, invitations."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from markupsafe import Markup
from marshmallow import Schema, fields
from werkzeug.wrappers import Response as AnyResponse

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.admission import letters, newcomers, operations, queries, renaming
from traceapp.admission.forms import KIND_WORDS
from traceapp.admission.queries import Applicant
from traceapp.admission.schemas import RefusalSchema
from traceapp.admission.similarity import Likeness
from traceapp.printing import symbol
from traceapp.problem import N_
from traceapp.producers.models import Renaming
from traceapp.producers.schemas import check_address
from traceapp.web import lists
from traceapp.web.csv_text import Cell
from traceapp.web.endpoints import writes
from traceapp.web.forms import Field, Form
from traceapp.web.pages import moment
from traceapp.web.settings import settings

blueprint = Blueprint("admission", "traceapp.admission", template_folder="templates")

STATE_WORDS = {
    "waiting": N_("Waiting"),
    "admitted": N_("Let in"),
    "refused": N_("Refused"),
}
RENAMING = "renaming"
RENAMING_WORDS = {RENAMING: N_("Asks for another name")}
TONES = {"waiting": "amber", "admitted": "leaf", "refused": "clay"}
LIKENESS_WORDS = {
    Likeness.SAME_NAME: N_("The same name"),
    Likeness.SIMILAR_NAME: N_("A similar name"),
    Likeness.SAME_ADDRESS: N_("The same address"),
    Likeness.SAME_TAX_CODE: N_("The same tax code"),
    Likeness.SAME_PHONE: N_("The same telephone number"),
}
ORDER = tuple(STATE_WORDS)


class InvitationSchema(Schema):
    """Whom to send an invitation to, if by e-mail."""

    email = fields.String(load_default=None, allow_none=True, validate=check_address)


@blueprint.get("/desk/admissions")
@may(Act.ADMIT_PRODUCERS)
def list_producers() -> Response:
    """List the producers, those who wait first."""
    states = {state: gettext(words) for state, words in (STATE_WORDS | RENAMING_WORDS).items()}
    wish = lists.asked(request.args, lists.Filter("state", gettext("State"), states))
    state, wished = wish.chosen.get("state"), renaming.waiting()
    everybody = [
        one
        for one in queries.applicants()
        if state in {None, one.state} or (state == RENAMING and one.producer_id in wished)
    ]
    everybody.sort(key=lambda one: (one.producer_id not in wished, ORDER.index(one.state)))
    everybody.sort(key=lambda one: one.state != "waiting")
    found = lists.whole(everybody, wish, lambda one: (one.name, one.address, one.phone))
    if wish.is_csv:
        return lists.as_csv("producers", _columns(wished), found.rows)
    page = render_template(
        "admission/applicants.html",
        found=found,
        states=STATE_WORDS,
        tones=TONES,
        wished=wished,
        form=Form.showing(_invitation_fields()),
    )
    return Response(page)


@blueprint.get("/desk/admissions/<uuid:producer_id>")
@may(Act.ADMIT_PRODUCERS)
def show_applicant(producer_id: UUID) -> Response:
    """Show a producer beside those alike to it, with the two answers."""
    return _applicant_page(producer_id, Form.showing(_refusal_fields()))


@blueprint.post("/desk/admissions/<uuid:producer_id>/admit")
@writes
@may(Act.ADMIT_PRODUCERS)
def admit(producer_id: UUID) -> AnyResponse:
    """Let a producer in."""
    operations.admit(producer_id, by=member().key, now=datetime.now(UTC))
    flash(gettext("The producer is let in. The codes of its complete batches are live."))
    return redirect(url_for("admission.list_producers"), 303)


@blueprint.post("/desk/admissions/<uuid:producer_id>/refuse")
@writes
@may(Act.ADMIT_PRODUCERS)
def refuse(producer_id: UUID) -> AnyResponse:
    """Refuse a producer, with the reason that its desk shows."""
    form = Form.sent(_refusal_fields(), request.form)
    with form.trying():
        reason = RefusalSchema().load(form.data())["reason"]
        operations.refuse(producer_id, reason, by=member().key, now=datetime.now(UTC))
    if form.errors:
        return _applicant_page(producer_id, form)
    flash(gettext("The producer is refused, and reads your reason at its desk."))
    return redirect(url_for("admission.list_producers"), 303)


@blueprint.post("/desk/admissions/<uuid:producer_id>/allow-name")
@writes
@may(Act.ADMIT_PRODUCERS)
def allow_name(producer_id: UUID) -> AnyResponse:
    """Give a producer the name it asked for."""
    name = request.form.get("name", "")
    renaming.allow(producer_id, name, by=member().key, now=datetime.now(UTC))
    flash(gettext("The producer is called %(name)s from now on.", name=name))
    return redirect(url_for("admission.list_producers"), 303)


@blueprint.post("/desk/admissions/<uuid:producer_id>/refuse-name")
@writes
@may(Act.ADMIT_PRODUCERS)
def refuse_name(producer_id: UUID) -> AnyResponse:
    """Leave a producer its name, with the reason that its desk shows."""
    form = Form.sent((*_refusal_fields(), Field("name", kind="hidden")), request.form)
    with form.trying():
        reason = RefusalSchema().load({"reason": form.data().get("reason")})["reason"]
        name = form.value("name")
        renaming.refuse(producer_id, name, reason, by=member().key, now=datetime.now(UTC))
    if form.errors:
        return _applicant_page(producer_id, form)
    flash(gettext("The producer keeps its name, and reads your reason at its desk."))
    return redirect(url_for("admission.list_producers"), 303)


@blueprint.post("/desk/admissions/invite")
@writes
@may(Act.ADMIT_PRODUCERS)
def invite() -> Response:
    """Make an invitation for a producer and show it this once."""
    form = Form.sent(_invitation_fields(), request.form)
    now = datetime.now(UTC)
    with form.trying():
        email = InvitationSchema().load(form.data())["email"]
        code = newcomers.invite_producer(member().key, now=now)
        sent = bool(email) and letters.invite(email, member().producer_name, "/join", code, now=now)
        back = (url_for("admission.list_producers"), gettext("Producers"))
        return invitation(code, "/join", back=back, sent_to=email if sent else None)
    page = render_template(
        "admission/applicants.html",
        found=None,  # the links of a list would lead to this address, which only takes forms
        form=form,
    )
    return Response(page, form.status)


def invitation(
    code: str, path: str, *, back: tuple[str, str], name: str = "", sent_to: str | None = None
) -> Response:
    """Show an invitation: a link, its picture for a phone, and the code to type."""
    link = f"{settings().public_url}{path}#{code}"
    drawn = Markup(symbol.svg(link, gettext("QR code of the invitation")))  # noqa: S704 - our own
    page = render_template(
        "admission/invitation.html",
        link=link,
        qr=drawn,
        code=code,
        page=f"{settings().public_url}{path}",
        name=name,
        back=back,
        sent_to=sent_to,
    )
    return Response(page, 201)


def _applicant_page(producer_id: UUID, form: Form) -> Response:
    one = queries.applicant(producer_id)
    if one is None:
        raise problem.NotFound
    wished = renaming.waiting_of(producer_id)
    page = render_template(
        "admission/applicant.html",
        one=one,
        alike=queries.alike(one) if one.state != "admitted" else [],
        wished=wished,
        alike_wished=renaming.alike(one, wished) if wished else [],
        owners=queries.owners(producer_id),
        kinds=[gettext(KIND_WORDS.get(kind, kind)) for kind in queries.kinds(producer_id)],
        is_own=producer_id == member().producer_id,
        likenesses=LIKENESS_WORDS,
        states=STATE_WORDS,
        tones=TONES,
        form=form,
    )
    return Response(page, form.status)


def _refusal_fields() -> tuple[Field, ...]:
    return (
        Field(
            "reason",
            gettext("Why not?"),
            kind="lines",
            required=True,
            longest=1000,
            hint=gettext("The producer reads this at its desk. Say what to put right."),
        ),
    )


def _invitation_fields() -> tuple[Field, ...]:
    hint = gettext("Left empty, you hand the link over yourself, for example by Zalo.")
    return (Field("email", gettext("Send it by e-mail to"), kind="email", longest=254, hint=hint),)


def _columns(wished: Mapping[UUID, Renaming]) -> dict[str, Callable[[Applicant], Cell]]:
    def other_name(one: Applicant) -> str:
        return wished[one.producer_id].name if one.producer_id in wished else ""

    return {
        gettext("Name"): lambda one: one.name,
        gettext("Legal form"): lambda one: one.legal_form,
        gettext("Address"): lambda one: one.address,
        gettext("Telephone"): lambda one: one.phone or "",
        gettext("Tax code"): lambda one: one.tax_code or "",
        gettext("State"): lambda one: gettext(STATE_WORDS[one.state]),
        gettext("Asks for the name"): other_name,
        gettext("Asked"): lambda one: moment(one.created_at),
        gettext("Decided"): lambda one: moment(one.decided_at) if one.decided_at else "",
        gettext("Decided by"): lambda one: one.by or "",
        gettext("Reason"): lambda one: one.reason or "",
    }
