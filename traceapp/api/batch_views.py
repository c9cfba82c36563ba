"""Routes of batches: registering one, what is known of it, its symbol and its timeline."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from flask import Response, jsonify, request

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.api import answers, examples, ledger_queries, operations, queries, shapes
from traceapp.api.contract import PREFIX, operation
from traceapp.api.idempotency import PARAMETER, repeatable
from traceapp.api.rooms import batches
from traceapp.batches.operations import Actor
from traceapp.batches.paper import label as paper
from traceapp.batches.queries import batch_card
from traceapp.codes import queries as codes
from traceapp.gs1.batch_code import BatchCode
from traceapp.printing import symbol
from traceapp.public import code_views, page
from traceapp.public import queries as public
from traceapp.web.endpoints import writes
from traceapp.web.pages import HANOI
from traceapp.web.settings import settings

Body = dict[str, Any]
Answer = tuple[Body, int, dict[str, str]]

LOCATION = {"Location": {"description": "Where it is.", "schema": {"type": "string"}}}
SVG = {"content": {"image/svg+xml": {"schema": {"type": "string"}}}}
PNG = {"content": {"image/png": {"schema": {"type": "string", "format": "binary"}}}}
TIMELINE = {
    "description": "The document behind the public page.",
    "content": {"application/json": {"schema": {"type": "object", "required": ["code", "state"]}}},
}


@batches.get("/batches")
@may(Act.READ)
@operation({200: answers.BATCHES}, query=shapes.PageSchema())
def list_batches(query: Body) -> Body:
    """List your batches, or find one by the number it has in your own system."""
    answer = queries.batch_list(member().producer_id, query, _today())
    answer["items"] = [_with_url(batch) for batch in answer["items"]]
    return answer


@batches.post("/batches")
@writes
@may(Act.REGISTER_BATCH)
@operation(
    {200: answers.BatchAnswerSchema(), 201: answers.BatchAnswerSchema()},
    body=shapes.BatchBodySchema(),
    problems=(problem.ContentConflict, problem.AlreadyExists),
    headers=LOCATION,
    parameters=[PARAMETER],
    example=examples.BATCH,
)
@repeatable
def post_batch(body: Body) -> Answer:
    """Register a batch. The same one again changes nothing; another one of its id is refused."""
    asks = member()
    batch_id, is_new = operations.post_batch(
        Actor(asks.producer_id, asks.member_id), body, request.get_json(), now=datetime.now(UTC)
    )
    location = {"Location": f"{PREFIX}/batches/{batch_id}"}
    return _facts(batch_id), 201 if is_new else 200, location


@batches.get("/batches/<uuid:batch_id>")
@may(Act.READ)
@operation({200: answers.WholeBatchSchema()}, query=shapes.PartSchema())
def show_batch(batch_id: UUID, query: Body) -> Body:
    """Show a batch: facts, code, state, what is left, what its record lacks, and its events.

    The newest events come first; `next` leads on to older ones.
    """
    found = queries.whole_batch((member().producer_id, batch_id), query, _today())
    if found is None:
        raise problem.NotFound
    return _with_url(found)


@batches.get("/batches/<uuid:batch_id>/ledger")
@may(Act.READ)
@operation({200: answers.LedgerSchema()})
def show_ledger(batch_id: UUID) -> Body:
    """Show your books of a batch, also of one you received: what came in, went out, came back.

    Goods that were sent back to you stand in `returned_in`, those you sent back in `returned_out`.
    """
    found = ledger_queries.ledger(member().producer_id, batch_id)
    if found is None:
        raise problem.NotFound
    return found


@batches.get("/batches/<uuid:batch_id>/qr.svg")
@may(Act.READ)
@operation({200: SVG}, problems=(problem.Blocked,))
def draw_svg(batch_id: UUID) -> Response:
    """Draw the symbol of a batch as SVG; 422 `blocked` while its goods must not be sold."""
    uri, code = _symbol(batch_id)
    return Response(symbol.svg(uri, f"QR {code.readable}"), mimetype="image/svg+xml")


@batches.get("/batches/<uuid:batch_id>/qr.png")
@may(Act.READ)
@operation({200: PNG}, query=shapes.ModuleSchema(), problems=(problem.Blocked,))
def draw_png(batch_id: UUID, query: Body) -> Response:
    """Draw the symbol of a batch as PNG, `module` pixels a square.

    422 `blocked` while its goods must not be sold.
    """
    return Response(symbol.png(_symbol(batch_id)[0], query["module"]), mimetype="image/png")


@batches.get("/batches/<uuid:batch_id>/timeline")
@may(Act.READ)
@operation({200: TIMELINE})
def show_timeline(batch_id: UUID) -> Response:
    """Show what everybody reads who scans the code: the public document."""
    issued = public.by_code(_code(batch_id).text)
    if issued is None:
        raise problem.NotFound
    now = datetime.now(UTC)
    hidden = issued.own_state in page.WITHOUT_ORIGIN
    document = None if hidden else code_views.document_behind(issued, now)
    return jsonify(code_views.as_json(issued, document, now))


def _facts(batch_id: UUID) -> Body:
    found = queries.batch_facts((member().producer_id, batch_id), _today())
    if found is None:
        raise problem.NotFound
    return _with_url(found)


def _with_url(batch: Body) -> Body:
    code = batch["code"]
    return batch | {"url": f"{settings().public_url}/B/{code}" if code else None}


def _code(batch_id: UUID) -> BatchCode:
    code = _facts(batch_id)["code"]
    if code is None:  # an ingredient has no page of its own
        raise problem.NotFound
    return BatchCode(code)


def _symbol(batch_id: UUID) -> tuple[str, BatchCode]:
    batch = (member().producer_id, batch_id)
    card, fact = batch_card(batch), codes.of_batch(*batch)
    if card is None or fact is None:
        raise problem.NotFound
    paper.see_that_it_is_printed(card, fact.state, _today())
    code = BatchCode.parse(fact.code)
    return paper.uri_of(card, code, settings()), code


def _today() -> date:
    return datetime.now(UTC).astimezone(HANOI).date()
