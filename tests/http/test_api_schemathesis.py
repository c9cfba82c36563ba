"""Requests that nobody thought of, made from the description itself, as five kinds of senders.

Nothing may end in a server error, and every answer must be one that the description tells of.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, CheckContext, GenerationMode, Response
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from tests.builders import business
from tests.conftest import AppMaker, Tell
from tests.http.programs import program
from tests.lan import lan
from tests.phones import phone_of
from tests.signing_in import token_of
from traceapp.voices.sound import MEDIA_TYPES
from traceapp.web.endpoints import transaction

for sound in MEDIA_TYPES:  # bytes, as pictures are
    schemathesis.serializer.alias(sound, "application/octet-stream")


def bad_input_is_refused(ctx: CheckContext, response: Response, case: Case[Any]) -> bool | None:
    """Like schemathesis' own check; but one of many is refused inside a 200."""
    sent = case.body.get("records") if isinstance(case.body, dict) else case.body
    if isinstance(sent, list) and response.status_code == 200:
        results = response.json()["results"]
        assert len(results) == len(sent)
        assert all(("event" if one["status"] in GOOD else "problem") in one for one in results)
        return None
    return negative_data_rejection(ctx, response, case)


GOOD = (200, 201)
FEWEST_ANSWERED = 25
CHECKS = [
    *(not_a_server_error, status_code_conformance, content_type_conformance),
    *(response_schema_conformance, response_headers_conformance),
    *(bad_input_is_refused, unsupported_method),
]
BOTH = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)

Headers = Mapping[str, str]
Operation = APIOperation[Any, Any, Any, Any]


def senders(app: Flask) -> dict[str, Headers]:
    """An owner, a clerk who may only read, a worker in the field, his phone, and a stranger."""
    with app.app_context():
        owner = program(app, role="owner")
        clerk = program(app, "HTX Minh", role="clerk", scope="read")
        worker = program(app, "HTX Tùng", role="field_worker")
        return {
            "owner": owner.headers,
            "reading clerk": clerk.headers,
            "field worker": worker.headers,
            "phone": {"Authorization": f"Bearer {phone_of(app, worker.by).token}"},
            "stranger": {},
        }


def operations(app: Flask) -> Iterator[Operation]:
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", app)
    schema.config.generation.with_security_parameters = False  # who sends is decided here
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        yield found.ok()


def try_everything(app: Flask, examples: int) -> dict[str, int]:
    """Send every operation as every sender; give how many requests each sender made."""
    asked: dict[str, int] = {}
    for name, headers in senders(app).items():
        for operation in operations(app):
            for mode in BOTH:
                _try(operation, mode, (name, headers), examples, asked)
    return asked


def _try(
    operation: Operation,
    mode: GenerationMode,
    sender: tuple[str, Headers],
    examples: int,
    asked: dict[str, int],
) -> None:
    name, headers = sender

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Case[Any]) -> None:
        case.headers.pop("Authorization", None)
        asked[name] = asked.get(name, 0) + 1
        case.call_and_validate(checks=CHECKS, headers=dict(headers), excluded_checks=[ignored_auth])

    if (
        mode is GenerationMode.POSITIVE
        or operation.path_parameters
        or operation.body
        or operation.query
    ):
        send()


def test_no_request_ends_in_a_server_error_or_an_answer_that_is_not_described(
    make_app: AppMaker, tell: Tell
) -> None:
    asked = try_everything(make_app(), examples=3)
    assert set(asked) == {"owner", "reading clerk", "field worker", "phone", "stranger"}
    tell(f"requests: {asked}")


def test_what_is_asked_about_what_is_there_is_answered_as_described(
    make_app: AppMaker, tell: Tell
) -> None:
    tell(f"answered with what was asked for: {ask_four_about(make_app(), owner=6, others=2)}")


def ask_four_about(app: Flask, *, owner: int, others: int) -> dict[str, str]:
    """Ask as four people of a world about what is in it; give who got how much of it.

    Its owner, a field worker of hers, an officer, and the owner of another producer, to whom
    nothing of it is there.
    """
    with app.app_context():
        with transaction():
            world = lan()
            officer = business("Chi cục", kinds=("authority",), role="officer")
            tung = business("HTX Tùng", role="owner")
        askers = {
            "owner": (token_of(world.business), owner),
            "field worker": (token_of(world.colleague("field_worker")), others),
            "officer": (token_of(officer), others),
            "owner elsewhere": (token_of(tung), others),
        }
    got = {name: Counter[tuple[str, str]]() for name in askers}
    for operation in operations(app):
        for name, (headers, examples) in askers.items():
            _ask_about(operation, world.values, Asker(headers, examples, got[name]))
    assert len(got["owner"]) >= FEWEST_ANSWERED
    # An id that is put is his own thing: the same one at two producers is two things.
    elsewhere = {path for how, path in got["owner elsewhere"] if how == "get"}
    assert not [path for path in elsewhere if "{" in path]
    return {name: f"{len(found)} operations, {found.total()} times" for name, found in got.items()}


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks about what is there, how often each operation, and what was answered."""

    headers: Headers
    examples: int
    answered: Counter[tuple[str, str]]


def _ask_about(operation: Operation, there: Mapping[str, str], asker: Asker) -> None:
    kinds = cycle(("irrigate", "harvest", "pack", "weed", "ship", "sell"))

    @settings(
        max_examples=asker.examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
    def send(case: Case[Any]) -> None:
        case.headers.pop("Authorization", None)
        case.path_parameters |= {n: there[n] for n in case.path_parameters if n in there}
        case.body = _about(case.body, there, next(kinds))
        answer = case.call_and_validate(
            checks=[one for one in CHECKS if one is not bad_input_is_refused],
            headers=dict(asker.headers),
            excluded_checks=[ignored_auth],
        )
        if answer.status_code in GOOD:
            asker.answered[operation.method, operation.path] += 1

    send()


def _about(body: Any, there: Mapping[str, str], step_kind: str) -> Any:
    """Put ids of what is there, and words that fit it, into a body that was made up."""
    fitting = {"uom": "kg", "step_kind": step_kind, "event_time": "2026-11-21T05:40:00+07:00"}
    if isinstance(body, dict):
        known: dict[str, Any] = {name: there[name] for name in there if name.endswith("_id")}
        known |= {**fitting, "fields": {}}
        return {
            name: known[name] if name in known else _about(value, there, step_kind)
            for name, value in body.items()
        }
    return [_about(one, there, step_kind) for one in body] if isinstance(body, list) else body


@pytest.mark.long
def test_long_no_request_ends_in_a_server_error_or_an_answer_that_is_not_described(
    make_app: AppMaker, tell: Tell
) -> None:
    tell(f"requests: {try_everything(make_app(), examples=300)}")


@pytest.mark.long
def test_long_what_is_asked_about_what_is_there_is_answered_as_described(
    make_app: AppMaker, tell: Tell
) -> None:
    tell(f"answered with what was asked for: {ask_four_about(make_app(), owner=300, others=300)}")
