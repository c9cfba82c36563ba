"""Cleaner production of the data set: assessments, written at their own times.

What concerns a partner without account is left out: it has no book of its own.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from traceapp.demo.record import Record
from traceapp.demo.shapes import Directory, Entry
from traceapp.demo.writing import named
from traceapp.network import operations
from traceapp.network.operations import Author
from traceapp.network.schemas import IndicatorSchema, MeasureSchema
from traceapp.trace.facts import Ref

MEASURE, INDICATOR = MeasureSchema(), IndicatorSchema()

ProductIds = Mapping[str, UUID]


def write(records: Iterable[Record], directory: Directory, products: ProductIds) -> None:
    """Write every assessment; a fault refuses the whole data set."""
    for record in records:
        if record.text("operator_kind") == "operator":
            producer_id = record.known("operator", directory.producer_ids)
            with named(Entry(record.where, producer_id, record.content)):
                _write(record, producer_id, directory, products)


def _write(record: Record, producer_id: UUID, directory: Directory, products: ProductIds) -> None:
    body = Author(_member(record, "opened_by", directory), is_body=True)
    us = Author(_owner(producer_id, directory), is_body=False)
    assessment_id = record.identity("id")
    given = {
        "id": assessment_id,
        "product_id": record.known("product", products),
        "output_unit": record.text("output_unit"),
        "output_unit_en": record.text("output_unit_en"),
        "not_covered": record.text("not_covered_vi"),
        "not_covered_en": record.text("not_covered_en"),
    }
    opened = record.moment("opened")
    assessment = Ref(producer_id, operations.open_assessment(producer_id, given, body, now=opened))
    recorded = record.moment("recorded")
    for number, measure in enumerate(record.many("measures")):
        made = _measure(measure, record, _part(assessment_id, f"measure {number}"))
        measure_id = operations.propose(assessment, MEASURE.load(made), body, now=recorded)
        for state, on in (("chosen", record.day("chosen")), ("done", measure.day("done"))):
            step = {"state": state, "on": on, "evidence": _EVIDENCE, "photos": []}
            operations.advance(Ref(producer_id, measure_id), step, us, now=recorded)
    for number, indicator in enumerate(record.many("indicators")):
        said = _indicator(indicator, record, _part(assessment_id, f"indicator {number}"))
        figure = operations.record(assessment, INDICATOR.load(said), us, now=recorded)
        if record.has("checked_by"):
            checker = Author(_member(record, "checked_by", directory), is_body=True)
            at = record.moment("checked")
            how = record.text("check_vi")
            operations.check(Ref(producer_id, figure), how, checker, now=at)


def _measure(measure: Record, record: Record, measure_id: UUID) -> dict[str, Any]:
    return {
        "id": str(measure_id),
        "kind": measure.text("category"),
        "title": measure.text("title_vi"),
        "title_en": measure.text("title_en"),
        "cost": measure.whole("cost_vnd"),
        "payback_months": measure.whole("payback_months"),
        "proposed_on": record.day("proposed").isoformat(),
    }


def _indicator(indicator: Record, record: Record, indicator_id: UUID) -> dict[str, Any]:
    unit = indicator.text("unit")
    before, after = _period(record, "before"), _period(record, "after")
    return {
        "id": str(indicator_id),
        "kind": indicator.text("id"),
        "name": indicator.text("name_vi"),
        "name_en": indicator.text("name_en"),
        "before": format(indicator.number("before"), "f"),
        "before_unit": unit,
        "before_from": before[0].isoformat(),
        "before_until": before[1].isoformat(),
        "after": format(indicator.number("after"), "f"),
        "after_unit": unit,
        "unit_en": indicator.text("unit_en"),
        "after_from": after[0].isoformat(),
        "after_until": after[1].isoformat(),
        "method": indicator.text("method"),
        "source": indicator.text("source_vi"),
        "source_en": indicator.text("source_en"),
    }


def _period(record: Record, name: str) -> tuple[date, date]:
    first, last = record.one("period").many(name)
    return first.day_of(), last.day_of()


def _member(record: Record, key: str, directory: Directory) -> Ref:
    _operator, _, member = record.text(key).partition("/")
    return Ref(*record.chosen(key, member, directory.member_ids))


def _owner(producer_id: UUID, directory: Directory) -> Ref:
    owners = (
        UUID(entry.given["member_id"])
        for entry in directory.members
        if entry.producer_id == producer_id and "owner" in entry.given["roles"]
    )
    return Ref(producer_id, next(owners))


def _part(assessment_id: UUID, name: str) -> UUID:
    """Derive the id of a part: the same at every load."""
    digest = hashlib.sha256(assessment_id.bytes + name.encode()).digest()
    return UUID(bytes=assessment_id.bytes[:9] + digest[:7])


_EVIDENCE = "Sổ và hóa đơn của cơ sở (mẫu)"
