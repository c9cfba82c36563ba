"""The forms of an effectiveness check: how many holders to draw, what was found at one of them."""

from dataclasses import dataclass
from uuid import UUID

from flask_babel import gettext as _
from marshmallow import Schema, fields

from traceapp.recalls.effectiveness import MOST
from traceapp.web.faults import between
from traceapp.web.fields import PlainText
from traceapp.web.forms import Field, Form

LONGEST = 2000
USUAL = "5"


class SizeSchema(Schema):
    """How many holders to draw."""

    size = fields.Integer(required=True, validate=between(1, MOST))


class NoteSchema(Schema):
    """What was seen at a holder, if anything is said of it."""

    note = PlainText(LONGEST, lines=True, allow_none=True, load_default=None)
    found = PlainText(LONGEST)


@dataclass(frozen=True, slots=True)
class Visited:
    """What somebody typed who noted a visit, and what is wrong with it."""

    holder_id: UUID
    form: Form


def size_fields() -> tuple[Field, ...]:
    """Ask how many holders to draw."""
    return (Field("size", _("How many holders to draw"), "number", required=True, longest=3),)


def finding_fields() -> tuple[Field, ...]:
    """Ask what was found at a holder; a button says which."""
    return (Field("note", _("Note"), longest=LONGEST), Field("found", kind="hidden"))


def size(form: Form) -> int:
    """Give how many holders to draw. Raises ValidationError."""
    return int(SIZE.load(form.data())["size"])


def note(form: Form) -> str:
    """Give what is said of a visit. Raises ValidationError."""
    given: str | None = NOTE.load(form.data())["note"]
    return given or ""


SIZE, NOTE = SizeSchema(), NoteSchema()
