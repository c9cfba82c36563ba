"""How far the records of lots are checked: the highest level anybody else stands behind. Core only.

As on the page of a lot: steps of the lot, of what it was made from, and of the seasons that it was
harvested from until then. What was corrected, a sample without its result, and a bad result
count for nothing. As many queries whatever the number of lots.
"""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import CTE, ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased

from traceapp.batches.books.models import HandOff
from traceapp.batches.books.stock import is_corrected
from traceapp.batches.models import Event, EventEvidence, EventItem
from traceapp.findings.walking import ROOT, OfAncestry, naming
from traceapp.trace.facts import EvidenceLevel, Ref
from traceapp.trace.sentences import answers_badly

_NO_PROOF = "take_sample"
_AGREED = ("matched", "settled")
_HARVEST, _MADE = aliased(Event), aliased(EventItem)
_COLUMNS = (EventEvidence.level, Event.step_kind, Event.document)


def levels_of(lots: Collection[Ref]) -> dict[Ref, EvidenceLevel]:
    """Give the level of each lot; SELF where nobody else stands behind anything."""
    found = dict.fromkeys(lots, EvidenceLevel.SELF)
    for question in (_STEPS, _SEASONS):
        for row in question.rows(lots):
            if _is_good(row):
                _raise(found, row, EvidenceLevel(row.level))
    for row in _HAND_OFFS.rows(lots):
        _raise(found, row, EvidenceLevel.COUNTERPART)
    return found


def _raise(found: dict[Ref, EvidenceLevel], row: Any, level: EvidenceLevel) -> None:  # noqa: ANN401 - a row
    root = Ref(row.root_producer_id, row.root_id)
    found[root] = max(found[root], level, key=lambda one: one.rank)


def _is_good(row: Any) -> bool:  # noqa: ANN401 - a row
    fields = json.loads(row.document).get("fields", {})
    return row.step_kind != _NO_PROOF and not answers_badly(row.step_kind, fields)


def _root(tree: CTE) -> tuple[ColumnElement[Any], ...]:
    return tuple(tree.c[name] for name in ROOT)


def _is_of_event() -> ColumnElement[bool]:
    return and_(
        EventEvidence.producer_id == Event.producer_id, EventEvidence.event_id == Event.event_id
    )


def _counts() -> ColumnElement[bool]:
    """Match checks by somebody else; an official's or a laboratory's own record is one, too."""
    return and_(
        ~is_corrected(),
        EventEvidence.level != EvidenceLevel.SELF,
        or_(
            EventEvidence.level.in_((EvidenceLevel.INSPECTOR, EvidenceLevel.LAB)),
            EventEvidence.by_member_id.is_(None),
            EventEvidence.by_member_id != Event.author_member_id,
        ),
    )


def _steps(tree: CTE) -> Any:  # noqa: ANN401 - a select
    is_item = and_(EventItem.producer_id == Event.producer_id, EventItem.event_id == Event.event_id)
    return (
        select(*_root(tree), *_COLUMNS)
        .select_from(tree)
        .join(EventItem, naming(tree))
        .join(Event, is_item)
        .join(EventEvidence, _is_of_event())
        .where(_counts())
        .distinct()
    )


def _seasons(tree: CTE) -> Any:  # noqa: ANN401 - a select
    is_made = and_(
        _MADE.batch_producer_id == tree.c.producer_id,
        _MADE.batch_id == tree.c.batch_id,
        _MADE.direction == "output",
    )
    is_harvest = and_(
        _HARVEST.producer_id == _MADE.producer_id, _HARVEST.event_id == _MADE.event_id
    )
    is_before = and_(
        Event.site_producer_id == _HARVEST.site_producer_id,
        Event.season_id == _HARVEST.season_id,
        Event.event_time <= _HARVEST.event_time,
    )
    return (
        select(*_root(tree), *_COLUMNS)
        .select_from(tree)
        .join(_MADE, is_made)
        .join(_HARVEST, is_harvest)
        .join(Event, is_before)
        .join(EventEvidence, _is_of_event())
        .where(_counts())
        .distinct()
    )


def _hand_offs(tree: CTE) -> Any:  # noqa: ANN401 - a select
    is_of_lot = and_(
        HandOff.batch_producer_id == tree.c.producer_id, HandOff.batch_id == tree.c.batch_id
    )
    is_agreed = HandOff.state.in_(_AGREED)
    is_between = HandOff.sender_id != HandOff.receiver_id
    return (
        select(*_root(tree))
        .select_from(tree)
        .join(HandOff, is_of_lot)
        .where(is_agreed, is_between)
        .distinct()
    )


_STEPS, _SEASONS, _HAND_OFFS = OfAncestry(_steps), OfAncestry(_seasons), OfAncestry(_hand_offs)
