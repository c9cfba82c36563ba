"""Finding out whom a stop, a recall or its end is told: what codes say, against what was told.

Whoever acts only leaves a job; the worker compares. However many batches a recall reaches, that is
one query over the browsers that wait for word, and however often it is asked, each is told once.
"""

from datetime import datetime, time, timedelta
from functools import partial
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, select, update

from traceapp.codes.models import PublicCode
from traceapp.codes.recalled import STATE
from traceapp.database.asking import ask
from traceapp.database.engine import db
from traceapp.jobs import operations as jobs
from traceapp.jobs.registry import Deed, Payload
from traceapp.push import operations
from traceapp.push.models import PushSubscription
from traceapp.push.posting import post
from traceapp.push.states import TOLD_STATES

LOOK, DAILY_LOOK = "push.look", "push.look_daily"
DAILY_AT = time(4, 40)  # in Hanoi
SEEN_AFTER = timedelta(seconds=20)
CHUNK = 200
"""Browsers that one transaction writes down; the next job goes on where it ended."""


def look(*, now: datetime) -> None:
    """Have the worker look, after the commit, whom there is something to tell.

    While nobody waits for word it is one row that is asked for, and no job.
    """
    if ask(_WAITING):
        jobs.enqueue(LOOK, {}, now=now)


def look_again(code: str, *, now: datetime) -> None:
    """Look at a code once more that somebody just asked to be told about.

    Who stopped it in that same moment did not see him, nor he the stop.
    """
    jobs.enqueue(LOOK, {"code": code}, now=now, run_after=now + SEEN_AFTER)


def look_job(payload: Payload, now: datetime) -> Deed:
    """Do a job of the kind LOOK: of all codes, or of one."""
    of_code = [PushSubscription.code == payload["code"]] if "code" in payload else []
    rows = db.session.execute(
        select(PushSubscription.subscription_id, PushSubscription.told_number, STATE)
        .join(PublicCode, PublicCode.code == PushSubscription.code)
        .where(*of_code, STATE.in_(TOLD_STATES), PushSubscription.told != STATE)
        .order_by(PushSubscription.subscription_id)
        .limit(CHUNK)
    ).all()
    return partial(_tell, payload, [(one, number, str(state)) for one, number, state in rows], now)


def look_daily_job(_payload: Payload, now: datetime) -> Deed:
    """Look once a day, too, for what was written past the acts; forget whoever asked long ago."""

    def deed() -> None:
        operations.forget_old(now)
        look(now=now)

    return deed


def _tell(payload: Payload, found: list[tuple[UUID, int, str]], now: datetime) -> None:
    for subscription_id, number, state in found:
        if _is_told(subscription_id, number, state):
            post(subscription_id, {"state": state, "number": number + 1}, now=now)
    if len(found) == CHUNK:
        jobs.enqueue(LOOK, payload, now=now)


def _is_told(subscription_id: UUID, number: int, state: str) -> bool:
    """Note what is told; False where somebody else has told it meanwhile, or wants nothing more."""
    noted = db.session.execute(
        update(PushSubscription)
        .where(
            PushSubscription.subscription_id == subscription_id,
            PushSubscription.told_number == number,
            PushSubscription.code.is_not(None),
        )
        .values(told=state, told_number=number + 1)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", noted).rowcount == 1


# Written once: it is asked at every act.
_WAITING = (
    select(PushSubscription.subscription_id).where(PushSubscription.code.is_not(None)).limit(1)
)
