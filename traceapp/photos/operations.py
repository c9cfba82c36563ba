"""Writes of this room: keep a photo, and make what is shown from it in a job.

Who may upload and where a photo belongs is decided above; how pixels are handled is `imaging`.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy import delete, select

from traceapp import problem
from traceapp.config import CHECKOUT
from traceapp.database.engine import db
from traceapp.database.once import insert_once
from traceapp.jobs import operations as jobs
from traceapp.jobs.registry import Deed, Payload
from traceapp.photos import imaging
from traceapp.photos.models import Photo, PhotoRendition
from traceapp.photos.storage import Storage, original_path, rendition_path
from traceapp.printing.face import Face
from traceapp.problem import N_
from traceapp.web.settings import settings

log = structlog.get_logger(__name__)

RENDER = "photo.render"
EXTENSIONS = {"image/webp": "webp", "image/jpeg": "jpg", "image/png": "png"}
FACE_FILE = CHECKOUT / "static" / "vendor" / "fonts" / "BeVietnamPro_700Bold.ttf"

Hook = Callable[[UUID, bytes], None]

# Called with (producer_id, sha256) in the transaction in which a photo's pictures change what a
# page shows. A room above appends its hook once, when it is imported.
on_ready: list[Hook] = []

_FIXES = {
    imaging.Rule.BYTES: N_("Send a smaller picture: an ordinary phone photo has 2 to 8 MB."),
    imaging.Rule.PIXELS: N_("Set the camera to 12 megapixels, or send a smaller copy."),
    imaging.Rule.KIND: N_("Take an ordinary photo, or save the picture as JPEG and send that."),
    imaging.Rule.DAMAGED: N_("Open the picture on your phone; if it looks whole, send it again."),
}


def store(producer_id: UUID, data: bytes, *, is_public: bool, now: datetime) -> bytes:
    """Keep an original and ask for its pictures; give its SHA-256.

    The same content again is the same photo; with `is_public` it is public from then on. Raises
    RefusedPhoto, before anything is written, for what is no photo or is too large.
    """
    facts = _inspect(data)
    sha256 = facts.sha256
    photo = Photo(
        producer_id=producer_id,
        sha256=sha256,
        media_type=facts.media_type,
        size=facts.size,
        width=facts.width,
        height=facts.height,
        state="waiting",
        is_public=is_public,
        uploaded_at=now,
    )
    if not insert_once(photo):
        if is_public:
            publish(producer_id, sha256)
        return sha256
    Storage(settings().storage_url).write(original_path(producer_id, sha256), data)
    _ask_for_pictures(producer_id, sha256, now)
    return sha256


def publish(producer_id: UUID, sha256: bytes) -> None:
    """Let everybody see a photo. Raises NotFound."""
    _show(producer_id, sha256, is_public=True)


def hide(producer_id: UUID, sha256: bytes) -> None:
    """Let only the photo's producer see it from now on. Raises NotFound."""
    _show(producer_id, sha256, is_public=False)


def _show(producer_id: UUID, sha256: bytes, *, is_public: bool) -> None:
    photo = db.session.get(Photo, (producer_id, sha256))
    if photo is None:
        raise problem.NotFound
    if photo.is_public != is_public:
        photo.is_public = is_public
        db.session.flush()
        _tell(producer_id, sha256)


def render_all_again(now: datetime) -> int:
    """Ask for the pictures of every photo once more, and count the photos."""
    keys = db.session.execute(select(Photo.producer_id, Photo.sha256)).all()
    for producer_id, sha256 in keys:
        _ask_for_pictures(producer_id, sha256, now)
    return len(keys)


def render_job(payload: Payload, _now: datetime) -> Deed:
    """Do a job of the kind RENDER."""
    return render(
        UUID(str(payload["producer_id"])),
        bytes.fromhex(str(payload["sha256"])),
        sample=settings().demo,
    )


def render(producer_id: UUID, sha256: bytes, *, sample: bool) -> Deed:
    """Make the pictures of a photo, outside any transaction; give the deed that records them.

    `sample` marks each picture MẪU. A photo that cannot be decoded after all is recorded as
    refused. Raises FileNotFoundError where the original is missing.
    """
    storage = Storage(settings().storage_url)
    original = storage.read(original_path(producer_id, sha256))
    try:
        pictures = imaging.derivatives(original, sample=sample, face=_face())
    except imaging.RefusedImage as error:
        log.warning("photo_refused", sha256=sha256.hex(), rule=error.rule)
        return partial(_record, producer_id, sha256, "refused", [])
    for picture in pictures:
        storage.write(rendition_path(_file_name(picture)), picture.data)
    return partial(_record, producer_id, sha256, "ready", pictures)


def _ask_for_pictures(producer_id: UUID, sha256: bytes, now: datetime) -> None:
    jobs.enqueue(RENDER, {"producer_id": str(producer_id), "sha256": sha256.hex()}, now=now)


def _inspect(data: bytes) -> imaging.ImageFacts:
    try:
        return imaging.inspect(data)
    except imaging.RefusedImage as error:
        finding = problem.Finding("", error.rule, error.message, _FIXES[error.rule])
        raise problem.RefusedPhoto(findings=[finding]) from error


def _record(
    producer_id: UUID, sha256: bytes, state: str, pictures: list[imaging.Derivative]
) -> None:
    db.session.execute(
        delete(PhotoRendition).where(
            PhotoRendition.producer_id == producer_id, PhotoRendition.sha256 == sha256
        )
    )
    db.session.add_all(
        PhotoRendition(
            producer_id=producer_id,
            sha256=sha256,
            name=picture.name,
            file_name=_file_name(picture),
            media_type=picture.media_type,
            width=picture.width,
            height=picture.height,
            size=len(picture.data),
        )
        for picture in pictures
    )
    db.session.get_one(Photo, (producer_id, sha256)).state = state
    db.session.flush()
    if pictures:
        _tell(producer_id, sha256)


def _tell(producer_id: UUID, sha256: bytes) -> None:
    for hook in on_ready:
        hook(producer_id, sha256)


def _file_name(picture: imaging.Derivative) -> str:
    return f"{picture.sha256.hex()}.{EXTENSIONS[picture.media_type]}"


def _face() -> Face:
    # Fetched at set-up, and only where Node is at hand; the mark is then drawn plainly.
    return Face((FACE_FILE.read_bytes(),)) if FACE_FILE.exists() else Face()
