"""Route of photos: sent under their own hash, kept privately."""

import hashlib
import re
from datetime import UTC, datetime

from flask import request

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.api import answers
from traceapp.api.contract import operation
from traceapp.api.rooms import pictures
from traceapp.photos import operations as photos
from traceapp.photos import queries
from traceapp.web.endpoints import writes

MEDIA_TYPES = ("image/jpeg", "image/png", "image/webp")
SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
BODY = {
    "required": True,
    "content": {
        media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in MEDIA_TYPES
    },
}


@pictures.put("/photos/<string(length=64):sha256>")
@writes
@may(Act.RECORD_STEP)
@operation(
    {200: answers.PhotoSchema(), 201: answers.PhotoSchema()},
    problems=(problem.RefusedPhoto,),
    requestBody=BODY,
)
def put_photo(sha256: str) -> tuple[dict[str, str], int]:
    """Send a photo under the SHA-256 of its bytes, in small hexadecimal letters, up to 25 MB.

    It is private until somebody at the desk makes it public.
    """
    if request.mimetype not in MEDIA_TYPES:
        raise problem.UnsupportedMediaType
    data = request.get_data()
    if not SHA256.fullmatch(sha256) or hashlib.sha256(data).hexdigest() != sha256:
        raise problem.InvalidInput(findings=[OTHER])
    producer_id = member().producer_id
    is_known = queries.is_kept(producer_id, bytes.fromhex(sha256))
    photos.store(producer_id, data, is_public=False, now=datetime.now(UTC))
    return {"sha256": sha256}, 200 if is_known else 201


OTHER = problem.Finding(
    "/sha256",
    "hash_differs",
    problem.N_("These bytes have another SHA-256 than the address says."),
    problem.N_("Send the file whole and unchanged, under the hash of exactly these bytes."),
)
