"""Writing down a survey of a sector with its links, typed or from a file."""

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.database.ids import new_id
from traceapp.desk import uploads
from traceapp.links import importing, operations
from traceapp.links import views as public_pages
from traceapp.links.schemas import SurveySchema
from traceapp.links.vocabulary import PARTY_KINDS, ROLES, SECTORS
from traceapp.trace.facts import Ref
from traceapp.web import csv_text
from traceapp.web.endpoints import writes
from traceapp.web.forms import Field, Form, Option

LINES, MORE = 3, 5
SURVEY = SurveySchema()

blueprint = Blueprint("surveys", "traceapp.desk", template_folder="templates")


@blueprint.get("/desk/surveys/new")
@may(Act.LEAD_PROGRAMME)
def new_survey() -> ResponseReturnValue:
    """Show the form of a survey."""
    return _page(Form.showing(_fields(), {"id": str(new_id())}))


@blueprint.get("/desk/surveys/sample.csv")
@may(Act.LEAD_PROGRAMME)
def download_sample() -> Response:
    """Give a file with the columns and one link, to be filled in."""
    header, row = importing.SAMPLE
    text = "".join(csv_text.lines(header, [row]))
    response = Response(text, content_type=csv_text.MEDIA_TYPE)
    response.headers["Content-Disposition"] = 'attachment; filename="survey-links.csv"'
    return response


@blueprint.post("/desk/surveys/new")
@writes
@may(Act.LEAD_PROGRAMME)
def add_survey() -> ResponseReturnValue:
    """Write a survey down with all its links, or nothing of it."""
    form = Form.sent(_fields(), request.form)
    if request.form.get("do") == "line":
        return _page(form, form.count("links", LINES) + MORE)
    files = uploads.sent_files(form, "file")
    with form.trying():
        given = form.data()
        _record(given, files[0][1] if files else None, form)
        if not form.errors:
            public_pages.forget()
            flash(_("Saved. Everybody reads it on this page."))
            address = url_for("links.show_sector", sector=given["sector"])
            return redirect(address, code=303)
    return _page(form)


def _record(given: dict[str, Any], content: bytes | None, form: Form) -> None:
    by, now = Ref(*member().key), datetime.now(UTC)
    given.pop("file", None)
    if content is None:
        operations.record_survey(SURVEY.load(given), by, now=now)
    elif given.get("links"):
        form.blame("file", _("Send either typed links or a file, not both."))
    else:
        file = importing.read(content)
        with importing.told_by_line(file):
            loaded = SURVEY.load({**given, "links": file.links})
            operations.record_survey(loaded, by, now=now)


def _page(form: Form, lines: int = 0) -> ResponseReturnValue:
    page = render_template(
        "desk/network/survey_new.html", form=form, lines=lines or form.count("links", LINES)
    )
    return page, form.status


def _fields() -> tuple[Field, ...]:
    sectors = tuple(Option(key, _(words)) for key, words in SECTORS.items())
    asked = _("How many establishments answered.")
    file = _("CSV or Excel, one link a line. Either this or typed links.")
    types = tuple(Option(kind, kind) for kind in (".csv", ".xlsx"))
    return (
        Field("id", kind="hidden"),
        Field("sector", _("Sector"), "choice", required=True, options=sectors),
        Field("year", _("Year"), "number", required=True),
        Field("made_by", _("Who made the survey"), required=True, longest=200),
        Field("asked", _("Establishments asked"), "number", asked, required=True),
        *_end("sender", _("From"), _("Role of the sender"), _("Place of the sender")),
        *_end("receiver", _("To"), _("Role of the receiver"), _("Place of the receiver")),
        Field("links.#.supplied", _("What is supplied"), longest=200),
        Field("links.#.supplied_en", _("The same in English"), longest=200),
        Field("file", _("Links from a file"), "file", file, options=types),
    )


def _end(name: str, who: str, role: str, place: str) -> tuple[Field, ...]:
    roles = tuple(Option(key, _(words)) for key, words in ROLES.items())
    kinds = tuple(Option(key, _(words)) for key, words in PARTY_KINDS.items())
    where = _("Commune or province; may be left out for a producer here.")
    start = f"links.#.{name}"
    return (
        Field(f"{start}.name", who, longest=200),
        Field(f"{start}.role", role, "choice", options=roles),
        Field(f"{start}.place", place, hint=where, longest=200),
        Field(f"{start}.kind", _("What it is"), "choice", options=kinds),
    )
