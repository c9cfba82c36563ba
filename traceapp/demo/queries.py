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
from traceapp.public.models import ProblemReport

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


def report_received(at: datetime, text: str) -> UUID | None:
    """Find a shopper's report by the moment it came and its words; None where there is none."""
    query = select(ProblemReport.report_id).where(
        ProblemReport.received_at == at, ProblemReport.text == text
    )
    return db.session.scalars(query).one_or_none()
