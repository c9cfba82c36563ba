"""Chains at the desk: what an establishment takes part in, and all participants at a body."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.chains import commitment_queries, listing, membership, queries, support
from traceapp.chains.models import ChainStep
from traceapp.chains.schemas import MembershipSchema, SupportSchema
from traceapp.chains.vocabulary import CHAINS, STATES, SUPPORT_KINDS
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.desk.network import chain_form
from traceapp.network import confirming
from traceapp.producers.models import Producer
from traceapp.trace.facts import Ref
from traceapp.trace.words import Words
from traceapp.web import lists
from traceapp.web.endpoints import writes
from traceapp.web.forms import Form
from traceapp.web.languages import say
from traceapp.web.pages import day

MEMBERSHIP, SUPPORT = MembershipSchema(), SupportSchema()
TONES = {"waiting": "amber", "accepted": "leaf", "declined": "clay", "withdrawn": ""}

blueprint = Blueprint("chains", "traceapp.desk", template_folder="templates")


@blueprint.get("/desk/chains")
@may(Act.READ_CHAINS)
def show_chains() -> ResponseReturnValue:
    """Show what the reader's establishment takes part in; a body goes on to all of them."""
    reader = member()
    if reader.may(Act.SUPPORT_PARTICIPANTS):
        return redirect(url_for("chains.list_participants"), code=303)
    return _participant(reader.producer_id)


@blueprint.get("/desk/participants")
@may(Act.SUPPORT_PARTICIPANTS)
def list_participants() -> ResponseReturnValue:
    """List who is in a chain, and where the commitment stands."""
    wish = lists.asked(
        request.args,
        lists.Filter("chain", _("Chain"), {key: _(words) for key, words in CHAINS.items()}),
        lists.Filter("commitment", _("Commitment"), _standings()),
    )
    query = listing.participants().where(*lists.matching(wish.words, Producer.folded_name))
    if "chain" in wish.chosen:
        query = query.where(ChainStep.chain == wish.chosen["chain"])
    if "commitment" in wish.chosen:
        query = query.where(listing.standing(wish.chosen["commitment"]))
    orders = (
        lists.Order(Producer.folded_name),
        lists.Order(ChainStep.producer_id),
        lists.Order(ChainStep.step_id),
    )
    found = lists.page(query, orders, wish)
    standings = listing.standings({row.producer_id for row in found.rows})

    def standing(row: Any) -> str:  # noqa: ANN401 - a row of `participants`
        return standings.get(row.producer_id, "none")

    if wish.is_csv:
        return lists.as_csv("tham-gia-chuoi", _columns(standing), found.rows)
    return render_template(
        "desk/network/participants.html", found=found, name=_name, chains=CHAINS, standing=standing
    )


@blueprint.get("/desk/participants/<uuid:producer_id>")
@may(Act.SUPPORT_PARTICIPANTS)
def show_participant(producer_id: UUID) -> ResponseReturnValue:
    """Show what an establishment takes part in, what it signed and the help it was given."""
    return _participant(producer_id)


@blueprint.get("/desk/chains/<any(join, leave):act>")
@may(Act.JOIN_CHAINS)
def ask_membership(act: str) -> ResponseReturnValue:
    """Ask which chain to join or leave."""
    form = Form.showing(_fields(member(), act), {"id": str(new_id())})
    return _asking(act, form)


@blueprint.post("/desk/chains/<any(join, leave):act>")
@writes
@may(Act.JOIN_CHAINS)
def change_membership(act: str) -> ResponseReturnValue:
    """Join a chain or leave it."""
    reader = member()
    form = Form.sent(_fields(reader, act), request.form)
    with form.trying():
        given = MEMBERSHIP.load(form.data())
        step = membership.join if act == "join" else membership.leave
        step(given, Ref(*reader.key), now=datetime.now(UTC))
        flash(_("Saved. Your public page says so."))
        return redirect(url_for("chains.show_chains"), code=303)
    return _asking(act, form)


@blueprint.get("/desk/participants/<uuid:producer_id>/support")
@may(Act.SUPPORT_PARTICIPANTS)
def ask_support(producer_id: UUID) -> ResponseReturnValue:
    """Ask what help an establishment was given."""
    fields = chain_form.support_fields(member().producer_id)
    return _helping(_producer(producer_id), Form.showing(fields, {"id": str(new_id())}))


@blueprint.post("/desk/participants/<uuid:producer_id>/support")
@writes
@may(Act.SUPPORT_PARTICIPANTS)
def give_support(producer_id: UUID) -> ResponseReturnValue:
    """Write down help."""
    reader, producer = member(), _producer(producer_id)
    form = Form.sent(chain_form.support_fields(reader.producer_id), request.form)
    with form.trying():
        given = SUPPORT.load(form.data())
        support.give(producer_id, given, Ref(*reader.key), now=datetime.now(UTC))
        flash(_("Saved. The participant reads it, too."))
        address = url_for("chains.show_participant", producer_id=producer_id)
        return redirect(address, code=303)
    return _helping(producer, form)


def _participant(producer_id: UUID) -> ResponseReturnValue:
    producer, reader = _producer(producer_id), member()
    return render_template(
        "desk/network/participant.html",
        producer=producer,
        name=Words(producer.name, producer.name_en),
        is_own=producer_id == reader.producer_id,
        stays=queries.stays(producer_id),
        commitments=commitment_queries.of_producer(producer_id),
        certificates=confirming.of_producer(producer_id),
        may_confirm=producer_id != reader.producer_id and reader.may(Act.CONFIRM_CERTIFICATES),
        help_given=commitment_queries.help_given(producer_id),
        chains=CHAINS,
        states=STATES,
        tones=TONES,
        kinds=SUPPORT_KINDS,
    )


def _producer(producer_id: UUID) -> Producer:
    producer = db.session.get(Producer, producer_id)
    if producer is None:
        raise problem.NotFound
    return producer


def _fields(reader: Visitor, act: str) -> Any:  # noqa: ANN401 - the fields of a form
    now = {stay.chain for stay in queries.chains_of(reader.producer_id)}
    return chain_form.membership_fields(
        chain for chain in CHAINS if (chain in now) is (act == "leave")
    )


def _asking(act: str, form: Form) -> ResponseReturnValue:
    return render_template("desk/network/chain_step.html", act=act, form=form), form.status


def _helping(producer: Producer, form: Form) -> ResponseReturnValue:
    name = say(Words(producer.name, producer.name_en))
    page = render_template("desk/network/support.html", producer=producer, name=name, form=form)
    return page, form.status


def _standings() -> dict[str, str]:
    return {
        "waiting": _("Waits for the programme"),
        "accepted": _("Accepted"),
        "none": _("None that holds"),
    }


def _name(row: Any) -> str:  # noqa: ANN401 - a row of `participants`
    return say(Words(row.name, row.name_en))


def _columns(standing: Callable[[Any], str]) -> dict[str, lists.Reader]:
    words = _standings()
    return {
        _("Participant"): _name,
        _("Commune"): lambda row: row.commune,
        _("Chain"): lambda row: _(CHAINS[row.chain]),
        _("Member since"): lambda row: day(row.on_day),
        _("Commitment"): lambda row: words[standing(row)],
    }
