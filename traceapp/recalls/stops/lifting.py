"""Allowing the sale of a stopped lot again. Callers own the transaction."""

from datetime import datetime
from uuid import UUID

from marshmallow import Schema, fields

from traceapp import problem
from traceapp.accounts.persons import is_same_person
from traceapp.batches.recording.waiting import wait_for
from traceapp.database.engine import db
from traceapp.recalls import checks
from traceapp.recalls.notices import pushing
from traceapp.recalls.second_person import may_go_alone
from traceapp.recalls.stops import telling as stop_telling
from traceapp.recalls.stops.models import SaleStopLift, SaleStopRequest
from traceapp.recalls.stops.queries import StopTold, stopped_among, stops_on
from traceapp.recalls.stops.stopping import Actor, note, tell
from traceapp.trace.facts import Ref
from traceapp.web.fields import PlainText

LONGEST_REASON = 2000


class LiftSchema(Schema):
    """Why sale may go on."""

    stop = fields.UUID(required=True)
    reason = PlainText(LONGEST_REASON, required=True)


def lift(batch: Ref, stop_id: UUID, by: Actor, reason: str, *, now: datetime) -> bool:
    """Allow sale again: by a second person, or after a check that was passed.

    Whoever stopped it himself and has no such check asks a second person: that gives False, and
    the sale stays stopped. If nobody answers for half an hour, he may allow it alone.

    Raises NotFound for a stop that is not open or not this person's business, InvalidInput for
    who goes on alone too early, or after a check that failed.
    """
    wait_for([batch.id])
    open_stops = {one.stop: one for one in stops_on(batch, asks=by.member.producer_id)}
    told = open_stops.get(Ref(batch.producer_id, stop_id))
    if told is None or told.lift is not None or not may_lift(told, by):
        raise problem.NotFound
    said = {
        "producer_id": batch.producer_id,
        "stop_id": stop_id,
        "reason": reason,
        "by_producer_id": by.member.producer_id,
        "by_member_id": by.member.id,
    }
    if is_alone(told, by):
        if told.request is None:
            db.session.add(SaleStopRequest(**said, asked_at=now))
            db.session.flush()
            note("sale.lift_asked", batch, by, now)
            return False
        _check_alone(told, told.request.at, now)
    db.session.add(SaleStopLift(**said, lifted_at=now))
    db.session.flush()
    note("sale.allowed", batch, by, now)
    tell({batch}, now)
    stop_telling.expect(told.stop, "allowed", now=now)
    if not stopped_among({batch}):
        pushing.of_sale(batch, "sale_allowed", by.member.producer_id, reason, now=now)
    return True


def may_lift(told: StopTold, by: Actor) -> bool:
    """Tell whether a stop is theirs to lift: their own body's, or, for an authority, anybody's."""
    return by.is_authority or told.by.producer_id == by.member.producer_id


def is_alone(told: StopTold, by: Actor) -> bool:
    """Tell whether nobody stands beside who stopped the sale: no second person, no check."""
    is_first = is_same_person(told.by, by.member)
    return is_first and not checks.is_passed(told.batch, told.at, by.member)


def _check_alone(told: StopTold, asked_at: datetime, now: datetime) -> None:
    if checks.is_failed(told.batch, told.at):
        raise problem.InvalidInput(findings=[_FAILED])
    if not may_go_alone(asked_at, now):
        raise problem.InvalidInput(findings=[_ALONE])


_ALONE = problem.Finding(
    "/reason",
    "second_person",
    problem.N_("Whoever stopped the sale cannot allow it again alone."),
    problem.N_(
        "Ask a colleague or an officer to allow it, or record a check that was passed. If nobody "
        "answers for 30 minutes after you asked, you may allow it alone, with a reason."
    ),
)
_FAILED = problem.Finding(
    "/reason",
    "check_failed",
    problem.N_("The lot failed a check since its sale was stopped."),
    problem.N_("Only a colleague or an officer may allow its sale now."),
)
