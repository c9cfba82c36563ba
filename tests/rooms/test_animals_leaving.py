"""Treated animals leave by no other door: called cut or sorted, or treated as a pen alone."""

from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from tests.builders import NOW, Business, batch, business, event, line, product, record
from traceapp.batches.recording import capturing
from traceapp.database.engine import db
from traceapp.findings import attempts
from traceapp.findings.holding import held_among
from traceapp.producers import operations as producers
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import transaction

DRUG = {"drug": "Oxytetracycline", "days": 1, "withdrawal_days": 14}


def at(day: int) -> str:
    return f"2026-11-{day:02}T06:00:00+07:00"


class Barn:
    """Lan's pigs, to be treated on the tenth and gone on the twelfth."""

    def __init__(self) -> None:
        with transaction():
            self.lan = business("HTX Lan")
            pigs = product(self.lan, name="Lợn", family="pig", uom="con")
            meat = product(self.lan, name="Thịt", family="pork")
            self.herd = batch(self.lan, pigs, "D-1", uom="con")
            self.meat = batch(self.lan, meat, "T-1")
            season = {"plot_id": str(self.lan.plot_id), "name": "Lứa", "crop": "lợn"}
            started = season | {"started_on": "2026-10-01"}
            self.season = producers.start_season(self.lan.producer_id, started)

    def tell(self, kind: str, day: int, **facts: Any) -> None:
        db.session.rollback()  # whatever was read before
        with transaction():
            record(self.lan, kind, event_time=at(day), **facts)

    def comes_in(self, **where: str) -> None:
        self.tell("stock_in", 1, outputs=[line(self.herd, "10", "con", mass_kg="900")], **where)

    def to_meat(self) -> dict[str, Any]:
        return {"inputs": [line(self.herd, "10", "con")], "outputs": [line(self.meat, "700")]}


@pytest.fixture
def barn(app: Flask) -> Barn:
    return Barn()


def may(by: Business, kind: str, lines: dict[str, Any]) -> bool:
    message = capturing.read(event(by, kind, event_time=at(12), **lines))
    return not attempts.judge(by.actor, message, now=NOW).is_blocked


def is_held(barn: Barn, batch_id: UUID) -> bool:
    return bool(held_among({Ref(barn.lan.producer_id, batch_id)}))


@pytest.mark.parametrize("kind", ["slaughter", "cut", "make_batch", "grade"])
def test_treated_animals_become_nothing_else_before_their_time(barn: Barn, kind: str) -> None:
    barn.comes_in()
    assert may(barn.lan, kind, barn.to_meat())
    barn.tell(kind, 12, **barn.to_meat())
    assert not is_held(barn, barn.meat)
    barn.tell("treat", 10, about=[{"batch_id": str(barn.herd)}], fields=DRUG)
    assert is_held(barn, barn.meat)
    assert not may(barn.lan, kind, barn.to_meat())


@pytest.mark.parametrize("brought", ["plot_id", "season_id"])
@pytest.mark.parametrize("treated", ["plot_id", "season_id"])
def test_a_pen_is_a_pen_by_whichever_name(barn: Barn, brought: str, treated: str) -> None:
    names = {"plot_id": str(barn.lan.plot_id), "season_id": str(barn.season)}
    barn.comes_in(**{brought: names[brought]})
    barn.tell("slaughter", 12, **barn.to_meat())
    barn.tell("treat", 10, fields=DRUG, **{treated: names[treated]})
    assert is_held(barn, barn.meat)
    assert not may(barn.lan, "slaughter", barn.to_meat())


def test_who_stood_in_the_pen_before_is_no_concern_of_a_new_herd(barn: Barn) -> None:
    pen = {"plot_id": str(barn.lan.plot_id)}
    with transaction():
        record(barn.lan, "treat", event_time="2026-10-31T06:00:00+07:00", fields=DRUG, **pen)
    barn.comes_in(**pen)
    assert may(barn.lan, "slaughter", barn.to_meat())
