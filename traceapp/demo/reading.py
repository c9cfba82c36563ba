"""Reading the whole data set and checking it, before anything of it is written.

The files are told in `hanoi/README.md`. `directory`, `goods` and `happenings` read one file each;
here they are opened, indexed and put together. Anything damaged raises DemoRefused, which names
the file and the record.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn
from uuid import UUID

from traceapp import problem
from traceapp.demo import directory as directories
from traceapp.demo import goods, happenings
from traceapp.demo.clock import DemoClock
from traceapp.demo.goods import Owner
from traceapp.demo.record import Record
from traceapp.demo.shapes import BatchEntry, DataSet, Directory, Entry

HANOI = Path(__file__).parent / "hanoi"
FILES = (
    *("operators", "products", "lots", "events", "openings"),
    *("purchasing", "surveys", "participants"),
)

Partnerships = Mapping[tuple[str, UUID], UUID]


@dataclass(frozen=True, slots=True)
class _Files:
    operators: Record
    products: Record
    lots: Record
    events: Record
    openings: Record
    purchasing: Record
    surveys: Record
    participants: Record


def read(clock: DemoClock, folder: Path = HANOI) -> DataSet:
    """Read the data set for a demo that plays on the clock's day."""
    files = _Files(*(_open(folder, name, clock) for name in FILES))
    directory = directories.read(files.operators)
    photos = {path.name: path.read_bytes() for path in sorted(folder.glob("photos/*.jpg"))}
    sha256 = {name: hashlib.sha256(content).hexdigest() for name, content in photos.items()}
    products = _index(files.products.many("products"), "key")
    events = _index(files.events.many("events"), "id")
    first = _first_handlers(events.values(), directory)
    lots = _index(files.lots.many("lots"), "id")
    partner_ids = _partnerships(lots.values(), events.values(), first, directory)
    batches = {lot_id: _batch(lot, products, first, directory) for lot_id, lot in lots.items()}
    seasons = {s.text("key"): goods.season(s, directory) for s in files.lots.many("seasons")}
    names = happenings.Names(
        directory=directory,
        season_ids={k: (s.producer_id, UUID(s.given["season_id"])) for k, s in seasons.items()},
        batches=batches,
        event_ids={event_id: event.identity("id") for event_id, event in events.items()},
        made_of=_made_of(events.values(), batches),
        receipts=_receipts(events.values()),
        partner_ids=partner_ids,
        photo_sha256=sha256,
    )
    told = [happenings.read(event, names) for event in events.values()]
    return DataSet(
        directory=directory,
        partners=tuple(_partners(partner_ids, directory)),
        seasons=tuple(seasons.values()),
        products=tuple(_products(products.values(), batches.values(), sha256)),
        photos={bytes.fromhex(sha256[name]): content for name, content in photos.items()},
        batches={UUID(lot_id): batch for lot_id, batch in batches.items()},
        happenings=tuple(sorted(told, key=lambda one: (one.recorded, one.seq))),
        cleaner_production=files.operators.one("cleaner_production"),
        purchasing=files.purchasing,
        surveys=files.surveys,
        participants=files.participants,
        product_ids={key: product.identity("id") for key, product in products.items()},
        openings=dict(goods.opening(one, batches) for one in files.openings.many("openings")),
    )


def _made_of(events: Iterable[Record], batches: Mapping[str, BatchEntry]) -> dict[str, BatchEntry]:
    return {
        used.text("lot"): batches[made[0].text("lot")]
        for event in events
        for used in event.many("inputs")
        if (made := event.many("outputs"))
    }


def _receipts(events: Iterable[Record]) -> dict[str, datetime]:
    return {
        event.one("fields").text("ship_event"): event.moment("recorded")
        for event in events
        if event.text("kind") == "receive" and "ship_event" in event.one("fields").content
    }


def _open(folder: Path, name: str, clock: DemoClock) -> Record:
    file = f"{name}.json"
    try:
        text = (folder / file).read_text(encoding="utf-8")
        content = json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
    except (OSError, ValueError, RecursionError) as error:
        raise problem.DemoRefused(reason=f"{file} cannot be read: {error}.") from error
    if not isinstance(content, dict):
        raise problem.DemoRefused(reason=f"{file} does not hold an object.")
    return Record(file, content, clock)


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not a number")


def _index(records: Iterable[Record], key: str) -> dict[str, Record]:
    found: dict[str, Record] = {}
    for record in records:
        if record.text(key) in found:
            record.refuse(key, "is used twice")
        found[record.text(key)] = record
    return found


def _first_handlers(events: Iterable[Record], directory: Directory) -> dict[str, UUID]:
    """Give the producer that had each lot in hand first."""
    first: dict[str, UUID] = {}
    for event in sorted(events, key=lambda e: (e.moment("recorded"), e.whole("seq"))):
        for item in event.many("outputs"):
            handler = event.known("operator", directory.producer_ids)
            first.setdefault(item.text("lot"), handler)
    return first


def _batch(
    lot: Record, products: Mapping[str, Record], first: Mapping[str, UUID], directory: Directory
) -> BatchEntry:
    operator = lot.text("operator")
    if operator in directory.partners:
        receiver = lot.known("id", first)
        partner_id = directory.partners[operator].identity("id")
        owner = Owner(receiver, goods.partner_id_for(partner_id, receiver))
    else:
        owner = Owner(lot.known("operator", directory.producer_ids), None)
    return goods.batch(lot, lot.known("product", products), owner, directory)


def _products(
    products: Iterable[Record], batches: Iterable[BatchEntry], sha256: Mapping[str, str]
) -> Iterable[Entry]:
    """Give each product to the producers that have batches of it."""
    made_by: dict[str, dict[UUID, None]] = {}
    for batch in batches:
        made_by.setdefault(batch.entry.given["product_id"], {})[batch.entry.producer_id] = None
    for record in products:
        photo = record.known("photo", sha256) if record.has("photo") else None
        given = goods.product(record, photo)
        for producer_id in made_by.get(given["product_id"], {}):
            yield Entry(record.where, producer_id, given)


def _partnerships(
    lots: Iterable[Record],
    events: Iterable[Record],
    first: Mapping[str, UUID],
    directory: Directory,
) -> Partnerships:
    """Find who deals with which partner: by a lot, a name in a field, or a confirmation."""
    pairs: dict[tuple[str, UUID], None] = {}
    key_by_name = {p.text("name_vi"): key for key, p in directory.partners.items()}
    for lot in lots:
        if lot.text("operator") in directory.partners:
            pairs[lot.text("operator"), lot.known("id", first)] = None
    for event in events:
        producer_id = event.known("operator", directory.producer_ids)
        said: list[Any] = [*event.one("fields").content.values()]
        keys = [key_by_name[text] for text in said if isinstance(text, str) and text in key_by_name]
        if event.one("evidence").value("by") in directory.partners:
            keys.append(event.one("evidence").text("by"))
        pairs.update(dict.fromkeys((key, producer_id) for key in keys))
    return {
        (key, producer_id): goods.partner_id_for(
            directory.partners[key].identity("id"), producer_id
        )
        for key, producer_id in pairs
    }


def _partners(partnerships: Partnerships, directory: Directory) -> Iterable[Entry]:
    for (key, producer_id), partner_id in partnerships.items():
        record = directory.partners[key]
        given = directories.partner(record) | {"partner_id": str(partner_id)}
        yield Entry(record.where, producer_id, given)
