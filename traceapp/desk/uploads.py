"""Pictures and documents sent with a form: kept first, so that they survive what else is wrong."""

import re
from datetime import datetime
from uuid import UUID

from flask import request
from flask_babel import gettext as _

from traceapp import problem
from traceapp.database.engine import db
from traceapp.photos import documents
from traceapp.photos import operations as photos
from traceapp.web import problems
from traceapp.web.forms import Form

LONGEST_NAME = 60
SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


def keep_photos(
    form: Form, name: str, producer_id: UUID, *, now: datetime, is_public: bool = False
) -> list[str]:
    """Keep the photos sent in a field and give their SHA-256; blame the field for refused ones."""
    kept = []
    for file_name, data in sent_files(form, name):
        try:
            with db.session.begin_nested():
                kept.append(photos.store(producer_id, data, is_public=is_public, now=now).hex())
        except problem.RefusedPhoto as error:
            blame_file(form, name, file_name, error)
    return kept


def keep_beside(form: Form, name: str, producer_id: UUID, *, now: datetime) -> None:
    """Keep the photos sent in a field beside those that the field `photos` holds already."""
    kept = keep_photos(form, name, producer_id, now=now)
    form.typed["photos"] = list(dict.fromkeys([*form.typed.get("photos", ()), *kept]))


def keep_pages(form: Form, name: str, producer_id: UUID, *, now: datetime) -> list[str]:
    """Keep photos and the pages of PDFs sent in a field; give the SHA-256 of each picture."""
    kept = []
    for file_name, data in sent_files(form, name):
        try:
            pages = documents.pages(data) if documents.is_document(data) else [data]
            with db.session.begin_nested():
                kept += [
                    photos.store(producer_id, page, is_public=False, now=now).hex()
                    for page in pages
                ]
        except documents.RefusedDocument as error:
            words = " ".join(problems.said(text) for text in documents.MESSAGES[error.why])
            form.blame(name, f"{file_name[:LONGEST_NAME]}: {words}")
        except problem.RefusedPhoto as error:
            blame_file(form, name, file_name, error)
    return kept


def sent_files(form: Form, name: str) -> list[tuple[str, bytes]]:
    """Give name and content of the files in a field; a file in any other field is blamed."""
    for other in request.files:
        known = form.field(other)
        if known is None or known.kind not in ("file", "files"):
            form.blame(
                "", _("There is no place for the file “%(name)s”.", name=other[:LONGEST_NAME])
            )
    found = [(file.filename or "", file.read()) for file in request.files.getlist(name)]
    return [(file_name, data) for file_name, data in found if file_name or data]


def photo_in(form: Form, name: str) -> bytes | None:
    """Give the SHA-256 that a hidden field holds; None where it holds none."""
    text = form.value(name)
    return bytes.fromhex(text) if SHA256.fullmatch(text) else None


def blame_file(form: Form, name: str, file_name: str, error: problem.Problem) -> None:
    """Say at its field which file is not taken, and why."""
    for finding in error.findings:
        words = problems.said(finding.message, finding.values)
        fix = problems.said(finding.fix, finding.values)
        form.blame(name, f"{file_name[:LONGEST_NAME]}: {words} {fix}")
