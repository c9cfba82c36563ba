"""The purchasing board of the data set: what producers show, and needs at their own times."""

from datetime import datetime
from typing import Any

from traceapp.demo.cleaner_production import ProductIds
from traceapp.demo.record import Record
from traceapp.demo.shapes import Directory, Entry
from traceapp.demo.writing import named
from traceapp.purchasing import operations, schemas
from traceapp.purchasing.schemas import NewNeedSchema
from traceapp.trace.facts import Ref

NEED = NewNeedSchema()


def write(told: Record, directory: Directory, products: ProductIds, now: datetime) -> None:
    """Write all of it; a fault refuses the whole data set."""
    for one in told.many("shown"):
        by = _member(one, directory)
        with named(Entry(one.where, by.producer_id, one.content)):
            wish = {one.known("product", products): schemas.shows(one.text("shows"))}
            operations.show(wish, by, now=now)
    for one in told.many("needs"):
        by = _member(one, directory)
        with named(Entry(one.where, by.producer_id, one.content)):
            operations.post(NEED.load(_need(one)), by, now=one.moment("recorded"))


def _need(one: Record) -> dict[str, Any]:
    return {
        "id": str(one.identity("id")),
        "kind": one.text("kind"),
        "words": one.text_or_none("words"),
        "quantity": one.quantity("quantity", one.text("unit")),
        "uom": one.text("unit"),
        "from_on": one.day("from").isoformat(),
        "until_on": one.day("until").isoformat(),
        "commune": one.text("commune"),
        "reach": one.text("reach"),
        "level": one.text("level"),
        "certificates": list(one.texts("certificates")),
        "note": one.text_or_none("note_vi"),
        "is_named": one.flag("is_named"),
    }


def _member(one: Record, directory: Directory) -> Ref:
    _operator, _, member = one.text("by").partition("/")
    return Ref(*one.chosen("by", member, directory.member_ids))
