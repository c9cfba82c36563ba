"""Rows of products and plots: the same operations as the desk's forms; what is there is changed.

An empty cell changes nothing. A record is known by its own id, else by its name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from traceapp.batches import operations as batches
from traceapp.batches import product_changes, record_changes
from traceapp.batches.models import Product
from traceapp.batches.operations import Actor
from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.exchange.cleaner_references import CleanerReferences
from traceapp.exchange.references import SEVERAL, References
from traceapp.exchange.report import Outcome, at
from traceapp.producers import operations as producers
from traceapp.producers.models import Plot
from traceapp.trace.label_contents import MAY_BE_NONE

Values = Mapping[str, Any]
LABEL = "label."
AS_IT_STANDS = frozenset({"group", "standards", "ethanol_percent"})
NONE = frozenset({"khong", "khong co", "none"})  # folded: the only warning is that there is none


@dataclass(frozen=True, slots=True)
class Desk:
    """Who writes, when, and what the cells may name; `cleaner` in tables of cleaner production."""

    actor: Actor
    now: datetime
    references: References
    cleaner: CleanerReferences


def key_of_product(values: Values) -> str:
    """Give what two rows share that mean the same product."""
    return fold(values.get("external_id") or values.get("name") or "")


def write_product(desk: Desk, values: Values) -> Outcome:
    """Define a product, or change the one that is there."""
    product = _known_product(desk.actor.producer_id, values)
    before = {} if product is None else product_changes.record_of(product)
    before.pop("version", None)
    own = {name: value for name, value in values.items() if not name.startswith(LABEL)}
    external_id = own.pop("external_id", None)
    given = {**before, **own}
    if label := _label(before.get("label"), values):
        given["label"] = label
    if product is None:
        product_id = batches.define_product(desk.actor.producer_id, given)
        product = db.session.get_one(Product, (desk.actor.producer_id, product_id))
        return _named(product, external_id, Outcome.NEW)
    version = product.version
    product_changes.change_product(
        desk.actor, product.product_id, given, version=version, now=desk.now
    )
    is_changed = product.version != version
    return _named(product, external_id, Outcome.CHANGED if is_changed else Outcome.SAME)


def _known_product(producer_id: UUID, values: Values) -> Product | None:
    own = select(Product).where(Product.producer_id == producer_id)
    if external_id := values.get("external_id"):
        found = db.session.scalars(own.where(Product.external_id == external_id)).first()
        if found is not None:
            return found
        own = own.where(Product.external_id.is_(None))
    named = db.session.scalars(own.where(Product.folded_name == fold(values.get("name", ""))))
    several = [one for one in named if one.name.casefold() == values.get("name", "").casefold()]
    if len(several) > 1:
        raise at("name", SEVERAL.format(text=values["name"][:60]))
    return several[0] if several else None


def _label(before: Mapping[str, Any] | None, values: Values) -> dict[str, Any] | None:
    """Put what the row says into the label; words in other languages go with what they said."""
    given = {
        name.removeprefix(LABEL): value for name, value in values.items() if name.startswith(LABEL)
    }
    if not given:
        return None
    label: dict[str, Any] = {"standards": [], "declared_none": [], **(before or {})}
    for name, value in given.items():
        old = label.get(name)
        if name in AS_IT_STANDS:
            label[name] = value
        elif name in MAY_BE_NONE and len(value) == 1 and fold(value[0]) in NONE:
            label[name], label["declared_none"] = [], [name]
        elif isinstance(value, list):
            label["declared_none"] = [one for one in label["declared_none"] if one != name]
            if [one["vi"] for one in old or ()] != value:
                label[name] = [{"vi": one} for one in value]
        elif old is None or old["vi"] != value:
            label[name] = {"vi": value}
    return label


def key_of_plot(values: Values) -> str:
    """Give what two rows share that mean the same plot."""
    return fold(values.get("external_id") or values.get("name") or "")


def write_plot(desk: Desk, values: Values) -> Outcome:
    """Add a plot or pen, or change the one that is there."""
    own = dict(values)
    external_id = own.pop("external_id", None)
    site = own.pop("site", "")
    plot = _known_plot(desk.actor.producer_id, external_id, own.get("name", ""))
    if site or plot is None:
        own["site_id"] = str(desk.references.site(site))
    if plot is None:
        plot_id = producers.add_plot(desk.actor.producer_id, own)
        plot = db.session.get_one(Plot, (desk.actor.producer_id, plot_id))
        return _named(plot, external_id, Outcome.NEW)
    version = plot.version
    given = {name: _plain(getattr(plot, name)) for name in _PLOT_FIELDS} | own
    by = (desk.actor.producer_id, desk.actor.member_id)
    record_changes.change_plot(by, plot.plot_id, given, version, now=desk.now)
    is_changed = plot.version != version
    return _named(plot, external_id, Outcome.CHANGED if is_changed else Outcome.SAME)


_PLOT_FIELDS = (
    *("site_id", "name", "area_m2", "household", "household_number", "main_crop"),
    *("latitude", "longitude", "planting_area_code"),
)


def _plain(value: object) -> object:
    return str(value) if isinstance(value, UUID) else value


def _known_plot(producer_id: UUID, external_id: str | None, name: str) -> Plot | None:
    own = select(Plot).where(Plot.producer_id == producer_id)
    if external_id:
        found = db.session.scalars(own.where(Plot.external_id == external_id)).first()
        if found is not None:
            return found
    return db.session.scalars(own.where(Plot.name == name)).first()


def _named(row: Product | Plot, external_id: str | None, outcome: Outcome) -> Outcome:
    if external_id is None or row.external_id == external_id:
        return outcome
    row.external_id = external_id
    db.session.flush()
    return Outcome.CHANGED if outcome is Outcome.SAME else outcome
