"""Routes of this room, in the order of the page."""

import re

import structlog
from flask import Blueprint, Response, request

from traceapp import problem
from traceapp.accounts.visitor import visitor
from traceapp.photos import queries
from traceapp.photos.queries import MediaFile
from traceapp.photos.storage import Storage, rendition_path
from traceapp.web.access import public
from traceapp.web.settings import settings

log = structlog.get_logger(__name__)

blueprint = Blueprint("photos", "traceapp.photos", template_folder="templates")

FILE_NAME = re.compile(r"[0-9a-f]{64}\.(?:webp|jpg|png)", re.ASCII)


@blueprint.get("/media/<file_name>")
@public
def media(file_name: str) -> Response:
    """Serve a picture made from a photo; never an original.

    What is not public is there for members of its producer alone.
    """
    reader = visitor()
    viewer = reader.producer_id if reader is not None else None
    found = queries.media_file(file_name, viewer) if FILE_NAME.fullmatch(file_name) else None
    if found is None:
        raise problem.NotFound
    return picture(file_name, found)


def picture(file_name: str, found: MediaFile) -> Response:
    """Answer with a picture, to somebody who may see it. Raises NotFound where it is lost."""
    try:
        content = Storage(settings().storage_url).read(rendition_path(file_name))
    except FileNotFoundError:
        log.exception("picture_missing", file_name=file_name)
        raise problem.NotFound from None
    response = Response(content, mimetype=found.media_type)
    response.set_etag(file_name.partition(".")[0])
    if found.is_public:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    else:
        response.headers["Cache-Control"] = "private, no-store"
    # MEDIA_URL may be another host; the picture itself can do nothing.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.make_conditional(request)
    return response
