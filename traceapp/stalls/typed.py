"""From what was typed or scanned at a stall to the code of a lot."""

from marshmallow import ValidationError

from traceapp import problem
from traceapp.gs1.digital_link import BatchKey, ProductKey, parse_typed
from traceapp.gs1.errors import InvalidKey
from traceapp.public import queries
from traceapp.web.faults import EMPTY, Fault, of_key

NO_LOT = Fault(
    "no_lot",
    problem.N_("This is not the code of a lot."),
    problem.N_("Scan or type the code on the crate, the pack or the delivery note."),
)


def code_of(typed: str) -> str:
    """Give the code that a lot has now. Raises ValidationError for what names no lot.

    A code that was never issued is given back: whoever asks finds nothing behind it.
    """
    if not typed.strip():
        raise ValidationError({"code": [EMPTY]})
    try:
        key = parse_typed(typed)
    except InvalidKey as error:
        raise ValidationError({"code": [of_key(error)]}) from error
    match key:
        case BatchKey(code):
            issued = queries.by_code(code.text)
            return code.text if issued is None else issued.moved_to or issued.code
        case ProductKey(gtin, lot) if lot is not None:
            issued = queries.by_gtin(str(gtin), str(lot))
            if issued is not None:
                return issued.code
    raise ValidationError({"code": [NO_LOT]})
