"""How often the pages of labels with a number of their own were opened, and where they were seen.

Openings are counted as those of codes (`codes.openings`), a number a label and day. Where a label
was seen is counted only where somebody says so, by the name of a commune or province; nothing is
kept of who said it.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import and_, bindparam, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from traceapp.codes.bursts import is_much
from traceapp.codes.openings import CHUNK, Opened
from traceapp.codes.page_asking import UNIT
from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.gs1.unit_serial import readable
from traceapp.labels.models import LabelIssue
from traceapp.labels.unit_models import LabelOpeningCount, LabelPlaceCount, LabelUnit
from traceapp.trace.facts import Ref

Key = tuple[Any, ...]  # producer, issue and number
SEVERAL = 3  # places where a label was seen: worth a look


def add(counts: Mapping[Opened, int]) -> None:
    """Add to the counts of labels and days; codes of anything else are others' to count.

    In the order of the key: of two processes that write the same labels none waits in a circle.
    """
    opened = {
        (name.partition(UNIT)[2], day): count
        for (name, day), count in counts.items()
        if UNIT in name
    }
    known = _known(sorted({serial for serial, _ in opened}))
    found = sorted(
        (*known[serial], day, count) for (serial, day), count in opened.items() if serial in known
    )
    if found:
        rows = [dict(zip((*_LABEL, "day", "counted"), one, strict=True)) for one in found]
        db.session.execute(_ADD_OPENED[db.engine.dialect.name], rows)


def tell_place(batch: Ref, serial: str, place: str, day: date) -> bool:
    """Count that a label was seen at a place; tell whether there is such a label of the batch."""
    query = _labels().where(LabelUnit.serial == serial, *_of_batch(batch))
    row = db.session.execute(query).first()
    if row is None:
        return False
    values = dict(zip(_LABEL, row, strict=True)) | {"day": day, "place": place, "counted": 1}
    db.session.execute(_ADD_PLACE[db.engine.dialect.name], [values])
    return True


@dataclass(frozen=True, slots=True)
class Seen:
    """A label whose page was opened, or that was seen somewhere.

    `usual` is the mean busiest day of the other labels of its batch, where others were opened.
    """

    serial: str
    opened: int
    busiest: int
    usual: float | None
    places: Mapping[str, int] = field(default_factory=dict)

    @property
    def readable(self) -> str:
        """Give the number as it stands on the label."""
        return readable(self.serial)

    @property
    def is_burst(self) -> bool:
        """Tell whether it is worth a look: opened far more than others, or seen at many places."""
        return is_much(self.busiest, self.usual) or len(self.places) >= SEVERAL


@dataclass(frozen=True, slots=True)
class Lately:
    """What was counted of the labels of a batch or issue: each of them, and all by place."""

    labels: Sequence[Seen]
    places: Mapping[str, int]


def of_batch(batch: Ref, since: date) -> Lately:
    """Tell of the labels of a batch, whoever printed them."""
    return _lately(batch, since)


def of_issue(issue: LabelIssue, since: date) -> Lately:
    """Tell of the labels of an issue, beside all labels of their batch."""
    return _lately(issue.batch, since, (issue.producer_id, issue.issue_id))


def _lately(batch: Ref, since: date, issue: Key | None = None) -> Lately:
    days, places = dict[str, list[int]](), dict[str, Counter[str]]()
    for one, count in _counted(LabelOpeningCount, batch, since):
        days.setdefault(one, []).append(int(count))
    for one, count, place in _counted(LabelPlaceCount, batch, since, LabelPlaceCount.place):
        places.setdefault(one, Counter())[place] += int(count)
    busiest = {one: max(counted) for one, counted in days.items()}
    names = days.keys() | places.keys()
    if issue is not None:
        names &= _of_issue(issue, names)
    labels = [
        Seen(
            serial=one,
            opened=sum(days.get(one, ())),
            busiest=busiest.get(one, 0),
            usual=_usual(busiest, one),
            places=_in_order(places.get(one, {})),
        )
        for one in names
    ]
    labels.sort(key=lambda one: (not one.is_burst, -one.opened, one.serial))
    seen = [Counter(one.places) for one in labels]
    return Lately(labels, _in_order(sum(seen, Counter())))


def _in_order(places: Mapping[str, int]) -> dict[str, int]:
    """Give places as they are shown: those named most often first."""
    return dict(sorted(places.items(), key=lambda one: (-one[1], fold(one[0]))))


def _usual(busiest: Mapping[str, int], serial: str) -> float | None:
    """Give the mean busiest day of the other labels whose pages were opened at all."""
    others = len(busiest) - (serial in busiest)
    return (sum(busiest.values()) - busiest.get(serial, 0)) / others if others else None


def _counted(of: Any, batch: Ref, since: date, *more: Any) -> Any:  # noqa: ANN401 - tables
    """Give what was counted of the labels of a batch, a row a label and day."""
    key = and_(*(getattr(of, name) == getattr(LabelUnit, name) for name in _LABEL))
    return db.session.execute(
        select(LabelUnit.serial, of.counted, *more)
        .join(LabelUnit, key)
        .join(LabelIssue, _IN_ISSUE)
        .where(of.day >= since, *_of_batch(batch))
    )


def _of_issue(issue: Key, serials: AbstractSet[str]) -> set[str]:
    """Give those of some labels that an issue printed."""
    known = _known(sorted(serials))
    return {serial for serial, label in known.items() if label[:2] == issue}


def _known(wanted: Sequence[str]) -> dict[str, Key]:
    found: dict[str, Key] = {}
    for start in range(0, len(wanted), CHUNK):
        query = select(LabelUnit.serial, *(getattr(LabelUnit, name) for name in _LABEL))
        rows = db.session.execute(query.where(LabelUnit.serial.in_(wanted[start : start + CHUNK])))
        found |= {serial: tuple(key) for serial, *key in rows}
    return found


def _labels() -> Any:  # noqa: ANN401 - a query
    return select(*(getattr(LabelUnit, name) for name in _LABEL)).join(LabelIssue, _IN_ISSUE)


def _of_batch(batch: Ref) -> Sequence[Any]:
    return (LabelIssue.batch_producer_id == batch.producer_id, LabelIssue.batch_id == batch.id)


def _adding(of: Any, insert: Callable[..., Any], *key: str) -> Any:  # noqa: ANN401 - a table
    table = of.__table__
    new = insert(table).values({name: bindparam(name) for name in (*key, "counted")})
    added = {"counted": table.c.counted + new.excluded["counted"]}
    return new.on_conflict_do_update(index_elements=[*key], set_=added)


_LABEL = ("producer_id", "issue_id", "number")
_IN_ISSUE = and_(
    LabelIssue.producer_id == LabelUnit.producer_id, LabelIssue.issue_id == LabelUnit.issue_id
)
# Written once: putting a statement together takes longer than running it.
_INSERTS = {"sqlite": sqlite_insert, "postgresql": postgresql_insert}
_ADD_OPENED = {
    name: _adding(LabelOpeningCount, insert, *_LABEL, "day") for name, insert in _INSERTS.items()
}
_ADD_PLACE = {
    name: _adding(LabelPlaceCount, insert, *_LABEL, "day", "place")
    for name, insert in _INSERTS.items()
}
