"""Route of voice notes: sent under their own hash, heard by their own producer alone."""

import hashlib
from datetime import UTC, datetime

from flask import request
from marshmallow import Schema, fields

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.api.contract import operation
from traceapp.api.photo_views import OTHER, SHA256
from traceapp.api.rooms import voices as room
from traceapp.problem.phones import RefusedVoice
from traceapp.voices import operations as voices
from traceapp.voices.sound import MEDIA_TYPES
from traceapp.web.endpoints import writes

BODY = {
    "required": True,
    "content": {
        media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in MEDIA_TYPES
    },
}


class VoiceSchema(Schema):
    """A voice note that was sent."""

    sha256 = fields.String(required=True)


@room.put("/voices/<string(length=64):sha256>")
@writes
@may(Act.RECORD_STEP)
@operation(
    {200: VoiceSchema(), 201: VoiceSchema()},
    problems=(RefusedVoice,),
    requestBody=BODY,
)
def put_voice(sha256: str) -> tuple[dict[str, str], int]:
    """Send a voice note under the SHA-256 of its bytes, in small hexadecimal letters.

    Up to 500 kB and 60 seconds. Only those who look after the phones of its producer hear it. What
    was erased meanwhile is answered as if it were here, and does not come again.
    """
    if request.mimetype not in MEDIA_TYPES:
        raise problem.UnsupportedMediaType
    data = request.get_data()
    if not SHA256.fullmatch(sha256) or hashlib.sha256(data).hexdigest() != sha256:
        raise problem.InvalidInput(findings=[OTHER])
    is_new = voices.store(member().key, data, now=datetime.now(UTC))
    return {"sha256": sha256}, 201 if is_new else 200
