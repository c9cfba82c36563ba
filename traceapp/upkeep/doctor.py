"""The doctor: every check of an installation, one line each, with what to do where it is not well.

A check that itself goes wrong is a line too: the doctor always finishes.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from traceapp.database.engine import db
from traceapp.upkeep import doctor_database, doctor_machine, doctor_outside
from traceapp.upkeep.places import Place
from traceapp.upkeep.verdict import Verdict

Check = Callable[[Place, datetime], Iterator[Verdict]]

CHECKS: Sequence[Check] = (
    *doctor_database.CHECKS,
    *doctor_machine.CHECKS,
    *doctor_outside.CHECKS,
)


def examine(place: Place, now: datetime) -> list[Verdict]:
    """Run every check."""
    return [verdict for check in CHECKS for verdict in _safely(check, place, now)]


def is_well(verdicts: Sequence[Verdict]) -> bool:
    """Tell whether nothing failed."""
    return all(verdict.level != "fail" for verdict in verdicts)


def _safely(check: Check, place: Place, now: datetime) -> Iterator[Verdict]:
    name = check.__name__.strip("_").replace("_", " ")
    try:
        yield from check(place, now)
    except SQLAlchemyError as error:
        db.session.rollback()
        hint = "Look whether the database runs and DATABASE_URL is right."
        yield Verdict(name, "fail", f"the database does not answer: {error.__cause__}", hint)
    except OSError as error:
        yield Verdict(name, "fail", str(error), "See the words of the operating system.")
