"""Orders of labels as programs and forms send them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from marshmallow import Schema, ValidationError, fields, validate

from traceapp import problem
from traceapp.batches import queries
from traceapp.batches.paper import label as paper
from traceapp.batches.quantities import Quantity
from traceapp.batches.queries import BatchCard
from traceapp.codes import queries as codes
from traceapp.gs1.batch_code import BatchCode
from traceapp.labels import serials
from traceapp.labels.issuing import MOST_LABELS, Order, net_of
from traceapp.labels.printable import is_labelled_by
from traceapp.printing.stock import STOCKS
from traceapp.printing.templates import Template
from traceapp.trace.facts import Ref
from traceapp.web.faults import NOT_A_WORD, Fault, between, known
from traceapp.web.fields import PlainText
from traceapp.web.settings import settings

LONGEST_REASON = 500
MOST_POSITIONS = max(stock.positions for stock in STOCKS.values())
ISSUED = tuple(one.value for one in Template if one is not Template.CARD)
CARD_IS_NO_LABEL = Fault(
    "card",
    problem.N_("A stall card is a sign by the goods, not a label on them: it is never issued."),
    problem.N_("Fetch it at /api/v1/batches/{batch_id}/card.pdf, as often as it is needed."),
)


class OnLabels(validate.OneOf):
    """Accept the templates of labels; whoever asks for a card is told where it is."""

    def __init__(self) -> None:
        super().__init__(ISSUED, error=NOT_A_WORD)

    def __call__(self, value: Any) -> Any:  # noqa: ANN401 - whatever was sent
        """Give the value back, or say what is wrong with it."""
        if value == Template.CARD.value:
            raise ValidationError(CARD_IS_NO_LABEL)
        return super().__call__(value)


class PackSchema(Schema):
    """What one label stands for, in a unit of the batch or of its packs."""

    quantity = Quantity(required=True)
    uom = PlainText(20, required=True)


class LabelIssueBodySchema(Schema):
    """Labels that are wanted. Without `pack` a label stands for one unit of the batch.

    `start_position` is the first free label of a sheet that was begun. The files are drawn for
    the printer `printer_id`, if one is named, as it was put right at the desk. `reason` is heard
    from whoever may issue more labels than there are goods, and stays visible. With `serials` each
    label gets a number of its own, in its link too.
    """

    id = fields.UUID(load_default=None)
    labels = fields.Integer(required=True, strict=True, validate=between(1, MOST_LABELS))
    pack = fields.Nested(PackSchema, load_default=None)
    stock = fields.String(required=True, validate=known(tuple(STOCKS)))
    template = fields.String(load_default=Template.FULL.value, validate=OnLabels())
    start_position = fields.Integer(
        load_default=1, strict=True, validate=between(1, MOST_POSITIONS)
    )
    site_id = fields.UUID(load_default=None)
    printer_id = fields.UUID(load_default=None)
    reason = PlainText(LONGEST_REASON, load_default="")
    serials = fields.Boolean(load_default=False)


def order_of(holder: UUID, batch: Ref, issue_id: UUID, body: Mapping[str, Any]) -> Order:
    """Give the order of labels for a batch that one made or has in hand, from a body as loaded.

    Labels are printed where something was last recorded, unless a site is named. Raises NotFound,
    InvalidInput for packs that the batch cannot be in.
    """
    card = queries.batch_card(batch)
    site_id = body["site_id"] or queries.last_site(holder)
    if card is None or site_id is None or not is_labelled_by(holder, batch):
        raise problem.NotFound
    pack = body["pack"] or {"quantity": Decimal(1), "uom": card.uom}
    order = Order(
        issue_id=issue_id,
        batch=batch,
        labels=body["labels"],
        quantity=pack["quantity"],
        uom=pack["uom"],
        stock=body["stock"],
        template=body["template"],
        site_id=site_id,
        start_position=body["start_position"],
        reason=body["reason"].strip(),
        printer_id=body["printer_id"],
        serial_length=_serial_length(card) if body["serials"] else 0,
    )
    net_of(
        batch, order.quantity, order.uom
    )  # a pack that cannot be is told before a label is drawn
    return order


def _serial_length(card: BatchCard) -> int:
    """Give how long the numbers of labels are. Raises NotFound without a code of its own."""
    fact = codes.of_batch(card.producer_id, card.batch_id)
    if fact is None:
        raise problem.NotFound
    return serials.length_for(paper.uri_of(card, BatchCode.parse(fact.code), settings()))
