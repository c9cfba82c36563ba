"""Shapes of label issues as they are answered."""

from marshmallow import Schema, fields

from traceapp.labels.orders import PackSchema


class LabelLinksSchema(Schema):
    """Where the files of an issue are; a label printer takes `zpl` or `tspl`, of rolls alone."""

    pdf = fields.String(required=True)
    png = fields.String(required=True)
    zpl = fields.String(required=True)
    tspl = fields.String(required=True)
    csv = fields.String(required=True)


class LabelIssueSchema(Schema):
    """An issue of labels as it is kept."""

    id = fields.UUID(required=True)
    batch_producer_id = fields.UUID(required=True)
    batch_id = fields.UUID(required=True)
    labels = fields.Integer(required=True)
    pack = fields.Nested(PackSchema, required=True)
    stock = fields.String(required=True)
    template = fields.String(required=True)
    start_position = fields.Integer(required=True)
    printer_id = fields.UUID(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    serials = fields.Boolean(required=True)
    allowance_id = fields.UUID(required=True, allow_none=True)
    issued_at = fields.AwareDateTime(required=True)
    links = fields.Nested(LabelLinksSchema, required=True)
