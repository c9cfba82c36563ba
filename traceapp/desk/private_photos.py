"""Photos that belong to an answer or a case: only who may read it sees them."""

from collections.abc import Collection
from uuid import UUID

from flask import redirect
from flask.typing import ResponseReturnValue

from traceapp import problem
from traceapp.photos import queries as pictures
from traceapp.photos.queries import MediaFile, Rendition
from traceapp.photos.views import picture


def prepared(producer_id: UUID, photos: Collection[bytes]) -> dict[str, Rendition]:
    """Give the pictures of a producer's photos that are prepared, by hexadecimal SHA-256."""
    keys = [(producer_id, photo) for photo in photos]
    found = pictures.renditions(keys, public_only=False) if keys else {}
    return {key[1].hex(): sizes["large"] for key, sizes in found.items() if "large" in sizes}


def show(
    producer_id: UUID, photos: Collection[bytes], sha256: str, page: str
) -> ResponseReturnValue:
    """Show one of these photos; back to its page while it is being prepared. Raises NotFound."""
    photo = next((one for one in photos if one.hex() == sha256), None)
    if photo is None:
        raise problem.NotFound
    found = prepared(producer_id, [photo]).get(sha256)
    if found is None:
        return redirect(page, code=303)
    return picture(found.file_name, MediaFile(found.media_type, is_public=False))
