"""Effectiveness checks: holders drawn by a seed, what was found there, and the rate."""

from datetime import timedelta
from random import Random
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from tests.builders import Business, business, line, record
from tests.http.on_sale import code_of
from tests.http.test_desk_cases import desk, issued, posted
from tests.rooms.test_recall_cases import (
    NOW,
    acting,
    colleague,
    found,
    greens,
    officer,
    owner,
    soup_of,
)
from tests.rooms.test_recall_cases import issued as recalled
from tests.rooms.test_territory import move
from tests.trade import Trade
from traceapp import problem
from traceapp.audit.models import AuditEntry
from traceapp.database.engine import db
from traceapp.producers.models import Commune, Province
from traceapp.recalls import effectiveness
from traceapp.recalls.effectiveness import Found, drawn
from traceapp.recalls.effectiveness_models import RecallSampleHolder
from traceapp.trace.facts import Ref


@pytest.fixture
def trade(app: Flask) -> Trade:
    return Trade.delivered()


@pytest.fixture
def office(app: Flask) -> Business:
    with acting():
        return business("Chi cục", kinds=("authority",), role="officer")


@pytest.fixture
def kitchen(trade: Trade) -> Business:
    """A kitchen that waits for 5 kg of the greens."""
    with acting():
        made = business("Bếp Tư", kinds=("shop",))
        to = {"to_site": str(made.site_id), "doc_no": "PX-7"}
        record(trade.minh, "ship", inputs=[line(trade.greens, "5")], fields=to)
    return made


def last(case: Ref) -> effectiveness.Sample:
    db.session.rollback()
    sample = effectiveness.last_of(case)
    assert sample is not None
    return sample


@given(
    st.sets(st.uuids(), min_size=1, max_size=30),
    st.integers(0, 150),
    st.integers(0, effectiveness.LARGEST_SEED),
    st.randoms(use_true_random=False),
)
def test_a_seed_draws_the_same_holders_whatever_their_order(
    holders: set[UUID], size: int, seed: int, chance: Random
) -> None:
    shuffled = list(holders)
    chance.shuffle(shuffled)
    first = drawn(shuffled, size, seed)
    assert first == drawn(holders, size, seed)
    assert len(set(first)) == len(first) == min(max(size, 1), len(holders), effectiveness.MOST)
    assert set(first) <= holders


def test_a_sample_is_kept_with_its_seed_and_who_might_have_been_drawn(
    trade: Trade, office: Business, kitchen: Business
) -> None:
    case = recalled(officer(office), greens(trade))
    with acting():
        effectiveness.draw(found(case), officer(office), 1, now=NOW)
    sample = last(case)
    kept = db.session.scalars(select(RecallSampleHolder.holder_id)).all()
    assert set(kept) == {kitchen.producer_id, trade.hoa.producer_id}
    assert (sample.holders, len(sample.visits)) == (2, 1)
    assert [one.holder_id for one in sample.visits] == drawn(kept, 1, sample.seed)


def test_who_made_the_goods_or_recalls_them_is_never_drawn(
    app: Flask, trade: Trade, office: Business
) -> None:
    soup = soup_of(trade.hoa, greens(trade))
    for case in (recalled(officer(office), soup), recalled(owner(trade.hoa), soup)):
        with pytest.raises(problem.InvalidInput) as refused, acting():
            effectiveness.draw(found(case), officer(office), 5, now=NOW)
        assert [one.rule for one in refused.value.findings] == ["no_holder"]
    status, told = posted(app, office, f"/desk/cases/{case.id}/sample", size="5")
    assert status == 422
    assert "ngoài nơi làm ra và nơi thu hồi thì không ai giữ" in told
    case = recalled(owner(trade.minh), greens(trade))
    with acting():
        effectiveness.draw(found(case), officer(office), 5, now=NOW)
    assert [one.holder_id for one in last(case).visits] == [trade.hoa.producer_id]


def test_the_last_finding_counts_and_all_stay(
    trade: Trade, office: Business, kitchen: Business
) -> None:
    case = recalled(officer(office), greens(trade))
    with acting():
        effectiveness.draw(found(case), officer(office), 5, now=NOW)
    assert (last(case).count(None), last(case).reached) == (2, 0)
    visits = (
        (trade.hoa, Found.ON_SALE),
        (trade.hoa, Found.TAKEN_AWAY),
        (kitchen, Found.NOT_REACHED),
    )
    for minutes, (holder, what) in enumerate(visits):
        with acting():
            now = NOW + timedelta(minutes=minutes)
            holder_id = holder.producer_id
            effectiveness.write_finding(
                found(case), holder_id, officer(office), what, "Kệ 3", now=now
            )
    sample = last(case)
    assert [sample.count(one) for one in (*Found, None)] == [0, 1, 1, 0]
    assert sample.reached == 1
    acts = db.session.scalars(select(AuditEntry.act)).all()
    assert acts.count("recall.visited") == 6  # in the book of the producer and of the office


def test_only_an_authority_draws_and_notes_and_only_where_it_drew(
    trade: Trade, office: Business
) -> None:
    case = recalled(officer(office), greens(trade))
    stranger = colleague(office)
    with pytest.raises(problem.NotFound), acting():
        effectiveness.draw(found(case), owner(trade.minh), 1, now=NOW)
    with pytest.raises(problem.NotFound), acting():
        effectiveness.write_finding(
            found(case), trade.hoa.producer_id, stranger, Found.ON_SALE, "", now=NOW
        )
    with acting():
        effectiveness.draw(found(case), stranger, 5, now=NOW)
    for holder_id in (office.producer_id, case.id):
        with pytest.raises(problem.NotFound), acting():
            effectiveness.write_finding(
                found(case), holder_id, stranger, Found.ON_SALE, "", now=NOW
            )


def test_at_the_desk_an_officer_draws_notes_and_reads_the_rate(
    app: Flask, trade: Trade, office: Business, kitchen: Business
) -> None:
    case = issued(app, office, code_of(trade.minh.producer_id, trade.greens))
    assert "Draw holders at random" in desk(app, office, case)
    for wrong in ("nhiều", "0", "101", ""):
        status, told = posted(app, office, f"{case}/sample", size=wrong)
        assert (status, told.count('class="error"')) == (422, 1)
    assert posted(app, office, f"{case}/sample", size="5")[0] == 303
    shop, mill = (f"{case}/sample/{one.producer_id}" for one in (trade.hoa, kitchen))
    assert posted(app, office, shop, found="on_sale", note="Còn 3 túi trên kệ")[0] == 303
    assert posted(app, office, mill, found="taken_away")[0] == 303
    assert posted(app, office, mill, found="eaten")[0] == 404
    assert posted(app, trade.minh, mill, found="taken_away")[0] == 404
    shown = desk(app, office, case)
    part = shown[shown.index('id="effectiveness"') :]
    assert "50%" in part or "50 %" in part
    assert "Còn 3 túi trên kệ" in part
    assert "2 of 2 holders" in part
    assert "Still on sale</dt><dd>1</dd>" in part
    assert "Taken away</dt><dd>1</dd>" in part


def test_an_authority_draws_in_the_case_of_another_only_at_home(
    trade: Trade, office: Business
) -> None:
    case = recalled(officer(office), greens(trade))
    with acting():
        near = business("Chi cục khác", kinds=("authority",), role="officer")
        far = business("Chi cục xa", kinds=("authority",), role="officer")
        db.session.add(Province(name="Phú Thọ", kind="tỉnh", latitude=21.3, longitude=105.2))
        db.session.flush()
        at = {"latitude": 20.8, "longitude": 105.1, "legacy": "[]"}
        db.session.add(Commune(province="Phú Thọ", kind="xã", name="Bao La", **at))
    move(far)
    with pytest.raises(problem.InvalidInput) as refused, acting():
        effectiveness.draw(found(case), officer(far), 1, now=NOW)
    assert [one.rule for one in refused.value.findings] == ["outside_territory"]
    with acting():
        effectiveness.draw(found(case), officer(near), 2, now=NOW)
    with acting():  # what it finds it notes anywhere: goods cross borders
        effectiveness.write_finding(
            found(case), trade.hoa.producer_id, officer(far), Found.ON_SALE, "", now=NOW
        )
    assert last(case).count(Found.ON_SALE) == 1
