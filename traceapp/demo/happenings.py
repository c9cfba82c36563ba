"""Reading events.json: what happened, who wrote it down and who stands behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from traceapp.demo.record import Record
from traceapp.demo.shapes import BatchEntry, Check, Directory, Entry, Happening
from traceapp.trace.facts import EvidenceLevel
from traceapp.trace.vocabulary import COMMON_FIELDS, STEP_KINDS, FieldSpec

ACTS = (1, 2)
STATUSES = {name: name for name in ("accepted", "blocked", "superseded")}
LEVELS = {str(level): str(level) for level in EvidenceLevel}


@dataclass(frozen=True, slots=True)
class Names:
    """What events may refer to. `partner_ids` are by partner key and producer.

    `made_of` is the last batch made of a lot.
    """

    directory: Directory
    season_ids: Mapping[str, tuple[UUID, UUID]]
    batches: Mapping[str, BatchEntry]
    event_ids: Mapping[str, UUID]
    made_of: Mapping[str, BatchEntry]
    receipts: Mapping[str, datetime]
    partner_ids: Mapping[tuple[str, UUID], UUID]
    photo_sha256: Mapping[str, str]


def read(record: Record, names: Names) -> Happening:
    """Read one event; refuse it when it refers to nothing or has a field of another kind."""
    event_id = record.identity("id")
    producer_id = record.known("operator", names.directory.producer_ids)
    author_producer, author_id = record.known("actor", names.directory.member_ids)
    if author_producer != producer_id:
        record.refuse("actor", "is a member of somebody else")
    if record.whole("act") not in ACTS:
        record.refuse("act", "is neither 1 nor 2")
    given = _given(record, names)
    blocked_by = _blocked_by(record)
    if blocked_by is not None:
        given |= _tried(record, names)
    return Happening(
        entry=Entry(record.where, producer_id, given),
        event_id=event_id,
        seq=record.whole("seq"),
        act=record.whole("act"),
        scenario=record.text_or_none("scenario"),
        kind=record.text("kind"),
        author_id=author_id,
        recorded=record.moment("recorded"),
        made=_batch_ids(given["outputs"]),
        touched=_batch_ids(given["about"]),
        check=_check(record, names, producer_id, author_id),
        blocked_by=blocked_by,
        ship_event_id=UUID(given["ship_event_id"]) if given["ship_event_id"] else None,
    )


def _batch_ids(items: list[dict[str, Any]]) -> tuple[UUID, ...]:
    return tuple(UUID(item["batch_id"]) for item in items)


def _blocked_by(record: Record) -> str | None:
    is_blocked = record.known("status", STATUSES) == "blocked"
    if is_blocked != record.has("blocked_by"):
        record.refuse("blocked_by", "does not fit the status")
    return record.text_or_none("blocked_by")


def _tried(record: Record, names: Names) -> dict[str, Any]:
    """Give the lines of an attempt whose amounts the data set tells apart: kilograms in and out.

    What would have come out is the batch that was made of the same goods soon after.
    """
    if "attempt" not in record.content:
        return {}
    attempt, (about,) = record.one("attempt"), record.many("lots")
    taken = {**_batch(about, names), "quantity": attempt.quantity("in_kg", "kg"), "uom": "kg"}
    made = names.made_of[about.text("lot")].entry
    ref = {"producer_id": str(made.producer_id), "batch_id": made.given["batch_id"]}
    out = {**ref, "quantity": attempt.quantity("out_kg", "kg"), "uom": "kg"}
    return {"inputs": [taken], "outputs": [out]}


def _given(record: Record, names: Names) -> dict[str, Any]:
    """Give the body that a phone would have sent."""
    site_producer, site_id = record.known("site", names.directory.site_ids)
    fields = _fields(record, names)
    device_time = record.moment("device_time") if record.has("device_time") else None
    return {
        "id": str(record.identity("id")),
        "step_kind": str(record.chosen("kind", record.text("kind"), STEP_KINDS).id),
        "event_time": record.moment("at").isoformat(),
        "device_time": device_time.isoformat() if device_time else None,
        "device_skew_minutes": record.whole("device_skew_min") if device_time else None,
        "site_producer_id": str(site_producer),
        "site_id": str(site_id),
        "plot_id": _reference(record, "plot", names.directory.plot_ids),
        "season_id": _reference(record, "season", names.season_ids),
        "ship_event_id": fields.get("ship_event"),
        "corrects": _corrected(record, names),
        "inputs": [_item(one, names) for one in record.many("inputs")],
        "outputs": [_item(one, names) for one in record.many("outputs")],
        "about": [_batch(one, names) for one in record.many("lots")],
        "fields": fields,
        "photos": [
            record.chosen("photos", photo, names.photo_sha256) for photo in record.texts("photos")
        ],
    }


def _corrected(record: Record, names: Names) -> str | None:
    return str(record.known("corrects", names.event_ids)) if record.has("corrects") else None


def _reference(record: Record, key: str, ids: Mapping[str, tuple[UUID, UUID]]) -> str | None:
    return str(record.known(key, ids)[1]) if record.has(key) else None


def _batch(record: Record, names: Names) -> dict[str, Any]:
    entry = record.known("lot", names.batches).entry
    if record.text("code") != entry.given["lot"]:
        record.refuse("code", "is not the code of that lot")
    return {"producer_id": str(entry.producer_id), "batch_id": entry.given["batch_id"]}


def _item(record: Record, names: Names) -> dict[str, Any]:
    uom = record.text("unit")
    mass = record.quantity("mass_kg", "kg") if "mass_kg" in record.content else None
    return {
        **_batch(record, names),
        "quantity": record.quantity("qty", uom),
        "uom": uom,
        "mass_kg": mass,
        "packaging": record.flag("packaging") if "packaging" in record.content else False,
    }


def _fields(record: Record, names: Names) -> dict[str, Any]:
    specs = {**COMMON_FIELDS, **record.known("kind", STEP_KINDS).fields}
    fields = record.one("fields")
    return {
        name: _field(fields, record.chosen("fields", name, specs), names) for name in fields.content
    }


def _field(fields: Record, spec: FieldSpec, names: Names) -> str | int | float:
    match spec.type:
        case "number":
            return _number(fields, spec.id)
        case "date":
            return fields.day(spec.id).isoformat()
        case "datetime":
            return fields.moment(spec.id).isoformat()
        case _:
            return _words(fields, spec, names)


def _words(fields: Record, spec: FieldSpec, names: Names) -> str:
    if spec.type == "event":
        return str(fields.known(spec.id, names.event_ids))
    if spec.type == "choice":
        return fields.known(spec.id, spec.options).id
    if spec.id == "to_site":
        return str(fields.known(spec.id, names.directory.site_ids)[1])
    return fields.text(spec.id)


def _number(fields: Record, key: str) -> int | float:
    number = fields.number(key)
    return int(number) if number == number.to_integral() else float(number)


def _check(record: Record, names: Names, producer_id: UUID, author_id: UUID) -> Check | None:
    """Read who else stands behind it.

    A clerk's check of the clerk's own record counts for nothing; an inspector's own record is one.
    """
    evidence = record.one("evidence")
    level = evidence.known("level", LEVELS)
    if level == EvidenceLevel.SELF:
        return None
    at = _checked_at(record, names)
    by = evidence.text("by")
    if (by, producer_id) in names.partner_ids:
        return Check(level, producer_id, None, names.partner_ids[by, producer_id], at)
    by_producer, by_member = evidence.chosen("by", by, names.directory.member_ids)
    if by_member == author_id and level == EvidenceLevel.COOP:
        return None
    return Check(level, by_producer, by_member, None, at)


def _checked_at(record: Record, names: Names) -> datetime:
    """Give when it was confirmed: a shipment by its receipt, anything else when it was recorded."""
    recorded = record.moment("recorded")
    return max(recorded, names.receipts.get(record.text("id"), recorded))
