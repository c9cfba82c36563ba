"""The bytes that the interface answers as EPCIS, for every lot of the demo, against the schema."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from tests.builders import Business
from tests.conftest import close, settings_for
from tests.epcis_schema import epcis_validator, wrong
from tests.hanoi import LOT_ID, MEMBER_ID, PRODUCER_ID
from tests.http.programs import API, Program, program
from tests.signing_in import token_of
from traceapp.app import create_app
from traceapp.batches.operations import Actor
from traceapp.database.engine import db


@pytest.fixture
def demo(demo_url: str, tmp_path: Path) -> Iterator[Flask]:
    """A demo of the test's own, outside its context."""
    app = create_app(settings_for(demo_url, tmp_path, TRACEAPP_DEMO="1"))
    yield app
    close(app)


def headers_of(demo: Flask, producer: str, member: str) -> dict[str, str]:
    """Give the token of somebody of the demo."""
    with demo.app_context():
        actor = Actor(PRODUCER_ID[producer], MEMBER_ID[member])
        nowhere = UUID(int=0)
        headers = token_of(Business(actor.producer_id, nowhere, nowhere, actor), scope="read")
        db.session.commit()
    return headers


def read(content: bytes) -> dict[str, Any]:
    """Read an answer strictly: UTF-8, no key twice, no number that JSON has not."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len(dict(pairs)) == len(pairs)
        return dict(pairs)

    document: dict[str, Any] = json.loads(
        content.decode("utf-8", "strict"),
        object_pairs_hook=once,
        parse_constant=lambda name: pytest.fail(f"{name} is no JSON"),
    )
    return document


@pytest.mark.parametrize(
    ("producer", "member", "least"), [("coquan", "cq-truong", 71), ("uocle", "ul-chu", 1)]
)
def test_every_lot_is_answered_as_a_valid_document(
    demo: Flask, producer: str, member: str, least: int
) -> None:
    validator, headers = epcis_validator(), headers_of(demo, producer, member)
    answered = 0
    for lot, batch_id in LOT_ID.items():
        answer = demo.test_client().get(f"{API}/batches/{batch_id}/epcis", headers=headers)
        if answer.status_code == 404:
            continue  # not for this reader
        assert (answer.status_code, answer.mimetype) == (200, "application/ld+json"), lot
        document = read(answer.data)
        assert wrong(validator, document) == [], lot
        assert document["epcisBody"]["eventList"], lot
        answered += 1
    assert answered >= least


def test_a_batch_of_which_nothing_was_recorded_is_a_valid_document_too(app: Flask) -> None:
    lan: Program = program(app)
    answer = lan.get(f"/batches/{lan.batch_id}/epcis")
    document = read(answer.data)
    assert wrong(epcis_validator(), document) == []
    assert document["epcisBody"]["eventList"] == []
