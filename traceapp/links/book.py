"""All that links are drawn from, read at one moment: surveys in force, deliveries, who is who."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import InstrumentedAttribute

from traceapp.chains import queries as chains
from traceapp.database.engine import db
from traceapp.links import placing, stating
from traceapp.links import proven as deliveries
from traceapp.links.models import LinkChoice
from traceapp.links.parties import Place
from traceapp.links.proven import Pair, Proven
from traceapp.links.stating import Party, Survey
from traceapp.producers.models import Commune, Producer, ProducerKind, Province
from traceapp.producers.queries import is_admitted
from traceapp.trace.words import Words

Point = tuple[float, float]
MOST_LISTED = 2_000


@dataclass(frozen=True, slots=True)
class Here:
    """A producer on this site; `is_named` where it may stand beside a partner in public."""

    name: Words
    place: Place
    kinds: frozenset[str]
    is_named: bool
    shows_kilograms: bool


@dataclass(frozen=True, slots=True)
class Book:
    """Everything at one moment.

    `placed` are the proven links by sector; `unlinked`, by chain, members of whom no link at all
    is known.
    """

    at: datetime
    surveys: Sequence[Survey]
    roles: placing.Roles
    proven: Mapping[Pair, Proven]
    placed: Mapping[str, Sequence[Pair]]
    kilograms: Mapping[Pair, Decimal]
    here: Mapping[UUID, Here]
    points: Mapping[Place, Point]
    unlinked: Mapping[str, Sequence[UUID]]


def read(now: datetime) -> Book:
    """Read all of it."""
    surveys, found, members = stating.surveys(), deliveries.proven(), chains.members()
    ids = {one for pair in found for one in pair} | _named_in(surveys)
    unlinked = {chain: sorted(some - ids) for chain, some in members.items()}
    here = _here(ids.union(*unlinked.values()))
    open_pairs = [pair for pair in found if all(_shows(here.get(one)) for one in pair)]
    places = {one.place for one in here.values()}
    places |= {party.place for party in _parties(surveys) if party.place}
    roles = placing.roles_of(surveys)
    return Book(
        *(now, surveys, roles, found, placing.placed(found, roles, members)),
        *(deliveries.kilograms(open_pairs), here, _points(places), unlinked),
    )


def _shows(one: Here | None) -> bool:
    return one is not None and one.is_named and one.shows_kilograms


def _parties(surveys: Iterable[Survey]) -> Iterable[Party]:
    for survey in surveys:
        for link in survey.links:
            yield from (link.sender, link.receiver)


def _named_in(surveys: Iterable[Survey]) -> set[UUID]:
    return {party.producer_id for party in _parties(surveys) if party.producer_id}


def _here(ids: Collection[UUID]) -> dict[UUID, Here]:
    """Give who these producers are, and what they let be said of their links."""
    wanted = set(ids)
    kinds: dict[UUID, set[str]] = {}
    asked = select(ProducerKind.producer_id, ProducerKind.kind)
    for producer_id, kind in db.session.execute(
        asked.where(_among(ProducerKind.producer_id, wanted))
    ):
        kinds.setdefault(producer_id, set()).add(kind)
    choices = _choices(wanted)
    query = select(
        *(Producer.producer_id, Producer.name, Producer.name_en),
        *(Producer.province, Producer.commune_kind, Producer.commune),
        is_admitted(Producer.producer_id),
    )
    found = {}
    for row in db.session.execute(query.where(_among(Producer.producer_id, wanted))):
        producer_id, name, name_en, *place, is_in = row
        if producer_id not in wanted:
            continue
        names, shows = choices.get(producer_id, (True, False))
        found[producer_id] = Here(
            Words(name, name_en),
            Place(*place),
            frozenset(kinds.get(producer_id, ())),
            is_named=bool(is_in) and names,
            shows_kilograms=shows,
        )
    return found


def _choices(wanted: Collection[UUID]) -> dict[UUID, tuple[bool, bool]]:
    """Give what producers chose last: whether links are named, and how much goes over them."""
    chosen = select(LinkChoice.producer_id, LinkChoice.names_links, LinkChoice.shows_kilograms)
    asked = chosen.where(_among(LinkChoice.producer_id, wanted))
    newest_last = asked.order_by(LinkChoice.chosen_at, LinkChoice.choice_id)
    rows = db.session.execute(newest_last)
    return {producer_id: (names, shows) for producer_id, names, shows in rows}


def _among(column: InstrumentedAttribute[UUID], wanted: Collection[UUID]) -> ColumnElement[bool]:
    """Match these producers; where they are very many all of them, as their list costs more."""
    return column.in_(wanted) if len(wanted) <= MOST_LISTED else true()


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
