"""The form that lets a recall begin at one more lot; what was typed stays when it is refused."""

from typing import Any

from flask_babel import gettext as _
from marshmallow import Schema, ValidationError

from traceapp import problem
from traceapp.accounts.visitor import Visitor
from traceapp.desk.batches.batch_views import find_batch
from traceapp.stalls.typed import NO_LOT, code_of
from traceapp.trace.facts import Ref
from traceapp.web.fields import PlainText
from traceapp.web.forms import Field, Form

LONGEST = 2000
LONGEST_CODE = 500
"""Of a typed or scanned address."""


class WideningSchema(Schema):
    """Which lot, as typed or scanned, and why."""

    code = PlainText(LONGEST_CODE, required=True)
    why = PlainText(LONGEST, lines=True, required=True)


WIDENING = WideningSchema()


def widening_fields() -> tuple[Field, ...]:
    """Ask for one more lot, and why."""
    return (
        Field("code", _("Code of the lot"), required=True, longest=LONGEST_CODE),
        Field("why", _("Reason"), "lines", required=True, longest=LONGEST),
    )


def read(reader: Visitor, form: Form) -> tuple[Ref, str]:
    """Give the lot that was named, and why. Raises ValidationError with all that is wrong."""
    given = form.data()
    faults: dict[str, Any] = dict(WIDENING.validate(given))
    lot = None
    if "code" not in faults:
        try:
            lot = _lot(reader, form.value("code"))
        except ValidationError as error:
            faults |= error.messages_dict
    if lot is None or faults:
        raise ValidationError(faults)
    return lot, WIDENING.load(given)["why"]


def _lot(reader: Visitor, typed: str) -> Ref:
    """Find the lot behind a code; one that is not the reader's business is no lot either."""
    try:
        return Ref(*find_batch(reader, code_of(typed)).ref)
    except problem.NotFound:
        raise ValidationError({"code": [NO_LOT]}) from None
