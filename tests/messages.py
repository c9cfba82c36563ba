"""Valid messages for every operation of the foundation, and what stays when one is refused."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from marshmallow import Schema, ValidationError
from sqlalchemy import func, literal, select, union_all

from tests.builders import LABEL, NOW, PLACE, Business, batch, business, event, line, product
from traceapp import problem
from traceapp.batches import operations as batches
from traceapp.batches import schemas as batch_schemas
from traceapp.database.engine import Base, db
from traceapp.producers import operations as producers
from traceapp.producers import schemas as producer_schemas
from traceapp.web.endpoints import transaction
from traceapp.web.problems import as_document, from_validation

Given = dict[str, Any]
GTIN = "09520001000010"


@dataclass(frozen=True, slots=True)
class Farm:
    """Lan's farm with a product that has a GTIN, one that has none, and a batch."""

    lan: Business
    tea: str
    greens: str
    cut: UUID


Operation = Callable[[Farm, Any], Any]
Message = Callable[..., Given]


@contextmanager
def farm_of_lan(app: Flask) -> Iterator[Farm]:
    """Found Lan's farm, inside a request of a reader of Vietnamese."""
    with transaction():
        lan = business("HTX Lan")
        tea, greens = product(lan, name="Chè", gtin=GTIN), product(lan)
        cut = batch(lan, greens, "H1")
    with app.test_request_context(headers={"Accept-Language": "vi"}):
        yield Farm(lan, str(tea), str(greens), cut)


def product_of(farm: Farm, **changes: Any) -> Given:
    return {
        "name": "Cải ngọt",
        "name_en": "Choy sum",
        "brand": "Lan",
        "family": "vegetable",
        "role": "finished",
        "uom": "kg",
        "net_quantity": "0.5",
        "net_uom": "kg",
        "gtin": None,
        "shelf_life_days": 4,
        "label": {
            **LABEL,
            "net_quantity": "500 g",
            "origin": {"vi": "Hà Nội", "en": "Hanoi"},
            "ingredients": [{"vi": "rau", "en": "greens", "mass_percent": 100}],
            "specifications": {"vi": "loại 1", "en": "grade 1"},
            "warnings": [{"vi": "rửa sạch", "en": "wash"}],
            "use": {"vi": "nấu chín", "en": "cook"},
            "storage": {"vi": "để mát", "en": "keep cool"},
            "standards": ["VietGAP"],
        },
    } | changes


def batch_of(farm: Farm, **changes: Any) -> Given:
    return {
        "product_id": farm.greens,
        "lot": "H2",
        "uom": "kg",
        "quantity": "12.5",
        "site_id": str(farm.lan.site_id),
        "production_date": "2026-11-21",
        "expiry_date": "2026-11-25",
        "certificate_ids": [],
    } | changes


def harvest_of(farm: Farm, **changes: Any) -> Given:
    said: Given = {"note": "trời mát", "weigh_method": "scale", "attempt_kg": 12}
    made = [line(farm.cut, "12.5", mass_kg="12.5")]
    return event(farm.lan, "harvest", outputs=made, fields=said) | changes


def producer_of(farm: Farm, **changes: Any) -> Given:
    return {
        **PLACE,
        "name": "HTX Minh",
        "name_en": "Minh",
        "legal_form": "hợp tác xã",
        "kinds": ["farm"],
        "phone": "0900",
        "tax_code": "01",
        "gln": None,
        "street": "Thôn 1",
        "legacy_address": "Gia Lâm",
        "about": "rau",
        "about_en": "greens",
    } | changes


def site_of(farm: Farm, **changes: Any) -> Given:
    return {
        **PLACE,
        "name": "Kho",
        "name_en": "Store",
        "kind": "depot",
        "gln": None,
        "location_code": "1",
    } | changes


def plot_of(farm: Farm, **changes: Any) -> Given:
    return {
        "site_id": str(farm.lan.site_id),
        "name": "Thửa 2",
        "household": "Lan",
        "main_crop": "cải",
        "planting_area_code": "VN-HN-1",
    } | changes


def member_of(farm: Farm, **changes: Any) -> Given:
    return {"name": "Lan", "phone": "0901", "language": "vi", "roles": ["clerk"]} | changes


def partner_of(farm: Farm, **changes: Any) -> Given:
    place = {"province": "Hà Nội", "commune_kind": "xã", "commune": "Bát Tràng"}
    return {**place, "name": "Tùng", "name_en": "Tung", "kind": "supplier"} | changes


def certificate_of(farm: Farm, **changes: Any) -> Given:
    return {
        "number": "1",
        "scheme": "VietGAP",
        "scheme_en": "VietGAP",
        "standard": "TCVN 11892",
        "issuer": "Sở",
        "scope": "rau",
        "scope_en": "greens",
        "issued_on": "2026-01-01",
    } | changes


def season_of(farm: Farm, **changes: Any) -> Given:
    return {
        "plot_id": str(farm.lan.plot_id),
        "name": "Vụ 1",
        "crop": "cải",
        "started_on": "2026-10-01",
    } | changes


def define(farm: Farm, given: Any) -> Any:
    return batches.define_product(farm.lan.producer_id, given)


def register(farm: Farm, given: Any) -> Any:
    return batches.register_batch(farm.lan.producer_id, given, now=NOW)


def record(farm: Farm, given: Any) -> Any:
    return batches.record_event(farm.lan.actor, given, now=NOW)


def admit(farm: Farm, given: Any) -> Any:
    return producers.register_producer(given, now=NOW)


def add_site(farm: Farm, given: Any) -> Any:
    return producers.add_site(farm.lan.producer_id, given)


def of_producer(operation: Callable[[UUID, Any], Any]) -> Operation:
    """Call an operation for Lan's farm."""
    return lambda farm, given: operation(farm.lan.producer_id, given)


VALID: tuple[tuple[Operation, type[Schema], Message], ...] = (
    (define, batch_schemas.ProductSchema, product_of),
    (register, batch_schemas.BatchSchema, batch_of),
    (record, batch_schemas.EventSchema, harvest_of),
    (admit, producer_schemas.ProducerSchema, producer_of),
    (add_site, producer_schemas.SiteSchema, site_of),
    (of_producer(producers.add_plot), producer_schemas.PlotSchema, plot_of),
    (of_producer(producers.add_member), producer_schemas.MemberSchema, member_of),
    (of_producer(producers.add_partner), producer_schemas.PartnerSchema, partner_of),
    (of_producer(producers.add_certificate), producer_schemas.CertificateSchema, certificate_of),
    (of_producer(producers.start_season), producer_schemas.SeasonSchema, season_of),
)


def everything_counted() -> dict[str, int]:
    """Count the rows of every table."""
    counts = (
        select(literal(table.name), func.count()).select_from(table)
        for table in Base.metadata.sorted_tables
    )
    rows = {str(row[0]): int(row[1]) for row in db.session.execute(union_all(*counts))}
    db.session.rollback()
    return rows


@contextmanager
def nothing_written() -> Iterator[None]:
    """Assert that after the block every table has as many rows as before."""
    before = everything_counted()
    yield
    db.session.rollback()
    assert everything_counted() == before


def refusals(farm: Farm, do: Operation, given: Any) -> dict[str, dict[str, str]]:
    """Have an input refused, and give the findings by their pointer."""
    with pytest.raises((problem.Problem, ValidationError)) as caught, transaction():
        do(farm, given)
    error = caught.value
    if isinstance(error, ValidationError):
        error = from_validation(error)
    assert isinstance(error, problem.Problem)
    return findings(error)


def findings(told: problem.Problem) -> dict[str, dict[str, str]]:
    """Give what a problem says of each field, by pointer."""
    assert 400 <= told.status < 500
    return {found["pointer"]: found for found in as_document(told)["errors"]}
