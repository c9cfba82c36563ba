"""Routes of traces: the family of a batch, back, forward or both."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy import ColumnElement

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.api import shapes, trace_answers
from traceapp.api.contract import JSON_TYPE, operation
from traceapp.api.rooms import traces
from traceapp.batches.facts.palletising import palletised
from traceapp.batches.facts.tracing import trace_facts
from traceapp.batches.models import Batch
from traceapp.epcis.document import document
from traceapp.epcis.names import Names
from traceapp.epcis.reader import Reader
from traceapp.gs1 import digital_link
from traceapp.gs1.digital_link import BatchKey
from traceapp.gs1.errors import InvalidKey
from traceapp.tracing import contained, readers
from traceapp.tracing.contained import Contained
from traceapp.tracing.document import as_json
from traceapp.tracing.family import Ref, Way
from traceapp.tracing.particulars import gtins
from traceapp.tracing.reading import family_told, read
from traceapp.web.settings import settings

Body = dict[str, Any]

JSON_LD = "application/ld+json"
MOST_TOLD = 5_000
TOO_MANY = problem.Finding(
    "/direction",
    "too_many",
    problem.N_("So many batches were made of this one that no single document can tell them all."),
    problem.N_("Ask for the trace of the batch, or for the documents of what was made of it."),
)
EPCIS = {
    "description": "A document of GS1 EPCIS 2.0 with its events.",
    "content": {JSON_LD: {"schema": {"type": "object", "required": ["type", "epcisBody"]}}},
}


@traces.get("/batches/<uuid:batch_id>/trace")
@may(Act.READ)
@operation({200: trace_answers.LineageSchema()}, query=shapes.TraceSchema())
def show_trace(batch_id: UUID, query: Body) -> Response:
    """Trace a batch that is yours or was sent to you: all it came from, all it became.

    With `as_of`, only what had happened by then counts, by the time it is said to have happened;
    corrections count whenever they came, and states of codes are those of today.
    """
    return _answer(_find(Batch.batch_id == batch_id), query)


@traces.get("/trace")
@may(Act.READ)
@operation({200: trace_answers.LineageSchema()}, query=shapes.NamedTraceSchema())
def trace_by_name(query: Body) -> Response:
    """Trace a batch by its code, as printed or as a link, or by its number in your own system."""
    if query["code"] is not None:
        return _answer(_find(readers.has_code(_code(query["code"]))), query)
    named = (
        Batch.producer_id == member().producer_id,
        Batch.external_id == query["external_id"],
    )
    return _answer(_find(*named), query)


@traces.get("/containers")
@may(Act.READ)
@operation({200: trace_answers.ContentsSchema()}, query=shapes.ContainerSchema())
def show_contents(query: Body) -> Body:
    """Say what is inside one of your crates or pallets, or was at a time; smaller ones opened.

    A mark that was never packed has nothing inside.
    """
    moment = query["as_of"] or datetime.now(UTC)
    found = contained.inside(member().producer_id, query["mark"], moment)
    return {
        "mark": query["mark"],
        "as_of": moment.isoformat(),
        "items": [_contained(one) for one in found],
    }


def _contained(one: Contained) -> Body:
    return {
        "producer_id": str(one.producer_id),
        "batch_id": str(one.batch_id),
        "product": one.product.document(),
        "lot": one.lot,
        "code": one.code,
        "quantity": None if one.quantity is None else format(one.quantity, "f"),
        "uom": one.uom,
        "held": one.is_held,
    }


@traces.get("/batches/<uuid:batch_id>/epcis")
@may(Act.READ)
@operation({200: EPCIS}, query=shapes.EpcisSchema())
def show_epcis(batch_id: UUID, query: Body) -> Response:
    """Give the story of a batch as an EPCIS 2.0 document in JSON-LD.

    Back to its origins; forward, what was made of it, how that was made and handed on; or both.
    What was made of too many batches for one document is refused: the trace has them all.
    """
    asks = member()
    ref, now = _find(Batch.batch_id == batch_id), datetime.now(UTC)
    told = family_told(asks, ref, Way(query["direction"]), now=now)
    if told is not None and len(told) > MOST_TOLD:
        raise problem.InvalidInput(findings=[TOO_MANY])
    facts = trace_facts(ref, told)
    goods = {batch.ref for batch in facts.batches}
    facts = replace(facts, events=(*facts.events, *palletised(facts.events, goods)))
    names = Names(settings().public_url, gtins(facts))
    reader = Reader(asks.producer_id, sees_all=asks.may(Act.LOOK_UP_ANY))
    return Response(_text(document(facts, names, reader, now)), mimetype=JSON_LD)


def _find(*conditions: ColumnElement[bool]) -> Ref:
    found = readers.find(member(), *conditions)
    if found is None:
        raise problem.NotFound
    return found


def _code(text: str) -> str:
    try:
        key = digital_link.parse_typed(text)
    except InvalidKey as error:
        raise problem.NotFound from error
    if not isinstance(key, BatchKey):
        raise problem.NotFound
    return key.code.text


def _answer(ref: Ref, query: Body) -> Response:
    way = Way(query["direction"])
    found = read(member(), ref, way, query["as_of"], now=datetime.now(UTC))
    if found is None:
        raise problem.NotFound
    return Response(as_json(found, settings().public_url), mimetype=JSON_TYPE)


def _text(told: Body) -> str:
    # Not `jsonify`: it sorts the members of each of thousands of objects.
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))
