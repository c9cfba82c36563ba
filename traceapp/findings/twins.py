"""Steps that say the very same under many ids: of however many, those that decide it are read."""

from collections.abc import Collection, Iterable
from collections.abc import Set as AbstractSet
from datetime import datetime

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import aliased

from traceapp.batches.books.models import CorrectedEvent, SetAsideParent
from traceapp.batches.models import Event
from traceapp.database.asking import among, ask
from traceapp.findings.reading import AnyRow, Steps, rows, steps_of
from traceapp.trace.facts import Ref

# What events share that may say the same.
Kin = tuple[str, datetime, int]


def with_twins(steps: Steps, written: AbstractSet[Ref]) -> Steps:
    """Add the steps that tell whether these, or some just written, say what another says.

    A step needs the first of those like it. Where one is the first, or was until now, all that
    are like it are judged again.
    """
    shared = list(rows(_SHARED, steps.keys() | written))
    if not shared:
        return steps
    later = [row for row in shared if row.first is not None and row.first < row.event_id]
    both = {ref for row in later for ref in (_ref(row), _first(row))}
    steps = steps | steps_of(both - steps.keys())
    whole = {_kin(row) for row in shared if row.first is not None and row.first >= row.event_id}
    whole |= {_kin(row) for row in later if not _is_twin(row, steps)}
    return steps | steps_of(_members(whole) - steps.keys())


def _is_twin(row: AnyRow, steps: Steps) -> bool:
    """Tell whether the first of what is like a step says the same, as it nearly always does."""
    own, first = _ref(row), _first(row)
    return first in steps and steps[own].content == steps[first].content


def _members(kin: Collection[Kin]) -> set[Ref]:
    if not kin:
        return set()
    values = zip(*kin, strict=True)
    found: Iterable[AnyRow] = ask(
        _LIKE, **dict(zip(("kinds", "times", "likes"), values, strict=True))
    )
    return {_ref(row) for row in found if _kin(row) in kin}


def _ref(row: AnyRow) -> Ref:
    return Ref(row.producer_id, row.event_id)


def _first(row: AnyRow) -> Ref:
    return Ref(row.producer_id, row.first)


def _kin(row: AnyRow) -> Kin:
    return row.step_kind, row.event_time, row.likeness


# Written once: putting a query together takes longer than asking it.
_SAID = (Event.producer_id, Event.event_id, Event.step_kind, Event.event_time, Event.likeness)
_OTHER = aliased(Event)
_IS_LIKE = and_(
    _OTHER.step_kind == Event.step_kind,
    _OTHER.event_time == Event.event_time,
    _OTHER.likeness == Event.likeness,
)
_COUNTS = and_(
    ~select(CorrectedEvent.event_id)
    .where(
        CorrectedEvent.producer_id == _OTHER.producer_id,
        CorrectedEvent.event_id == _OTHER.event_id,
    )
    .exists(),
    ~select(SetAsideParent.event_id)
    .where(
        SetAsideParent.event_producer_id == _OTHER.producer_id,
        SetAsideParent.event_id == _OTHER.event_id,
    )
    .exists(),
)
_SORTED = select(_OTHER.event_id).order_by(_OTHER.event_id).limit(1)
_FIRST = _SORTED.where(_IS_LIKE, _COUNTS).scalar_subquery()
_ANOTHER = _SORTED.where(_IS_LIKE, _OTHER.event_id != Event.event_id).scalar_subquery()
_SHARED = select(*_SAID, _FIRST.label("first")).where(
    among(Event.producer_id, Event.event_id), _ANOTHER.is_not(None)
)
_LIKE = select(*_SAID).where(
    Event.step_kind.in_(bindparam("kinds", expanding=True)),
    Event.event_time.in_(bindparam("times", expanding=True)),
    Event.likeness.in_(bindparam("likes", expanding=True)),
)
