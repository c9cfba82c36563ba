"""What a phone sent, read as far as it can be, whatever shape it has."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from traceapp.batches.models import Batch, Product
from traceapp.database.engine import db
from traceapp.desk import choices
from traceapp.desk.steps import step_words
from traceapp.gs1.batch_code import BatchCode
from traceapp.gs1.errors import InvalidKey
from traceapp.phone import envelopes
from traceapp.producers.models import Plot, Season, Site
from traceapp.trace.vocabulary import StepKind
from traceapp.web.languages import current, pick, say

SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
SIDES = ("inputs", "outputs", "about")
PLACES: Mapping[str, Any] = {"site_id": Site, "season_id": Season, "plot_id": Plot}


@dataclass(frozen=True, slots=True)
class SentRecord:
    """A record as it was sent, by which phone of whom, when."""

    phone_id: UUID
    sequence: int
    phone: str
    person: str
    received_at: datetime
    event_id: UUID | None
    given: Any

    @property
    def number(self) -> tuple[UUID, int]:
        """Name the record by its phone and number."""
        return (self.phone_id, self.sequence)

    @property
    def event(self) -> Mapping[str, Any]:
        """Give the step as it was sent; nothing where it was no object."""
        event = self.given.get("event") if isinstance(self.given, Mapping) else None
        return event if isinstance(event, Mapping) else {}


@dataclass(frozen=True, slots=True)
class SentStep:
    """A step that was sent, in the reader's language; what cannot be read is empty."""

    step: str
    at: datetime | None
    places: tuple[str, ...]
    details: tuple[str, ...]
    goods: tuple[str, ...]


def kind_of(one: SentRecord) -> StepKind | None:
    """Give the kind of step that was sent, if it is one."""
    return envelopes.kind_named(one.given)


def step_of(one: SentRecord) -> str:
    """Name the kind of step that was sent."""
    kind = kind_of(one)
    return say(kind.label) if kind else "–"


def moment_of(one: SentRecord) -> datetime | None:
    """Give when it happened, as the phone said."""
    with suppress(TypeError, ValueError):
        at = datetime.fromisoformat(one.event.get("event_time", ""))
        return at if at.tzinfo else None
    return None


def told(producer_id: UUID, one: SentRecord) -> SentStep:
    """Say what was sent."""
    kind, event = kind_of(one), readable(one)
    return SentStep(
        step=step_of(one),
        at=moment_of(one),
        places=tuple(_places(producer_id, event)),
        details=tuple(step_words.filled_in(kind, event["fields"]) if kind else ()),
        goods=tuple(_goods(producer_id, one, event)),
    )


def readable(one: SentRecord) -> dict[str, Any]:
    """Give the parts of a step that have the shape they should have, as a form is filled in."""
    kind, event = kind_of(one), one.event
    known = {"note", *(kind.fields if kind else ())}
    given = event.get("fields")
    return {
        **{name: event[name] for name in PLACES if isinstance(event.get(name), str)},
        "fields": {
            name: value
            for name, value in (given.items() if isinstance(given, Mapping) else ())
            if name in known and _is_plain(value)
        },
        "photos": [text for text in _list(event, "photos") if _is_sha256(text)],
        **{side: [line for line in map(_line, _list(event, side)) if line] for side in SIDES},
    }


def voice_of(one: SentRecord) -> str | None:
    """Name what was said of a step."""
    voice = one.given.get("voice") if isinstance(one.given, Mapping) else None
    return voice if _is_sha256(voice) else None


def batches_named(producer_id: UUID, one: SentRecord) -> set[tuple[UUID, UUID]]:
    """Give the batches a step names, its own producer's where it does not say whose."""
    step = readable(one)
    lines = [line for side in SIDES for line in step[side]]
    return {(_id(line.get("producer_id")) or producer_id, UUID(line["batch_id"])) for line in lines}


def _list(given: Mapping[str, Any], name: str) -> list[Any]:
    value = given.get(name)
    return value if isinstance(value, list) else []


def _line(given: object) -> dict[str, Any] | None:
    if not isinstance(given, Mapping) or _id(given.get("batch_id")) is None:
        return None
    names = ("producer_id", "batch_id", "quantity", "uom")
    return {name: given[name] for name in names if _is_plain(given.get(name))}


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _is_sha256(text: object) -> bool:
    return isinstance(text, str) and SHA256.fullmatch(text) is not None


def _id(text: object) -> UUID | None:
    with suppress(ValueError):
        return UUID(text) if isinstance(text, str) else None
    return None


def _places(producer_id: UUID, event: Mapping[str, Any]) -> Iterator[str]:
    for name, table in PLACES.items():
        key = _id(event.get(name))
        found = db.session.get(table, (producer_id, key)) if key else None
        if found is not None:
            yield found.name


def _goods(producer_id: UUID, one: SentRecord, event: Mapping[str, Any]) -> Iterator[str]:
    names = _made_with(producer_id, one) | _here(producer_id, event)
    for side in SIDES:
        for line in event[side]:
            name = names.get(_id(line["batch_id"]), "–")
            unit = choices.unit_words(str(line.get("uom", "")))
            yield f"{name} · {line['quantity']} {unit}" if "quantity" in line else name


def _here(producer_id: UUID, event: Mapping[str, Any]) -> dict[UUID | None, str]:
    wanted = {_id(line["batch_id"]) for side in SIDES for line in event[side]}
    query = (
        select(Batch.batch_id, Batch.lot, Product.name, Product.name_en)
        .join(Product)
        .where(Batch.producer_id == producer_id, Batch.batch_id.in_(wanted))
    )
    return {row.batch_id: f"{_name(row)} · {row.lot}" for row in db.session.execute(query)}


def _made_with(producer_id: UUID, one: SentRecord) -> dict[UUID | None, str]:
    """Name the batches that were made on the phone, with the codes that stand on the goods."""
    names: dict[UUID | None, str] = {}
    for made in _list(one.given, "batches") if isinstance(one.given, Mapping) else ():
        if not isinstance(made, Mapping) or _id(made.get("batch_id")) is None:
            continue
        key = _id(made.get("product_id"))
        product = db.session.get(Product, (producer_id, key)) if key else None
        parts = [_name(product) if product else "–", made.get("lot"), _code(made.get("code"))]
        names[_id(made["batch_id"])] = " · ".join(str(part) for part in parts if part)
    return names


def _name(row: Any) -> str:  # noqa: ANN401 - a product, or a row with its names
    return pick({"vi": row.name, "en": row.name_en}, current())


def _code(text: object) -> str | None:
    with suppress(InvalidKey):
        return BatchCode.parse(text).readable if isinstance(text, str) else None
    return None
