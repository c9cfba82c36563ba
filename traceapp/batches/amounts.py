"""Quantities of one batch: in its own unit, and in kilograms where that is known. Pure."""

from dataclasses import dataclass
from decimal import Decimal

from traceapp.trace.units import MICRO, QuantityError, convertible, to_micro, unit

_MICRO = Decimal(1) / MICRO


@dataclass(frozen=True, slots=True)
class BatchUnit:
    """The unit a batch is kept in, and what one of it holds (200 g, 10 eggs) where known."""

    uom: str
    net_quantity: Decimal | None
    net_uom: str | None


def amount_in(batch: BatchUnit, quantity: Decimal, uom: str) -> int:
    """Give a quantity in micro-units of the batch's base unit.

    Units convert within a dimension, or from content to packs through the pack's own size
    (12 kg are 24 bags of 500 g), to the nearest millionth of a pack. Raises
    QuantityError("unknown_unit") where neither is known.
    """
    if convertible(uom, batch.uom):
        return to_micro(quantity, uom)
    if batch.net_quantity and batch.net_uom and convertible(uom, batch.net_uom):
        packs = Decimal(to_micro(quantity, uom)) / to_micro(batch.net_quantity, batch.net_uom)
        return to_micro(packs.quantize(_MICRO), batch.uom)  # 0.5 kg in packs of 0.3 kg never end
    raise QuantityError("unknown_unit", uom)


def mass_of(batch: BatchUnit, quantity: Decimal, uom: str, mass_kg: Decimal | None) -> int | None:
    """Give millionths of a kilogram; None where the content's mass is not known."""
    if mass_kg is not None:
        return to_micro(mass_kg, "kg")
    if unit(uom).base == "kg":
        return to_micro(quantity, uom)
    if uom != batch.uom or batch.net_quantity is None or batch.net_uom is None:
        return None
    if unit(batch.net_uom).base != "kg":
        return None
    return to_micro(quantity, uom) * to_micro(batch.net_quantity, batch.net_uom) // MICRO
