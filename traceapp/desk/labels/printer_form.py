"""The forms of a printer: what it is, what it draws differently, what was measured on paper."""

from typing import Any

from flask_babel import format_decimal
from flask_babel import gettext as _

from traceapp.desk.labels import label_words
from traceapp.labels.models import Printer
from traceapp.labels.printers import LONGEST_NAME, PUT_RIGHT
from traceapp.printing.calibration_page import marks
from traceapp.printing.stock import Stock
from traceapp.web.forms import Field, Form, Option


def fields() -> list[Field]:
    """Give the questions about a printer."""
    minus = _("Minus moves to the left.")
    return [
        Field("version", kind="hidden"),
        Field(
            "name",
            _("Name of the printer"),
            required=True,
            longest=LONGEST_NAME,
            hint=_("So that everybody knows which one: “Laser in the office”."),
        ),
        Field(
            "stock",
            _("Paper in it"),
            "choice",
            options=tuple(Option(key, name) for key, name in label_words.stocks()),
            hint=_("Leave it empty if the paper changes."),
        ),
        Field("offset_x", _("Shift to the right"), "number", unit="mm", hint=minus),
        Field("offset_y", _("Shift down"), "number", unit="mm", hint=_("Minus moves up.")),
        Field("percent_x", _("Scale across"), "number", unit="%", hint=_("From 95 to 105.")),
        Field(
            "percent_y", _("Scale along the feed"), "number", unit="%", hint=_("From 95 to 105.")
        ),
    ]


def shown(printer: Printer) -> dict[str, Any]:
    """Give a printer as its form shows it."""
    lengths = {name: f"{getattr(printer, name):g}" for name in PUT_RIGHT}
    return {name: getattr(printer, name) for name in ("name", "stock", "version")} | lengths


def given(form: Form) -> dict[str, Any]:
    """Give what was typed, without the version."""
    data = form.data()
    data.pop("version", None)
    return data


def measured_fields(stock: Stock) -> list[Field]:
    """Give the questions about a test page of this paper."""
    meant = marks(stock)

    def asked(name: str, label: str, length: float) -> Field:
        hint = _(
            "It should be %(length)s mm. Leave it empty if it is.", length=format_decimal(length)
        )
        return Field(name, label, "number", unit="mm", hint=hint)

    found = [
        Field("version", kind="hidden"),
        asked("left", _("Left edge of the paper to the cross"), meant.left),
        asked("top", _("Upper edge of the paper to the cross"), meant.top),
    ]
    if meant.across:
        found.append(asked("across", _("Length of the line across"), meant.across))
    if meant.down:
        found.append(asked("down", _("Length of the line down"), meant.down))
    return found
