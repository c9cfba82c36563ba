"""The public page of a producer: what it is, what it sells, who let it in."""

from datetime import UTC, datetime
from uuid import UUID

from flask import Blueprint, Response, jsonify, request

from traceapp import problem
from traceapp.chains.vocabulary import CHAINS
from traceapp.network.vocabulary import METHODS
from traceapp.public import lines, page, producer_page, producer_queries, walking
from traceapp.public.address import producer_path
from traceapp.public.framing import rendered
from traceapp.public.page_cache import LIFETIME, Lifetime, media_type
from traceapp.web.access import public
from traceapp.web.languages import current
from traceapp.web.settings import settings

blueprint = Blueprint("producers", __name__)


@blueprint.get("/producers/<uuid:producer_id>")
@public
def show_producer(producer_id: UUID) -> Response:
    """Show a producer that was let in; anybody else is not there."""
    now = datetime.now(UTC)
    generation = producer_queries.generation()
    document = producer_page.document_of(producer_id, page.today(now))
    if document is None:
        walking.note_nothing()
        raise problem.NotFound
    walking.note_page()
    request.environ[LIFETIME] = Lifetime(generation, page.valid_until(now, None))
    if settings().demo:
        document["sample"] = True
    if media_type(request.headers.get("Accept", "")) == "application/json":
        return jsonify(document)
    return rendered(
        "public/producer.html",
        producer_path(producer_id),
        document=document,
        kinds=producer_page.kind_words(document["kinds"]),
        commune=lines.commune(document, current()),
        say=lines.sayer(current()),
        methods=METHODS,
        chains=CHAINS,
        span=lines.span,
        written=lines.written,
    )
