"""Sums of cleaner production by year, kept as things are recorded; they can be made again.

Subjects: `assessments` opened, measures `proposed` and `done`, `establishments` where one was done,
and by kind of indicator `said/energy` (whole figures that hold: of each name the newest that was
checked, and a newer one that nobody has checked) and `checked/energy` (those of them that were
checked), with the sum of their changes in hundredths of a per cent. Years are those of
the day in question; a figure's is the year in which its later period ends.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from traceapp.database.engine import db
from traceapp.network import queries
from traceapp.network.figures import Claim
from traceapp.network.models import CleanerAssessment, CleanerMeasure, CleanerMeasureStep
from traceapp.network.programme_models import ProgrammeEstablishment, ProgrammeSum
from traceapp.network.told import Indicator
from traceapp.web.pages import HANOI

Key = tuple[int, str]


def add(year: int, subject: str, *, count: int = 1, total: int = 0) -> None:
    """Add to one sum. Callers own the transaction."""
    if count or total:
        given = {"year": year, "subject": subject, "count": count, "total": total}
        db.session.execute(_ADD[db.engine.dialect.name], given)


def add_figure(claim: Claim, group: str, sign: int = 1) -> None:
    """Add a whole figure to `said` or `checked`, or take it away again with the sign -1."""
    found = _of_claim(claim)
    if found is not None:
        year, kind, hundredths = found
        add(year, f"{group}/{kind}", count=sign, total=sign * hundredths)


def add_said(new: Claim, held: Iterable[Indicator]) -> None:
    """Count a new figure, and no longer the unchecked one whose place it takes.

    `held` are those of its kind and name that held before it; one that lacks takes no place.
    """
    if new.is_whole:
        for one in held:
            if one.check is None:
                add_figure(one.claim, "said", -1)
    add_figure(new, "said")


def add_checked(new: Claim, held: Iterable[Indicator]) -> None:
    """Count a said figure as checked, and no longer the checked one whose place it takes."""
    for one in held:
        if one.check is not None:
            add_figure(one.claim, "said", -1)
            add_figure(one.claim, "checked", -1)
    add_figure(new, "checked")


def add_done(year: int, producer_id: UUID) -> None:
    """Count a measure that is done, and its establishment where it is the first of the year.

    Two at once of one establishment wait for each other: one of them is the first.
    """
    add(year, "done")
    given = {"year": year, "producer_id": producer_id}
    joined = db.session.execute(_JOIN[db.engine.dialect.name], given)
    if joined.first() is not None:
        add(year, "establishments")


def kept() -> dict[Key, tuple[int, int]]:
    """Give the sums as they are kept; those of nothing are left out."""
    rows = db.session.execute(select(ProgrammeSum)).scalars()
    return {(one.year, one.subject): (one.count, one.total) for one in rows if one.count}


def recomputed() -> dict[Key, tuple[int, int]]:
    """Give the same from what is recorded."""
    found: dict[Key, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for year, subject, hundredths in (*_counted(), *_measured()):
        count, total = found[year, subject]
        found[year, subject] = count + 1, total + hundredths
    return dict(found)


def _counted() -> Iterator[tuple[int, str, int]]:
    for at in db.session.scalars(select(CleanerAssessment.opened_at)):
        yield at.astimezone(HANOI).year, "assessments", 0
    for day in db.session.scalars(select(CleanerMeasure.proposed_on)):
        yield day.year, "proposed", 0
    done = list(_done())
    yield from ((year, "done", 0) for year, _producer_id in done)
    yield from ((year, "establishments", 0) for year, _producer_id in set(done))


def _measured() -> Iterator[tuple[int, str, int]]:
    for figure in queries.all_holding():
        told = _of_claim(figure.claim)
        if told is not None:
            year, kind, hundredths = told
            yield year, f"said/{kind}", hundredths
            if figure.check is not None:
                yield year, f"checked/{kind}", hundredths


def rebuild() -> None:
    """Make all sums again. Callers own the transaction."""
    sums, done = recomputed(), set(_done())
    db.session.execute(delete(ProgrammeSum))
    db.session.execute(delete(ProgrammeEstablishment))
    if sums:
        rows = [
            {"year": year, "subject": subject, "count": count, "total": total}
            for (year, subject), (count, total) in sums.items()
        ]
        db.session.execute(insert(ProgrammeSum), rows)
    if done:
        members = [{"year": year, "producer_id": one} for year, one in done]
        db.session.execute(insert(ProgrammeEstablishment), members)


def _done() -> Iterable[tuple[int, UUID]]:
    query = select(CleanerMeasureStep.on_day, CleanerMeasureStep.producer_id).where(
        CleanerMeasureStep.state == "done"
    )
    return ((row.on_day.year, row.producer_id) for row in db.session.execute(query))


def _of_claim(claim: Claim) -> tuple[int, str, int] | None:
    if not claim.is_whole or claim.change is None or claim.after_period is None:
        return None
    return claim.after_period.last.year, claim.kind, int(claim.change * 100)


def _adding(into: Callable[..., Any]) -> Any:  # noqa: ANN401 - an insert of a dialect
    table = ProgrammeSum.__table__
    names = ("year", "subject", "count", "total")
    new = into(table).values({name: bindparam(name) for name in names})
    added = {name: table.c[name] + new.excluded[name] for name in ("count", "total")}
    return new.on_conflict_do_update(index_elements=["year", "subject"], set_=added)


def _joining(into: Callable[..., Any]) -> Any:  # noqa: ANN401 - an insert of a dialect
    table = ProgrammeEstablishment.__table__
    names = ("year", "producer_id")
    new = into(table).values({name: bindparam(name) for name in names})
    return new.on_conflict_do_nothing().returning(table.c.year)


# Written once: putting a statement together takes longer than running it.
_JOIN = {"sqlite": _joining(sqlite_insert), "postgresql": _joining(postgresql_insert)}
_ADD = {"sqlite": _adding(sqlite_insert), "postgresql": _adding(postgresql_insert)}
