"""Asking about the demo: which day it plays on, and whether it has grown old."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import exists, select

from traceapp.batches.models import Event
from traceapp.database.engine import db
from traceapp.demo.clock import HANOI
from traceapp.demo.models import DemoLoad
from traceapp.producers.models import Producer

STALE_AFTER_DAYS = 2


def loaded_on() -> date | None:
    """Give the day T the loaded demo plays on; None where none is loaded."""
    return db.session.execute(select(DemoLoad.t_date)).scalar_one_or_none()


def is_stale(now: datetime) -> bool:
    """Tell whether a loaded demo plays on a day more than two days ago (aware `now`)."""
    t = loaded_on()
    return t is not None and (now.astimezone(HANOI).date() - t).days > STALE_AFTER_DAYS


def has_real_producer() -> bool:
    """Tell whether anybody real has registered here."""
    return db.session.execute(select(exists().where(~Producer.is_demo))).scalar_one()


def has_any_event(event_ids: Iterable[UUID]) -> bool:
    """Tell whether one of these events is recorded."""
    return db.session.execute(select(exists().where(Event.event_id.in_(event_ids)))).scalar_one()
