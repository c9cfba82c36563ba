"""All that links are drawn from, read at one moment: surveys in force, deliveries, who is who."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import InstrumentedAttribute

from traceapp.chains import queries as chains
from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.links import proven as deliveries
from traceapp.links.models import LinkChoice, SectorSurvey, StatedLink, SurveyParty
from traceapp.links.parties import Place
from traceapp.links.proven import Pair, Proven
from traceapp.producers.models import Commune, Producer, ProducerKind, Province
from traceapp.producers.queries import is_admitted
from traceapp.trace.words import Words

Point = tuple[float, float]
Key = tuple[Any, ...]
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
class Party:
    """Who stands at an end of a stated link. Equal keys are the same party, in any survey."""

    key: Key
    role: str
    producer_id: UUID | None
    name: str | None
    place: Place | None


@dataclass(frozen=True, slots=True)
class Said:
    """One stated link."""

    sender: Party
    receiver: Party
    supplied: Words


@dataclass(frozen=True, slots=True)
class Survey:
    """A survey that holds, with what it states."""

    survey_id: UUID
    sector: str
    year: int
    made_by: str
    asked: int
    noted_at: datetime
    body: Words
    links: Sequence[Said]


@dataclass(frozen=True, slots=True)
class Book:
    """Everything at one moment."""

    at: datetime
    surveys: Sequence[Survey]
    proven: Mapping[Pair, Proven]
    kilograms: Mapping[Pair, Decimal]
    here: Mapping[UUID, Here]
    points: Mapping[Place, Point]
    unlinked: Mapping[str, Sequence[UUID]]  # by chain: members of whom no link at all is known


def read(now: datetime) -> Book:
    """Read all of it."""
    surveys, found = _surveys(), deliveries.proven()
    ids = {one for pair in found for one in pair} | _named_in(surveys)
    unlinked = {chain: sorted(some - ids) for chain, some in chains.members().items()}
    here = _here(ids.union(*unlinked.values()))
    open_pairs = [pair for pair in found if all(_shows(here.get(one)) for one in pair)]
    places = {one.place for one in here.values()}
    places |= {party.place for party in _parties(surveys) if party.place}
    kilograms = deliveries.kilograms(open_pairs)
    return Book(now, surveys, found, kilograms, here, _points(places), unlinked)


def _shows(one: Here | None) -> bool:
    return one is not None and one.is_named and one.shows_kilograms


def _parties(surveys: Iterable[Survey]) -> Iterable[Party]:
    for survey in surveys:
        for link in survey.links:
            yield from (link.sender, link.receiver)


def _named_in(surveys: Iterable[Survey]) -> set[UUID]:
    return {party.producer_id for party in _parties(surveys) if party.producer_id}


def _surveys() -> list[Survey]:
    """Give the surveys that hold: of one maker, sector and year the newest."""
    query = (
        select(SectorSurvey, Producer.name, Producer.name_en)
        .join(Producer, Producer.producer_id == SectorSurvey.producer_id)
        .order_by(SectorSurvey.noted_at, SectorSurvey.survey_id)
    )
    rows = {
        (one.producer_id, one.sector, one.year, fold(one.made_by)): (one, Words(name, name_en))
        for one, name, name_en in db.session.execute(query)
    }
    links = _links([one.survey_id for one, _ in rows.values()])
    told = (
        Survey(
            *(one.survey_id, one.sector, one.year, one.made_by, one.asked, one.noted_at, body),
            links.get(one.survey_id, []),
        )
        for one, body in rows.values()
    )
    return sorted(told, key=lambda one: (-one.year, one.made_by))


def _links(survey_ids: list[UUID]) -> dict[UUID, list[Said]]:
    found: dict[UUID, list[Said]] = {}
    columns = (
        *(SurveyParty.survey_id, SurveyParty.number, SurveyParty.role),
        *(SurveyParty.at_producer_id, SurveyParty.name, SurveyParty.person_number),
        *(SurveyParty.province, SurveyParty.commune_kind, SurveyParty.commune),
    )
    named = select(*columns).where(SurveyParty.survey_id.in_(survey_ids))
    parties = {(row.survey_id, row.number): _party(row) for row in db.session.execute(named)}
    query = (
        select(StatedLink.survey_id, StatedLink.from_number, StatedLink.to_number)
        .add_columns(StatedLink.supplied, StatedLink.supplied_en)
        .where(StatedLink.survey_id.in_(survey_ids))
        .order_by(StatedLink.survey_id, StatedLink.position)
    )
    for survey_id, sender, receiver, supplied, supplied_en in db.session.execute(query):
        ends = parties[survey_id, sender], parties[survey_id, receiver]
        found.setdefault(survey_id, []).append(Said(*ends, Words(supplied, supplied_en)))
    return found


def _party(row: Any) -> Party:  # noqa: ANN401 - a row of the query
    if row.at_producer_id is not None:
        key: Key = ("here", row.at_producer_id)
        return Party(key, row.role, row.at_producer_id, None, None)
    place = Place(row.province, row.commune_kind, row.commune)
    if row.name is None:
        key = ("person", row.survey_id, row.person_number)
        return Party(key, row.role, None, None, place)
    return Party(("business", fold(row.name), place), row.role, None, row.name, place)


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
