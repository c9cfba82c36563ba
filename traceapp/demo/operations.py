"""Loading the demo through the same operations as everybody's records. Callers own the transaction.

Every record is written at its own time: `now` of an operation is when the data set says it was
recorded. No mail or notice is sent, and nothing that follows from other records is stored.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from traceapp import problem
from traceapp.codes import openings
from traceapp.database.engine import db
from traceapp.demo import (
    cleaner_production,
    market,
    participants,
    programme,
    purchasing,
    queries,
    reading,
    surveys,
)
from traceapp.demo.clock import DemoClock
from traceapp.demo.models import DemoLoad
from traceapp.demo.second_act import Part, happenings_of, with_causes
from traceapp.demo.skipping import LeftOut
from traceapp.demo.writing import FIRST_ACT, Writer
from traceapp.producers import territories
from traceapp.web.settings import settings

ALL_PARTS = tuple(Part)
BEFORE_THE_FIRST_EVENT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a load or a play did; `skipped` counts events by what they wait for."""

    t: date
    recorded: int
    attempted: int
    skipped: Mapping[LeftOut, int]


def load(now: datetime, folder: Path = reading.HANOI) -> Outcome | None:
    """Load act 1 for the demo's day at an aware `now`; None where a demo is loaded already.

    Raises DemoRefused where this is not the demo, where a real producer exists, and for a damaged
    data set, with its file and record.
    """
    require_demo()
    if queries.loaded_on() is not None:
        return None
    clock = DemoClock.at(now)
    data = reading.read(clock, folder)
    territories.load()
    writer = Writer(data, now)
    writer.write_directory(data.happenings[0].recorded - BEFORE_THE_FIRST_EVENT)
    writer.write([one for one in data.happenings if one.act == FIRST_ACT])
    writer.judge(now)
    told = data.cleaner_production
    cleaner_production.write(told.many("assessments"), data.directory, data.product_ids)
    programme.write(told, data.directory, now)
    purchasing.write(data.purchasing, data.directory, data.product_ids, now)
    surveys.write(data.surveys, data.directory, now)
    participants.write(data.participants, data.directory, now)
    market.open_stall(now)
    openings.add(data.openings)
    db.session.add(DemoLoad(single=1, t_date=clock.t, loaded_at=now))
    db.session.flush()
    return Outcome(clock.t, writer.recorded, writer.attempted, writer.skipped)


def play(
    now: datetime, parts: Collection[Part] = ALL_PARTS, folder: Path = reading.HANOI
) -> Outcome | None:
    """Play parts of act 2 and what they follow from; None where all were played already.

    Two who press a button at once wait for each other. Raises DemoRefused where no demo is loaded.
    """
    require_demo()
    t = queries.loaded_on(alone=True)
    if t is None:
        raise problem.DemoRefused(reason="Load it first: there is no first act here.")
    data = reading.read(DemoClock(t), folder)
    told = (happenings_of(data.happenings, part) for part in with_causes(parts))
    wanted = [one for part in told if not queries.is_recorded(part) for one in part]
    if not wanted:
        return None
    writer = Writer(data, now)
    writer.write(wanted)
    writer.judge(now)
    return Outcome(t, writer.recorded, writer.attempted, writer.skipped)


def require_demo() -> None:
    """Refuse wherever something real might be: without TRACEAPP_DEMO, or beside real producers."""
    if not settings().demo:
        raise problem.DemoRefused(reason="This is not the demo. Set TRACEAPP_DEMO=1 for one.")
    if queries.has_real_producer():
        raise problem.DemoRefused(reason="A real producer is registered in this database.")
