"""Whose sites and batches an author may write about; everything else does not exist for him."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import InstrumentedAttribute

from traceapp import problem
from traceapp.batches.amounts import BatchUnit, amount_in, mass_of
from traceapp.batches.books.models import HandOff
from traceapp.batches.models import Batch, LedgerEntry, Product
from traceapp.batches.quantities import wrong_amount
from traceapp.batches.recording import offers
from traceapp.database.asking import among, ask_about
from traceapp.database.engine import db
from traceapp.photos.models import Photo
from traceapp.producers.models import Plot, ProducerKind, Season, Site
from traceapp.trace.units import QuantityError
from traceapp.trace.vocabulary import STEP_KINDS, StockEffect

Ref = tuple[UUID, UUID]
Data = Mapping[str, Any]
SIDES = (("input", "inputs"), ("output", "outputs"), ("about", "about"))
NOT_HERE = "not_here"


@dataclass(frozen=True, slots=True)
class Item:
    """A line of an event, its batch found and its quantity in the batch's own unit."""

    direction: str
    producer_id: UUID
    batch_id: UUID
    quantity: Decimal | None = None
    uom: str | None = None
    amount: int | None = None
    mass: int | None = None
    packaging: bool = False

    @property
    def ref(self) -> Ref:
        """Name the batch by producer and id."""
        return (self.producer_id, self.batch_id)


@dataclass(frozen=True, slots=True)
class Known:
    """What there is of all that some messages name, as far as their author may know.

    `seasons` come with the plot each is of, `held` are other producers' batches that the author
    has had in hand or is offered, `returned` the shipments that give something back, with what
    they give back, `moved` how much of batches ever moved at holders, as far as that was asked.
    """

    author: UUID
    is_authority: bool = False
    sites: frozenset[Ref] = frozenset()
    plots: frozenset[Ref] = frozenset()
    seasons: Mapping[Ref, UUID] = field(default_factory=dict)
    photos: frozenset[bytes] = frozenset()
    units: Mapping[Ref, BatchUnit] = field(default_factory=dict)
    held: set[Ref] = field(default_factory=set)
    returned: set[tuple[UUID, Ref]] = field(default_factory=set)
    moved: dict[tuple[UUID, UUID, UUID], int] = field(default_factory=dict)


def gather(author: UUID, messages: Sequence[Data]) -> Known:
    """Look up all that these messages name, in a number of queries that does not grow with them."""
    batches = {_ref(author, line) for data in messages for _, line in _lines(data)}
    foreign = {ref for ref in batches if ref[0] != author}
    visits = any(_owner(author, data) != author for data in messages)
    photos = {bytes.fromhex(sha256) for data in messages for sha256 in data["photos"]}
    shipments = {data["ship_event_id"] for data in messages} - {None}
    return Known(
        author,
        is_authority=bool(foreign or visits) and _is_authority(author),
        sites=_there(_SITES, _named(author, messages, "site_id")),
        plots=_there(_PLOTS, _named(author, messages, "plot_id")),
        seasons=_plots_of(_named(author, messages, "season_id")),
        photos=_photos(author, photos),
        units=units_of(batches),
        held=_in_hand(author, foreign),
        returned=offers.coming_back(author, shipments),
    )


def resolve(known: Known, data: Data) -> tuple[list[Item], list[problem.Finding]]:
    """Turn the lines of a message into items; and name all that is not there for its author."""
    findings = list(_missing_around(known, data))
    arrives = STEP_KINDS[data["step_kind"]].stock_effect is StockEffect.MOVE_IN
    items: list[Item] = []
    for direction, name in SIDES:
        for index, line in enumerate(data[name]):
            pointer = f"/{name}/{index}"
            if not _may_name(known, direction, _ref(known.author, line), arrives=arrives):
                findings.append(_not_come(f"{pointer}/batch_id"))
                continue
            try:
                items.append(_item(known, direction, line))
            except QuantityError as error:
                kept_in = known.units[_ref(known.author, line)].uom
                findings.append(wrong_amount(error, pointer, line["uom"], kept_in))
    return items, findings


def take_in(known: Known, items: Iterable[Item]) -> None:
    """Let later messages of the same call name what came by these lines of a recorded one."""
    known.held.update(item.ref for item in items if item.direction == "output")


def on_its_plot(known: Known, data: Data) -> Data:
    """Give a message with the plot of its season where it names the season alone."""
    if data["plot_id"] is not None or data["season_id"] is None:
        return data
    return {**data, "plot_id": known.seasons.get((_owner(known.author, data), data["season_id"]))}


def _missing_around(known: Known, data: Data) -> Iterator[problem.Finding]:
    owner = _owner(known.author, data)
    may_visit = owner == known.author or known.is_authority
    for name, there in (
        ("site_id", known.sites),
        ("plot_id", known.plots),
        ("season_id", known.seasons),
    ):
        if data[name] is not None and not (may_visit and (owner, data[name]) in there):
            yield not_here(f"/{name}")
    plot = known.seasons.get((owner, data["season_id"])) if data["season_id"] else None
    if may_visit and plot is not None and data["plot_id"] not in {None, plot}:
        yield problem.Finding(
            "/season_id",
            "other_plot",
            problem.N_("This season is of another plot."),
            problem.N_("Choose a season of the plot, or leave the plot out."),
        )
    for index, sha256 in enumerate(data["photos"]):
        if bytes.fromhex(sha256) not in known.photos:
            yield not_here(f"/photos/{index}")


def not_here(pointer: str) -> problem.Finding:
    """Say that nothing has this id: the same words whether it is missing or somebody else's."""
    return problem.Finding(
        pointer,
        NOT_HERE,
        problem.N_("Nothing of yours has this id."),
        problem.N_("Check the id. What a record names must be sent before the record."),
    )


def _not_come(pointer: str) -> problem.Finding:
    """Say the same of goods: they may be on their way here, by a record that is late itself."""
    return problem.Finding(
        pointer,
        NOT_HERE,
        problem.N_("Nothing of yours has this id."),
        problem.N_("Check the id. If the goods are yours, first send how they came to you."),
    )


def _item(known: Known, direction: str, line: Data) -> Item:
    producer_id, batch_id = _ref(known.author, line)
    if direction == "about":
        return Item(direction, producer_id, batch_id)
    unit = known.units[producer_id, batch_id]
    quantity, uom = line["quantity"], line["uom"]
    amount = amount_in(unit, quantity, uom)
    mass = mass_of(unit, quantity, uom, line["mass_kg"])
    return Item(direction, producer_id, batch_id, quantity, uom, amount, mass, line["packaging"])


def _may_name(known: Known, direction: str, batch: Ref, *, arrives: bool) -> bool:
    """Tell whether an author may name a batch on this side of an event.

    A receipt names goods that the receiver has in hand, whether or not the shipment is known. Only
    its own producer makes a batch: nobody else can add to what it was made from.
    """
    if batch not in known.units:
        return False
    if batch[0] == known.author or (arrives and direction == "output"):
        return True
    return direction != "output" and (batch in known.held or known.is_authority)


def _owner(author: UUID, data: Data) -> UUID:
    owner: UUID = data["site_producer_id"] or author
    return owner


def _ref(author: UUID, line: Data) -> Ref:
    return (line["producer_id"] or author, line["batch_id"])


def _lines(data: Data) -> Iterator[tuple[str, Data]]:
    for direction, name in SIDES:
        for line in data[name]:
            yield direction, line


def _named(author: UUID, messages: Sequence[Data], name: str) -> set[Ref]:
    return {(_owner(author, data), data[name]) for data in messages if data[name] is not None}


def _there(query: Select[UUID, UUID], refs: set[Ref]) -> frozenset[Ref]:
    return frozenset(ask_about(query, refs))


def _plots_of(seasons: set[Ref]) -> dict[Ref, UUID]:
    found = ask_about(_SEASONS, seasons)
    return {(row.producer_id, row.season_id): row.plot_id for row in found}


def _photos(author: UUID, wanted: set[bytes]) -> frozenset[bytes]:
    if not wanted:
        return frozenset()
    query = select(Photo.sha256).where(Photo.producer_id == author, Photo.sha256.in_(wanted))
    return frozenset(bytes(sha256) for sha256 in db.session.scalars(query))


def units_of(batches: Iterable[Ref]) -> dict[Ref, BatchUnit]:
    """Give the units that batches are kept in, with what one pack holds."""
    return {
        (producer_id, batch_id): BatchUnit(uom, Decimal(net) if net else None, net_uom)
        for producer_id, batch_id, uom, net, net_uom in ask_about(_UNITS, batches)
    }


def _in_hand(author: UUID, foreign: Collection[Ref]) -> set[Ref]:
    """Give those of others' batches that the author has had in hand, or that were sent to him.

    What came may be sold on one phone before the receipt arrives from another.
    """
    held = set(ask_about(_HELD, foreign, author=author))
    offered = set(ask_about(_OFFERED, set(foreign) - held, author=author))
    return held | offered | offers.once_offered(author, set(foreign) - held - offered)


def _is_authority(producer_id: UUID) -> bool:
    return db.session.get(ProducerKind, (producer_id, "authority")) is not None


def _pairs(
    producer: InstrumentedAttribute[UUID], key: InstrumentedAttribute[UUID]
) -> Select[UUID, UUID]:
    return select(producer, key).where(among(producer, key))


# Written once: putting a query together takes longer than asking it.
_SITES = _pairs(Site.producer_id, Site.site_id)
_PLOTS = _pairs(Plot.producer_id, Plot.plot_id)
_SEASONS = select(Season.producer_id, Season.season_id, Season.plot_id).where(
    among(Season.producer_id, Season.season_id)
)
_HELD = (
    _pairs(LedgerEntry.batch_producer_id, LedgerEntry.batch_id)
    .where(LedgerEntry.producer_id == bindparam("author"))
    .distinct()
)
_OFFERED = (
    _pairs(HandOff.batch_producer_id, HandOff.batch_id)
    .where(HandOff.receiver_id == bindparam("author"))
    .distinct()
)
_UNITS = (
    select(Batch.producer_id, Batch.batch_id, Batch.uom, Product.net_quantity, Product.net_uom)
    .join(
        Product,
        (Product.producer_id == Batch.producer_id) & (Product.product_id == Batch.product_id),
    )
    .where(among(Batch.producer_id, Batch.batch_id))
)
