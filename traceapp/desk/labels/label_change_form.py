"""The forms of labels that were issued: voided because unused, printed again after a jam."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from marshmallow import Schema, ValidationError, fields

from traceapp.batches.paper import label as paper
from traceapp.desk.batches.batch_views import Found
from traceapp.gs1.digital_link import BatchKey, Key, ProductKey, parse_typed
from traceapp.gs1.errors import InvalidKey
from traceapp.gs1.unit_serial import as_minted
from traceapp.labels.changing import Range, Unused
from traceapp.labels.issuing import MOST_LABELS
from traceapp.labels.models import LabelIssue
from traceapp.labels.orders import LONGEST_REASON, MOST_POSITIONS
from traceapp.labels.serials import serials_of
from traceapp.problem import N_
from traceapp.web.faults import Fault, between
from traceapp.web.fields import PlainText
from traceapp.web.forms import Field, Form

MOST_SCANNED = 1_000  # labels, a line each
LONGEST_SCAN = 200  # characters of a line

WHICH = Fault("required", N_("Say from which label to which."))
WHICH_OR_SCAN = Fault("required", N_("Say from which label to which, or scan each of them."))
OTHER = Fault(
    "other_batch",
    N_("Line {line} is not the code of a label of this batch."),
    N_("Scan the labels of each batch by themselves."),
)
TOO_MANY = Fault("too_many", N_("The issue has no more than {most} labels that still count."))


class ChangeSchema(Schema):
    """Labels of an issue, counted from 1 as they were printed; or scanned, a line each."""

    id = fields.UUID(required=True)
    first = fields.Integer(load_default=None, validate=between(1, MOST_LABELS))
    last = fields.Integer(load_default=None, validate=between(1, MOST_LABELS))
    start_position = fields.Integer(load_default=1, validate=between(1, MOST_POSITIONS))
    scanned = PlainText(MOST_SCANNED * LONGEST_SCAN, lines=True, load_default="")
    reason = PlainText(LONGEST_REASON, required=True)


def void_fields(issue: LabelIssue) -> list[Field]:
    """Give the questions about labels that were not used."""
    return [
        *_range_fields(issue),
        Field(
            "scanned",
            _("Or scan each label"),
            "lines",
            hint=_("A line each, as a hand scanner types them."),
        ),
        _reason(_("Wet labels"), _("Torn labels"), _("Fewer packs than planned")),
    ]


def reprint_fields(issue: LabelIssue) -> list[Field]:
    """Give the questions about labels that are printed again."""
    start = Field("start_position", _("First free position on the sheet"), "number", required=True)
    return [
        *_range_fields(issue),
        start,
        _reason(_("Paper jam"), _("Printed too pale"), _("Printed beside the frames")),
    ]


def voided(form: Form, found: Found, issue: LabelIssue, standing: int) -> Range | Unused:
    """Read which labels are voided. Raises ValidationError."""
    data = _loaded(form)
    lines = [line for line in data["scanned"].splitlines() if line.strip()]
    if not lines:
        return _range(data, WHICH_OR_SCAN)
    keys: set[Key] = {paper.key_of(found.card, found.code)} if found.code else set()
    keys |= {BatchKey(found.code)} if found.code else set()
    numbers = _numbers(lines, keys, serials_of(issue))
    scanned = len(lines) if numbers is None else len(numbers)
    if scanned > standing:
        raise ValidationError({"scanned": [TOO_MANY.format(most=standing)]})
    return Unused(data["id"], scanned, data["reason"], sorted(numbers or ()))


def _numbers(
    lines: Sequence[str], keys: AbstractSet[Key], serials: Mapping[int, str]
) -> AbstractSet[int] | None:
    """Tell which labels were scanned; None where all are alike. Raises ValidationError.

    A label with a number of its own that was scanned twice is one label.
    """
    places, found = {serial: number for number, serial in serials.items()}, set[int]()
    for line, text in enumerate(lines, 1):
        key, place = _key(text), None
        if serials and isinstance(key, BatchKey | ProductKey):
            place = places.get(as_minted(str(key.serial)) or "")
            key = replace(key, serial=None)
        if key not in keys or (serials and place is None):
            raise ValidationError({"scanned": [OTHER.format(line=line)]})
        found |= {place} if place else set()
    return found if serials else None


def reprinted(form: Form) -> Range:
    """Read which labels are printed again. Raises ValidationError."""
    return _range(_loaded(form), WHICH)


def _range(data: dict[str, Any], missing: Fault) -> Range:
    first, last, change_id = data["first"], data["last"], UUID(str(data["id"]))
    if first is None or last is None:
        raise ValidationError({"first" if first is None else "last": [missing]})
    return Range(change_id, first, last, data["reason"], data["start_position"])


def _loaded(form: Form) -> dict[str, Any]:
    loaded: dict[str, Any] = ChangeSchema().load(form.data())
    return loaded


def _key(text: str) -> Key | None:
    try:
        return parse_typed(text)
    except InvalidKey:
        return None


def _range_fields(issue: LabelIssue) -> Iterable[Field]:
    yield Field("id", kind="hidden")
    most = issue.labels
    yield Field(
        "first", _("From label number"), "number", hint=_("1 to %(most)s.", most=most), wanted=True
    )
    yield Field("last", _("to label number"), "number", wanted=True)


def _reason(*suggested: str) -> Field:
    return Field("reason", _("Reason"), required=True, longest=LONGEST_REASON, suggested=suggested)
