"""What a batch's label says, and what the law asks for that it does not say yet.

The table is `traceapp.trace.label_contents`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, NamedTuple

from traceapp.batches.facts.makers import Packing
from traceapp.batches.models import Product
from traceapp.batches.queries import BatchCard
from traceapp.printing import label as printing
from traceapp.printing.label import Label
from traceapp.problem import N_
from traceapp.producers.communes import place_name
from traceapp.trace.label_contents import ALWAYS, FRESH_FAMILIES, ITEMS, MAY_BE_NONE, lacking
from traceapp.trace.measures import amount
from traceapp.trace.units import UNITS, convertible, to_micro
from traceapp.trace.wording import percent

MASS, COUNT = "mass", "count"
DATES = ("production_date", "packing_date", "expiry_date")
LACKS = N_("The label must say this, and does not yet: {item} (Decree 37/2026).")
FIXES: Mapping[str, str] = {
    "origin": N_("Say where the goods were grown or made."),
    "net_quantity": N_("Write what one pack holds, such as 500 g."),
    "production_date": N_("Add to the batch the day it was made."),
    "expiry_date": N_("Food and drink need one. Add it to the batch."),
    "packing_date": N_("Add to the batch the day it was packed again."),
    "ingredients": N_("Name them, the largest share first."),
    "ethanol_percent": N_("Write how much alcohol it holds, in percent by volume."),
    "specifications": N_("Write size, weight, colour and the like."),
    "warnings": N_("Write what to beware of, or say that there is nothing."),
    "use": N_("Say in a few words how to use it."),
    "storage": N_("Say in a few words how to keep it."),
}


class Pack(NamedTuple):
    """What one label stands for."""

    quantity: Decimal
    uom: str


def is_loose(goods: BatchCard | Product) -> bool:
    """Tell whether these are fresh goods sold by weight, which need no label (art. 35.2e)."""
    unit = UNITS.get(goods.uom)
    is_weighed = unit is not None and unit.dimension == MASS
    return goods.family in FRESH_FAMILIES and is_weighed and goods.net_quantity is None


def missing(card: BatchCard, packing: Packing) -> list[str]:
    """Name the items that the label of a batch lacks, in the order of the table."""
    label = card.label or {}
    dates = (name for name in DATES if getattr(card, name) is not None)
    said = {*_said(label, card.net_quantity), *dates}
    group = label.get("group")
    return lacking(group, said, is_loose=is_loose(card), is_repacked=packing.is_repacked)


def missing_of_product(product: Product) -> list[str]:
    """Name the items that the label of a product lacks, whichever batch it stands on."""
    label = json.loads(product.label) or {}
    said = {*_said(label, product.net_quantity), *DATES}
    return lacking(label.get("group"), said, is_loose=is_loose(product))


def written(label: Label, card: BatchCard, packing: Packing, pack: Pack | None = None) -> Label:
    """Put on a label what the law asks for; the picture that people share does without.

    `pack` is what one label stands for, where that is known.
    """
    place = place_name(card.commune_kind, card.commune, card.province)
    is_same_day = label.packed == label.produced and not packing.is_repacked
    return replace(
        label,
        address=", ".join(part for part in (card.street, place) if part),
        origin=_vietnamese((card.label or {}).get("origin")),
        maker="; ".join(packing.makers),
        packed=None if is_same_day else label.packed,
        items=tuple(_items(card, pack)),
    )


def _items(card: BatchCard, pack: Pack | None) -> Iterator[printing.Item]:
    """Give the rest in the order of need: what comes last stands behind the code first."""
    label = card.label or {}
    alcohol = label.get("ethanol_percent")
    told = {
        "net_quantity": _other_pack(card, pack) or label.get("net_quantity") or _net(card),
        "ethanol_percent": "" if alcohol is None else percent(Decimal(str(alcohol))).vi,
        "warnings": "; ".join(_vietnamese(one) for one in label.get("warnings") or ()),
        "storage": _vietnamese(label.get("storage")),
        "ingredients": _ingredients(label.get("ingredients") or ()),
        "use": _vietnamese(label.get("use")),
        "specifications": _vietnamese(label.get("specifications")),
    }
    for kind, text in told.items():
        if text:
            yield printing.Item(kind, ITEMS[kind].word, text)


def _other_pack(card: BatchCard, pack: Pack | None) -> str:
    """Write the content of a pack of another size than the product's own."""
    if pack is None or is_loose(card) or UNITS[pack.uom].dimension == COUNT:
        return ""
    is_own = (
        card.net_quantity is not None
        and card.net_uom is not None
        and convertible(card.net_uom, pack.uom)
        and to_micro(Decimal(card.net_quantity), card.net_uom) == to_micro(*pack)
    )
    return "" if is_own else amount(pack.quantity, pack.uom, "vi")


def _net(card: BatchCard) -> str:
    if card.net_quantity is None or card.net_uom is None:
        return ""
    return amount(Decimal(card.net_quantity), card.net_uom, "vi")


def _ingredients(listed: Sequence[Mapping[str, Any]]) -> str:
    """Write them in descending mass, as art. 48.3 wants, where every share is known."""
    shares = [one.get("mass_percent") for one in listed]
    if len(listed) == 1 or None in shares:
        return ", ".join(one["vi"] for one in listed)
    falling = sorted(listed, key=lambda one: -float(one["mass_percent"]))
    return ", ".join(
        f"{one['vi']} {percent(Decimal(str(one['mass_percent']))).vi}" for one in falling
    )


def _vietnamese(text: Mapping[str, str | None] | None) -> str:
    return (text or {}).get("vi") or ""


def pointer(item: str) -> str:
    """Give where an item stands: in the batch's own record, or in the label of its product."""
    return f"/batch/{item}" if item in DATES else f"/product/label/{item}"


def _said(label: Mapping[str, Any], net_quantity: str | None) -> Iterator[str]:
    """Name what is there; name, party and address are part of every producer's record."""
    yield from (item for item in ALWAYS if item != "origin")
    yield from (item for item in MAY_BE_NONE if item in label.get("declared_none", ()))
    yield from (name for name, value in label.items() if _is_there(value))
    if net_quantity is not None:
        yield "net_quantity"


def _is_there(value: object) -> bool:
    if isinstance(value, dict):
        return bool(str(value.get("vi") or "").strip())
    return value is not None and value not in ("", [])
