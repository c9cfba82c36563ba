"""Help that bodies of the programme give establishments. Callers own the transaction."""

from datetime import datetime
from typing import Any
from uuid import UUID

from traceapp import problem
from traceapp.audit import operations as audit
from traceapp.batches.recording.waiting import wait_for
from traceapp.chains import faults
from traceapp.chains.models import Support
from traceapp.database.engine import db
from traceapp.network.programme_models import ProgrammeActivity
from traceapp.problem import refuse
from traceapp.producers.models import Producer
from traceapp.trace.facts import Ref

Given = dict[str, Any]


def give(producer_id: UUID, given: Given, by: Ref, *, now: datetime) -> None:
    """Write down help that a body gave an establishment; `SupportSchema` loaded `given`.

    The same form again changes nothing. Raises NotFound for one's own establishment or one that
    is not there, InvalidInput for a day to come and an activity of others.
    """
    if by.producer_id == producer_id or db.session.get(Producer, producer_id) is None:
        raise problem.NotFound
    wait_for([producer_id])
    said = {name: value for name, value in given.items() if name != "id"}
    kept = db.session.get(Support, (producer_id, given["id"]))
    if kept is not None:
        said |= {"by_member_id": by.id}
        if any(getattr(kept, name) != value for name, value in said.items()):
            raise problem.ContentConflict
        return
    found = faults.later("/on_day", given["on_day"], now)
    activity = given["activity_id"]
    if activity and db.session.get(ProgrammeActivity, (by.producer_id, activity)) is None:
        found.append(faults.NO_ACTIVITY)
    refuse(*found)
    row = Support(
        producer_id=producer_id,
        support_id=given["id"],
        by_producer_id=by.producer_id,
        by_member_id=by.id,
        noted_at=now,
        **said,
    )
    db.session.add(row)
    db.session.flush()
    about = f"participant/{producer_id}"
    for book in {producer_id, by.producer_id}:
        audit.note(book, "support.given", about, by=(by.producer_id, by.id), now=now)
