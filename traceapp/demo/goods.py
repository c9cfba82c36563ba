"""Reading products.json and lots.json: what is made, the seasons, and the batches.

A batch that came from a partner without account belongs to the producer that received it first.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from traceapp.demo.record import Record
from traceapp.demo.shapes import BatchEntry, Directory, Entry
from traceapp.gs1.batch_code import BatchCode


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a lot is, and the partner it came from when that one has no account."""

    producer_id: UUID
    partner_id: UUID | None


def product(record: Record, photo_sha256: str | None) -> Mapping[str, Any]:
    """Give a product's shape."""
    uom = record.text("unit")
    net = record.one("unit_net") if record.has("unit_net") else None
    return {
        "product_id": str(record.identity("id")),
        "name": record.text("name_vi"),
        "name_en": record.text("name_en"),
        "family": record.text("family"),
        "role": record.text("role"),
        "uom": uom,
        "net_quantity": net.quantity("qty", net.text("unit")) if net else None,
        "net_uom": net.text("unit") if net else None,
        "gtin": record.text_or_none("gtin"),
        "brand": record.text_or_none("brand"),
        "shelf_life_days": record.whole_or_none("shelf_life_days"),
        **_storage(record.one("storage")),
        "photo_sha256": photo_sha256,
        "label": _label(record) if record.has("label") else None,
    }


def _storage(record: Record) -> Mapping[str, Any]:
    return {
        "storage_max_c": float(record.number("max_c")) if record.has("max_c") else None,
        "storage_max_minutes": record.whole_or_none("max_minutes"),
        "is_chilled": record.flag("chilled"),
    }


def _label(record: Record) -> Mapping[str, Any]:
    label, storage = record.one("label"), record.one("storage")
    specifications = label.text_or_none("specifications")
    return {
        "group": label.text("group"),
        "origin": {"vi": label.text("origin"), "en": label.text("origin_en")},
        "net_quantity": label.text("net_quantity"),
        "ingredients": [_ingredient(one) for one in record.many("ingredients")],
        "specifications": specifications
        and {"vi": specifications, "en": label.text("specifications_en")},
        "warnings": [
            {"vi": one.text("vi"), "en": one.text("en")} for one in record.many("warnings")
        ],
        "use": {"vi": label.text("use"), "en": label.text("use_en")},
        "storage": {"vi": storage.text("text_vi"), "en": storage.text("text_en")},
        "standards": list(record.texts("standards")),
    }


def _ingredient(record: Record) -> Mapping[str, Any]:
    return {
        "vi": record.text("name_vi"),
        "en": record.text("name_en"),
        "mass_percent": float(record.number("mass_pct")),
    }


def season(record: Record, directory: Directory) -> Entry:
    """Read a season."""
    producer_id, plot_id = record.known("plot", directory.plot_ids)
    if record.known("operator", directory.producer_ids) != producer_id:
        record.refuse("plot", "belongs to somebody else")
    given = {
        "season_id": str(record.identity("id")),
        "plot_id": str(plot_id),
        "name": record.text("name_vi"),
        "crop": record.text("crop"),
        "started_on": record.day("started").isoformat(),
    }
    return Entry(record.where, producer_id, given)


def batch(record: Record, made_of: Record, owner: Owner, directory: Directory) -> BatchEntry:
    """Read a lot of a product; a finished one gets a code made from its id."""
    batch_id = record.identity("id")
    given = {
        "batch_id": str(batch_id),
        "product_id": str(made_of.identity("id")),
        "lot": record.text("code"),
        "uom": record.text("unit"),
        "partner_id": str(owner.partner_id) if owner.partner_id else None,
        "production_date": record.day("production").isoformat(),
        "packing_date": _date(record, "packed"),
        "expiry_date": _date(record, "expiry"),
        "certificate_ids": [
            str(record.chosen("claims", claim, directory.certificate_ids)[1])
            for claim in record.texts("claims")
        ],
    }
    is_finished = made_of.text("role") == "finished"
    code = BatchCode.from_digest(hashlib.sha256(batch_id.bytes).digest()) if is_finished else None
    return BatchEntry(Entry(record.where, owner.producer_id, given), code)


def opening(record: Record, batches: Mapping[str, BatchEntry]) -> tuple[tuple[str, date], int]:
    """Read how often the page of a lot was opened on a day: its code, the day, the number."""
    code, opened = record.known("lot", batches).code, record.whole("count")
    if code is None:
        record.refuse("lot", "has no page")
    if opened < 1:
        record.refuse("count", "is not one or more")
    return (code.text, record.one("at").day_of()), opened


def _date(record: Record, key: str) -> str | None:
    day = record.day_or_none(key)
    return day.isoformat() if day else None


def partner_id_for(partner_id: UUID, producer_id: UUID) -> UUID:
    """Derive the id of a partner under one producer: each keeps a directory of its own."""
    digest = hashlib.sha256(partner_id.bytes + producer_id.bytes).digest()
    # The time part, version and variant stay those of the partner's own id.
    mixed = bytearray(partner_id.bytes[:9] + digest[:7])
    return UUID(bytes=bytes(mixed))
