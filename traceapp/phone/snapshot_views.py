"""Route of the snapshot: what a phone needs without a network."""

import json
from datetime import UTC, datetime
from typing import Any

from flask import Response, request
from marshmallow import Schema, fields

from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.api import rooms
from traceapp.api.contract import operation
from traceapp.phone import snapshot
from traceapp.problem.phones import PhoneRevoked
from traceapp.web.fields import PlainText

LONGEST_VERSION = 200
ETAG = {"ETag": {"description": "The version, in quotes.", "schema": {"type": "string"}}}


class HaveSchema(Schema):
    """The version that a phone has."""

    have = PlainText(LONGEST_VERSION, load_default=None, allow_none=True)


class SnapshotSchema(Schema):
    """What a phone needs without a network; `sections` holds those alone that changed.

    They are `me`, `places`, `seasons`, `products`, `step_kinds`, `substances`, `batches`, `crates`,
    `shipments`, `receivers`, `people`, `users` and `last`; docs/integrators/phone.md tells what is
    in them.
    """

    version = fields.String(required=True)
    made_at = fields.AwareDateTime(required=True)
    sections = fields.Dict(keys=fields.String(), required=True)


@rooms.phones.get("/snapshot")
@may(Act.READ)
@operation(
    {200: SnapshotSchema(), 304: {}},
    query=HaveSchema(),
    problems=(PhoneRevoked,),
    headers=ETAG,
)
def show_snapshot(query: dict[str, Any]) -> Response:
    """Give what a phone needs without a network, or what changed since the version it has."""
    now = datetime.now(UTC)
    known = request.if_none_match.as_set()
    have = query["have"] or next(iter(known), "")
    version, sections = snapshot.take(member(), have, now)
    if not sections:
        response = Response(status=304)
    else:
        told = {"version": version, "made_at": now.isoformat(), "sections": sections}
        # Not `jsonify`: six bytes for each Vietnamese letter, where two or three do.
        text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        response = Response(text, mimetype="application/json")
    response.set_etag(version)
    return response
