"""Joining and leaving chains. Callers own the transaction; nothing is changed, steps are added."""

from datetime import datetime
from typing import Any

from traceapp import problem
from traceapp.audit import operations as audit
from traceapp.batches.recording.waiting import wait_for
from traceapp.chains import faults, queries
from traceapp.chains.models import ChainStep
from traceapp.database.engine import db
from traceapp.freshness import operations as freshness
from traceapp.problem import refuse
from traceapp.producers.models import ProducerKind
from traceapp.trace.facts import Ref

Given = dict[str, Any]


def join(given: Given, by: Ref, *, now: datetime) -> None:
    """Join a chain for the establishment of `by`; `given` is what `MembershipSchema` loaded.

    The same form again changes nothing. Raises InvalidInput where it is in the chain, for a day
    that is still to come, and for one before it left; ContentConflict for other words of one form.
    """
    _step("joined", given, by, now)


def leave(given: Given, by: Ref, *, now: datetime) -> None:
    """Leave a chain; as `join`."""
    _step("left", given, by, now)


def _step(state: str, given: Given, by: Ref, now: datetime) -> None:
    wait_for([by.producer_id])
    kept = db.session.get(ChainStep, (by.producer_id, given["id"]))
    if kept is not None:
        said = (kept.chain, kept.state, kept.on_day, kept.by_member_id)
        if said != (given["chain"], state, given["on_day"], by.id):
            raise problem.ContentConflict
        return
    last = queries.last_step(by.producer_id, given["chain"])
    found = faults.later("/on_day", given["on_day"], now)
    found += faults.earlier("/on_day", given["on_day"], last.on_day if last else None)
    is_in = last is not None and last.state == "joined"
    if _is_body(by):
        found.append(faults.BODY)
    elif is_in != (state == "left"):
        found.append(faults.JOINED if is_in else faults.NOT_JOINED)
    refuse(*found)
    row = ChainStep(
        producer_id=by.producer_id,
        step_id=given["id"],
        chain=given["chain"],
        number=(last.number if last else 0) + 1,
        state=state,
        on_day=given["on_day"],
        by_member_id=by.id,
        noted_at=now,
    )
    db.session.add(row)
    db.session.flush()
    freshness.step()
    about = f"chain/{given['chain']}"
    audit.note(by.producer_id, f"chain.{state}", about, by=(by.producer_id, by.id), now=now)


def _is_body(by: Ref) -> bool:
    return db.session.get(ProducerKind, (by.producer_id, "authority")) is not None
