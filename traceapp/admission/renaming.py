"""A name that looks like another producer's: asked for, and decided by whoever lets producers in.

Callers own the transaction.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from traceapp import problem
from traceapp.admission import letters, particulars, queries
from traceapp.admission.queries import Applicant
from traceapp.admission.similarity import Match
from traceapp.audit.operations import note
from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.database.ids import new_id
from traceapp.freshness import operations as freshness
from traceapp.producers.models import Producer, Renaming

By = tuple[UUID, UUID]
Said = tuple[str, str, str | None]  # an act, a name, a reason

ASKED, ALLOWED, REFUSED, WITHDRAWN = "asked", "allowed", "refused", "withdrawn"


def newest_of(producer_id: UUID) -> Renaming | None:
    """Give what was last said of a name this producer asked for."""
    newest = queries.is_newest_renaming()
    query = select(Renaming).where(Renaming.producer_id == producer_id, newest)
    return db.session.scalars(query).one_or_none()


def waiting_of(producer_id: UUID) -> Renaming | None:
    """Give the name that a producer waits for."""
    newest = newest_of(producer_id)
    return newest if newest is not None and newest.act == ASKED else None


def waiting() -> Mapping[UUID, Renaming]:
    """Give the names that wait for a decision, by producer."""
    query = select(Renaming).where(Renaming.act == ASKED, queries.is_newest_renaming())
    return {one.producer_id: one for one in db.session.scalars(query)}


def alike(one: Applicant, wished: Renaming) -> Sequence[tuple[Applicant, Match]]:
    """Give the producers that the other name would make one look like, with their addresses."""
    return queries.newly_alike(one, wished.name, one.tax_code)


def ask(by: By, given: Mapping[str, Any], *, version: int | None, now: datetime) -> bool:
    """Change everything but the name, and ask for the name.

    Tells whether it has to be asked for, and does nothing where it has not. Raises what
    `particulars.change` raises.
    """
    producer, wished = _locked(by[0]), particulars.read_name(given)
    if not particulars.is_name_alike(by[0], wished):
        return False
    particulars.change(by, {**given, "name": producer.name}, version=version, now=now)
    _write(producer, (ASKED, wished, None), by=by, now=now)
    return True


def change(by: By, given: Mapping[str, Any], *, version: int | None, now: datetime) -> None:
    """Change a producer's particulars; another name takes back the wish for one that waits."""
    producer = _locked(by[0])
    former = producer.name
    particulars.change(by, given, version=version, now=now)
    wished = waiting_of(by[0])
    if wished is not None and producer.name != former:
        _write(producer, (WITHDRAWN, wished.name, None), by=by, now=now)


def allow(producer_id: UUID, name: str, *, by: By, now: datetime) -> None:
    """Give a producer the name it asked for: every page says it from now on.

    Raises NotFound for a missing producer and for one's own, ChangedMeanwhile where this name does
    not wait any more.
    """
    producer = _required(producer_id, name, by)
    _write(producer, (ALLOWED, name, None), by=by, now=now)
    producer.name, producer.folded_name = name, fold(name)
    producer.version += 1
    db.session.flush()
    freshness.forget_all()
    letters.tell_renamed(producer_id, now=now)


def refuse(producer_id: UUID, name: str, reason: str, *, by: By, now: datetime) -> None:
    """Leave a producer its name, with the reason that its desk shows. Raises as `allow`."""
    producer = _required(producer_id, name, by)
    _write(producer, (REFUSED, name, reason), by=by, now=now)
    letters.tell_not_renamed(producer_id, name, reason, now=now)


def _required(producer_id: UUID, name: str, by: By) -> Producer:
    if producer_id == by[0]:
        raise problem.NotFound
    producer = _locked(producer_id)
    wished = waiting_of(producer_id)
    if wished is None or wished.name != name:
        raise problem.ChangedMeanwhile
    return producer


def _locked(producer_id: UUID) -> Producer:
    """Take the producer's row: two who decide or ask at once come one after the other."""
    query = select(Producer).where(Producer.producer_id == producer_id).with_for_update()
    producer = db.session.scalars(query).one_or_none()
    if producer is None:
        raise problem.NotFound
    return producer


def _write(producer: Producer, said: Said, *, by: By, now: datetime) -> None:
    act, name, reason = said
    keys = {"producer_id": producer.producer_id, "renaming_id": new_id(), "done_at": now}
    told = {"act": act, "name": name, "former_name": producer.name, "reason": reason}
    db.session.add(Renaming(**keys, **told, by_producer_id=by[0], by_member_id=by[1]))
    about, detail = f"producer/{producer.producer_id}", {"before": producer.name, "after": name}
    note(producer.producer_id, f"renaming.{act}", about, by=by, now=now, detail=detail)
