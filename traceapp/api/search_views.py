"""Routes that find batches and steps."""

from typing import Any

from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.api import answers, search_queries, shapes, trace_answers
from traceapp.api.contract import operation
from traceapp.api.rooms import events, traces


@traces.get("/trace/batches")
@may(Act.READ)
@operation({200: trace_answers.FOUND}, query=shapes.BatchSearchSchema())
def find_batches(query: dict[str, Any]) -> dict[str, Any]:
    """Find batches that you may trace; everything that is given must fit.

    `q` takes words of products, producers, lots, places, plots and seasons, a code or a link as
    scanned, the id of a batch or a step, or the number of a delivery note. Days are those of
    production, or of the step that made the batch.
    """
    return search_queries.batches(member(), query)


@events.get("/events")
@may(Act.READ)
@operation({200: answers.EVENTS}, query=shapes.StepSearchSchema())
def find_events(query: dict[str, Any]) -> dict[str, Any]:
    """Find steps that you recorded, corrected ones too: losses, samples, counts, harvests.

    Answered in the order of their ids, as they were received.
    """
    return search_queries.events(member().producer_id, query)
