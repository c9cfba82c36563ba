"""The two forms of a delivery's page: how much arrived, and why nothing was taken."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from marshmallow import ValidationError

from traceapp.accounts.access import member
from traceapp.database.ids import new_id
from traceapp.desk.handoffs.hand_off_words import Seen
from traceapp.desk.register import place_form
from traceapp.handoffs.answer_form import units_for
from traceapp.problem import N_
from traceapp.trace.vocabulary import STEP_KINDS
from traceapp.web.faults import Fault
from traceapp.web.forms import Field, Form, Option
from traceapp.web.languages import say
from traceapp.web.pages import HANOI

PHOTO = "photo"
LONGEST_REASON = 2000
ANSWERED = Fault(
    "answered",
    N_("Somebody answered for this batch meanwhile."),
    N_("See above what is recorded; correct that record where it is wrong."),
)
CONDITION = STEP_KINDS["receive"].fields["condition"]


def receipt(parcels: Sequence[Seen]) -> Form:
    """Give the form of a receipt: units and place stand there, no figure does."""
    waiting = [parcel.row for parcel in parcels if parcel.is_awaited]
    sites = [str(site.site_id) for site in place_form.sites_of(member().producer_id)]
    return Form.showing(
        receipt_fields(parcels),
        {
            "id": str(new_id()),
            "items": [{"batch": _ref(row), "uom": row.shipped_uom or row.uom} for row in waiting],
            "event_time": datetime.now(UTC),
            "site_id": sites[0] if sites else None,
        },
    )


def receipt_fields(parcels: Sequence[Seen]) -> tuple[Field, ...]:
    """Give the questions about what arrived."""
    waiting = [parcel.row for parcel in parcels if parcel.is_awaited]
    is_incoming = any(parcel.is_incoming for parcel in parcels)
    units = units_for(*((row.uom, row.net_uom) for row in waiting))
    return (
        Field("id", kind="hidden"),
        Field("items.#.batch", kind="hidden", follows=True),
        Field(
            "items.#.quantity",
            _("How much arrived?") if is_incoming else _("How much is back?"),
            "number",
            wanted=True,
            hint=_("Weigh or count it yourself; the sender's figure is shown afterwards.")
            if is_incoming
            else _("Weigh or count what is here again; do not copy a figure from paper."),
        ),
        Field(
            "items.#.uom",
            _("Unit"),
            "choice",
            required=True,
            follows=True,
            options=units,
        ),
        *_details(),
    )


def _details() -> tuple[Field, ...]:
    sites = place_form.sites_of(member().producer_id)
    return (
        Field(
            "condition",
            say(CONDITION.label),
            "radio",
            options=tuple(Option(one.id, say(one.label)) for one in CONDITION.options.values()),
        ),
        Field("temp_c", _("Temperature on arrival"), "number", unit="°C"),
        Field("note", _("Note for yourselves"), "lines", longest=LONGEST_REASON),
        Field(PHOTO, _("Photos"), "files"),
        Field("photos", kind="many"),
        Field("event_time", _("When"), "datetime", required=True),
        Field(
            "site_id",
            _("Where"),
            "choice",
            required=True,
            options=tuple(Option(str(site.site_id), site.name) for site in sites),
        ),
    )


def refusal() -> Form:
    """Give the form of a refusal."""
    return Form.showing(refusal_fields(), {"refusal_id": str(new_id())})


def refusal_fields() -> tuple[Field, ...]:
    """Give the questions about a refusal."""
    return (
        Field("refusal_id", kind="hidden"),
        Field(
            "reason",
            _("Why do you not take the goods?"),
            "lines",
            required=True,
            longest=LONGEST_REASON,
            hint=_("The sender reads it."),
        ),
    )


def receipt_event(form: Form, parcels: Sequence[Seen]) -> tuple[dict[str, Any], list[str]]:
    """Give the message of a receipt, and where in the form each of its lines was typed.

    A line says itself which batch it counts: lines without a figure fall away, and a colleague may
    have answered for some of the batches since the form was opened.
    """
    data = form.data()
    waiting = {_ref(parcel.row): parcel.row for parcel in parcels if parcel.is_awaited}
    outputs, places = [], []
    for place, item in enumerate(data.get("items", ())):
        if item.get("quantity"):
            row = waiting.get(item.get("batch", ""))
            if row is None:
                raise ValidationError({"items": {place: {"quantity": [ANSWERED]}}})
            line = {"quantity": item["quantity"], "uom": item.get("uom") or row.uom}
            outputs.append(_batch(row) | line)
            places.append(f"items/{place}")
    said: dict[str, Any] = {"ship_event": str(parcels[0].row.event_id)}
    said |= {name: data[name] for name in ("condition", "temp_c", "note") if name in data}
    names = ("id", "event_time", "site_id")
    event: dict[str, Any] = {name: data[name] for name in names if name in data}
    event |= {
        "step_kind": "receive",
        "ship_event_id": str(parcels[0].row.event_id),
        "outputs": outputs,
        "fields": said,
        "photos": list(data.get("photos", ())),
    }
    return event, places


def refusal_event(form: Form, parcels: Sequence[Seen], site_id: UUID) -> dict[str, Any]:
    """Give the message of a refusal of everything that was not answered yet."""
    data = form.data()
    shipment = str(parcels[0].row.event_id)
    return {
        "id": data.get("refusal_id"),
        "step_kind": "reject",
        "event_time": datetime.now(HANOI).isoformat(),
        "site_id": str(site_id),
        "ship_event_id": shipment,
        "about": [_batch(parcel.row) for parcel in parcels if parcel.is_open_offer],
        "fields": {"ship_event": shipment, "reason": data.get("reason", "")},
    }


def _ref(row: Any) -> str:  # noqa: ANN401 - a row of queries.hand_offs
    return f"{row.batch_producer_id}/{row.batch_id}"


def _batch(row: Any) -> dict[str, str]:  # noqa: ANN401 - a row of queries.hand_offs
    return {"producer_id": str(row.batch_producer_id), "batch_id": str(row.batch_id)}
