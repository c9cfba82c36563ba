"""Quantities of one batch: in its own unit, and in kilograms where that is known. Pure."""

from dataclasses import dataclass
from decimal import Decimal

from traceapp.trace.units import MAX_BASE, MICRO, QuantityError, convertible, to_micro, unit

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
    """Give millionths of a kilogram; None where the content's mass is not known.

    What the quantity itself weighs, alone or by the size of its packs, is not asked of `mass_kg`:
    the scales and the books must not tell two stories. Raises QuantityError("too_large").
    """
    if unit(uom).base == "kg":
        return to_micro(quantity, uom)
    if uom == batch.uom and (net := _net_mass(batch)) is not None:
        mass = to_micro(quantity, uom) * net // MICRO
        if mass > MAX_BASE * MICRO:
            raise QuantityError("too_large", str(quantity))
        return mass
    return None if mass_kg is None else to_micro(mass_kg, "kg")


def weight_of(batch: BatchUnit, amount: int) -> int | None:
    """Weigh micro-units of a batch, of any size and below zero too, in millionths of a kilogram.

    None where nobody knows what one of them weighs.
    """
    if unit(batch.uom).base == "kg":
        return amount
    net = _net_mass(batch)
    if net is None:
        return None
    weight = abs(amount) * net // MICRO
    return weight if amount >= 0 else -weight


def _net_mass(batch: BatchUnit) -> int | None:
    if not batch.net_quantity or batch.net_uom is None or unit(batch.net_uom).base != "kg":
        return None
    return to_micro(batch.net_quantity, batch.net_uom)
