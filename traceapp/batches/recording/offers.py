"""What shipments mean for those who write about them: goods offered, and goods coming back."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_

from traceapp import problem
from traceapp.batches.books.models import HandOff
from traceapp.batches.models import Event, EventItem
from traceapp.database.engine import db
from traceapp.producers.models import Site
from traceapp.trace.destinations import destination

Ref = tuple[UUID, UUID]
RETURN = "recall_return"
SHIPMENT = "ship"
SHIPMENTS = frozenset({SHIPMENT, RETURN})
CHUNK = 400
ID_IN_USE = problem.Finding(
    "/id",
    "id_in_use",
    problem.N_("Somebody else hands over these goods under this number already."),
    problem.N_("Send the shipment with a new id."),
)


def once_offered(author: UUID, batches: Collection[Ref]) -> set[Ref]:
    """Give those of others' batches that a shipment to a place of the author ever named.

    Whoever was told of goods may write about them before he hears that it was corrected.
    """
    wanted, found = list(batches), set[Ref]()
    for start in range(0, len(wanted), CHUNK):
        some = wanted[start : start + CHUNK]
        named = tuple_(EventItem.batch_producer_id, EventItem.batch_id).in_(some)
        rows = list(
            _lines(named, Event.step_kind.in_(sorted(SHIPMENTS)), Event.producer_id != author)
        )
        ours = _own_places(author, rows)
        found |= {_ref(row) for row in rows if _destination(row) in ours}
    return found


def used_by_others(author: UUID, steps: Iterable[Mapping[str, Any]]) -> set[UUID]:
    """Give the ids of those shipments among new steps under which others ship the same batches.

    A receipt names its shipment by the id alone, and would answer both.
    """
    shipments = [step for step in steps if step["step_kind"] in SHIPMENTS]
    if not shipments:
        return set()
    lines = (line for one in shipments for line in one["inputs"])
    named = {(line["producer_id"] or author, line["batch_id"]) for line in lines}
    used = select(HandOff.event_id).where(
        tuple_(HandOff.batch_producer_id, HandOff.batch_id).in_(sorted(named)),
        HandOff.event_id.in_({one["id"] for one in shipments}),
        HandOff.producer_id != author,
    )
    return set(db.session.scalars(used))


def coming_back(author: UUID, shipments: Collection[UUID]) -> set[tuple[UUID, Ref]]:
    """Give the returns among these shipments, with each batch that they give back.

    So do the author's own shipments to others: what its sender receives has come back.
    """
    if not shipments:
        return set()
    returns = _lines(Event.event_id.in_(shipments), Event.step_kind == RETURN)
    own = list(
        _lines(
            Event.producer_id == author,
            Event.event_id.in_(shipments),
            Event.step_kind == SHIPMENT,
        )
    )
    ours = _own_places(author, own)
    back = (row for row in own if _destination(row) not in ours)
    return {(row.event_id, _ref(row)) for row in (*returns, *back)}


def _lines(*conditions: Any) -> Iterator[Any]:  # noqa: ANN401 - conditions and rows of SQLAlchemy
    query = (
        select(
            *(Event.event_id, Event.document, EventItem.batch_producer_id, EventItem.batch_id),
        )
        .join(
            EventItem,
            (EventItem.producer_id == Event.producer_id) & (EventItem.event_id == Event.event_id),
        )
        .where(*conditions)
    )
    yield from db.session.execute(query)


def _own_places(author: UUID, rows: Iterable[Any]) -> set[str]:
    named = {_destination(row) for row in rows} - {""}
    if not named:
        return set()
    query = select(Site.site_id).where(Site.producer_id == author)
    return named & {str(site_id) for site_id in db.session.scalars(query)}


def _destination(row: Any) -> str:  # noqa: ANN401 - a row of _lines
    return destination(json.loads(row.document).get("fields"))


def _ref(row: Any) -> Ref:  # noqa: ANN401 - a row of _lines
    return (row.batch_producer_id, row.batch_id)
