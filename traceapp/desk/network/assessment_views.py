"""Assessments of cleaner production at the desk: their list, opening one, its page."""

from datetime import UTC, datetime
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.batches.models import Product
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.desk.network import assessment_form, assessment_words
from traceapp.network import fairs, operations, queries
from traceapp.network.models import CleanerAssessment
from traceapp.network.operations import Author
from traceapp.network.schemas import AssessmentSchema
from traceapp.network.told import Assessment
from traceapp.producers.models import Producer
from traceapp.producers.queries import is_admitted
from traceapp.trace.facts import Ref
from traceapp.trace.words import Words
from traceapp.web import lists
from traceapp.web.endpoints import writes
from traceapp.web.forms import Form
from traceapp.web.languages import say
from traceapp.web.pages import moment

MOST_FOUND = 20
ASSESSMENT = AssessmentSchema()

blueprint = Blueprint("assessments", "traceapp.desk", template_folder="templates")


@blueprint.get("/desk/assessments")
@may(Act.TELL_CLEANER_PRODUCTION)
def list_assessments() -> ResponseReturnValue:
    """List the assessments of the reader's establishment, or all at a programme body."""
    abouts = {"product": _("One product"), "all": _("The whole establishment")}
    reader = member()
    wish = lists.asked(request.args, lists.Filter("about", _("What is assessed"), abouts))
    query = queries.listing().where(
        *lists.matching(wish.words, Producer.folded_name, Product.folded_name)
    )
    if not reader.may(Act.ASSESS_CLEANER_PRODUCTION):
        query = query.where(CleanerAssessment.producer_id == reader.producer_id)
    if "about" in wish.chosen:
        of_all = CleanerAssessment.product_id.is_(None)
        query = query.where(of_all if wish.chosen["about"] == "all" else ~of_all)
    orders = (
        lists.Order(CleanerAssessment.opened_at, is_descending=True),
        lists.Order(CleanerAssessment.assessment_id, is_descending=True),
    )
    found = lists.page(query, orders, wish)
    if wish.is_csv:
        return lists.as_csv("san-xuat-sach-hon", _columns(), found.rows)
    held = fairs.newest(reader.producer_id) if reader.may(Act.LEAD_PROGRAMME) else []
    return render_template(
        "desk/network/assessments.html", found=found, words=assessment_words, fairs=held
    )


@blueprint.get("/desk/assessments/new")
@may(Act.ASSESS_CLEANER_PRODUCTION)
def find_establishment() -> ResponseReturnValue:
    """Find the establishment that is to be assessed, by its name."""
    wish = lists.asked(request.args)
    query = (
        select(Producer.producer_id, Producer.name, Producer.name_en, Producer.commune)
        .where(Producer.producer_id != member().producer_id, is_admitted(Producer.producer_id))
        .where(*lists.matching(wish.words, Producer.folded_name))
        .order_by(Producer.folded_name, Producer.producer_id)
        .limit(MOST_FOUND)
    )
    rows = db.session.execute(query).all() if wish.words else []
    found = [(one.producer_id, Words(one.name, one.name_en), one.commune) for one in rows]
    return render_template(
        "desk/network/assessment_find.html", wish=wish, found=found, most=MOST_FOUND
    )


@blueprint.get("/desk/assessments/new/<uuid:producer_id>")
@may(Act.ASSESS_CLEANER_PRODUCTION)
def new_assessment(producer_id: UUID) -> ResponseReturnValue:
    """Show the form that opens an assessment of an establishment."""
    producer = _establishment(member(), producer_id)
    fields = assessment_form.assessment_fields(producer_id)
    return _opening(producer, Form.showing(fields, {"id": str(new_id())}))


@blueprint.post("/desk/assessments/new/<uuid:producer_id>")
@writes
@may(Act.ASSESS_CLEANER_PRODUCTION)
def open_assessment(producer_id: UUID) -> ResponseReturnValue:
    """Open an assessment."""
    reader = member()
    producer = _establishment(reader, producer_id)
    form = Form.sent(assessment_form.assessment_fields(producer_id), request.form)
    with form.trying():
        given, by = ASSESSMENT.load(form.data()), author(reader)
        made = operations.open_assessment(producer_id, given, by, now=datetime.now(UTC))
        flash(_("Opened. Propose measures, and let the figures before them be recorded."))
        return redirect(url_for("assessments.show_assessment", assessment_id=made), code=303)
    return _opening(producer, form)


@blueprint.get("/desk/assessments/<uuid:assessment_id>")
@may(Act.TELL_CLEANER_PRODUCTION)
def show_assessment(assessment_id: UUID) -> ResponseReturnValue:
    """Show an assessment: measures, figures before and now, who checked them."""
    reader = member()
    found = find_assessment(reader, assessment_id)
    return render_template(
        "desk/network/assessment.html",
        found=found,
        words=assessment_words,
        may_check=reader.may(Act.ASSESS_CLEANER_PRODUCTION)
        and reader.producer_id != found.ref.producer_id,
        reader=reader,
    )


def author(reader: Visitor) -> Author:
    """Give who writes."""
    member_ref = Ref(reader.producer_id, reader.member_id)
    return Author(member_ref, is_body=reader.may(Act.ASSESS_CLEANER_PRODUCTION))


def find_assessment(reader: Visitor, assessment_id: UUID) -> Assessment:
    """Find an assessment of the reader's own, or any at a programme body. Raises NotFound."""
    found = queries.find(assessment_id)
    if found is None or not author(reader).may_write(found.ref.producer_id):
        raise problem.NotFound
    return found


def _establishment(reader: Visitor, producer_id: UUID) -> Producer:
    producer = db.session.get(Producer, producer_id)
    if producer is None or producer_id == reader.producer_id:
        raise problem.NotFound
    return producer


def _opening(producer: Producer, form: Form) -> ResponseReturnValue:
    name = say(Words(producer.name, producer.name_en))
    return render_template("desk/network/assessment_new.html", name=name, form=form), form.status


def _columns() -> dict[str, lists.Reader]:
    return {
        _("Establishment"): lambda row: say(assessment_words.producer_of(row)),
        _("What is assessed"): assessment_words.about,
        _("Per"): lambda row: say(assessment_words.unit_of(row)),
        _("Assessed by"): lambda row: say(assessment_words.body_of(row)),
        _("Opened"): lambda row: moment(row.opened_at),
    }
