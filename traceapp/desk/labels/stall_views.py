"""Stalls at the desk: the list, a new one, its name, lots put on and taken off, its card."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request
from flask import url_for as url
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import and_, func, select

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.batches.paper.faces import font_files
from traceapp.codes import queries as codes
from traceapp.database.engine import db
from traceapp.desk.batches import batch_words
from traceapp.desk.labels import label_paper, label_words
from traceapp.desk.register import place_form
from traceapp.gs1.batch_code import BatchCode, StallCode
from traceapp.gs1.digital_link import LONGEST_LINK
from traceapp.printing.glyphs import MissingGlyph
from traceapp.printing.label import DoesNotFit
from traceapp.producers.models import Site
from traceapp.stalls import card, changing, sold_out
from traceapp.stalls.changing import LONGEST_NAME, Gone
from traceapp.stalls.models import Stall, StallLot
from traceapp.stalls.queries import find_stall, in_hand, on_stall
from traceapp.stalls.typed import code_of
from traceapp.trace.facts import Ref
from traceapp.web import lists
from traceapp.web.endpoints import writes
from traceapp.web.form_versions import version_of
from traceapp.web.forms import Field, Form, Option
from traceapp.web.pages import HANOI, moment
from traceapp.web.settings import settings

TOLD_FOR = timedelta(hours=24)  # what was sold out stays at hand, to be corrected
blueprint = Blueprint("stalls", "traceapp.desk", template_folder="templates")


@blueprint.get("/desk/stalls")
@may(Act.KEEP_STALLS)
def list_stalls() -> ResponseReturnValue:
    """List the producer's stalls, and how many lots are on each now."""
    wish = lists.asked(request.args, lists.Filter("state", _("State"), {"archived": _("Archived")}))
    is_archived = Stall.archived_at.is_not(None)
    query = (
        select(Stall, Site.name.label("site"), _ON_NOW.label("lots"))
        .join(Site, and_(Site.producer_id == Stall.producer_id, Site.site_id == Stall.site_id))
        .where(
            Stall.producer_id == member().producer_id,
            *lists.matching(wish.words, Stall.folded_name, Stall.code),
            is_archived if wish.chosen.get("state") else ~is_archived,
        )
    )
    found = lists.page(query, (lists.Order(Stall.folded_name), lists.Order(Stall.stall_id)), wish)
    if wish.is_csv:
        return lists.as_csv("stalls", _columns(), found.rows)
    return render_template("desk/labels/stalls.html", found=found)


@blueprint.get("/desk/stalls/new")
@may(Act.KEEP_STALLS)
def new_stall() -> ResponseReturnValue:
    """Open the form of a new stall; a producer with one place is not asked which."""
    sites = place_form.sites_of(member().producer_id)
    only = {"site_id": str(sites[0].site_id)} if len(sites) == 1 else {}
    return _name_page(Form.showing(_name_fields(), only), None)


@blueprint.post("/desk/stalls/new")
@writes
@may(Act.KEEP_STALLS)
def open_stall() -> ResponseReturnValue:
    """Open a stall; putting lots on it comes next."""
    form = Form.sent(_name_fields(), request.form)
    with form.trying(unique="name"):
        made = changing.open_stall(member().key, _given(form), now=datetime.now(UTC))
        flash(_("Saved: %(name)s.", name=made.name))
        return redirect(url("stalls.show_stall", stall_id=made.stall_id), code=303)
    return _name_page(form, None)


@blueprint.get("/desk/stalls/<uuid:stall_id>")
@may(Act.KEEP_STALLS)
def show_stall(stall_id: UUID) -> ResponseReturnValue:
    """Show what is on a stall now, and what could be put on it."""
    return _page(find_stall(member().producer_id, stall_id), Form.showing(_lot_fields()))


@blueprint.post("/desk/stalls/<uuid:stall_id>/put-on")
@writes
@may(Act.KEEP_STALLS)
def put_on(stall_id: UUID) -> ResponseReturnValue:
    """Put on the stall the lot whose code was typed, scanned or tapped."""
    stall = find_stall(member().producer_id, stall_id)
    form = Form.sent(_lot_fields(), request.form)
    with form.trying():
        code = code_of(form.data().get("code", ""))
        changing.put_on(member().key, stall_id, code, today=_today(), now=datetime.now(UTC))
        flash(_("It is on the stall."))
        return redirect(url("stalls.show_stall", stall_id=stall_id), code=303)
    return _page(stall, form)


@blueprint.post("/desk/stalls/<uuid:stall_id>/take-off")
@writes
@may(Act.KEEP_STALLS)
def take_off(stall_id: UUID) -> ResponseReturnValue:
    """Take a lot off the stall, as sold out or for another day."""
    find_stall(member().producer_id, stall_id)  # before anything is said of the code
    fact = codes.find(BatchCode.parse(request.form.get("code", "")).text)
    if fact is None:
        raise problem.NotFound
    why = Gone.SOLD_OUT if request.form.get("do") == Gone.SOLD_OUT else Gone.TAKEN_OFF
    lot, now = Ref(fact.producer_id, fact.batch_id), datetime.now(UTC)
    is_counted = changing.take_off(member().key, stall_id, lot, why, now=now)
    flash(_said(why, is_counted=is_counted))
    return redirect(url("stalls.show_stall", stall_id=stall_id), code=303)


@blueprint.get("/desk/stalls/<uuid:stall_id>/name")
@may(Act.KEEP_STALLS)
def edit_stall(stall_id: UUID) -> ResponseReturnValue:
    """Open the name and place of a stall to change them."""
    stall = find_stall(member().producer_id, stall_id)
    return _name_page(Form.showing(_name_fields(stall), _shown(stall)), stall)


@blueprint.post("/desk/stalls/<uuid:stall_id>/name")
@writes
@may(Act.KEEP_STALLS)
def change_stall(stall_id: UUID) -> ResponseReturnValue:
    """Change a stall; where somebody else did meanwhile, show both."""
    stall = find_stall(member().producer_id, stall_id)
    form = Form.sent(_name_fields(stall), request.form)
    with form.trying(unique="name"):
        given, version, now = _given(form), version_of(form), datetime.now(UTC)
        changing.change_stall(member().key, stall_id, given, version=version, now=now)
        flash(_("Saved: %(name)s.", name=stall.name))
        return redirect(url("stalls.show_stall", stall_id=stall_id), code=303)
    if form.status == problem.ChangedMeanwhile.status:
        db.session.refresh(stall)
        form.compare(_shown(stall))
    return _name_page(form, stall)


@blueprint.get("/desk/stalls/<uuid:stall_id>/card-<any(a5,a4):paper>.pdf")
@may(Act.KEEP_STALLS)
def print_card(stall_id: UUID, paper: str) -> ResponseReturnValue:
    """Give the card with the code of a stall; back to its page, which says why it cannot be had."""
    stall = find_stall(member().producer_id, stall_id)
    fonts = font_files(Path(current_app.static_folder or ""))
    if fonts is None:
        raise problem.NotFound
    try:
        content = card.write(stall, paper, settings(), fonts)
    except (DoesNotFit, MissingGlyph) as error:
        return _page(stall, Form.showing(_lot_fields()), label_words.misfit(error))
    headers = {"Content-Disposition": f'attachment; filename="{stall.code}-{paper}.pdf"'}
    return Response(content, mimetype="application/pdf", headers=headers)


def _said(why: Gone, *, is_counted: bool) -> str:
    if why is Gone.TAKEN_OFF:
        return str(_("Taken off."))
    if is_counted:
        return str(_("Sold out: shoppers no longer see it here, and your books have none left."))
    return str(_("Sold out: shoppers no longer see it here. Your books stay as they are."))


def _today() -> date:
    return datetime.now(HANOI).date()


def _page(stall: Stall, form: Form, wrong: str = "") -> tuple[str, int]:
    lots = on_stall((stall.producer_id, stall.stall_id), _today())
    there = {lot.ref for lot in lots}
    page = render_template(
        "desk/labels/stall.html",
        stall=stall,
        code=StallCode(stall.code).readable,
        form=form,
        wrong=wrong,
        has_fonts=font_files(Path(current_app.static_folder or "")) is not None,
        card_drawing=label_paper.stall_card_preview(stall),
        lots=lots,
        others=[lot for lot in in_hand(stall.producer_id, _today()) if lot.ref not in there],
        state_words=batch_words.state_words,
        sold_out=sold_out.lately(stall.producer_id, stall.stall_id, datetime.now(UTC) - TOLD_FOR),
        site=db.session.get_one(Site, (stall.producer_id, stall.site_id)),
    )
    return page, form.status


def _name_page(form: Form, stall: Stall | None) -> tuple[str, int]:
    return render_template("desk/labels/stall_name.html", form=form, stall=stall), form.status


def _lot_fields() -> list[Field]:
    hint = _("Scan or type the code on the crate, the pack or the delivery note.")
    return [
        Field("code", _("Code of the lot"), required=True, longest=LONGEST_LINK, hint=hint),
    ]


def _name_fields(stall: Stall | None = None) -> list[Field]:
    sites = place_form.sites_of(member().producer_id, archived=stall is not None)
    return [
        Field("version", kind="hidden"),
        Field(
            "name",
            _("Name of the stall"),
            required=True,
            longest=LONGEST_NAME,
            hint=_("As shoppers know it: “Stall 12, Bưởi market”."),
        ),
        Field(
            "site_id",
            _("Place of the stall"),
            "choice",
            required=True,
            options=tuple(Option(str(site.site_id), site.name) for site in sites),
            hint=_("Shoppers read the commune."),
        ),
    ]


def _shown(stall: Stall) -> dict[str, Any]:
    return {"name": stall.name, "site_id": str(stall.site_id), "version": stall.version}


def _given(form: Form) -> dict[str, Any]:
    """Give what was typed, without the version."""
    data = form.data()
    data.pop("version", None)
    return data


_ON_NOW = (
    select(func.count())
    .select_from(StallLot)
    .where(
        StallLot.producer_id == Stall.producer_id,
        StallLot.stall_id == Stall.stall_id,
        StallLot.gone_at.is_(None),
    )
    .correlate(Stall)
    .scalar_subquery()
)


def _columns() -> dict[str, lists.Reader]:
    return {
        _("Name of the stall"): lambda row: row.Stall.name,
        _("Place of the stall"): lambda row: row.site,
        _("Lots on it now"): lambda row: row.lots,
        _("Last changed"): lambda row: moment(row.Stall.changed_at),
        _("Code"): lambda row: row.Stall.code,
    }
