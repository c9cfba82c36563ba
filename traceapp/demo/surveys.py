"""Surveys of the data set, one of each sector: written as a body of the programme writes them."""

from datetime import datetime, timedelta
from typing import Any

from traceapp.demo.record import Record
from traceapp.demo.shapes import Directory, Entry
from traceapp.demo.writing import named
from traceapp.links import operations
from traceapp.links.schemas import SurveySchema
from traceapp.trace.facts import Ref

SURVEY = SurveySchema()


def write(file: Record, directory: Directory, now: datetime) -> None:
    """Write all surveys, as if the body had written them down now; a fault refuses the data set."""
    _operator, _, member = file.text("body").partition("/")
    by = Ref(*file.chosen("body", member, directory.member_ids))
    for place, one in enumerate(file.many("surveys")):
        with named(Entry(one.where, by.producer_id, one.content)):
            at = now + timedelta(microseconds=place)
            operations.record_survey(SURVEY.load(_survey(one, directory)), by, now=at)


def _survey(one: Record, directory: Directory) -> dict[str, Any]:
    return {
        "id": str(one.identity("id")),
        "sector": one.text("sector"),
        "year": one.whole("year"),
        "made_by": one.text("made_by"),
        "asked": one.whole("asked"),
        "links": [_link(link, directory) for link in one.many("links")],
    }


def _link(link: Record, directory: Directory) -> dict[str, Any]:
    return {
        "sender": _party(link.one("sender"), directory),
        "receiver": _party(link.one("receiver"), directory),
        "supplied": link.text("supplied_vi"),
        "supplied_en": link.text("supplied_en"),
    }


def _party(party: Record, directory: Directory) -> dict[str, Any]:
    if "operator" not in party.content:
        return {name: party.text(name) for name in ("role", "name", "place", "kind")}
    return {"role": party.text("role"), "name": name_of(party, directory)}


def name_of(one: Record, directory: Directory) -> str:
    """Give the name of the operator that a record names by its key."""
    here = str(one.known("operator", directory.producer_ids))
    given = (entry.given for entry in directory.producers)
    return next(str(row["name"]) for row in given if row["producer_id"] == here)
