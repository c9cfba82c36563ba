"""Routes about who asks and what there is: me, step kinds, products, places, seasons."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Response, current_app, request

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.api import answers, examples, operations, queries, shapes, versions
from traceapp.api.contract import operation
from traceapp.api.operations import Upsert
from traceapp.api.rooms import about, places, products
from traceapp.batches.operations import Actor
from traceapp.batches.paper import diary
from traceapp.batches.product_changes import find_product
from traceapp.producers.changes import find_plot, find_season, find_site
from traceapp.producers.models import Season
from traceapp.trace.vocabulary import STEP_KINDS, FieldSpec, StepKind
from traceapp.web.endpoints import writes

Body = dict[str, Any]
Answer = tuple[Body, int, dict[str, str]]

PDF = {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}
OF_PUTTING = (problem.AlreadyExists, problem.ChangedMeanwhile)


@about.get("/me")
@may(Act.READ)
@operation({200: answers.MeSchema()})
def me() -> Body:
    """Say who a token is, for whom it works and what it may do."""
    asks = member()
    return {
        "producer": {
            "id": str(asks.producer_id),
            "name": asks.producer_name,
            "kinds": sorted(asks.kinds),
        },
        "member": {"id": str(asks.member_id), "name": asks.name, "roles": sorted(asks.roles)},
        "scope": asks.scope,
        "acts": [act.value for act in Act if asks.may(act)],
    }


@about.get("/step-kinds")
@may(Act.READ)
@operation({200: answers.STEPS})
def list_step_kinds() -> Body:
    """List every kind of step with its fields; the list is whole."""
    return {"items": [_step_kind(kind) for kind in STEP_KINDS.values()], "next": None}


def _step_kind(kind: StepKind) -> Body:
    return {
        "id": kind.id,
        "label": kind.label.document(),
        "group": kind.group,
        "stock_effect": kind.stock_effect.value,
        "families": list(kind.families),
        "fields": [_field(field) for field in kind.fields.values()],
    }


def _field(field: FieldSpec) -> Body:
    return {
        "id": field.id,
        "label": field.label.document(),
        "type": field.type,
        "unit": field.unit,
        "required": field.required,
        "visibility": field.visibility.value,
        "options": [
            {"id": option.id, "label": option.label.document()} for option in field.options.values()
        ],
    }


@products.get("/products")
@may(Act.READ)
@operation({200: answers.PRODUCTS}, query=shapes.ArchivePageSchema())
def list_products(query: Body) -> Body:
    """List your products, or find one by the number it has in your own system."""
    return queries.products(member().producer_id, query)


@products.get("/products/<uuid:product_id>")
@may(Act.READ)
@operation({200: answers.ProductAnswerSchema()}, headers=versions.ETAG)
def show_product(product_id: UUID) -> Answer:
    """Show a product; the ETag is its version."""
    row = find_product(member().producer_id, product_id)
    return queries.product_answer(row), 200, versions.etag(row.version)


@products.put("/products/<uuid:product_id>")
@writes
@may(Act.MANAGE_PRODUCTS)
@operation(
    {200: answers.ProductAnswerSchema(), 201: answers.ProductAnswerSchema()},
    body=shapes.ProductBodySchema(),
    problems=OF_PUTTING,
    headers=versions.ETAG,
    parameters=[versions.HEADER],
    example=examples.PRODUCT,
)
def put_product(product_id: UUID, body: Body) -> Answer:
    """Define a product under an id of your own, or put this description in place of its own."""
    row, is_new = operations.put_product(_actor(), product_id, _wish(body), now=datetime.now(UTC))
    return queries.product_answer(row), 201 if is_new else 200, versions.etag(row.version)


@places.get("/sites")
@may(Act.READ)
@operation({200: answers.SITES}, query=shapes.ArchivePageSchema())
def list_sites(query: Body) -> Body:
    """List your places with their plots, or find one by its number in your own system."""
    return queries.sites(member().producer_id, query)


@places.get("/sites/<uuid:site_id>")
@may(Act.READ)
@operation({200: answers.SiteAnswerSchema()}, headers=versions.ETAG)
def show_site(site_id: UUID) -> Answer:
    """Show a place with its plots; the ETag is its version."""
    row = find_site(member().producer_id, site_id)
    return queries.site_answer(row), 200, versions.etag(row.version)


@places.put("/sites/<uuid:site_id>")
@writes
@may(Act.MANAGE_PLACES)
@operation(
    {200: answers.SiteAnswerSchema(), 201: answers.SiteAnswerSchema()},
    body=shapes.SiteBodySchema(),
    problems=OF_PUTTING,
    headers=versions.ETAG,
    parameters=[versions.HEADER],
    example=examples.SITE,
)
def put_site(site_id: UUID, body: Body) -> Answer:
    """Add a place under an id of your own, or put this description in place of its own."""
    row, is_new = operations.put_site(_actor(), site_id, _wish(body), now=datetime.now(UTC))
    return queries.site_answer(row), 201 if is_new else 200, versions.etag(row.version)


@places.get("/seasons")
@may(Act.READ)
@operation({200: answers.SEASONS}, query=shapes.ArchivePageSchema())
def list_seasons(query: Body) -> Body:
    """List your seasons, or find one by the number it has in your own system."""
    return queries.seasons(member().producer_id, query)


@places.get("/seasons/<uuid:season_id>")
@may(Act.READ)
@operation({200: answers.SeasonAnswerSchema()}, headers=versions.ETAG)
def show_season(season_id: UUID) -> Answer:
    """Show a season: one crop on one plot, or one animal group in one pen."""
    row = find_season(member().producer_id, season_id)
    return _season(row), 200, versions.etag(row.version)


@places.get("/seasons/<uuid:season_id>/diary.pdf")
@may(Act.READ)
@operation({200: PDF}, problems=(problem.NotSetUp,))
def print_diary(season_id: UUID) -> Response:
    """Write the diary of a season in the tables of VietGAP, in the reader's language."""
    season = find_season(member().producer_id, season_id)
    static = Path(current_app.static_folder or "")
    content = diary.as_pdf(season, static, datetime.now(UTC))
    return Response(content, mimetype="application/pdf")


@places.put("/seasons/<uuid:season_id>")
@writes
@may(Act.START_SEASON)
@operation(
    {200: answers.SeasonAnswerSchema(), 201: answers.SeasonAnswerSchema()},
    body=shapes.SeasonBodySchema(),
    problems=OF_PUTTING,
    headers=versions.ETAG,
    parameters=[versions.HEADER],
    example=examples.SEASON,
)
def put_season(season_id: UUID, body: Body) -> Answer:
    """Start a season under an id of your own, or put this description in place of its own."""
    row, is_new = operations.put_season(_actor(), season_id, _wish(body), now=datetime.now(UTC))
    return _season(row), 201 if is_new else 200, versions.etag(row.version)


def _season(row: Season) -> Body:
    return queries.season_answer(row, find_plot(row.producer_id, row.plot_id).site_id)


def _actor() -> Actor:
    asks = member()
    return Actor(asks.producer_id, asks.member_id)


def _wish(body: Body) -> Upsert:
    given = {name: value for name, value in request.get_json().items() if name != "external_id"}
    return Upsert(given, body["external_id"], versions.asked())
