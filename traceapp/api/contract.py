"""What an operation takes and answers: checked before the view runs, and told in the description.

`@operation` stands nearest to the view, under `@may` and `@writes`.
"""

import functools
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from flask_smorest import Api
from marshmallow import Schema

from traceapp import problem
from traceapp.api import strictness
from traceapp.api.shapes import ProblemSchema

if TYPE_CHECKING:  # flask-smorest has no types of its own
    from flask import Blueprint
else:
    from flask_smorest import Blueprint

PREFIX = "/api/v1"
ROOM_PREFIX = "api_"  # other rooms have products and batches too

View = Callable[..., Any]
Document = dict[str, Any]

PROBLEM_TYPE = "application/problem+json"
JSON_TYPE = "application/json"
ALWAYS = (problem.SignInNeeded, problem.NotFound, problem.InvalidInput, problem.Problem)
OF_WRITING = (
    *(problem.TokenMayOnlyRead, problem.CrossSite, problem.PayloadTooLarge),
    *(problem.Busy, problem.StorageFull),
)
OF_BODIES = (problem.BadRequest, problem.UnsupportedMediaType)


class Interface(Api):  # type: ignore[misc]
    """The interface; problems are answered by web/problems like everywhere else."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        """Leave every error to the edge."""


class Room(Blueprint):
    """Routes of one subject, which the description tells of."""

    def __init__(self, name: str, description: str) -> None:
        super().__init__(f"{ROOM_PREFIX}{name}", "traceapp.api", url_prefix=PREFIX)
        self.description = description


def operation(
    answers: Mapping[int, object],
    *,
    query: Schema | None = None,
    body: Schema | None = None,
    problems: tuple[type[problem.Problem], ...] = (),
    headers: Document | None = None,
    **described: Any,  # noqa: ANN401 - members of an OpenAPI operation
) -> Callable[[View], View]:
    """Check what is sent, hand it to the view as `query` and `body`, and describe all of it.

    `answers` gives a schema, or members of an OpenAPI response, for each status; `headers` are
    those that every one of them carries.
    """
    document = _described(answers, query, body, problems, deepcopy(described))
    for status in answers if headers else ():
        document["responses"][str(status)]["headers"] = headers

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def checked(**path: Any) -> Any:  # noqa: ANN401 - whatever Flask takes from a view
            given = strictness.query(query)
            if query is not None:
                path["query"] = given
            if body is not None:
                path["body"] = strictness.load(body, strictness.json_body())
            return view(**path)

        checked._apidoc = {"manual_doc": document}  # type: ignore[attr-defined] # noqa: SLF001
        return checked

    return decorate


def _described(
    answers: Mapping[int, object],
    query: Schema | None,
    body: Schema | None,
    problems: tuple[type[problem.Problem], ...],
    document: Document,
) -> Document:
    if query is not None:
        others = document.get("parameters", ())
        document["parameters"] = [{"in": "query", "schema": query}, *others]
    if body is not None:
        document["requestBody"] = _request_body(body, document.pop("example", None))
    is_writing = "requestBody" in document
    kinds = ALWAYS + problems + (OF_WRITING + OF_BODIES if is_writing else ())
    document["responses"] = {
        **{str(status): _answer(status, shape) for status, shape in answers.items()},
        **_problem_answers(kinds),
    }
    return document


def _request_body(body: Schema, example: object) -> Document:
    content: Document = {"schema": body}
    if example is not None:
        content["example"] = example
    return {"required": True, "content": {JSON_TYPE: content}}


SAID = {200: "As asked.", 201: "Written down.", 304: "Nothing changed."}


def _answer(status: int, shape: object) -> Document:
    if isinstance(shape, Mapping):
        return {"description": SAID[status], **shape}
    return {"description": SAID[status], "content": {JSON_TYPE: {"schema": shape}}}


def _problem_answers(kinds: tuple[type[problem.Problem], ...]) -> Document:
    by_status: dict[int, list[type[problem.Problem]]] = {}
    for kind in dict.fromkeys(kinds):
        by_status.setdefault(int(kind.status), []).append(kind)
    return {
        str(status): {
            "description": " ".join(f"{kind.title}: `{kind.slug}`." for kind in same),
            "content": {PROBLEM_TYPE: {"schema": ProblemSchema, "example": _example(same[0])}},
        }
        for status, same in sorted(by_status.items())
    }


def _example(kind: type[problem.Problem]) -> Document:
    example: Document = {
        "type": f"/problems/{kind.slug}",
        "title": kind.title,
        "status": int(kind.status),
        "detail": kind.detail,
        "instance": "/api/v1/events",
    }
    if kind is problem.InvalidInput:
        example["errors"] = [
            {
                "pointer": "/outputs/0/quantity",
                "rule": "negative",
                "message": "A quantity cannot be negative.",
                "fix": "To take something back, correct the record that was wrong.",
            }
        ]
    return example
