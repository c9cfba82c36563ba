"""Between the form of a step and its message: what was typed, and what an old step shows again."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from marshmallow import ValidationError
from sqlalchemy import select

from traceapp import problem
from traceapp.batches.models import Batch, Event
from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.desk.steps import lot_names, made_dates
from traceapp.desk.steps.step_form import BETWEEN, SHIPMENT, Setting, ref_text
from traceapp.desk.steps.step_options import Ref
from traceapp.trace.vocabulary import StockEffect
from traceapp.web.faults import EMPTY
from traceapp.web.forms import Form

UNKNOWN_UNIT = "kg"  # of a line whose batch is missing, which is what is said about it
# What "same as last time" never takes over: its own time, what is counted, what is unique.
NEVER_COPIED = frozenset({"date", "datetime", "event", "lot"})


@dataclass(frozen=True, slots=True)
class Wish:
    """A step as it is to be recorded, and the batches that are new with it, by output line.

    `sure` are the lines of which somebody ticked that they are right.
    """

    event: dict[str, Any]
    new_batches: Mapping[int, dict[str, Any]]
    sure: frozenset[int] = frozenset()


def read(form: Form, setting: Setting) -> Wish:
    """Give the message of a step. Raises ValidationError, InvalidInput, NotFound."""
    data = form.data()
    names = ("id", "event_time", "site_id", "corrects", "replaces")
    event = {name: data[name] for name in names if data.get(name)}
    event |= {"step_kind": setting.kind.id, "photos": data.get("photos", [])}
    event |= _ground(data.get("ground", ""), setting)
    event["fields"] = _fields(data.get("fields", {}), setting)
    if SHIPMENT in event["fields"]:
        event["ship_event_id"] = event["fields"][SHIPMENT]
    event["inputs"] = [_line(line) for line in data.get("inputs", [])]
    event["about"] = [_ref(line) for line in data.get("about", [])]
    new: dict[int, dict[str, Any]] = {}
    event["outputs"] = []
    lines = data.get("outputs", [])
    for number, line in enumerate(lines):
        made = _line(line)
        if "product_id" in line and not line.get("batch"):
            new[number] = _new_batch(line, number, event, setting)
            uom = line.get("uom") or new[number]["uom"]
            made |= {"batch_id": new[number]["batch_id"], "uom": uom}
        event["outputs"].append(made)
    _check_subject(event, setting)
    return Wish(event, new, frozenset(n for n, line in enumerate(lines) if line.get("sure")))


def _check_subject(event: Mapping[str, Any], setting: Setting) -> None:
    """Refuse a step of goods that names neither goods nor ground: no page would ever show it."""
    if not (setting.takes or setting.makes):
        return
    if any(event.get(name) for name in ("inputs", "outputs", "season_id", "plot_id")):
        return
    side, question = ("inputs", "batch") if setting.takes else ("outputs", "product_id")
    raise ValidationError({side: {0: {question: [EMPTY]}}})


def _ground(text: str, setting: Setting) -> dict[str, str]:
    name, _, key = text.partition(":")
    if name == "season":
        plots = {str(season.season_id): str(season.plot_id) for season in setting.seasons}
        if key not in plots:
            raise problem.NotFound
        return {"season_id": key, "plot_id": plots[key]}
    return {"plot_id": key} if name == "plot" else {}


def _fields(given: Mapping[str, Any], setting: Setting) -> dict[str, Any]:
    return {name: _field(name, value, setting) for name, value in given.items()}


def _field(name: str, value: Any, setting: Setting) -> Any:  # noqa: ANN401 - any JSON value
    spec = setting.kind.fields.get(name)
    if spec is not None and spec.type == "number":
        return _number(value)
    if spec is not None and spec.type == "place":
        return _receiver(value, setting.receivers)
    return value


def _receiver(said: str, receivers: Mapping[str, str]) -> str:
    """Find who is meant: by the whole label, or by the producer's name where that is enough."""
    wanted = fold(said)
    meant = {
        key
        for label, key in receivers.items()
        if wanted in {fold(label), fold(label.partition(BETWEEN)[0])}
    }
    return meant.pop() if len(meant) == 1 else said


def _number(text: str) -> str | int | float:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    if not number.is_finite() or len(text) > 15:  # noqa: PLR2004 - beyond it a float is not exact
        return text
    return int(number) if number == number.to_integral() else float(number)


def _ref(line: Mapping[str, Any]) -> dict[str, str]:
    producer_id, _, batch_id = line.get("batch", "").partition("/")
    return {"producer_id": producer_id, "batch_id": batch_id} if batch_id else {}


def _line(line: Mapping[str, Any]) -> dict[str, str]:
    ref = _ref(line)
    found = {**ref, **{name: line[name] for name in ("quantity", "uom") if name in line}}
    if "uom" not in found:
        found["uom"] = _unit_of(ref) if ref else UNKNOWN_UNIT
    return found


def _unit_of(ref: Mapping[str, str]) -> str:
    """Give the unit of a batch. Raises NotFound; whose it is, is judged when it is recorded."""
    try:
        key = (UUID(ref["producer_id"]), UUID(ref["batch_id"]))
    except ValueError:
        raise problem.NotFound from None
    batch = db.session.get(Batch, key)
    if batch is None:
        raise problem.NotFound
    return batch.uom


def _new_batch(
    line: Mapping[str, Any], number: int, event: Mapping[str, Any], setting: Setting
) -> dict[str, Any]:
    products = {str(product.product_id): product for product in setting.products}
    product = products.get(line["product_id"])
    if product is None:
        raise problem.NotFound
    day = _day(event.get("event_time", "")) or setting.today
    taken = lot_names.taken_by(setting.producer_id, product.product_id)
    lot = line.get("lot") or lot_names.propose(product.name, day, taken)
    batch = {
        "batch_id": str(batch_id_for(event.get("id", ""), number)),
        "product_id": line["product_id"],
        "lot": lot,
        "uom": product.uom,
        "site_id": event.get("site_id"),
    }
    if setting.kind.stock_effect is not StockEffect.MOVE_IN:
        batch |= made_dates.of_new(product, event, day)
    return batch


def batch_id_for(event_id: str, number: int) -> UUID:
    """Give the id of the batch a line of a step makes: the same each time the form is sent."""
    digest = hashlib.sha256(f"{event_id}/{number}".encode()).digest()
    try:
        start = UUID(event_id).bytes[:8]
    except ValueError:
        start = digest[8:16]
    return UUID(bytes=start + bytes([0x80 | digest[0] & 0x3F]) + digest[1:8])


def _day(moment: str) -> date | None:
    try:
        return date.fromisoformat(moment[:10])
    except ValueError:
        return None


def shown(event: Event, setting: Setting) -> dict[str, Any]:
    """Give a recorded step as its form shows it."""
    return as_form(json.loads(event.document), setting) | {"event_time": event.event_time}


def as_form(document: Mapping[str, Any], setting: Setting) -> dict[str, Any]:
    """Give a step of the right shape, as it was sent, as its form shows it; but its time."""
    own = str(setting.producer_id)
    season, plot = document.get("season_id"), document.get("plot_id")
    names = {value: label for label, value in setting.receivers.items()}
    fields = dict(document.get("fields", {}))
    for name, value in fields.items():
        if name in setting.kind.fields and setting.kind.fields[name].type == "place":
            fields[name] = names.get(value, value)
    return {
        "site_id": document.get("site_id"),
        "ground": f"season:{season}" if season else f"plot:{plot}" if plot else None,
        "fields": fields,
        "photos": document.get("photos", []),
        "inputs": [_shown_line(line, own) for line in document.get("inputs", [])],
        "outputs": [_shown_line(line, own) for line in document.get("outputs", [])],
        "about": [_shown_line(line, own) for line in document.get("about", [])],
    }


def _shown_line(line: Mapping[str, Any], own: str) -> dict[str, Any]:
    batch = f"{line.get('producer_id') or own}/{line['batch_id']}"
    return {"batch": batch, "quantity": line.get("quantity"), "uom": line.get("uom")}


def copied(event: Event, setting: Setting) -> dict[str, Any]:
    """Give what “same as last time” takes over: place, ground, fields, batches still here.

    Never quantities, photos, times or numbers of papers.
    """
    old = shown(event, setting)
    kinds = {name: spec.type for name, spec in setting.kind.fields.items()}
    here = {ref_text(batch.ref) for batch in setting.stock}
    open_seasons = {f"season:{season.season_id}" for season in setting.seasons}
    plots = {f"plot:{plot.plot_id}" for plot in setting.plots}
    return {
        "site_id": old["site_id"],
        "ground": old["ground"] if old["ground"] in open_seasons | plots else None,
        "fields": {
            name: value
            for name, value in old["fields"].items()
            if name in kinds and kinds[name] not in NEVER_COPIED and not _is_number_of_paper(name)
        },
        "inputs": [{"batch": line["batch"]} for line in old["inputs"] if line["batch"] in here],
    }


def _is_number_of_paper(name: str) -> bool:
    return name.endswith("_no") or name in {"sample_code", "serial_from", "serial_to"}


def named_in(form: Form) -> set[Ref]:
    """Give the batches named in a form, own or not."""
    found = set()
    for name, texts in form.typed.items():
        producer_id, _, batch_id = texts[0].partition("/") if texts else ("", "", "")
        if name.endswith(".batch") and batch_id:
            try:
                found.add((UUID(producer_id), UUID(batch_id)))
            except ValueError:
                continue
    return found


def is_lot_taken(producer_id: UUID, batch: Mapping[str, Any]) -> bool:
    """Tell whether another batch of the product has this lot."""
    query = select(Batch.batch_id).where(
        Batch.producer_id == producer_id,
        Batch.product_id == UUID(batch["product_id"]),
        Batch.lot == batch["lot"],
        Batch.batch_id != UUID(batch["batch_id"]),
    )
    return db.session.execute(query).first() is not None
