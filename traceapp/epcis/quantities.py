"""Quantities as EPCIS writes them: a number with a code of UN/ECE Recommendation 20."""

from decimal import Decimal
from typing import Any

from traceapp.trace.facts import ItemFact
from traceapp.trace.units import UNITS


def element(epc_class: str, item: ItemFact | None) -> dict[str, Any]:
    """Give a quantity element; without an item, or an amount, it only names the class.

    A unit without a code is converted to its base where that has one; what is counted in packs
    without a code goes without: EPCIS then takes it for pieces.
    """
    unit = UNITS.get(item.uom) if item is not None and item.uom is not None else None
    if item is None or item.quantity is None or unit is None:
        return {"epcClass": epc_class}
    base = UNITS.get(unit.base, unit)
    if unit.rec20 is not None:
        return {"epcClass": epc_class, "quantity": _number(item.quantity), "uom": unit.rec20}
    if base.rec20 is not None and unit.dimension != "count":
        quantity = item.quantity * unit.factor
        return {"epcClass": epc_class, "quantity": _number(quantity), "uom": base.rec20}
    return {"epcClass": epc_class, "quantity": _number(item.quantity)}


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral() else float(value)
