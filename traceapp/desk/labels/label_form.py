"""The form that labels are ordered with: as proposed, as asked for, as sent."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from marshmallow import ValidationError

from traceapp.accounts.access import member
from traceapp.accounts.acts import Act
from traceapp.batches.queries import BatchCard
from traceapp.desk.labels import label_words
from traceapp.labels import printers
from traceapp.labels.contents import Pack
from traceapp.labels.orders import LONGEST_REASON, LabelIssueBodySchema, PackSchema
from traceapp.labels.proposals import Room, proposed
from traceapp.trace.units import UNITS, convertible
from traceapp.web import form_values
from traceapp.web.forms import Field, Form, Option
from traceapp.web.languages import say

WHOLE = ("labels", "start_position")


def asked(room: Room, given: Mapping[str, str]) -> Form:
    """Make the form as it is proposed, changed by what an address asks for.

    As many labels as there are goods are proposed for the pack that was asked for.
    """
    form = Form.showing(_fields(room), proposed(room, member().member_id))
    wished = {name: text for name, text in given.items() if form.field(name) and text.strip()}
    form.typed.update({name: [text] for name, text in wished.items()})
    if "labels" not in wished:
        pack = _pack(form)
        most = room.most(pack) if pack else None
        form.typed["labels"] = [str(most)] if most else []
    if not form.value("printer_id") or given.get("printer_id") == "":
        form.typed.pop("printer_id", None)
    return form


def sent(room: Room, given: Any) -> Form:  # noqa: ANN401 - the fields of a request
    """Take the form as it was sent."""
    return Form.sent(_fields(room), given)


def read(form: Form) -> dict[str, Any]:
    """Give the order in the shape of its schema. Raises ValidationError."""
    data = form.data()
    for name in WHOLE:
        text = str(data.get(name, ""))
        if text.isascii() and text.isdecimal() and len(text) < 10:  # noqa: PLR2004
            data[name] = int(text)
    body: dict[str, Any] = LabelIssueBodySchema().load(data)
    return body


def _pack(form: Form) -> Pack | None:
    quantity = form_values.read("number", [form.value("pack.quantity")])
    try:
        return Pack(**PackSchema().load({"quantity": quantity, "uom": form.value("pack.uom")}))
    except ValidationError:
        return None


def _fields(room: Room) -> list[Field]:
    own = member()
    in_use = printers.in_use(own.producer_id)
    fields = [
        Field("id", kind="hidden"),
        Field("labels", _("Number of labels"), "number", required=True),
        Field("pack.quantity", _("One label stands for"), "number", required=True),
        Field("pack.uom", _("Unit"), "choice", options=units_of(room.card), required=True),
        Field("stock", _("Paper"), "choice", options=_options(label_words.stocks()), required=True),
        Field(
            "template",
            _("On each label"),
            "choice",
            options=_options(label_words.templates()),
            required=True,
        ),
        Field(
            "start_position",
            _("First free position on the sheet"),
            "number",
            required=True,
            hint=_("Counted row by row from the upper left. 1 for a new sheet or a roll."),
        ),
    ]
    fields.append(
        Field(
            "serials",
            _("A number of its own on each label"),
            "tick",
            hint=_("Each code is then another one. The numbers are drawn when you issue."),
        )
    )
    if in_use:
        named = [(str(one.printer_id), one.name) for one in in_use]
        fields.append(Field("printer_id", _("Printer"), "choice", options=_options(named)))
    if own.may(Act.EXCEED_LABEL_BUDGET):
        fields.append(_reason())
    return fields


def _reason() -> Field:
    return Field(
        "reason",
        _("Why are there more labels than goods?"),
        longest=LONGEST_REASON,
        hint=_("Your reason stays on the page of the batch for everybody in charge."),
    )


def units_of(card: BatchCard) -> tuple[Option, ...]:
    """Give the units that one label may be told in."""
    known = [uom for uom in (card.uom, card.net_uom) if uom]
    return tuple(
        Option(unit.id, say(unit.name))
        for unit in UNITS.values()
        if any(convertible(unit.id, uom) for uom in known)
    )


def _options(named: list[tuple[str, str]]) -> tuple[Option, ...]:
    return tuple(Option(key, name) for key, name in named)
