"""Lots and events of a dossier as tracking sheets name them, in English where that is known."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest

from traceapp.dossier.contents import Dossier, Happening
from traceapp.trace.facts import ItemFact, PlaceFact, Ref
from traceapp.trace.units import UNITS
from traceapp.trace.vocabulary import STEP_KINDS
from traceapp.trace.words import Words
from traceapp.tracing.family import HandOver, Node
from traceapp.web.pages import HANOI
from traceapp.web.settings import settings

Amount = tuple[Decimal, str] | None
COUNTRY = "Viet Nam"


def words_en(words: Words | None) -> str | None:
    """Say words in English, else as they were written."""
    return (words.en or words.vi) if words else None


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot as far as the reader may know it; nothing at all for a place beside no lot."""

    ref: Ref | None = None
    name: str | None = None
    product: str | None = None
    producer: str | None = None
    gtin: str | None = None
    dated: tuple[str | None, str | None] = (None, None)
    page: str | None = None
    street: str | None = None
    commune: str | None = None
    province: str | None = None

    @property
    def country(self) -> str | None:
        """Name the country of whoever made it: all provinces we know are there."""
        return COUNTRY if self.province else None


NO_LOT = Lot()


class Lots:
    """The lots of a dossier, what each came from, and which steps were done with it."""

    def __init__(self, dossier: Dossier) -> None:
        self._dossier = dossier
        nodes = dossier.lineage.nodes if dossier.lineage else ()
        self._nodes = {Ref(*node.ref): node for node in nodes}
        self._overs = {one.event[1]: one for node in nodes for one in node.hand_overs if one.event}
        self._parents: dict[Ref, set[Ref]] = defaultdict(set)
        for edge in dossier.lineage.edges if dossier.lineage else ():
            self._parents[Ref(*nodes[edge.child].ref)].add(Ref(*nodes[edge.parent].ref))

    def lot(self, batch: Ref) -> Lot | None:
        """Give a lot; None where the reader is not told of it."""
        card = self._dossier.card
        is_subject = batch == (card.producer_id, card.batch_id)
        node = self._nodes.get(batch)
        if node is None:
            return Lot(batch, self._dossier.lot, card.product_name) if is_subject else None
        where = self._dossier.made_at_places.get(batch)
        place = where.place if where and not node.origin else None
        return Lot(
            ref=batch,
            name=node.lot,
            product=words_en(node.product),
            producer=words_en(node.origin or node.producer),
            gtin=where.gtin if where else None,
            dated=_dated(node),
            page=f"{settings().public_url}/B/{node.code}" if node.code else None,
            street=card.street if is_subject and place else None,
            commune=f"{place.commune_kind} {place.commune}" if place else None,
            province=place.province if place else None,
        )

    def hand_over(self, event: Happening) -> HandOver | None:
        """Give the delivery that a step sent, or that it answers."""
        return self._overs.get(event.fact.ship_event_id or event.event.id)

    def harvests(self, batch: Ref) -> list[Happening]:
        """Give the harvests that a lot came from."""
        return self._of("harvest", self._behind(batch))

    def coolings(self, batch: Ref) -> list[Happening]:
        """Give the times a lot was chilled, or what it came from."""
        return self._of("chill", self._behind(batch))

    def _of(self, kind: str, batches: set[Ref]) -> list[Happening]:
        steps = self._dossier.happenings
        return [one for one in steps if one.step.kind == kind and one.batch in batches]

    def _behind(self, batch: Ref) -> set[Ref]:
        found, to_do = {batch}, [batch]
        while to_do:
            for parent in self._parents.get(to_do.pop(), ()):
                if parent not in found:
                    found.add(parent)
                    to_do.append(parent)
        return found


class Event:
    """A step as a row tells it."""

    def __init__(self, told: Happening, lots: Lots) -> None:
        self._told, self._lots = told, lots
        self.id = str(told.event.id)
        self.field_name = told.field_name
        self.person = told.author or told.step.who.name

    def used(self) -> Iterator[tuple[Lot, Amount]]:
        """Give the lots that went in or out, each with how much, where the reader may know it."""
        return self._lines(self._told.fact.inputs)

    def made(self) -> Iterator[tuple[Lot, Amount]]:
        """Give the lots that came out or in."""
        return self._lines(self._told.fact.outputs)

    def beside(self) -> Iterator[tuple[tuple[Lot, Amount], tuple[Lot, Amount]]]:
        """Set the lots that were used and those that were made side by side, each once."""
        return zip_longest(self.used(), self.made(), fillvalue=(NO_LOT, None))

    def _lines(self, items: Iterable[ItemFact]) -> Iterator[tuple[Lot, Amount]]:
        for item in items:
            lot = self._lots.lot(item.batch)
            if lot is not None and not item.packaging:
                known = item.quantity is not None and item.uom is not None
                is_told = self._told.is_counted and known
                yield lot, (item.quantity, item.uom) if is_told else None  # type: ignore[misc]

    def day(self) -> str:
        """Write the day in Viet Nam."""
        return self._told.step.time.astimezone(HANOI).date().isoformat()

    def location(self) -> str | None:
        """Say where: the business, and its commune."""
        place = _place(self._told.fact.place)
        who = words_en(self._told.fact.author.organisation.name)
        return ", ".join(filter(None, (who, place))) or None

    def hand_over(self) -> HandOver | None:
        """Give the delivery that this step is a side of."""
        return self._lots.hand_over(self._told)

    def document_number(self) -> str | None:
        """Give the number of the paper that was noted, of one's own steps."""
        number = (self._told.fact.fields or {}).get("doc_no") if self._told.is_ours else None
        return str(number) if number else None

    def document_type(self) -> str | None:
        """Name what paper that is."""
        if self.document_number() is None:
            return None
        return words_en(STEP_KINDS[self._told.step.kind].fields["doc_no"].label)

    def document(self) -> str | None:
        """Name the paper and its number."""
        number = self.document_number()
        return f"{self.document_type()}: {number}" if number else None

    def only_harvest(self, lot: Lot) -> "Event | None":
        """Give the harvest of a lot, where there is one and no more."""
        return self._only(self._lots.harvests(lot.ref) if lot.ref else [])

    def only_cooling(self, lot: Lot) -> "Event | None":
        """Give when a lot was chilled, where that was once."""
        return self._only(self._lots.coolings(lot.ref) if lot.ref else [])

    def _only(self, found: list[Happening]) -> "Event | None":
        return Event(found[0], self._lots) if len(found) == 1 else None

    @staticmethod
    def text(amount: Amount) -> str | None:
        """Write an amount with its unit in one cell."""
        figure, unit = Event.figure(amount)
        return f"{figure:f} {unit}" if figure is not None else None

    @staticmethod
    def figure(amount: Amount) -> tuple[Decimal | None, str | None]:
        """Write an amount and its unit in two cells."""
        return (amount[0], UNITS[amount[1]].symbol) if amount else (None, None)


def _dated(node: Node) -> tuple[str | None, str | None]:
    if node.packing_date:
        return node.packing_date.isoformat(), "Pack date"
    if node.production_date:
        return node.production_date.isoformat(), "Production date"
    return None, None


def _place(place: PlaceFact | None) -> str | None:
    if place is None or place.commune is None:
        return None
    return f"{place.commune_kind} {place.commune}, {place.province}, {COUNTRY}"
