"""Asking about the demo: which day it plays on, and whether it has grown old."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import exists, or_, select

from traceapp.batches.models import Event
from traceapp.database.engine import db
from traceapp.demo.clock import HANOI
from traceapp.demo.models import DemoLoad
from traceapp.demo.second_act import Part
from traceapp.demo.shapes import Happening
from traceapp.findings.models import FindingRow
from traceapp.producers.models import Producer
from traceapp.public.models import ProblemReport
from traceapp.questions.models import Question
from traceapp.recalls.case_models import RecallCase

STALE_AFTER_DAYS = 2
LAB_FAIL = "lab_fail"


def loaded_on(*, alone: bool = False) -> date | None:
    """Give the day T the loaded demo plays on; None where none is loaded.

    `alone` waits for whoever is playing just now, and makes others wait.
    """
    query = select(DemoLoad.t_date)
    return db.session.scalar(query.with_for_update() if alone else query)


def is_stale(now: datetime) -> bool:
    """Tell whether a loaded demo plays on a day more than two days ago (aware `now`)."""
    t = loaded_on()
    return t is not None and (now.astimezone(HANOI).date() - t).days > STALE_AFTER_DAYS


def has_real_producer() -> bool:
    """Tell whether anybody real has registered here."""
    return db.session.execute(select(exists().where(~Producer.is_demo))).scalar_one()


def is_recorded(told: Collection[Happening]) -> bool:
    """Tell whether any of this was played: an event, a recall by its number, or a question."""
    ids = [one.event_id for one in told]
    numbers = [one.entry.given["fields"].get("recall_no") for one in told]
    found = select(
        or_(
            exists().where(Event.event_id.in_(ids)),
            exists().where(RecallCase.number.in_(numbers)),
            exists().where(Question.question_id.in_(ids)),
        )
    )
    return bool(db.session.scalar(found))


def shown(part: Part) -> UUID | None:
    """Give what the page that shows a played part is about; None where it was not played.

    A batch for the laboratory's result, a case for a recall or a drill, a question.
    """
    return db.session.scalar(_SHOWN[part].limit(1))


def report_received(at: datetime, text: str) -> UUID | None:
    """Find a shopper's report by the moment it came and its words; None where there is none."""
    query = select(ProblemReport.report_id).where(
        ProblemReport.received_at == at, ProblemReport.text == text
    )
    return db.session.scalars(query).one_or_none()


_SHOWN = {
    Part.LAB: select(FindingRow.batch_id).where(FindingRow.rule == LAB_FAIL),
    Part.RECALL: select(RecallCase.case_id)
    .where(RecallCase.is_drill.is_(False))
    .order_by(RecallCase.opened_at),
    Part.DRILL: select(RecallCase.case_id)
    .where(RecallCase.is_drill.is_(True))
    .order_by(RecallCase.opened_at),
    Part.EXPLANATION: select(Question.question_id).order_by(Question.asked_at),
}
