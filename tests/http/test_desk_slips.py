"""What the desk tells of hand-overs between two phones without a network."""

import pytest
from flask import Flask

from tests.builders import Business
from tests.meadow import Meadow
from tests.signing_in import signed_in
from traceapp.database.engine import db
from traceapp.database.ids import new_id

EN = {"Accept-Language": "en"}
SIGNED, BOTH = "signed this delivery for each other", "offered 120 kg, received 118 kg"
WAITS = "waiting for the phone of who gave"


@pytest.fixture
def meadow(app: Flask) -> Meadow:
    return Meadow.met(app)


def read(meadow: Meadow, who: Business, path: str = "") -> str:
    """Read a page of hand-offs at somebody's desk, in a context of its own."""
    db.session.rollback()
    with meadow.app.app_context():
        answer = signed_in(meadow.app, who).get(f"/desk/hand-offs{path}", headers=EN)
    assert answer.status_code == 200
    return answer.text


def test_a_receipt_without_its_shipment_is_proven_by_the_slip(meadow: Meadow) -> None:
    meadow.send(meadow.giver, meadow.made)
    saved = meadow.record(meadow.answered("118"))
    assert meadow.send(meadow.taker, saved) == [201]
    page = read(meadow, meadow.hoa, f"/{saved['event']['id']}")
    assert SIGNED in page
    assert BOTH in page
    meadow.send(meadow.giver, meadow.shipped)
    for who in (meadow.hoa, meadow.lan):
        assert BOTH in read(meadow, who, f"/{meadow.shipped['event']['id']}")


def test_what_waits_for_the_giver_stands_above_the_list(meadow: Meadow) -> None:
    meadow.send(meadow.taker, meadow.record(meadow.answered("118")))
    page = read(meadow, meadow.hoa)
    assert WAITS in page
    assert BOTH in page
    assert WAITS not in read(meadow, meadow.lan)
    meadow.give()
    assert WAITS not in read(meadow, meadow.hoa)


def test_a_slip_that_nobody_signed_proves_nothing(app: Flask) -> None:
    meadow = Meadow.met(app, has_keys=False)
    meadow.taker.tell()
    meadow.send(meadow.giver, meadow.made)
    forged = meadow.slip[:-1] + bytes([meadow.slip[-1] ^ 1])
    saved = meadow.record(meadow.taker.counter(new_id(), forged, "118"), forged)
    assert meadow.send(meadow.taker, saved) == [202]
    meadow.giver.tell()
    assert meadow.send(meadow.taker, saved) == [422]
    assert meadow.send(meadow.taker, saved | {"slip": None}) == [201]
    assert SIGNED not in read(meadow, meadow.hoa, f"/{saved['event']['id']}")
