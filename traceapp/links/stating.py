"""Reading the surveys that hold, with what each states."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, bindparam, select

from traceapp.database.asking import ask
from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.links.models import SectorSurvey, StatedLink, SurveyParty
from traceapp.links.parties import Place
from traceapp.producers.models import Producer
from traceapp.trace.words import Words

Key = tuple[Any, ...]
_NONE: Mapping[UUID, Any] = MappingProxyType({})


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


def surveys(known: Mapping[UUID, Sequence[Said]] = _NONE) -> dict[str, list[Survey]]:
    """Give the surveys that hold, by sector: of one maker, sector and year the newest.

    What one states is never changed: `known` is what was read of some before.
    """
    query = (
        select(SectorSurvey, Producer.name, Producer.name_en)
        .join(Producer, Producer.producer_id == SectorSurvey.producer_id)
        .order_by(SectorSurvey.noted_at, SectorSurvey.survey_id)
    )
    rows = {
        (one.producer_id, one.sector, one.year, fold(one.made_by)): (one, Words(name, name_en))
        for one, name, name_en in db.session.execute(query)
    }
    ids = [one.survey_id for one, _ in rows.values()]
    links = {**known, **_links([one for one in ids if one not in known])}
    told = (
        Survey(
            *(one.survey_id, one.sector, one.year, one.made_by, one.asked, one.noted_at, body),
            links.get(one.survey_id, []),
        )
        for one, body in rows.values()
    )
    found: dict[str, list[Survey]] = {}
    for one in sorted(told, key=lambda one: (-one.year, one.made_by)):
        found.setdefault(one.sector, []).append(one)
    return found


def _links(survey_ids: list[UUID]) -> dict[UUID, list[Said]]:
    found: dict[UUID, list[Said]] = {}
    if not survey_ids:
        return found
    parties = {(one.survey_id, one.number): _party(one) for one in ask(_PARTIES, ids=survey_ids)}
    for survey_id, sender, receiver, supplied, supplied_en in ask(_LINKS, ids=survey_ids):
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


# Written once: a survey has many links, and all of them are read.
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_PARTIES = select(
    *(SurveyParty.survey_id, SurveyParty.number, SurveyParty.role, SurveyParty.at_producer_id),
    *(SurveyParty.name, SurveyParty.person_number, SurveyParty.province),
    *(SurveyParty.commune_kind, SurveyParty.commune),
).where(SurveyParty.survey_id.in_(_IDS))
_LINKS = (
    select(StatedLink.survey_id, StatedLink.from_number, StatedLink.to_number)
    .add_columns(StatedLink.supplied, StatedLink.supplied_en)
    .where(StatedLink.survey_id.in_(_IDS))
    .order_by(StatedLink.survey_id, StatedLink.position)
)
