"""What a person counted of a batch: the amount found, in the batch's own unit."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from traceapp import problem
from traceapp.batches.amounts import amount_in
from traceapp.batches.quantities import QUANTITY_FAULTS, does_not_fit
from traceapp.batches.recording.grants import Item, Known
from traceapp.trace.units import QuantityError

KIND = "stock_count"
Data = Mapping[str, Any]


def faults(known: Known, data: Data, items: Sequence[Item]) -> Iterator[problem.Finding]:
    """Find what keeps a count from being understood. A step that counts nothing is incomplete."""
    if not _counts(data):
        return
    if len(items) > 1 and Decimal(str(data["fields"]["counted"])):
        yield problem.Finding(
            "/about",
            "one_at_a_time",
            problem.N_("One figure cannot tell of several batches."),
            problem.N_("Count each batch in a record of its own."),
        )
        return
    for item in items:
        try:
            _amount(known, data, item)
        except QuantityError as error:
            yield _fault(known, data, item, error)


def _fault(known: Known, data: Data, item: Item, error: QuantityError) -> problem.Finding:
    if error.rule != "unknown_unit":
        fault = QUANTITY_FAULTS[error.rule]
        return problem.Finding("/fields/counted", fault.rule, fault.message, fault.fix)
    uom = str(data["fields"].get("counted_unit", ""))
    return does_not_fit("/fields/counted_unit", uom, known.units[item.ref].uom)


def rows(
    holder: Mapping[str, Any], known: Known, data: Data, items: Sequence[Item]
) -> Iterator[dict[str, Any]]:
    """Give the rows of a count; `holder` names whose stock it was and which event told of it."""
    if not _counts(data):
        return
    for item in {item.ref: item for item in items}.values():
        yield {
            **holder,
            "batch_producer_id": item.producer_id,
            "batch_id": item.batch_id,
            "counted_at": data["event_time"],
            "amount": _amount(known, data, item),
        }


def _counts(data: Data) -> bool:
    return data["step_kind"] == KIND and data["fields"].get("counted") is not None


def _amount(known: Known, data: Data, item: Item) -> int:
    unit = known.units[item.ref]
    fields = data["fields"]
    return amount_in(unit, Decimal(str(fields["counted"])), fields.get("counted_unit") or unit.uom)
