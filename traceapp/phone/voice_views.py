"""What was said of a step: heard and erased by those who look after the phones."""

from datetime import UTC, datetime
from uuid import UUID

import structlog
from flask import Blueprint, Response, flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.exchange.leaving import FORGET_MADE
from traceapp.jobs import operations as jobs
from traceapp.photos.fields import SHA256
from traceapp.voices import operations as voices
from traceapp.voices import queries
from traceapp.voices.models import Voice
from traceapp.web.endpoints import writes
from traceapp.web.headers import use_policy

log = structlog.get_logger(__name__)

blueprint = Blueprint("phone_voices", "traceapp.phone")

ONE = "/desk/phones/voices/<string(length=64):voice_sha256>"


def told(producer_id: UUID, name: str | None) -> Voice | None:
    """Give what is known of a voice note, and let the page play it."""
    voice = queries.find(producer_id, bytes.fromhex(name)) if name else None
    if voice is not None:
        use_policy(media_src="'self'")
    return voice


@blueprint.get(ONE)
@may(Act.MANAGE_PHONES)
def hear(voice_sha256: str) -> Response:
    """Serve a voice note, also in parts: Safari plays nothing else."""
    voice = _found(voice_sha256)
    try:
        content = queries.content(voice) if voice.erased_at is None else None
    except FileNotFoundError:
        log.exception("voice_missing", sha256=voice_sha256)
        content = None
    if content is None:
        raise problem.NotFound
    response = Response(content, mimetype=voice.media_type)
    response.set_etag(voice_sha256)
    ending = voice.media_type.rpartition("/")[2]
    response.headers["Content-Disposition"] = f"attachment; filename={voice_sha256[:12]}.{ending}"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.make_conditional(request, accept_ranges=True, complete_length=len(content))
    return response


@blueprint.post(f"{ONE}/erase")
@writes
@may(Act.MANAGE_PHONES)
def erase(voice_sha256: str) -> AnyResponse:
    """Erase a voice note, also from the exports that were made; its step stays."""
    voice, by, now = _found(voice_sha256), member().key, datetime.now(UTC)
    back = redirect(url_for("phone_incomplete.list_incomplete"), 303)
    if request.form.get("sure") != "yes":
        flash(gettext("Tick that you are sure: what is erased never comes back."), "amber")
        return back
    voices.erase(voice.producer_id, voice.sha256, by=by, now=now)
    made = {"producer_id": str(voice.producer_id), "made_until": now.isoformat()}
    jobs.enqueue(FORGET_MADE, made, now=now)
    flash(gettext("The voice note is erased. The step stays as it was written."))
    return back


def _found(name: str) -> Voice:
    voice = None
    if SHA256.match(name):
        voice = queries.find(member().producer_id, bytes.fromhex(name))
    if voice is None:
        raise problem.NotFound
    return voice
