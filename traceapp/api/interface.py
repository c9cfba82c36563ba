"""Puts the interface together: its rooms, its description, and how our fields read in it."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask
from marshmallow import fields

from traceapp.api import (
    attempt_views,
    batch_views,
    directory_views,
    event_views,
    hand_off_views,
    label_views,
    photo_views,
    reference_views,
    search_views,
    trace_views,
    voice_views,
)
from traceapp.api.contract import ROOM_PREFIX, Interface
from traceapp.api.rooms import ROOMS
from traceapp.batches.quantities import Quantity
from traceapp.web.faults import photo_number
from traceapp.web.fields import KeyNumber, PlainText

# Importing them makes the routes.
VIEWS = (
    *(directory_views, batch_views, trace_views, event_views, attempt_views),
    *(hand_off_views, search_views, label_views, photo_views, voice_views),
)
DESCRIPTION = """\
Everything a program needs to record what happened to food: register a batch, send its steps,
print its code, read its timeline.

Send a token as `Authorization: Bearer trc_...`. Times carry an offset from UTC. Quantities are
strings, so that nothing is rounded. Ids are the sender's own (UUID, best version 7): sending the
same thing again changes nothing. Fields that are not described are refused.

Every error is a problem (RFC 9457) in the language of Accept-Language (vi or en), with a JSON
pointer to each fault.\
"""
SETTINGS = {
    "API_TITLE": "Traceapp",
    "API_VERSION": "v1",
    "OPENAPI_VERSION": "3.1.0",
    "API_SPEC_OPTIONS": {
        "info": {"description": DESCRIPTION},
        "security": [{"token": []}],
    },
}
TOKEN = {
    "type": "http",
    "scheme": "bearer",
    "description": "A token of the desk, which begins with trc_. Scope read may only read.",
}
LONGEST_QUANTITY = 40


def init_app(app: Flask) -> None:
    """Add the interface to an application."""
    for room in ROOMS:
        app.register_blueprint(room)
    app.register_blueprint(reference_views.blueprint)
    app.extensions[reference_views.DESCRIBE] = description


@cache
def description() -> dict[str, Any]:
    """Describe the interface: worked out when somebody asks, and once, since it never changes."""
    app = Flask(__name__)  # of its own: only the routes are read from it
    app.config.update(SETTINGS)
    api = Interface()
    plugin = MarshmallowPlugin(schema_name_resolver=_name)
    api.init_app(app, spec_kwargs={"marshmallow_plugin": plugin})
    if plugin.converter is None:
        raise RuntimeError("the description has no converter yet")
    plugin.converter.add_attribute_function(_our_fields)  # type: ignore[no-untyped-call]
    api.spec.components.security_scheme("token", TOKEN)
    for room in ROOMS:
        api.register_blueprint(room)
    document = _with_plain_tags(api.spec.to_dict())
    for shape in _objects(document):
        shape["additionalProperties"] = False
    return document


def _with_plain_tags(document: dict[str, Any]) -> dict[str, Any]:
    """Call each subject by its own name, not by that of its blueprint; leave out what none uses."""
    document["components"].pop("responses", None)
    for unused in ("Error", "PaginationMetadata"):
        document["components"]["schemas"].pop(unused, None)
    for tag in document["tags"]:
        tag["name"] = tag["name"].removeprefix(ROOM_PREFIX)
    for item in document["paths"].values():
        for told in item.values():
            if isinstance(told, dict):
                told["tags"] = [name.removeprefix(ROOM_PREFIX) for name in told["tags"]]
    return document


def _name(schema: object) -> str:
    name = schema.__name__ if isinstance(schema, type) else type(schema).__name__
    return name.removesuffix("Schema")


def _our_fields(_converter: object, field: fields.Field[Any], **_: object) -> dict[str, Any]:
    match field:
        case KeyNumber():
            return {"type": _or_null(field, "string"), "maxLength": field.longest * 4}
        case PlainText():
            return {"type": _or_null(field, "string"), "maxLength": field.longest * 4}
        case Quantity():
            return {
                "type": _or_null(field, "string", "number"),
                "pattern": r"^[0-9]+(\.[0-9]+)?$",
                "maxLength": LONGEST_QUANTITY,
                "minimum": 0,
            }
        case fields.String() if _is_photo(field):
            return {"pattern": "^[0-9a-f]{64}$"}
        case _:
            return {}


def _or_null(field: fields.Field[Any], *types: str) -> str | list[str]:
    named = [*types, "null"] if field.allow_none else list(types)
    return named[0] if len(named) == 1 else named


def _is_photo(field: fields.Field[Any]) -> bool:
    words = photo_number().error
    return any(getattr(check, "error", None) is words for check in field.validators)


def _objects(value: object) -> Iterator[dict[str, Any]]:
    """Find the objects whose members are all described: nothing else is taken or answered."""
    if isinstance(value, dict):
        if isinstance(value.get("properties"), dict) and value.get("type") == "object":
            yield value
        for inner in value.values():
            yield from _objects(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _objects(inner)
