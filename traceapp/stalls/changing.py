"""Stalls are opened and named, and lots put on and taken off them. Callers own the transaction.

Two people at one stall take turns; what both say is written once.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from marshmallow import Schema, ValidationError, fields
from sqlalchemy import select

from traceapp import problem
from traceapp.audit import operations as audit
from traceapp.batches.recording.capturing import Actor
from traceapp.batches.recording.waiting import wait_for
from traceapp.batches.told_lots import UNTOLD, lots_told_to
from traceapp.codes.states import CodeState
from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.database.ids import new_id
from traceapp.freshness import operations as freshness
from traceapp.gs1.batch_code import StallCode
from traceapp.producers.models import Site
from traceapp.stalls import sold_out
from traceapp.stalls.models import Stall, StallLot
from traceapp.stalls.queries import find_stall, held_lot, on_stall
from traceapp.trace.facts import Ref
from traceapp.web.faults import Fault
from traceapp.web.fields import PlainText

By = tuple[UUID, UUID]  # producer and member
ABOUT = "stall/{}"
LONGEST_NAME = 60
MOST_LOTS = 60  # on one stall: its page is read on a phone


class Gone(StrEnum):
    """Why a lot is no longer on a stall."""

    TAKEN_OFF = "taken_off"
    SOLD_OUT = "sold_out"


class StallSchema(Schema):
    """A stall: what it is called, and at which site of the producer it stands."""

    name = PlainText(LONGEST_NAME, required=True)
    site_id = fields.UUID(required=True)


NO_SITE = Fault("unknown_site", problem.N_("Choose one of your own places."))
CLOSED = Fault(
    "stall_closed",
    problem.N_("This stall was put into the archive, so nothing can be put on it."),
    problem.N_("Take it back out of the archive first."),
)
FULL = Fault(
    "stall_full",
    problem.N_("At most {most} lots fit on one stall."),
    problem.N_("Take off what is sold out, or open another stall."),
    most=str(MOST_LOTS),
)
NOT_IN_HAND = Fault(
    "not_in_hand",
    problem.N_("By your books you have nothing of this lot in hand."),
    problem.N_("Look at the code again, confirm its delivery, or count what is there."),
)
NOT_SOLD: Mapping[CodeState, Fault] = {
    CodeState.NOT_ACTIVATED: Fault(
        "not_activated",
        problem.N_("The page of this lot is not in use yet."),
        problem.N_("Its producer must complete the record first."),
    ),
    CodeState.HELD: Fault(
        "held",
        problem.N_("This lot is held back and may not be sold."),
        problem.N_("Wait until somebody in charge releases it."),
    ),
    CodeState.SALE_STOPPED: Fault(
        "sale_stopped",
        problem.N_("The sale of this lot is stopped."),
        problem.N_("Keep it apart until its sale is allowed again."),
    ),
    CodeState.EXPIRED: Fault(
        "expired",
        problem.N_("This lot is past its use-by date."),
        problem.N_("Do not sell it."),
    ),
    CodeState.SUSPENDED: Fault(
        "suspended",
        problem.N_("The authority has suspended this lot."),
        problem.N_("Ask the authority named on the page of the code."),
    ),
    CodeState.RECALLED: Fault(
        "recalled",
        problem.N_("This lot is recalled."),
        problem.N_("Do not sell it, and keep it apart."),
    ),
    CodeState.VOIDED: Fault(
        "voided",
        problem.N_("The label of this lot was cancelled."),
        problem.N_("Use the code that replaces it."),
    ),
}


def open_stall(
    by: By, given: Mapping[str, Any], *, now: datetime, code: StallCode | None = None
) -> Stall:
    """Open a stall at a site of the producer; the demo brings its code. Raises ValidationError."""
    data = _load(by[0], given)
    stall = Stall(
        producer_id=by[0],
        stall_id=new_id(),
        code=(code or StallCode.mint()).text,
        created_at=now,
        changed_at=now,
        **data,
    )
    db.session.add(stall)
    db.session.flush()
    audit.note(by[0], "stall.opened", ABOUT.format(stall.stall_id), by=by, now=now)
    return stall


def change_stall(
    by: By, stall_id: UUID, given: Mapping[str, Any], *, version: int, now: datetime
) -> None:
    """Give a stall another name or site. Raises NotFound, ValidationError, ChangedMeanwhile."""
    wait_for([stall_id])
    stall, data = find_stall(by[0], stall_id), _load(by[0], given)
    if stall.version != version:
        raise problem.ChangedMeanwhile
    changed = [name for name, value in data.items() if getattr(stall, name) != value]
    if not changed:
        return
    for name in changed:
        setattr(stall, name, data[name])
    stall.version += 1
    db.session.flush()
    detail = {"fields": ", ".join(sorted(set(changed) - {"folded_name"}))}
    audit.note(by[0], "stall.changed", ABOUT.format(stall_id), by=by, now=now, detail=detail)
    freshness.step()


def put_on(by: By, stall_id: UUID, code: str, *, today: date, now: datetime) -> None:
    """Put the lot of a code on a stall. Raises NotFound, and ValidationError where it may not."""
    wait_for([stall_id])
    stall, lot = find_stall(by[0], stall_id), held_lot(by[0], code, today)
    if stall.archived_at is not None:
        raise ValidationError({"code": [CLOSED]})
    if lot is None:
        raise ValidationError({"code": [NOT_IN_HAND]})
    if not lot.is_for_sale:
        raise ValidationError({"code": [NOT_SOLD[lot.state]]})
    there = {one.ref for one in on_stall((by[0], stall_id), today)}
    if lot.ref in there:
        return
    if len(there) >= MOST_LOTS:
        raise ValidationError({"code": [FULL]})
    stay = StallLot(
        producer_id=by[0],
        stay_id=new_id(),
        stall_id=stall_id,
        batch_producer_id=lot.ref.producer_id,
        batch_id=lot.ref.id,
        put_on_by_member_id=by[1],
        put_on_at=now,
    )
    db.session.add(stay)
    _changed(by, stall, "put_on", lot.lot, now)


def take_off(by: By, stall_id: UUID, lot: Ref, why: Gone, *, now: datetime) -> bool:
    """Take a lot off a stall, whatever its state; tell whether the books have nothing left by it.

    What is gone already stays gone as it was told first. Raises NotFound without such a stall.
    """
    stall, stay = find_stall(by[0], stall_id), _stay(by[0], stall_id, lot)
    if stay is None:
        return False
    wait_for([stall_id, lot.id, sold_out.event_of(stay.stay_id)])
    db.session.refresh(stay)
    if stay.gone_at is not None:
        return False
    stay.gone, stay.gone_at, stay.gone_by_member_id = why.value, now, by[1]
    db.session.flush()
    is_counted = why is Gone.SOLD_OUT and sold_out.count_nothing(Actor(*by), stall, stay, now=now)
    _changed(by, stall, why.value, lots_told_to(by[0], [lot]).get(lot, UNTOLD), now)
    return is_counted


def _stay(producer_id: UUID, stall_id: UUID, lot: Ref) -> StallLot | None:
    there = select(StallLot).where(
        StallLot.producer_id == producer_id,
        StallLot.stall_id == stall_id,
        StallLot.batch_producer_id == lot.producer_id,
        StallLot.batch_id == lot.id,
        StallLot.gone_at.is_(None),
    )
    return db.session.scalars(there).one_or_none()


def _changed(by: By, stall: Stall, act: str, lot: str, now: datetime) -> None:
    stall.changed_at = now
    db.session.flush()
    about, detail = ABOUT.format(stall.stall_id), {"lot": lot}
    audit.note(by[0], f"stall.{act}", about, by=by, now=now, detail=detail)
    freshness.step()


def _load(producer_id: UUID, given: Mapping[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = StallSchema().load(given)
    site = db.session.get(Site, (producer_id, data["site_id"]))
    if site is None:
        raise ValidationError({"site_id": [NO_SITE]})
    return {**data, "folded_name": fold(data["name"])}
