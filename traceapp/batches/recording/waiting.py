"""Waiting for whoever is just writing about the same goods or ground.

On PostgreSQL two writers do not see each other's rows. A shipment and its receipt, or a spray and a
harvest, that came at one moment would each be judged as if the other had never happened. SQLite has
one writer at a time.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Integer

from traceapp.batches.models import EventItem
from traceapp.database.engine import db
from traceapp.producers.models import Season

TURNS = 4_209_462  # any number: the family of these advisory locks
# More than enough for small records never to meet by chance, and few enough for a long list of
# large ones: a server holds only so many locks.
MOST_TURNS = 1024

Data = Mapping[str, Any]


def wait_for_others(messages: Iterable[Data]) -> None:
    """Wait until nobody else is writing about what these messages name; then nobody else does.

    To be called before anything is read that they may change. Ends with the transaction.
    """
    if db.engine.dialect.name == "sqlite":
        return
    messages = list(messages)
    named = {subject for message in messages for subject in _subjects(message)}
    wait_for(named | _plots_of(messages) | _corrected(messages))


def wait_for(subjects: Iterable[UUID]) -> None:
    """Wait until nobody else is writing about these batches, plots, seasons and shipments."""
    if db.engine.dialect.name == "sqlite":
        return
    # In order, so that two writers wait for each other and never in a circle.
    turns = sorted({subject.int % MOST_TURNS for subject in subjects})
    if turns:
        db.session.execute(_WAIT, {"turns": turns})


def _subjects(message: Data) -> Iterator[UUID]:
    for name in ("inputs", "outputs", "about"):
        for line in message[name]:
            yield line["batch_id"]
    yield message["id"]
    for name in ("plot_id", "season_id", "ship_event_id"):
        if message[name] is not None:
            yield message[name]


def _plots_of(messages: Iterable[Data]) -> set[UUID]:
    """Give the plots of the seasons that are named alone, as others may name only these."""
    seasons = {one["season_id"] for one in messages if one["plot_id"] is None} - {None}
    if not seasons:
        return set()
    return set(db.session.scalars(select(Season.plot_id).where(Season.season_id.in_(seasons))))


def _corrected(messages: Iterable[Data]) -> set[UUID]:
    """Give the steps that are corrected and the batches that they named: those change too."""
    steps = {one["corrects"] for one in messages} - {None}
    if not steps:
        return set()
    named = select(EventItem.batch_id).where(EventItem.event_id.in_(steps))
    return {*steps, *db.session.scalars(named)}


_TURN = func.unnest(bindparam("turns", type_=ARRAY(Integer))).column_valued("turn")
_WAIT = select(func.pg_advisory_xact_lock(TURNS, _TURN))
