"""Saying something in an assessment: measures and what became of them, figures, checks."""

from datetime import UTC, datetime
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.database.ids import new_id
from traceapp.desk import private_photos, uploads
from traceapp.desk.network import assessment_form, assessment_words
from traceapp.desk.network.assessment_views import author, find_assessment
from traceapp.network import evidence, operations, queries
from traceapp.network.schemas import (
    CheckSchema,
    IndicatorSchema,
    MeasureSchema,
    MeasureStepSchema,
)
from traceapp.network.told import Assessment, Indicator, Measure
from traceapp.web.endpoints import writes
from traceapp.web.forms import Form

MEASURE, STEP = MeasureSchema(), MeasureStepSchema()
INDICATOR, CHECK = IndicatorSchema(), CheckSchema()

blueprint = Blueprint("assessment_acts", "traceapp.desk", template_folder="templates")


@blueprint.get("/desk/assessments/<uuid:assessment_id>/measures/new")
@may(Act.TELL_CLEANER_PRODUCTION)
def new_measure(assessment_id: UUID) -> ResponseReturnValue:
    """Show the form of a measure."""
    found = find_assessment(member(), assessment_id)
    form = Form.showing(assessment_form.measure_fields(), {"id": str(new_id())})
    return _page(found, form, _("Propose a measure"), _("Propose it"))


@blueprint.post("/desk/assessments/<uuid:assessment_id>/measures/new")
@writes
@may(Act.TELL_CLEANER_PRODUCTION)
def propose_measure(assessment_id: UUID) -> ResponseReturnValue:
    """Propose a measure."""
    reader = member()
    found = find_assessment(reader, assessment_id)
    form = Form.sent(assessment_form.measure_fields(), request.form)
    with form.trying():
        given = MEASURE.load(form.data())
        operations.propose(found.ref, given, author(reader), now=datetime.now(UTC))
        flash(_("Proposed. Say here when it is chosen and when it is done."))
        return _back(found)
    return _page(found, form, _("Propose a measure"), _("Propose it"))


@blueprint.get("/desk/measures/<uuid:measure_id>")
@may(Act.TELL_CLEANER_PRODUCTION)
def ask_measure(measure_id: UUID) -> ResponseReturnValue:
    """Show what is known of a measure, and ask what became of it."""
    found, measure = _measure(member(), measure_id)
    return _measure_page(found, measure, Form.showing(assessment_form.step_fields(measure)))


@blueprint.post("/desk/measures/<uuid:measure_id>")
@writes
@may(Act.TELL_CLEANER_PRODUCTION)
def advance_measure(measure_id: UUID) -> ResponseReturnValue:
    """Keep what became of a measure."""
    reader = member()
    found, measure = _measure(reader, measure_id)
    form, now = Form.sent(assessment_form.step_fields(measure), request.form), datetime.now(UTC)
    uploads.keep_beside(form, "photo", measure.ref.producer_id, now=now)
    if form.errors:
        return _measure_page(found, measure, form)
    with form.trying(unique="photo"):
        given = STEP.load(form.data())
        operations.advance(measure.ref, given, author(reader), now=now)
        flash(_("Saved."))
        return _back(found)
    return _measure_page(found, measure, form)


@blueprint.get("/desk/measures/<uuid:measure_id>/photos/<sha256>")
@may(Act.TELL_CLEANER_PRODUCTION)
def show_photo(measure_id: UUID, sha256: str) -> ResponseReturnValue:
    """Show a photo of what was done; back to the page while it is being prepared."""
    _found, measure = _measure(member(), measure_id)
    page = url_for("assessment_acts.ask_measure", measure_id=measure_id)
    return private_photos.show(measure.ref.producer_id, _photos(measure), sha256, page)


@blueprint.get("/desk/assessments/<uuid:assessment_id>/figures/new")
@may(Act.TELL_CLEANER_PRODUCTION)
def new_indicator(assessment_id: UUID) -> ResponseReturnValue:
    """Show the form of a figure."""
    found = find_assessment(member(), assessment_id)
    form = Form.showing(assessment_form.indicator_fields(), {"id": str(new_id())})
    return _page(found, form, _("Record a figure"), _("Record it"))


@blueprint.post("/desk/assessments/<uuid:assessment_id>/figures/new")
@writes
@may(Act.TELL_CLEANER_PRODUCTION)
def record_indicator(assessment_id: UUID) -> ResponseReturnValue:
    """Record before and after of an indicator."""
    reader = member()
    found = find_assessment(reader, assessment_id)
    form = Form.sent(assessment_form.indicator_fields(), request.form)
    with form.trying():
        given = INDICATOR.load(form.data())
        operations.record(found.ref, given, author(reader), now=datetime.now(UTC))
        flash(_("Recorded. It counts as said by you until somebody else has checked it."))
        return _back(found)
    return _page(found, form, _("Record a figure"), _("Record it"))


@blueprint.get("/desk/figures/<uuid:indicator_id>/check")
@may(Act.ASSESS_CLEANER_PRODUCTION)
def ask_check(indicator_id: UUID) -> ResponseReturnValue:
    """Show a figure and ask how it was checked."""
    found, figure = _figure(member(), indicator_id)
    return _check_page(found, figure, Form.showing(assessment_form.check_fields()))


@blueprint.post("/desk/figures/<uuid:indicator_id>/check")
@writes
@may(Act.ASSESS_CLEANER_PRODUCTION)
def check_indicator(indicator_id: UUID) -> ResponseReturnValue:
    """Stand behind a figure."""
    reader = member()
    found, figure = _figure(reader, indicator_id)
    form = Form.sent(assessment_form.check_fields(), request.form)
    with form.trying():
        how = CHECK.load(form.data())["how"]
        operations.check(figure.ref, how, author(reader), now=datetime.now(UTC))
        flash(_("Checked. Pages say so with the name of your body and the day."))
        return _back(found)
    return _check_page(found, figure, form)


def _measure(reader: Visitor, measure_id: UUID) -> tuple[Assessment, Measure]:
    measure = queries.find_measure(measure_id)
    if measure is None:
        raise problem.NotFound
    return find_assessment(reader, measure.assessment_id), measure


def _figure(reader: Visitor, indicator_id: UUID) -> tuple[Assessment, Indicator]:
    figure = queries.find_indicator(indicator_id)
    if figure is None:
        raise problem.NotFound
    return find_assessment(reader, figure.assessment_id), figure


def _back(found: Assessment) -> ResponseReturnValue:
    address = url_for("assessments.show_assessment", assessment_id=found.ref.id)
    return redirect(address, code=303)


def _page(found: Assessment, form: Form, heading: str, button: str) -> ResponseReturnValue:
    page = render_template(
        "desk/network/assessment_form.html",
        found=found,
        form=form,
        heading=heading,
        button=button,
        words=assessment_words,
    )
    return page, form.status


def _measure_page(found: Assessment, measure: Measure, form: Form) -> ResponseReturnValue:
    page = render_template(
        "desk/network/measure.html",
        found=found,
        measure=measure,
        form=form,
        words=assessment_words,
        photos=evidence.photos_of(measure.ref),
        pictures=private_photos.prepared(measure.ref.producer_id, _photos(measure)),
        photo_path=lambda sha256: url_for(
            "assessment_acts.show_photo", measure_id=measure.ref.id, sha256=sha256
        ),
    )
    return page, form.status


def _photos(measure: Measure) -> list[bytes]:
    found = evidence.photos_of(measure.ref).values()
    return [bytes.fromhex(sha256) for photos in found for sha256 in photos]


def _check_page(found: Assessment, figure: Indicator, form: Form) -> ResponseReturnValue:
    page = render_template(
        "desk/network/figure_check.html",
        found=found,
        figure=figure,
        form=form,
        words=assessment_words,
    )
    return page, form.status
