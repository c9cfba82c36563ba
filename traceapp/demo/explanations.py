"""Questions of the data set: a producer is asked to explain what a shopper reported."""

from datetime import datetime
from uuid import UUID

from traceapp import problem
from traceapp.demo import queries
from traceapp.demo.shapes import DataSet, Happening
from traceapp.public.operations import take_up
from traceapp.questions import operations
from traceapp.questions.operations import TIME_TO_EXPLAIN
from traceapp.trace.facts import Ref

KIND = "ask_explanation"


def ask(data: DataSet, one: Happening) -> None:
    """Ask about each lot, from the moment that the data set names.

    Raises DemoRefused where the report was not loaded, or the deadline is not that of the rule.
    """
    given = one.entry.given
    said, asked_at = given["fields"], datetime.fromisoformat(given["event_time"])
    if datetime.fromisoformat(said["deadline"]) != asked_at + TIME_TO_EXPLAIN:
        raise problem.DemoRefused(reason="its deadline is not that of the rule")
    report_id = _report_of(data, UUID(said["report_event"]))
    by = Ref(one.entry.producer_id, one.author_id)
    for lot in given["about"]:
        batch = Ref(UUID(lot["producer_id"]), UUID(lot["batch_id"]))
        question = {"id": one.event_id, "text": said["text"]}
        operations.ask(batch, question, by, report_id=report_id, now=asked_at)
    take_up(report_id, by=(by.producer_id, by.id), now=asked_at)


def _report_of(data: DataSet, event_id: UUID) -> UUID:
    (told,) = (one for one in data.happenings if one.event_id == event_id)
    report_id = queries.report_received(told.recorded, told.entry.given["fields"]["text"])
    if report_id is None:
        raise problem.DemoRefused(reason="the report that it is about was not loaded")
    return report_id
