"""The dates of a batch that a step makes: new goods are new, goods only handled keep their age."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, select, tuple_

from traceapp.batches.models import Batch, Product
from traceapp.database.engine import db
from traceapp.trace.rules.keeping_dates import AGAIN, HANDLING

PACKING = frozenset({"pack", "repack"})
TYPED = {"production_date": "original_production", "expiry_date": "original_expiry"}
LINES = ("producer_id", "batch_id")

Dates = dict[str, str | None]
Source = Row[tuple[date | None, date | None]]


def of_new(product: Product, event: Mapping[str, Any], day: date) -> Dates:
    """Give production, packing and use-by date of a batch that a message of a step makes.

    Goods that are only handled are as old as the oldest that went in and keep no longer than any
    of them (TT 17/2021/TT-BNNPTNT: a repacked lot is not a younger one); what was typed wins.
    Repacked goods whose age nobody said get none: they were made before (Decree 37/2026, 46.3).
    """
    kind, fields = event["step_kind"], event.get("fields", {})
    sources = _sources(event, product.family) if kind in HANDLING else []
    known = [one.production_date for one in sources if one.production_date]
    made = min(known, default=None if kind == AGAIN else day)
    ends = [one.expiry_date.isoformat() for one in sources if one.expiry_date]
    own = None if made is None else expiry_of(product, made)
    dates: Dates = {
        "production_date": None if made is None else made.isoformat(),
        "expiry_date": min([*ends, *([own] if own else [])], default=None),
    }
    if kind in PACKING:
        dates["packing_date"] = fields.get("pack_date") or day.isoformat()
    return dates | {name: fields[field] for name, field in TYPED.items() if fields.get(field)}


def expiry_of(product: Product, day: date) -> str | None:
    """Give the use-by date of goods made on a day, where the product says how long it keeps."""
    if product.shelf_life_days is None:
        return None
    return (day + timedelta(days=product.shelf_life_days)).isoformat()


def _sources(event: Mapping[str, Any], family: str) -> list[Source]:
    """Read the dates of the goods that went in; bags and salt are of another family."""
    refs = [tuple(UUID(line[name]) for name in LINES) for line in event["inputs"] if _names(line)]
    query = (
        select(Batch.production_date, Batch.expiry_date)
        .join(
            Product,
            and_(Product.producer_id == Batch.producer_id, Product.product_id == Batch.product_id),
        )
        .where(tuple_(Batch.producer_id, Batch.batch_id).in_(refs), Product.family == family)
    )
    return list(db.session.execute(query)) if refs else []


def _names(line: Mapping[str, Any]) -> bool:
    return all(line.get(name) for name in LINES)
