"""Requests that may be sent again: the answer under an Idempotency-Key is kept for a day.

After the IETF draft "The Idempotency-Key HTTP Header Field". Only what was done is kept: a request
that was refused may be sent again, corrected, under the same key.
"""

import functools
import hashlib
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from flask import request
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from traceapp import problem
from traceapp.accounts.access import member
from traceapp.api.models import KeptAnswer
from traceapp.database.engine import db
from traceapp.database.ids import new_id

HEADER = "Idempotency-Key"
KEPT_FOR = timedelta(hours=24)
KEY = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)

Made = tuple[dict[str, Any], int, dict[str, str]]

PARAMETER = {
    "in": "header",
    "name": HEADER,
    "required": False,
    "description": (
        "A key of your own for this request, such as a UUID. Sent again within 24 hours with the "
        "same body, the first answer is given again and nothing is done twice."
    ),
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}


def repeatable(view: Callable[..., Made]) -> Callable[..., Made]:
    """Answer a request with a known key as before; `view` gives body, status and headers."""

    @functools.wraps(view)
    def once(**values: Any) -> Made:  # noqa: ANN401 - what the view takes
        key = request.headers.get(HEADER)
        if key is None:
            return view(**values)
        if not KEY.fullmatch(key):
            raise _refusal("idempotency_key", problem.N_("This key cannot be used."))
        now = datetime.now(UTC)
        row = _claimed(key, now)
        if row.status:
            return _again(row)
        body, status, headers = view(**values)
        row.status = status
        row.body = json.dumps({"body": body, "headers": headers})
        db.session.flush()
        return body, status, headers

    return once


def id_from_key() -> UUID:
    """Give the id of what a request makes: the same for the same key; a new one without a key.

    For what is kept under its id for ever, and refused under it with other content.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return new_id()
    if not KEY.fullmatch(key):
        raise _refusal("idempotency_key", problem.N_("This key cannot be used."))
    return uuid5(member().producer_id, f"{request.path}\n{key}")


def _claimed(key: str, now: datetime) -> KeptAnswer:
    """Give the row of a key: a new one (status 0), or the one of a request that came before."""
    producer_id = member().producer_id
    mine = KeptAnswer.producer_id == producer_id
    db.session.execute(delete(KeptAnswer).where(mine, KeptAnswer.answered_at < now - KEPT_FOR))
    digest = hashlib.sha256(f"{request.path}\n{key}".encode()).digest()
    row = KeptAnswer(
        producer_id=producer_id,
        key_sha256=digest,
        request_sha256=hashlib.sha256(request.get_data()).digest(),
        status=0,
        body="",
        answered_at=now,
    )
    known = db.session.get(KeptAnswer, (producer_id, digest))
    if known is not None:
        return known
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:  # the same request is just being answered beside this one: it is done
        return db.session.get_one(KeptAnswer, (producer_id, digest))
    return row


def _again(row: KeptAnswer) -> Made:
    if row.request_sha256 != hashlib.sha256(request.get_data()).digest():
        raise _refusal(
            "idempotency_key_used", problem.N_("This key was used for a request of other content.")
        )
    kept = json.loads(row.body)
    return kept["body"], row.status, kept["headers"]


def _refusal(rule: str, message: str) -> problem.InvalidInput:
    fix = problem.N_("Send a new key: 1 to 255 letters, digits or signs without spaces.")
    return problem.InvalidInput(findings=[problem.Finding(f"/{HEADER}", rule, message, fix)])
