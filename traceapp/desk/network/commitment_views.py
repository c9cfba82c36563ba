"""Commitments at the desk: the text of a year, signing it, what becomes of it, the paper."""

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
from traceapp.chains import commitment_queries, commitments
from traceapp.chains.schemas import CommitmentSchema, NoteSchema, TextSchema
from traceapp.chains.told import Commitment, Text
from traceapp.chains.vocabulary import STATES
from traceapp.database.ids import new_id
from traceapp.desk import private_photos, uploads
from traceapp.desk.network import chain_form
from traceapp.desk.network.chain_views import TONES
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import writes
from traceapp.web.forms import Form
from traceapp.web.pages import HANOI

TEXT, SIGNED, NOTE = TextSchema(), CommitmentSchema(), NoteSchema()

blueprint = Blueprint("commitments", "traceapp.desk", template_folder="templates")


@blueprint.get("/desk/commitments/text")
@may(Act.LEAD_PROGRAMME)
def ask_text() -> ResponseReturnValue:
    """Show the text that is signed now, and the form of a new version."""
    text = _text()
    shown = {"year": datetime.now(HANOI).year, "id": str(new_id())}
    if text is not None:
        shown |= {"text": text.words.vi, "text_en": text.words.en}
    return _text_page(text, Form.showing(chain_form.text_fields(), shown))


@blueprint.post("/desk/commitments/text")
@writes
@may(Act.LEAD_PROGRAMME)
def write_text() -> ResponseReturnValue:
    """Write down a new version."""
    form = Form.sent(chain_form.text_fields(), request.form)
    with form.trying():
        given = TEXT.load(form.data())
        commitments.write_text(given, Ref(*member().key), now=datetime.now(UTC))
        flash(_("Saved. It is signed from now on; who signed an earlier text keeps that one."))
        return redirect(url_for("commitments.ask_text"), code=303)
    return _text_page(_text(), form)


@blueprint.get("/desk/commitments/new")
@may(Act.JOIN_CHAINS)
def ask_signing() -> ResponseReturnValue:
    """Show the text to sign, and ask what was signed."""
    text = _text()
    shown = {"id": str(new_id()), "text_id": text and str(text.ref.id)}
    return _signing_page(text, Form.showing(chain_form.commitment_fields(), shown))


@blueprint.post("/desk/commitments/new")
@writes
@may(Act.JOIN_CHAINS)
def sign() -> ResponseReturnValue:
    """Keep a signed commitment; a photo stays even where something else is wrong."""
    reader, now = member(), datetime.now(UTC)
    form = Form.sent(chain_form.commitment_fields(), request.form)
    uploads.keep_beside(form, "photo", reader.producer_id, now=now)
    if not form.errors:
        with form.trying():
            given = SIGNED.load(form.data())
            made = commitments.sign(given, Ref(*reader.key), now=now)
            flash(_("Recorded. The programme looks at it and answers."))
            return redirect(url_for("commitments.show", commitment_id=made), code=303)
    text = _text()
    if form.errors.get("text_id") and text is not None:
        form.typed["text_id"] = [str(text.ref.id)]
    return _signing_page(text, form)


@blueprint.get("/desk/commitments/<uuid:commitment_id>")
@may(Act.READ_CHAINS)
def show(commitment_id: UUID) -> ResponseReturnValue:
    """Show a commitment with its text, the paper, and what became of it."""
    reader = member()
    return _page(reader, _find(reader, commitment_id), Form.showing(_note_fields(reader)))


@blueprint.post("/desk/commitments/<uuid:commitment_id>/answer")
@writes
@may(Act.LEAD_PROGRAMME)
def answer(commitment_id: UUID) -> ResponseReturnValue:
    """Accept a commitment, or send it back with the reason."""
    state = "accepted" if request.form.get("do") == "accept" else "declined"

    def act(found: Ref, note: str | None, by: Ref, *, now: datetime) -> None:
        commitments.answer(found, state, note, by, now=now)

    return _do(commitment_id, act)


@blueprint.post("/desk/commitments/<uuid:commitment_id>/withdraw")
@writes
@may(Act.JOIN_CHAINS)
def withdraw(commitment_id: UUID) -> ResponseReturnValue:
    """Withdraw a commitment of one's own."""
    return _do(commitment_id, commitments.withdraw)


@blueprint.post("/desk/commitments/<uuid:commitment_id>/paper")
@writes
@may(Act.JOIN_CHAINS)
def show_paper(commitment_id: UUID) -> ResponseReturnValue:
    """Show the photo of the paper to everybody, or no longer."""
    reader = member()
    found = _find(reader, commitment_id)
    is_public = request.form.get("public") == "yes"
    by = Ref(*reader.key)
    commitments.show_paper(found.ref, by, is_public=is_public, now=datetime.now(UTC))
    flash(_("Everybody sees it now.") if is_public else _("Only you and the programme see it now."))
    return redirect(url_for("commitments.show", commitment_id=commitment_id), code=303)


@blueprint.get("/desk/commitments/<uuid:commitment_id>/photo")
@may(Act.READ_CHAINS)
def show_photo(commitment_id: UUID) -> ResponseReturnValue:
    """Show the photo of the paper; back to the page while it is being prepared."""
    found = _find(member(), commitment_id)
    page = url_for("commitments.show", commitment_id=commitment_id)
    return private_photos.show(found.ref.producer_id, [found.photo], found.photo.hex(), page)


def _do(commitment_id: UUID, act: Callable[..., None]) -> ResponseReturnValue:
    reader = member()
    found = _find(reader, commitment_id)
    form = Form.sent(_note_fields(reader), request.form)
    with form.trying():
        given: dict[str, Any] = NOTE.load(form.data())
        act(found.ref, given["note"], Ref(*reader.key), now=datetime.now(UTC))
        flash(_("Saved. Both sides read it."))
        return redirect(url_for("commitments.show", commitment_id=commitment_id), code=303)
    return _page(reader, found, form)


def _find(reader: Visitor, commitment_id: UUID) -> Commitment:
    """Find a commitment of the reader's own, or any at a body. Raises NotFound."""
    found = commitment_queries.find(commitment_id)
    is_own = found is not None and found.ref.producer_id == reader.producer_id
    if found is None or not (is_own or reader.may(Act.SUPPORT_PARTICIPANTS)):
        raise problem.NotFound
    return found


def _page(reader: Visitor, found: Commitment, form: Form) -> ResponseReturnValue:
    is_own = found.ref.producer_id == reader.producer_id
    pictures = private_photos.prepared(found.ref.producer_id, [found.photo])
    page = render_template(
        "desk/network/commitment.html",
        found=found,
        form=form,
        is_own=is_own,
        may_answer=not is_own and found.state == "waiting" and reader.may(Act.LEAD_PROGRAMME),
        may_change=is_own and reader.may(Act.JOIN_CHAINS),
        picture=pictures.get(found.photo.hex()),
        states=STATES,
        tones=TONES,
    )
    return page, form.status


def _note_fields(reader: Visitor) -> Any:  # noqa: ANN401 - the fields of a form
    is_body = reader.may(Act.SUPPORT_PARTICIPANTS)
    label = _("A word to the establishment") if is_body else _("Why you withdraw it")
    return chain_form.note_fields(label)


def _text() -> Text | None:
    return commitment_queries.current_text(datetime.now(HANOI).date())


def _text_page(text: Text | None, form: Form) -> ResponseReturnValue:
    return render_template("desk/network/commitment_text.html", text=text, form=form), form.status


def _signing_page(text: Text | None, form: Form) -> ResponseReturnValue:
    return render_template("desk/network/commitment_new.html", text=text, form=form), form.status
