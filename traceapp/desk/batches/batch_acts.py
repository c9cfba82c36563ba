"""What people do on the page of a batch: stand behind a step, show a photo or hide it."""

import re
from datetime import UTC, datetime
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.audit.operations import note
from traceapp.batches.facts import evidence, tracing
from traceapp.desk.batches import batch_queries
from traceapp.desk.batches.batch_views import Found, batch_page, blueprint, find_batch
from traceapp.desk.batches.hold_words import may_release
from traceapp.findings.releasing import InCharge, ReleaseSchema, Seen, release
from traceapp.photos import operations as photos
from traceapp.trace.facts import EvidenceLevel, Ref
from traceapp.web.endpoints import writes
from traceapp.web.forms import Field, Form

__all__ = ["blueprint"]

RELEASE = ReleaseSchema()
# What `HeldLine.key` says: the finding, and about how much it was when the page was shown.
HOLD = re.compile(r"([0-9a-f-]{36})/([0-9a-f-]{36})/([0-9]{1,19})", re.ASCII)
ANSWERS = {"yes": True, "no": False}


@blueprint.post("/desk/batches/<code>/steps/<uuid:event_id>/confirm")
@writes
@may(Act.CONFIRM_COLLEAGUE)
def confirm_step(code: str, event_id: UUID) -> ResponseReturnValue:
    """Stand behind a step that somebody of the same producer recorded."""
    reader = member()
    found = find_batch(reader, code)
    return _stand_behind(reader, found, (reader.producer_id, event_id), EvidenceLevel.COOP)


@blueprint.post("/desk/batches/<code>/steps/<uuid:event_id>/check")
@writes
@may(Act.CONFIRM_AS_INSPECTOR)
def check_step(code: str, event_id: UUID) -> ResponseReturnValue:
    """Say as an inspector that a step was checked on the spot."""
    reader = member()
    found = find_batch(reader, code)
    theirs = (event.ref for event in tracing.trace_facts(found.ref).events)
    producers = [ref.producer_id for ref in theirs if ref.id == event_id]
    if not producers:
        raise problem.NotFound
    return _stand_behind(reader, found, (producers[0], event_id), EvidenceLevel.INSPECTOR)


@blueprint.post("/desk/batches/<code>/photos/<sha256>")
@writes
@may(Act.PUBLISH_PHOTOS)
def publish_photo(code: str, sha256: str) -> ResponseReturnValue:
    """Show shoppers a photo of a step, or hide it again."""
    reader = member()
    found = find_batch(reader, code)
    is_public = ANSWERS.get(request.form.get("public", ""))
    if is_public is None:
        raise problem.InvalidInput
    photo = _photo(reader, sha256)
    if is_public:
        photos.publish(reader.producer_id, photo)
    else:
        photos.hide(reader.producer_id, photo)
    note(
        reader.producer_id,
        "photo_published" if is_public else "photo_hidden",
        sha256.lower(),
        by=reader.key,
        now=datetime.now(UTC),
    )
    flash(_("Shoppers see this photo now.") if is_public else _("Shoppers no longer see it."))
    return _back_to(found)


@blueprint.post("/desk/batches/<code>/release")
@writes
@may(Act.RELEASE_HOLD)
def release_batch(code: str) -> ResponseReturnValue:
    """Let a batch go that a finding holds; the reason stays for everybody to read."""
    reader = member()
    found = find_batch(reader, code)
    if not may_release(reader, found.ref):
        raise problem.NotFound
    form = Form.sent((Field("hold", kind="hidden"), Field("reason", kind="lines")), request.form)
    seen = _seen(form.value("hold"))
    by = InCharge(Ref(reader.producer_id, reader.member_id), reader.roles)
    with form.trying():
        reason = RELEASE.load({"reason": form.value("reason")})["reason"]
        release(Ref(*found.ref), seen, by, reason, now=_now())
        flash(_("Released. The reason stays on this page."))
        return redirect(url_for("desk_batches.show_batch", code=found.address), code=303)
    return batch_page(reader, found, form)


def _seen(text: str) -> Seen:
    match = HOLD.fullmatch(text)
    if match is None:
        raise problem.NotFound
    return Seen(Ref(UUID(match[1]), UUID(match[2])), int(match[3]))


def _now() -> datetime:
    return datetime.now(UTC)


def _photo(reader: Visitor, sha256: str) -> bytes:
    """Read the key of a photo of a step; pictures of products and certificates stay public."""
    try:
        photo = bytes.fromhex(sha256)
    except ValueError as error:
        raise problem.NotFound from error
    if not batch_queries.is_of_a_step(reader.producer_id, photo):
        raise problem.NotFound
    return photo


def _stand_behind(
    reader: Visitor, found: Found, event: tuple[UUID, UUID], level: EvidenceLevel
) -> ResponseReturnValue:
    if event not in batch_queries.checked_by(reader, [event]):
        witness = evidence.Witness(reader.producer_id, reader.member_id)
        evidence.add_evidence(event, level, witness, now=datetime.now(UTC))
    flash(_("Saved: you stand behind this step."))
    return _back_to(found)


def _back_to(found: Found) -> ResponseReturnValue:
    page = url_for("desk_batches.show_batch", code=found.address)
    return redirect(f"{page}#steps", code=303)
