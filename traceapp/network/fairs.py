"""Booths of a fair: who stood where and what was shown. Callers own the transaction.

Nothing is changed: what is said anew of a booth holds in place of what was said before.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from traceapp import problem
from traceapp.audit import operations as audit
from traceapp.batches.recording.waiting import wait_for
from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.database.ids import new_id
from traceapp.network import faults
from traceapp.network.programme_models import FairBooth, ProgrammeActivity
from traceapp.problem import refuse
from traceapp.producers.models import Producer
from traceapp.producers.private_names import PERSON, UNSAID
from traceapp.producers.queries import called, is_admitted
from traceapp.trace.facts import Ref
from traceapp.trace.words import Words

FAIR = "event"
MOST_BOOTHS = 500
MOST_FAIRS = 10
_DIGITS = re.compile(r"(\d+)")

Given = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fair:
    """A fair of the programme; `count` is how many booths it had, where that is known."""

    ref: Ref
    year: int
    title: Words
    on_day: date
    count: int | None


@dataclass(frozen=True, slots=True)
class Booth:
    """A booth: a producer here, anybody else by name, or a private person, who has none."""

    number: str
    producer_id: UUID | None
    name: Words | None
    shown: Words


def find(activity_id: UUID) -> Fair | None:
    """Find a fair by its id; None where there is none."""
    return next(iter(_fairs(ProgrammeActivity.activity_id == activity_id)), None)


def newest(body: UUID) -> list[Fair]:
    """Give the newest fairs that a body wrote down."""
    return _fairs(ProgrammeActivity.producer_id == body)


def _fairs(condition: Any) -> list[Fair]:  # noqa: ANN401 - a condition of SQLAlchemy
    query = (
        select(ProgrammeActivity)
        .where(ProgrammeActivity.kind == FAIR, condition)
        .order_by(ProgrammeActivity.on_day.desc(), ProgrammeActivity.activity_id)
        .limit(MOST_FAIRS)
    )
    return [
        Fair(
            Ref(one.producer_id, one.activity_id),
            one.year,
            Words(one.title, one.title_en),
            one.on_day,
            one.booths,
        )
        for one in db.session.scalars(query)
    ]


def booths_of(fair: Ref) -> list[Booth]:
    """Give the booths of a fair in the order of their numbers."""
    held = [row for row in _held([fair]) if _is_listed(row)]
    names = _names({row.at_producer_id for row in held} - {None})
    booths = [
        Booth(
            row.number,
            row.at_producer_id if row.at_producer_id in names else None,
            names.get(row.at_producer_id, None if row.name is None else Words(row.name, None)),
            Words(row.shown, row.shown_en),
        )
        for row in held
    ]
    return sorted(booths, key=lambda one: _order(one.number))


def counts(fairs: Iterable[Ref]) -> Mapping[UUID, int]:
    """Count the booths that are listed, by fair."""
    return Counter(row.activity_id for row in _held(list(fairs)) if _is_listed(row))


def place(fair: Fair, booths: list[Given], by: Ref, *, now: datetime) -> None:
    """Write down who stood at which booth; `booths` are what `BoothSchema` loaded.

    The same said again changes nothing. Raises NotFound for a fair of another body, InvalidInput.
    """
    if fair.ref.producer_id != by.producer_id:
        raise problem.NotFound
    wait_for([fair.ref.id])
    held = {fold(row.number): row for row in _held([fair.ref])}
    listed = {number for number, row in held.items() if _is_listed(row)}
    rows: dict[str, FairBooth] = {}
    for place_, given in enumerate(booths):
        at, number = f"/booths/{place_}", fold(given["number"])
        if number in rows:
            refuse(_at(faults.BOOTH_TWICE, f"{at}/number"))
        rows[number] = row = _row(fair, given, at)
        _note(listed, number, row, at)
        most = MOST_BOOTHS if fair.count is None else fair.count
        if len(listed) > most:
            refuse(_at(faults.BOOTHS_OVER, f"{at}/number", most=str(most)))
    new = [row for number, row in rows.items() if _said(row) != _said(held.get(number))]
    for row in new:
        row.booth_id, row.by_member_id, row.noted_at = new_id(), by.id, now
        db.session.add(row)
        db.session.flush()
    if new:
        member = (by.producer_id, by.id)
        audit.note(by.producer_id, "programme.booths", f"programme/{fair.year}", by=member, now=now)


def _note(listed: set[str], number: str, row: FairBooth, at: str) -> None:
    if _is_listed(row):
        listed.add(number)
    elif number in listed:
        listed.remove(number)
    else:
        refuse(_at(faults.BOOTH_UNKNOWN, f"{at}/name"))


def _row(fair: Fair, given: Given, at: str) -> FairBooth:
    is_person = given["kind"] == PERSON
    name = None if is_person else given["name"]
    here = called(name) if name is not None else set()
    if len(here) > 1:
        refuse(_at(faults.NAME_UNCLEAR, f"{at}/name", text=str(name)[:60]))
    if name is not None and not here and given["kind"] is None:
        refuse(_at(UNSAID, f"{at}/kind"))
    return FairBooth(
        producer_id=fair.ref.producer_id,
        activity_id=fair.ref.id,
        number=given["number"],
        at_producer_id=next(iter(here), None),
        name=None if here else name,
        is_person=is_person,
        shown=given["shown"],
        shown_en=given["shown_en"],
    )


def _held(fairs: list[Ref]) -> list[FairBooth]:
    """Give what was said last of each number of each fair, in the order in which it was said."""
    query = select(FairBooth).where(
        FairBooth.producer_id.in_({one.producer_id for one in fairs}),
        FairBooth.activity_id.in_([one.id for one in fairs]),
    )
    newest_last = query.order_by(FairBooth.noted_at, FairBooth.booth_id)
    found = {(row.activity_id, fold(row.number)): row for row in db.session.scalars(newest_last)}
    return list(found.values())


def _is_listed(row: FairBooth) -> bool:
    return row.is_person or row.name is not None or row.at_producer_id is not None


def _said(row: FairBooth | None) -> tuple[Any, ...] | None:
    if row is None:
        return None
    who = (row.at_producer_id, row.name, row.is_person)
    return (row.number, *who, row.shown, row.shown_en)


def _names(producers: set[Any]) -> dict[UUID | None, Words]:
    query = select(Producer.producer_id, Producer.name, Producer.name_en).where(
        Producer.producer_id.in_(producers), is_admitted(Producer.producer_id)
    )
    return {key: Words(name, name_en) for key, name, name_en in db.session.execute(query)}


def _order(number: str) -> list[tuple[int, str]]:
    """Let 2 come before 10, and A2 before A10."""
    parts = _DIGITS.split(fold(number))
    return [(int(one), "") if one.isdecimal() else (0, one) for one in parts if one]


def _at(finding: problem.Finding, pointer: str, **values: str) -> problem.Finding:
    return replace(finding, pointer=pointer, values=values)
