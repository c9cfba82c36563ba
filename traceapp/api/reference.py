"""From the OpenAPI document to what its page shows. Pure."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Document = Mapping[str, Any]
METHODS = ("get", "post", "put")


@dataclass(frozen=True, slots=True)
class Member:
    """A field, a parameter: name, type in words, whether it must be there, what it means."""

    name: str
    kind: str
    required: bool
    note: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What comes back under a status."""

    status: str
    description: str
    shape: str | None


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address."""

    anchor: str
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Member, ...]
    body: str | None
    example: str | None
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The operations of one subject."""

    anchor: str
    description: str
    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """A named object and its members."""

    name: str
    description: str
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """The whole page."""

    title: str
    version: str
    paragraphs: tuple[str, ...]
    groups: tuple[Group, ...]
    shapes: tuple[Shape, ...]


def page(document: Document) -> Page:
    """Read the page from the description."""
    operations = list(_operations(document))
    return Page(
        title=document["info"]["title"],
        version=document["info"]["version"],
        paragraphs=tuple(document["info"]["description"].split("\n\n")),
        groups=tuple(
            Group(
                tag["name"],
                tag["description"],
                tuple(one for name, one in operations if name == tag["name"]),
            )
            for tag in document["tags"]
        ),
        shapes=tuple(
            Shape(name, shape.get("description", ""), tuple(_members(shape)))
            for name, shape in sorted(document["components"]["schemas"].items())
        ),
    )


def _operations(document: Document) -> Iterator[tuple[str, Operation]]:
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                shared = item.get("parameters", [])
                yield item[method]["tags"][0], _operation(path, method, item[method], shared)


def _operation(path: str, method: str, told: Document, shared: list[Document]) -> Operation:
    content = told.get("requestBody", {}).get("content", {})
    body = " · ".join(dict.fromkeys(_body(kind, part["schema"]) for kind, part in content.items()))
    example = next((part["example"] for part in content.values() if "example" in part), None)
    return Operation(
        anchor=f"{method}{path.replace('/', '-').replace('{', '').replace('}', '')}",
        method=method.upper(),
        path=path,
        summary=told.get("summary", ""),
        description=told.get("description", ""),
        parameters=tuple(_parameter(one) for one in [*shared, *told.get("parameters", [])]),
        body=body or None,
        example=json.dumps(example, ensure_ascii=False, indent=2) if example else None,
        answers=tuple(_answer(status, one) for status, one in told["responses"].items()),
    )


def _body(media_type: str, schema: Document) -> str:
    return kind_of(schema) if media_type == "application/json" else media_type


def _parameter(told: Document) -> Member:
    kind = f"{kind_of(told['schema'])}, {told['in']}"
    return Member(told["name"], kind, told.get("required", False), told.get("description", ""))


def _answer(status: str, told: Document) -> Answer:
    for media_type, part in told.get("content", {}).items():
        is_json = media_type == "application/json"
        shape = kind_of(part["schema"]) if is_json else media_type
        return Answer(status, told["description"], shape)
    return Answer(status, told["description"], None)


def _members(shape: Document) -> Iterator[Member]:
    required = shape.get("required", ())
    for name, told in shape.get("properties", {}).items():
        yield Member(name, kind_of(told), name in required, _note(told))


def kind_of(schema: Document) -> str:
    """Say the type of a value in words."""
    if "$ref" in schema:
        return str(schema["$ref"].rsplit("/", 1)[1])
    for several in ("oneOf", "anyOf"):
        if several in schema:
            return " / ".join(kind_of(one) for one in schema[several])
    kind = schema.get("type", "any")
    if kind == "array":
        return f"[{kind_of(schema['items'])}]"
    named = " / ".join(kind) if isinstance(kind, list) else str(kind)
    return f"{named} ({schema['format']})" if "format" in schema else named


def _note(told: Document) -> str:
    notes = []
    if "enum" in told:
        words = [str(word) for word in told["enum"] if word is not None]
        shown = words if len(words) <= MOST_WORDS else [*words[:MOST_WORDS], "…"]
        notes.append(" | ".join(shown))
    limits = {"minimum": "≥ {}", "maximum": "≤ {}", "maxItems": "≤ {}", "pattern": "{}"}
    notes += [words.format(told[name]) for name, words in limits.items() if name in told]
    return " · ".join(notes)


MOST_WORDS = 14
