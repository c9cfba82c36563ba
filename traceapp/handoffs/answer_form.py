"""The form of a receiver without account: how much arrived, who says so, a photo, a note."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _

from traceapp.batches.hand_off_models import LONGEST_NAME, LONGEST_NOTE
from traceapp.trace.units import UNITS, convertible
from traceapp.web.forms import Field, Form, Option
from traceapp.web.languages import say

PHOTO = "photo"


def fields(rows: Sequence[Any]) -> tuple[Field, ...]:
    """Give the questions about these batches of a shipment."""
    return (
        Field(
            "items.#.quantity",
            _("How much arrived?"),
            "number",
            required=True,
            hint=_("Weigh or count it yourself; do not copy the paper."),
        ),
        Field(
            "items.#.uom",
            _("Unit"),
            "choice",
            required=True,
            follows=True,
            options=units_for(*((row.uom, row.net_uom) for row in rows)),
        ),
        Field(
            "name",
            _("Your name"),
            required=True,
            longest=LONGEST_NAME,
            hint=_("Only the sender reads it. It is erased when you ask the sender to."),
            autocomplete="name",
        ),
        Field(
            "note",
            _("Note, or why you do not take the goods"),
            "lines",
            longest=LONGEST_NOTE,
        ),
        Field(PHOTO, _("Photo of the goods"), "file"),
    )


def empty(rows: Sequence[Any]) -> Form:
    """Give the form with the unit of each batch, and no figure: that is what is asked."""
    shown = {"items": [{"uom": row.shipped_uom or row.uom} for row in rows]}
    return Form.showing(fields(rows), shown)


def units_for(*kept_in: tuple[str, str | None]) -> tuple[Option, ...]:
    """Offer the units that fit batches kept in these, with what one pack of each holds."""
    known = {name for pair in kept_in for name in pair if name is not None}
    return tuple(
        Option(unit.id, say(unit.name))
        for unit in UNITS.values()
        if any(convertible(unit.id, name) for name in known)
    )
