"""The desk page of an owner: the producer's own name, address and other particulars."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.accounts.lifetimes import OFFICES
from traceapp.admission import forms, particulars, queries, renaming
from traceapp.database.engine import db
from traceapp.producers import changes, communes
from traceapp.producers.models import Producer
from traceapp.producers.queries import admission_of
from traceapp.web.endpoints import writes
from traceapp.web.form_versions import version_of
from traceapp.web.forms import Field, Form

ASK = "ask"
blueprint = Blueprint("particulars", "traceapp.admission", template_folder="templates")

NAMES = (
    *("name", "name_en", "legal_form", "street", "phone", "email", "website", "tax_code", "gln"),
    *("about", "about_en", "version"),
)


@blueprint.get("/desk/producer")
@may(Act.MANAGE_PRODUCER)
def edit_producer() -> ResponseReturnValue:
    """Open the producer's own particulars to read and change them."""
    producer = changes.find_producer(member().producer_id)
    return _page(Form.showing(_fields(), _shown(producer)), producer)


@blueprint.post("/desk/producer")
@writes
@may(Act.MANAGE_PRODUCER)
def change_producer() -> ResponseReturnValue:
    """Change them; where somebody else did meanwhile, show both."""
    who = member()
    producer = changes.find_producer(who.producer_id)
    form = Form.sent(_fields(), request.form)
    with form.trying():
        given, version = _given(form, producer), version_of(form)
        by, now = who.key, datetime.now(UTC)
        if request.form.get("do") == ASK and renaming.ask(by, given, version=version, now=now):
            flash(_("Asked for the name. Everything else is saved."))
        else:
            renaming.change(by, given, version=version, now=now)
            flash(_("Saved: %(name)s.", name=form.value("name").strip()))
        return redirect(url_for("particulars.edit_producer"), code=303)
    if form.status == problem.ChangedMeanwhile.status:
        db.session.refresh(producer)
        form.compare(_shown(producer))
    return _page(form, producer)


def _page(form: Form, producer: Producer) -> tuple[str, int]:
    decision = admission_of(producer.producer_id)
    page = render_template(
        "admission/particulars.html",
        form=form,
        producer=producer,
        renamed=renaming.newest_of(producer.producer_id),
        may_ask="name" in form.errors and particulars.is_name_alike(*_wished(form, producer)),
        is_let_in=decision is not None and decision.decision == "admitted",
    )
    return page, form.status


def _wished(form: Form, producer: Producer) -> tuple[UUID, str]:
    return producer.producer_id, form.value("name").strip()


def _shown(producer: Producer) -> dict[str, Any]:
    place = (producer.commune_kind, producer.commune, producer.province)
    return {name: getattr(producer, name) for name in NAMES} | {
        "commune": communes.place_name(*place),
        "kinds": queries.kinds(producer.producer_id),
    }


def _given(form: Form, producer: Producer) -> dict[str, Any]:
    """Give what the schema takes; a point that was measured stays while the commune does."""
    data = form.data()
    data.pop("version", None)
    if "kinds" in form.fields:
        data.setdefault("kinds", [])  # nothing ticked is an answer too, and refused
    if "commune" not in data:
        return data
    place = communes.place_named(data["commune"])
    if (place.province, place.commune_kind, place.commune) == (
        *(producer.province, producer.commune_kind, producer.commune),
    ):
        measured = {"latitude": producer.latitude, "longitude": producer.longitude}
        return data | place.record() | measured
    return data | place.record()


def _fields() -> tuple[Field, ...]:
    return (
        Field("version", kind="hidden"),
        Field(
            "name",
            _("Name of the producer"),
            required=True,
            longest=200,
            hint=_("It stands on every page and new label from now on."),
        ),
        Field("name_en", _("Name in English"), longest=200),
        forms.legal_form(),
        *(() if member().kinds & OFFICES else (forms.kinds(),)),
        *forms.place_fields(),
        Field("phone", _("Telephone"), kind="tel", longest=30, autocomplete="tel"),
        Field("email", _("E-mail"), kind="email", longest=254),
        Field(
            "website",
            _("Website"),
            kind="url",
            longest=200,
            hint=_("Everybody reads it on your public page. Like https://dongxanh.vn."),
        ),
        Field("tax_code", _("Tax code"), longest=14),
        Field("gln", _("GLN"), longest=40, hint=_("Only if GS1 gave you one.")),
        Field(
            "about",
            _("About you, for shoppers"),
            kind="lines",
            longest=1000,
            hint=_("Two or three sentences: what you do, where, since when."),
        ),
        Field("about_en", _("The same in English"), kind="lines", longest=1000),
    )
