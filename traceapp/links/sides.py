"""Who stands at the ends of the links of a sector: names, places, and what may be told of them."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, bindparam, select

from traceapp.database.asking import Query, ask
from traceapp.database.engine import db
from traceapp.links import proven as deliveries
from traceapp.links.book import Book
from traceapp.links.models import LinkChoice
from traceapp.links.parties import Place
from traceapp.links.proven import Pair
from traceapp.links.vocabulary import CHAIN_OF_SECTOR
from traceapp.producers.models import Commune, Producer, ProducerKind, Province
from traceapp.producers.queries import is_admitted
from traceapp.trace.words import Words

Point = tuple[float, float]
CHUNK = 2_048


@dataclass(frozen=True, slots=True)
class Here:
    """A producer on this site; `is_named` where it may stand beside a partner in public."""

    name: Words
    place: Place
    kinds: frozenset[str]
    is_named: bool
    shows_kilograms: bool


@dataclass(frozen=True, slots=True)
class Sides:
    """Who is who in a sector, where that is on the map, and how much went where it may be told."""

    here: Mapping[UUID, Here]
    points: Mapping[Place, Point]
    kilograms: Mapping[Pair, Decimal]


def read(sector: str, book: Book) -> Sides:
    """Read who stands in a sector of the book."""
    pairs = book.placed.get(sector, ())
    roles = book.roles.get(sector, {})
    surveyed = {key[1] for key in roles if key[0] == "here"}
    wanted = {one for pair in pairs for one in pair}
    wanted.update(surveyed, book.unlinked.get(CHAIN_OF_SECTOR.get(sector, ""), ()))
    here = _here(wanted, wanted - surveyed)
    open_pairs = [pair for pair in pairs if all(_shows(here.get(one)) for one in pair)]
    places = {one.place for one in here.values()}
    for survey in book.surveys.get(sector, ()):
        for link in survey.links:
            places |= {side.place for side in (link.sender, link.receiver) if side.place}
    return Sides(here, _points(places), deliveries.kilograms(open_pairs))


def _shows(one: Here | None) -> bool:
    return one is not None and one.is_named and one.shows_kilograms


def _here(wanted: Collection[UUID], unsaid: Collection[UUID]) -> dict[UUID, Here]:
    """Give who these producers are, and what they let be said of their links.

    What they do is asked of those alone whose role no survey says.
    """
    kinds: dict[UUID, set[str]] = {}
    for producer_id, kind in _asked(_KINDS, unsaid):
        kinds.setdefault(producer_id, set()).add(kind)
    choices = {producer_id: said for producer_id, *said in _asked(_CHOICES, wanted)}
    found = {}
    for producer_id, name, name_en, *place, is_in in _asked(_PRODUCERS, wanted):
        names, shows = choices.get(producer_id, (True, False))
        found[producer_id] = Here(
            Words(name, name_en),
            Place(*place),
            frozenset(kinds.get(producer_id, ())),
            is_named=bool(is_in) and names,
            shows_kilograms=shows,
        )
    return found


def _asked(query: Query, wanted: Collection[UUID]) -> Iterator[Any]:
    """Give the rows of these producers, of so many at once."""
    ids = list(wanted)
    for start in range(0, len(ids), CHUNK):
        yield from ask(query, ids=ids[start : start + CHUNK])


def choice_of(producer_id: UUID) -> LinkChoice | None:
    """Give what a producer chose last; None where it never did."""
    query = select(LinkChoice).where(LinkChoice.producer_id == producer_id)
    order = (LinkChoice.chosen_at.desc(), LinkChoice.choice_id.desc())
    return db.session.scalars(query.order_by(*order).limit(1)).one_or_none()


def _points(places: Iterable[Place]) -> dict[Place, Point]:
    """Give the middle of each commune, or province: never where a producer's own site is."""
    wanted = set(places)
    provinces = {one.province for one in wanted}
    communes = select(
        *(Commune.province, Commune.kind, Commune.name, Commune.latitude, Commune.longitude)
    ).where(
        Commune.province.in_(provinces),
        Commune.name.in_({one.commune for one in wanted if one.commune}),
    )
    found = {Place(*row[:3]): (row[3], row[4]) for row in db.session.execute(communes)}
    whole = select(Province.name, Province.latitude, Province.longitude).where(
        Province.name.in_(provinces)
    )
    found |= {Place(name): (lat, lon) for name, lat, lon in db.session.execute(whole)}
    return {place: point for place, point in found.items() if place in wanted}


_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_KINDS = select(ProducerKind.producer_id, ProducerKind.kind).where(
    ProducerKind.producer_id.in_(_IDS)
)
# The newest comes last.
_CHOICES = (
    select(LinkChoice.producer_id, LinkChoice.names_links, LinkChoice.shows_kilograms)
    .where(LinkChoice.producer_id.in_(_IDS))
    .order_by(LinkChoice.chosen_at, LinkChoice.choice_id)
)
_PRODUCERS = select(
    *(Producer.producer_id, Producer.name, Producer.name_en),
    *(Producer.province, Producer.commune_kind, Producer.commune),
    is_admitted(Producer.producer_id).label("is_in"),
).where(Producer.producer_id.in_(_IDS))
