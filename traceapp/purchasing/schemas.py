"""Shapes of a need, of what the board may tell, and of letters between buyer and producer."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validates_schema

from traceapp.batches.quantities import Quantity, check_amount, unit
from traceapp.problem import N_
from traceapp.purchasing.matching import LEAFY, REACHES, Shows
from traceapp.purchasing.prices import Unwanted, find
from traceapp.purchasing.schemes import SCHEMES
from traceapp.trace.facts import EvidenceLevel
from traceapp.trace.vocabulary import FAMILIES
from traceapp.web.faults import Fault, known
from traceapp.web.fields import PlainText, in_our_time

LONGEST_WORDS, LONGEST_NOTE, LONGEST_LETTER = 100, 500, 2000
KINDS = (LEAFY, *FAMILIES)
LEVELS = tuple(EvidenceLevel)
UNWANTED = {
    Unwanted.PRICE: Fault(
        "price",
        N_("“{words}” reads like a price. The board carries no prices: everybody can read it."),
        N_("Leave it out, and agree on the price with the producer."),
    ),
    Unwanted.ADDRESS: Fault(
        "address",
        N_("“{words}” reads like an address or a phone number."),
        N_("Leave it out. Each side sees the other's address once the producer has answered."),
    ),
}
WHAT = Fault("needed", N_("Say what you need: a kind of goods, words of its name, or both."))
ENDS = Fault("order", N_("It cannot end before it begins."), N_("Check both dates."))
ABOVE_ZERO = Fault("above_zero", N_("Write an amount above zero."))


class NeedSchema(Schema):
    """A need, with what the form gives of it; `commune` is a name as people write it."""

    kind = fields.String(load_default="", validate=known(("", *KINDS)))
    words = PlainText(LONGEST_WORDS, load_default="", allow_none=True)
    quantity = Quantity(required=True)
    uom = unit()
    from_on = fields.Date(required=True, validate=in_our_time)
    until_on = fields.Date(required=True, validate=in_our_time)
    commune = PlainText(200, required=True)
    reach = fields.String(required=True, validate=known(tuple(REACHES)))
    level = fields.Enum(EvidenceLevel, by_value=True, required=True)
    certificates = fields.List(fields.String(validate=known(tuple(SCHEMES))), load_default=list)
    note = PlainText(LONGEST_NOTE, lines=True, load_default=None, allow_none=True)
    is_named = fields.Boolean(load_default=False)

    @validates_schema(skip_on_field_errors=True)
    def _check(self, data: dict[str, Any], **_: object) -> None:
        faults: dict[str, list[Fault]] = {}
        if not data["kind"] and not data["words"]:
            faults["kind"] = [WHAT]
        if data["until_on"] < data["from_on"]:
            faults["until_on"] = [ENDS]
        if data["quantity"] == 0:
            faults["quantity"] = [ABOVE_ZERO]
        for name in ("words", "note"):
            found = find(data[name] or "")
            if found is not None:
                faults[name] = [UNWANTED[found[0]].format(words=found[1])]
        if faults:
            raise ValidationError(dict(faults))
        check_amount(data["quantity"], data["uom"], "quantity")

    @post_load
    def _settle(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        kinds = [kind for kind in SCHEMES if kind in data["certificates"]]
        return data | {"certificates": kinds, "words": data["words"] or ""}


class NewNeedSchema(NeedSchema):
    """A new need; `id` is made with the form, so that a form sent twice posts one."""

    id = fields.UUID(required=True)


class ChangedNeedSchema(NeedSchema):
    """A need said anew; `version` is the one that was read."""

    version = fields.Integer(required=True)


class LetterSchema(Schema):
    """What one side writes to the other; only the producer asked agrees or declines."""

    id = fields.UUID(required=True)
    says = fields.String(load_default="words", validate=known(("words", "agrees", "declines")))
    text = PlainText(LONGEST_LETTER, lines=True, required=True)


def shows(text: str) -> Shows:
    """Read what the board may tell of a product. Raises ValidationError."""
    known(tuple(Shows))(text)
    return Shows(text)
