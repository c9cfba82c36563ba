"""What a body says of a year of the programme. Callers own the transaction; nothing is changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from traceapp import problem
from traceapp.audit import operations as audit
from traceapp.batches.recording.waiting import wait_for
from traceapp.database.engine import Base, db
from traceapp.network import faults
from traceapp.network.programme_models import (
    ProgrammeActivity,
    ProgrammePlan,
    ProgrammeTarget,
    PublishedFigure,
    PublishedTotal,
)
from traceapp.network.vocabulary import INDICATOR_KINDS
from traceapp.problem import refuse
from traceapp.trace.facts import Ref
from traceapp.web.pages import HANOI

Given = dict[str, Any]


def plan(given: Given, by: Ref, *, now: datetime) -> int:
    """Write down the plan of a year, in place of an earlier one; gives the year.

    `given` is what `PlanSchema` loaded. Raises InvalidInput for a plan signed in the future.
    """
    _refuse_future(given, "signed_on", now)
    row = {name: value for name, value in given.items() if name not in {"id", "aims"}}
    row["plan_id"] = given["id"]
    if _keep(ProgrammePlan, row, "programme.planned", by, now):
        keys = {"producer_id": by.producer_id, "plan_id": given["id"]}
        for subject, aim in given["aims"].items():
            if aim is not None:
                value = int(aim * 100) if subject in INDICATOR_KINDS else aim
                db.session.add(ProgrammeTarget(**keys, subject=subject, value=value))
        db.session.flush()
    return int(given["year"])


def act(given: Given, by: Ref, *, now: datetime) -> int:
    """Write down an activity; gives its year. `given` is what `ActivitySchema` loaded.

    Raises InvalidInput for a day that is still to come.
    """
    _refuse_future(given, "on_day", now)
    year = given["on_day"].year
    row = {"activity_id": given["id"], "year": year, **_without_id(given)}
    _keep(ProgrammeActivity, row, "programme.acted", by, now)
    return int(year)


def publish(given: Given, by: Ref, *, now: datetime) -> int:
    """Write down totals that were published; gives their year. `TotalSchema` loaded `given`.

    Raises InvalidInput where there is no figure.
    """
    return _publish(given, "programme.published", by, now)


def correct(total: Ref, given: Given, by: Ref, *, now: datetime) -> int:
    """Put totals in the place of others of one's own; gives their year. Those stay on record.

    `given` is what `CorrectionSchema` loaded. Raises NotFound for another body's, InvalidInput
    where they were corrected before, or there is no figure.
    """
    if by.producer_id != total.producer_id:
        raise problem.NotFound
    wrong = db.session.get(PublishedTotal, tuple(total))
    if wrong is None:
        raise problem.NotFound
    wait_for([total.id])
    corrected = select(PublishedTotal.total_id).where(
        PublishedTotal.producer_id == total.producer_id, PublishedTotal.corrects_id == total.id
    )
    if db.session.scalars(corrected).first() not in {None, given["id"]}:
        refuse(faults.CORRECTED)
    row = {**given, "year": given["year"] or wrong.year, "corrects_id": total.id}
    return _publish(row, "programme.corrected", by, now)


def _publish(given: Given, act_name: str, by: Ref, now: datetime) -> int:
    told = {subject: one for subject, one in given["figures"].items() if one is not None}
    if not told:
        refuse(faults.NO_FIGURES)
    row = {name: value for name, value in given.items() if name not in {"id", "figures"}}
    row["total_id"] = given["id"]
    if _keep(PublishedTotal, row, act_name, by, now):
        keys = {"producer_id": by.producer_id, "total_id": given["id"]}
        for subject, (sign, value, decimals) in told.items():
            printed = {"sign": sign, "value": value, "decimals": decimals}
            db.session.add(PublishedFigure(**keys, subject=subject, **printed))
        db.session.flush()
    return int(given["year"])


def _keep(table: type[Base], row: Given, act_name: str, by: Ref, now: datetime) -> bool:
    """Keep a row unless the same form came before. Raises NotFound for an id others use."""
    *_, own = db.metadata.tables[table.__tablename__].primary_key
    wait_for([row[own.name]])
    kept: Any = db.session.get(table, (by.producer_id, row[own.name]))
    if kept is not None:
        if kept.by_member_id != by.id:
            raise problem.NotFound
        return False
    db.session.add(table(**row, producer_id=by.producer_id, by_member_id=by.id, noted_at=now))
    db.session.flush()
    member, about = (by.producer_id, by.id), f"programme/{row['year']}"
    audit.note(by.producer_id, act_name, about, by=member, now=now)
    return True


def _refuse_future(given: Given, name: str, now: datetime) -> None:
    if given[name] > now.astimezone(HANOI).date():
        later = faults.LATER
        refuse(problem.Finding(f"/{name}", later.rule, later.message, later.fix))


def _without_id(given: Given) -> Given:
    return {name: value for name, value in given.items() if name != "id"}
