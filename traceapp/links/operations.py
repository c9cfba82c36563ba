"""Writing down surveys, and what producers let be shown. Callers own the transaction.

Nothing is ever changed: a newer survey, or choice, takes the place of an older one.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from traceapp import problem
from traceapp.audit import operations as audit
from traceapp.batches.recording.waiting import wait_for
from traceapp.database.engine import db
from traceapp.links import faults
from traceapp.links.models import LinkChoice, SectorSurvey, StatedLink, SurveyParty
from traceapp.links.parties import Identity, Roll, roll_for
from traceapp.links.vocabulary import follows
from traceapp.problem import refuse
from traceapp.trace.facts import Ref
from traceapp.web.pages import HANOI

Given = Mapping[str, Any]
ENDS = ("sender", "receiver")


def record_survey(given: Given, by: Ref, *, now: datetime) -> UUID:
    """Write down a survey with all its links, or nothing of it; `SurveySchema` loaded `given`.

    The same form sent again changes nothing. Raises InvalidInput with everything that is wrong,
    at `/links/<number from 0>/...`; NotFound for an id that others use.
    """
    survey_id: UUID = given["id"]
    wait_for([survey_id])
    kept = db.session.get(SectorSurvey, (by.producer_id, survey_id))
    if kept is not None:
        if kept.by_member_id != by.id:
            raise problem.NotFound
        return survey_id
    if given["year"] > now.astimezone(HANOI).year:
        refuse(faults.LATER)
    roll, ends = _read(given["links"])
    key = {"producer_id": by.producer_id, "survey_id": survey_id}
    about = {name: given[name] for name in ("sector", "year", "made_by", "asked")}
    db.session.add(SectorSurvey(**key, **about, by_member_id=by.id, noted_at=now))
    db.session.flush()
    db.session.add_all(SurveyParty(**key, **row) for row in roll.rows.values())
    db.session.flush()
    db.session.add_all(_rows(key, given["links"], ends, roll))
    db.session.flush()
    member = (by.producer_id, by.id)
    audit.note(by.producer_id, "survey.recorded", f"survey/{survey_id}", by=member, now=now)
    return survey_id


def choose(given: Given, by: Ref, *, now: datetime) -> None:
    """Keep what a producer lets be shown of its links; `ChoiceSchema` loaded `given`."""
    wait_for([given["id"]])
    if db.session.get(LinkChoice, (by.producer_id, given["id"])) is not None:
        return
    names = given["names_links"]
    db.session.add(
        LinkChoice(
            producer_id=by.producer_id,
            choice_id=given["id"],
            names_links=names,
            shows_kilograms=names and given["shows_kilograms"],
            by_member_id=by.id,
            chosen_at=now,
        )
    )
    db.session.flush()
    member, about = (by.producer_id, by.id), f"producer/{by.producer_id}"
    audit.note(by.producer_id, "links.chosen", about, by=member, now=now)


Ends = tuple[Identity, Identity]


def _read(links: Sequence[Given]) -> tuple[Roll, list[Ends]]:
    """Tell who is meant at each end. Raises InvalidInput with the faults of all links."""
    roll = roll_for({link[end]["name"] for link in links for end in ENDS})
    found: list[problem.Finding] = []
    read: list[Ends] = []
    seen: set[tuple[Identity, Identity, str]] = set()
    for number, link in enumerate(links):
        pointer = f"/links/{number}"
        try:
            sender, receiver = (roll.enter(link[end], f"{pointer}/{end}") for end in ENDS)
        except problem.InvalidInput as error:
            found += error.findings
            continue
        found += _contradictions(link, sender, receiver, pointer)
        said = (sender, receiver, link["supplied"].casefold())
        if said in seen:
            found.append(faults.at(faults.TWICE, f"{pointer}/supplied"))
        seen.add(said)
        read.append((sender, receiver))
    refuse(*found)
    return roll, read


def _contradictions(
    link: Given, sender: Identity, receiver: Identity, pointer: str
) -> Iterator[problem.Finding]:
    if sender[1:] == receiver[1:]:
        yield faults.at(faults.ITSELF, f"{pointer}/receiver/name")
    if not follows(link["sender"]["role"], link["receiver"]["role"]):
        yield faults.at(faults.AGAINST, f"{pointer}/receiver/role")


def _rows(
    key: dict[str, UUID], links: Sequence[Given], ends: list[Ends], roll: Roll
) -> Iterator[StatedLink]:
    for position, (link, (sender, receiver)) in enumerate(zip(links, ends, strict=True), start=1):
        yield StatedLink(
            **key,
            position=position,
            from_number=roll.rows[sender]["number"],
            to_number=roll.rows[receiver]["number"],
            supplied=link["supplied"],
            supplied_en=link["supplied_en"],
        )
