"""Letting producers in, or not. Callers own the transaction."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from traceapp import problem
from traceapp.admission import letters
from traceapp.audit.operations import note
from traceapp.batches.activation import activate_when_complete
from traceapp.batches.models import Batch
from traceapp.database.engine import db
from traceapp.freshness import operations as freshness
from traceapp.producers import operations as producers
from traceapp.producers import queries
from traceapp.producers.models import Producer

By = tuple[UUID, UUID]


def admit(producer_id: UUID, *, by: By, now: datetime) -> None:
    """Let a producer in: codes that waited for it go live, and its pages say who let it in.

    Raises NotFound for a missing producer and for one's own, ChangedMeanwhile where it is in.
    """
    _require_open(producer_id, by)
    producers.decide_admission(producer_id, admitted=True, by=by, now=now)
    note(producer_id, "producer_admitted", f"producer/{producer_id}", by=by, now=now)
    batches = select(Batch.producer_id, Batch.batch_id).where(Batch.producer_id == producer_id)
    refs = [(row.producer_id, row.batch_id) for row in db.session.execute(batches)]
    freshness.forget(refs)
    activate_when_complete(refs, now=now)
    letters.tell_admitted(producer_id, now=now)


def refuse(producer_id: UUID, reason: str, *, by: By, now: datetime) -> None:
    """Refuse a producer that waits, with the reason its own desk shows.

    Raises NotFound for a missing producer and for one's own, ChangedMeanwhile where it is in.
    """
    _require_open(producer_id, by)
    producers.decide_admission(producer_id, admitted=False, by=by, now=now, reason=reason)
    note(producer_id, "producer_refused", f"producer/{producer_id}", by=by, now=now)
    letters.tell_refused(producer_id, reason, now=now)


def _require_open(producer_id: UUID, by: By) -> None:
    # Two officers may decide at once: the second waits here and finds what the first one said.
    locked = select(Producer.producer_id).where(Producer.producer_id == producer_id)
    found = db.session.execute(locked.with_for_update()).one_or_none()
    if found is None or producer_id == by[0]:
        raise problem.NotFound
    newest = queries.admission_of(producer_id)
    if newest is not None and newest.decision == "admitted":
        raise problem.ChangedMeanwhile
