"""Writes of this room: keep what was said, and erase it for good.

Who may send, hear and erase is decided above. A file is removed by a job once its erasure is
committed, so that no failure leaves a record that promises what is gone.
"""

import hashlib
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from traceapp import problem
from traceapp.audit.operations import note
from traceapp.database.engine import db
from traceapp.database.once import insert_once
from traceapp.jobs import operations as jobs
from traceapp.jobs.registry import Deed, Payload
from traceapp.photos.storage import Storage
from traceapp.problem import N_
from traceapp.problem.phones import RefusedVoice
from traceapp.voices import sound
from traceapp.voices.models import Voice
from traceapp.voices.sound import Rule
from traceapp.voices.storage import path_of
from traceapp.web.settings import settings

FORGET = "voice.forget"

Member = tuple[UUID, UUID]

_WORDS = {
    Rule.KIND: (
        N_("This is no sound recording in a form that is kept here (WebM, Ogg or MP4)."),
        N_("Record it in the app, or type what you wanted to say."),
    ),
    Rule.LONG: (
        N_("The recording is longer than 60 seconds."),
        N_("Say it again in fewer words, or in a second step."),
    ),
}


def store(member: Member, data: bytes, *, now: datetime) -> bool:
    """Keep what a member said; False where it is here, or was and is erased. Raises RefusedVoice.

    What was erased does not come again, although a phone may still have it.
    """
    heard = _inspect(data)
    sha256 = hashlib.sha256(data).digest()
    voice = Voice(
        producer_id=member[0],
        sha256=sha256,
        member_id=member[1],
        media_type=heard.media_type,
        size=len(data),
        seconds=heard.seconds,
        uploaded_at=now,
    )
    if not insert_once(voice):
        return False
    Storage(settings().storage_url).write(path_of(member[0], sha256), data)
    return True


def erase(producer_id: UUID, sha256: bytes, *, by: Member, now: datetime) -> None:
    """Erase a voice note; the step that it was said of stays as it is. Raises NotFound."""
    voice = db.session.get(Voice, (producer_id, sha256))
    if voice is None:
        raise problem.NotFound
    if voice.erased_at is None:
        _erase(voice, now)
        note(producer_id, "voice_erased", f"voice/{sha256.hex()}", by=by, now=now)


def erase_all_of(member: Member, *, now: datetime) -> None:
    """Erase all that a member said; the caller notes why."""
    said = select(Voice).where(
        Voice.producer_id == member[0], Voice.member_id == member[1], Voice.erased_at.is_(None)
    )
    for voice in db.session.scalars(said):
        _erase(voice, now)


def forget_job(payload: Payload, _now: datetime) -> Deed:
    """Do a job of the kind FORGET: remove the file of what was erased."""
    place = path_of(UUID(str(payload["producer_id"])), bytes.fromhex(str(payload["sha256"])))
    Storage(settings().storage_url).remove(place)
    return _nothing


def _nothing() -> None:
    """Record nothing: the erasure is recorded already."""


def _erase(voice: Voice, now: datetime) -> None:
    voice.erased_at = now
    db.session.flush()
    about = {"producer_id": str(voice.producer_id), "sha256": voice.sha256.hex()}
    jobs.enqueue(FORGET, about, now=now)


def _inspect(data: bytes) -> sound.Sound:
    try:
        return sound.inspect(data)
    except sound.RefusedSound as error:
        finding = problem.Finding("", error.rule, *_WORDS[error.rule])
        raise RefusedVoice(findings=[finding]) from error
