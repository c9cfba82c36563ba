"""Reading the surveys that hold, with what each states."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.links.models import SectorSurvey, StatedLink, SurveyParty
from traceapp.links.parties import Place
from traceapp.producers.models import Producer
from traceapp.trace.words import Words

Key = tuple[Any, ...]


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


def surveys() -> list[Survey]:
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
