"""Takes in the slips that waited for the other side, once that has sent its records or its key."""

from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy import ColumnElement, update

from traceapp import problem
from traceapp.batches.recording import waiting
from traceapp.batches.recording.capturing import Answer
from traceapp.database.engine import db
from traceapp.handoffs.models import HandOverSlip
from traceapp.jobs.registry import Deed, Payload
from traceapp.phone import kept_slips, slips
from traceapp.phone.models import PhoneRecord
from traceapp.problem.phones import SlipWaits


def take_job(payload: Payload, now: datetime) -> Deed:
    """Do a job of the kind TAKE: of a shipment, or of a phone whose key came."""
    producer_id = UUID(str(payload["producer_id"]))
    if "phone_id" in payload:
        wanted = kept_slips.of_phone(producer_id, UUID(str(payload["phone_id"])))
    else:
        wanted = kept_slips.of_shipment(producer_id, UUID(str(payload["event_id"])))
    return partial(take_waiting, wanted, now)


def take_waiting(wanted: ColumnElement[bool], now: datetime) -> None:
    """Take in those of these slips that waited, and that wait for nothing more."""
    rows = kept_slips.waiting_for(wanted)
    pairs = [(row, slips.read(kept_slips.texts(row))) for row in rows]
    waiting.wait_for_others([pair.message.data for _, pair in pairs])
    for row, pair in pairs:
        answer = _taken(pair, now)
        if isinstance(answer, problem.Problem) and not isinstance(answer, SlipWaits):
            _lay_before_people(row, answer)


def _taken(pair: slips.Pair, now: datetime) -> Answer:
    try:
        return slips.take(pair, now)
    except problem.Problem as refusal:
        return refusal


def _lay_before_people(row: HandOverSlip, refusal: problem.Problem) -> None:
    """Let the record that came with them stand among the refused: its people read there why."""
    db.session.execute(
        update(PhoneRecord)
        .where(
            PhoneRecord.producer_id == row.producer_id,
            PhoneRecord.phone_id == row.phone_id,
            PhoneRecord.event_id == row.event_id,
            PhoneRecord.status == int(SlipWaits.status),
        )
        .values(status=int(refusal.status))
    )
