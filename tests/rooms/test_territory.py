"""An authority acts at home: upon goods made or kept in its province, and upon no others."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import update

from tests.builders import NOW, Business, business
from tests.trade import Trade
from traceapp import problem
from traceapp.database.engine import db
from traceapp.producers.models import Commune, Producer, Province, Site
from traceapp.questions import operations as questions
from traceapp.recalls import cases
from traceapp.recalls.cases import Suspicion
from traceapp.recalls.stops import stopping
from traceapp.recalls.stops.stopping import Actor
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import transaction

ELSEWHERE = {"province": "Phú Thọ", "commune_kind": "xã", "commune": "Bao La"}
Act = Callable[[Ref, Ref], object]


def opens(member: Ref, batch: Ref) -> object:
    by = Actor(member, is_authority=True)
    return cases.open_case(by, Suspicion(batch, "batch", "Mùi lạ"), now=NOW)


def stops(member: Ref, batch: Ref) -> None:
    stopping.stop(batch, Actor(member, is_authority=True), "stop:unsafe", now=NOW)


def asks(member: Ref, batch: Ref) -> object:
    given = {"id": uuid4(), "text": "Vì sao?"}
    return questions.ask(batch, given, member, report_id=None, now=NOW)


@pytest.fixture
def trade(app: Flask) -> Trade:
    return Trade.delivered()


@pytest.fixture
def officer(trade: Trade) -> Ref:
    db.session.rollback()
    with transaction():
        db.session.add(Province(name="Phú Thọ", kind="tỉnh", latitude=21.3, longitude=105.2))
        db.session.flush()
        at = {"latitude": 20.8, "longitude": 105.1, "legacy": "[]"}
        db.session.add(Commune(province="Phú Thọ", kind="xã", name="Bao La", **at))
        office = business("Chi cục", kinds=("authority",), role="officer")
    return Ref(office.producer_id, office.actor.member_id)


def move(*who: Business) -> None:
    """Let producers and all their sites be in another province."""
    db.session.rollback()
    with transaction():
        for table in (Producer, Site):
            mine = table.producer_id.in_([one.producer_id for one in who])
            db.session.execute(update(table).where(mine).values(ELSEWHERE))


def act(do: Act, member: Ref, batch: Ref) -> None:
    db.session.rollback()
    with transaction():
        do(member, batch)


@pytest.mark.parametrize("do", [opens, stops, asks])
def test_an_authority_acts_where_goods_were_made_or_are_kept(
    trade: Trade, officer: Ref, do: Act
) -> None:
    batch = Ref(trade.minh.producer_id, trade.greens)
    move(trade.minh)
    act(do, officer, batch)  # Hoa's shop, at home, has some of it


@pytest.mark.parametrize("do", [opens, stops, asks])
def test_an_authority_begins_nothing_about_goods_of_somewhere_else(
    trade: Trade, officer: Ref, do: Act
) -> None:
    batch = Ref(trade.minh.producer_id, trade.greens)
    move(trade.minh, trade.hoa)
    with pytest.raises(problem.InvalidInput) as refused:
        act(do, officer, batch)
    assert [one.rule for one in refused.value.findings] == ["outside_territory"]
