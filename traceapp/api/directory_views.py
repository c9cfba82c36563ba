"""Routes about who asks and what there is: me, step kinds, products, places, seasons."""

import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import request

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.api import answers, examples, operations, queries, shapes
from traceapp.api.contract import operation
from traceapp.api.operations import Upsert
from traceapp.api.rooms import about, places, products
from traceapp.batches.operations import Actor
from traceapp.batches.product_changes import find_product
from traceapp.producers.changes import find_site
from traceapp.trace.vocabulary import STEP_KINDS, FieldSpec, StepKind
from traceapp.web.endpoints import writes

Body = dict[str, Any]
Answer = tuple[Body, int, dict[str, str]]

VERSION = re.compile(r'"[0-9]{1,9}"', re.ASCII)
IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "required": False,
    "description": (
        "The version you read, in quotation marks, as the ETag gives it. Where somebody changed "
        "the record meanwhile, nothing is written and the answer is 412."
    ),
    "schema": {"type": "string", "pattern": '^"[0-9]{1,9}"$'},
}
ETAG = {"ETag": {"description": "The version.", "schema": {"type": "string"}}}
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
        "label": {"vi": kind.label.vi, "en": kind.label.en},
        "group": kind.group,
        "stock_effect": kind.stock_effect.value,
        "families": list(kind.families),
        "fields": [_field(field) for field in kind.fields.values()],
    }


def _field(field: FieldSpec) -> Body:
    return {
        "id": field.id,
        "label": {"vi": field.label.vi, "en": field.label.en},
        "type": field.type,
        "unit": field.unit,
        "required": field.required,
        "visibility": field.visibility.value,
        "options": [
            {"id": option.id, "label": {"vi": option.label.vi, "en": option.label.en}}
            for option in field.options.values()
        ],
    }


@products.get("/products")
@may(Act.READ)
@operation({200: answers.PRODUCTS}, query=shapes.PageSchema())
def list_products(query: Body) -> Body:
    """List your products, or find one by the number it has in your own system."""
    return queries.products(member().producer_id, query)


@products.get("/products/<uuid:product_id>")
@may(Act.READ)
@operation({200: answers.ProductAnswerSchema()}, headers=ETAG)
def show_product(product_id: UUID) -> Answer:
    """Show a product; the ETag is its version."""
    row = find_product(member().producer_id, product_id)
    return queries.product_answer(row), 200, _etag(row.version)


@products.put("/products/<uuid:product_id>")
@writes
@may(Act.MANAGE_PRODUCTS)
@operation(
    {200: answers.ProductAnswerSchema(), 201: answers.ProductAnswerSchema()},
    body=shapes.ProductBodySchema(),
    problems=OF_PUTTING,
    headers=ETAG,
    parameters=[IF_MATCH],
    example=examples.PRODUCT,
)
def put_product(product_id: UUID, body: Body) -> Answer:
    """Define a product under an id of your own, or put this description in place of its own."""
    row, is_new = operations.put_product(_actor(), product_id, _wish(body), now=datetime.now(UTC))
    return queries.product_answer(row), 201 if is_new else 200, _etag(row.version)


@places.get("/sites")
@may(Act.READ)
@operation({200: answers.SITES}, query=shapes.PageSchema())
def list_sites(query: Body) -> Body:
    """List your places with their plots, or find one by its number in your own system."""
    return queries.sites(member().producer_id, query)


@places.get("/sites/<uuid:site_id>")
@may(Act.READ)
@operation({200: answers.SiteAnswerSchema()}, headers=ETAG)
def show_site(site_id: UUID) -> Answer:
    """Show a place with its plots; the ETag is its version."""
    row = find_site(member().producer_id, site_id)
    return queries.site_answer(row), 200, _etag(row.version)


@places.put("/sites/<uuid:site_id>")
@writes
@may(Act.MANAGE_PLACES)
@operation(
    {200: answers.SiteAnswerSchema(), 201: answers.SiteAnswerSchema()},
    body=shapes.SiteBodySchema(),
    problems=OF_PUTTING,
    headers=ETAG,
    parameters=[IF_MATCH],
    example=examples.SITE,
)
def put_site(site_id: UUID, body: Body) -> Answer:
    """Add a place under an id of your own, or put this description in place of its own."""
    row, is_new = operations.put_site(_actor(), site_id, _wish(body), now=datetime.now(UTC))
    return queries.site_answer(row), 201 if is_new else 200, _etag(row.version)


@places.get("/seasons")
@may(Act.READ)
@operation({200: answers.SEASONS}, query=shapes.ByNumberSchema())
def list_seasons(query: Body) -> Body:
    """List your seasons: one crop on one plot, or one animal group in one pen."""
    return queries.seasons(member().producer_id, query)


def _actor() -> Actor:
    asks = member()
    return Actor(asks.producer_id, asks.member_id)


def _wish(body: Body) -> Upsert:
    given = {name: value for name, value in request.get_json().items() if name != "external_id"}
    return Upsert(given, body["external_id"], _version())


def _version() -> int | None:
    """Give the version that If-Match names. Raises BadRequest for what is no version."""
    text = request.headers.get("If-Match")
    if text is None:
        return None
    if not VERSION.fullmatch(text):
        raise problem.BadRequest
    return int(text.strip('"'))


def _etag(version: int) -> dict[str, str]:
    return {"ETag": f'"{version}"'}
