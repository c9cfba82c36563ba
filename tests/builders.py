"""Builders: plain functions, valid by default, one override at a time.

Four people: Lan (farmer), Minh (processor), Hoa (shop) and Tung (an outsider).
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from traceapp.batches import operations as batches
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.producers import operations as producers
from traceapp.producers.models import Commune, Province

NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Business:
    """A producer with one site, one plot and one person."""

    producer_id: UUID
    site_id: UUID
    plot_id: UUID
    actor: batches.Actor


def territories() -> None:
    """One province with one commune."""
    if db.session.get(Province, "Hà Nội") is None:
        db.session.add(Province(name="Hà Nội", kind="thành phố", latitude=21.0, longitude=105.8))
        db.session.flush()
        db.session.add(
            Commune(
                province="Hà Nội",
                kind="xã",
                name="Bát Tràng",
                latitude=20.99,
                longitude=105.91,
                legacy="[]",
            )
        )
        db.session.flush()


PLACE = {
    "province": "Hà Nội",
    "commune_kind": "xã",
    "commune": "Bát Tràng",
    "latitude": 20.99,
    "longitude": 105.91,
}


def business(name: str, *, kinds: tuple[str, ...] = ("farm",), role: str = "clerk") -> Business:
    """Register a business of one person."""
    territories()
    producer_id = producers.register_producer(
        {
            **PLACE,
            "name": name,
            "legal_form": "hợp tác xã",
            "kinds": list(kinds),
            "street": "Thôn 1",
        },
        now=NOW,
    )
    producers.decide_admission(producer_id, admitted=True, by=None, now=NOW)
    site_id = producers.add_site(producer_id, {**PLACE, "name": "Nhà sơ chế", "kind": "field"})
    plot_id = producers.add_plot(
        producer_id, {"site_id": str(site_id), "name": "Thửa 1", "household_number": 3}
    )
    member_id = producers.add_member(producer_id, {"name": f"{name} A", "roles": [role]})
    return Business(producer_id, site_id, plot_id, batches.Actor(producer_id, member_id))


LABEL = {
    "group": "Thực phẩm",
    "origin": {"vi": "Sản xuất tại Hà Nội, Việt Nam", "en": None},
    "standards": [],
}


def product(owner: Business, **changes: Any) -> UUID:
    """Define a product: loose greens sold by the kilogram."""
    given = {"name": "Cải ngọt", "family": "vegetable", "role": "intermediate", "uom": "kg"}
    return batches.define_product(owner.producer_id, given | changes)


def batch(owner: Business, product_id: UUID, lot: str, **changes: Any) -> UUID:
    """Register a batch kept in kilograms."""
    given = {"product_id": str(product_id), "lot": lot, "uom": "kg"} | changes
    return batches.register_batch(owner.producer_id, given, now=NOW)


def line(batch_id: UUID, quantity: str, uom: str = "kg", **changes: Any) -> dict[str, Any]:
    """Make an input or output line."""
    return {"batch_id": str(batch_id), "quantity": quantity, "uom": uom} | changes


def event(by: Business, step_kind: str, **changes: Any) -> dict[str, Any]:
    """Make the message of a step at the business's own site."""
    return {
        "id": str(new_id()),
        "step_kind": step_kind,
        "event_time": "2026-11-21T05:40:00+07:00",
        "site_id": str(by.site_id),
    } | changes


def record(by: Business, step_kind: str, **changes: Any) -> batches.Recorded:
    """Record a step."""
    return batches.record_event(by.actor, event(by, step_kind, **changes), now=NOW)
