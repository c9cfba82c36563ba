"""Shapes of what somebody types who joins."""

from marshmallow import Schema, fields

from traceapp.producers.schemas import KINDS, NAME, check_address
from traceapp.web.faults import known, not_none
from traceapp.web.fields import PlainText

# The body that runs the installation and the city's office do not ask to join.
JOINING = tuple(kind for kind in KINDS if kind not in {"operator", "authority"})


class AccountSchema(Schema):
    """How somebody will sign in: by name, and by phone number where one is given."""

    sign_in_name = PlainText(40, required=True)
    sign_in_phone = PlainText(30, load_default=None, allow_none=True)
    password = fields.String(required=True, validate=not_none())


class RequestSchema(AccountSchema):
    """A producer and its owner."""

    name = PlainText(NAME, required=True)
    legal_form = PlainText(NAME, required=True)
    street = PlainText(NAME, required=True)
    commune = PlainText(NAME, required=True)
    phone = PlainText(30, load_default=None, allow_none=True)
    email = fields.String(load_default=None, allow_none=True, validate=check_address)
    tax_code = PlainText(14, load_default=None, allow_none=True)
    owner = PlainText(NAME, required=True)
    kinds = fields.List(fields.String(validate=known(JOINING)), load_default=list)
    code = PlainText(80, load_default=None, allow_none=True)


class KindsSchema(Schema):
    """What a producer that joins does: one thing at least."""

    kinds = fields.List(fields.String(validate=known(JOINING)), required=True, validate=not_none())


class JoinSchema(AccountSchema):
    """A person who was invited."""

    code = PlainText(80, required=True)


class RefusalSchema(Schema):
    """Why a producer is not let in."""

    reason = PlainText(1000, lines=True, required=True)
