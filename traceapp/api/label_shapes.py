"""Shapes of label issues: what is taken, what is answered."""

from marshmallow import Schema, fields

from traceapp.batches.quantities import Quantity
from traceapp.labels.issuing import MOST_LABELS
from traceapp.printing.stock import STOCKS
from traceapp.printing.templates import Template
from traceapp.web.faults import between, known
from traceapp.web.fields import PlainText

LONGEST_REASON = 500
MOST_POSITIONS = max(stock.positions for stock in STOCKS.values())


class PackSchema(Schema):
    """What one label stands for, in a unit of the batch or of its packs."""

    quantity = Quantity(required=True)
    uom = PlainText(20, required=True)


class LabelIssueBodySchema(Schema):
    """Labels that are wanted. Without `pack` a label stands for one unit of the batch.

    `start_position` is the first free label of a sheet that was begun. The files are drawn for
    the printer `printer_id`, if one is named, as it was put right at the desk. `reason` is heard
    from whoever may issue more labels than there are goods, and stays visible.
    """

    id = fields.UUID(load_default=None)
    labels = fields.Integer(required=True, strict=True, validate=between(1, MOST_LABELS))
    pack = fields.Nested(PackSchema, load_default=None)
    stock = fields.String(required=True, validate=known(tuple(STOCKS)))
    template = fields.String(
        load_default=Template.FULL.value, validate=known(tuple(one.value for one in Template))
    )
    start_position = fields.Integer(
        load_default=1, strict=True, validate=between(1, MOST_POSITIONS)
    )
    site_id = fields.UUID(load_default=None)
    printer_id = fields.UUID(load_default=None)
    reason = PlainText(LONGEST_REASON, load_default="")


class LabelLinksSchema(Schema):
    """Where the files of an issue are; a label printer takes `zpl`, of rolls alone."""

    pdf = fields.String(required=True)
    png = fields.String(required=True)
    zpl = fields.String(required=True)
    csv = fields.String(required=True)


class LabelIssueSchema(Schema):
    """An issue of labels as it is kept."""

    id = fields.UUID(required=True)
    batch_id = fields.UUID(required=True)
    labels = fields.Integer(required=True)
    pack = fields.Nested(PackSchema, required=True)
    stock = fields.String(required=True)
    template = fields.String(required=True)
    start_position = fields.Integer(required=True)
    printer_id = fields.UUID(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    issued_at = fields.AwareDateTime(required=True)
    links = fields.Nested(LabelLinksSchema, required=True)
