"""Lots near a suspected one: each under its reason, by pages, all of a group by one field."""

import re
from uuid import UUID

import pytest
from flask import Flask

from tests.builders import LABEL, Business, batch, business, line, product, record
from tests.http.on_sale import code_of
from tests.http.test_desk_cases import ORDER, desk, opened, posted
from tests.http.test_stopped_sales import colleague
from tests.rooms.test_recall_cases import acting, found, reached, soup_of
from tests.rooms.test_recall_cases import colleague as second_person
from tests.trade import Trade
from traceapp.producers import operations as producers
from traceapp.recalls import case_queries, cases
from traceapp.recalls.goods.kin import SHOWN, kin_of
from traceapp.trace.facts import Ref

SHOP_DAY = "2026-11-21T09:00:00+07:00"
OTHER_DAY = "2026-11-18T09:00:00+07:00"
PACKS = SHOWN + 15


@pytest.fixture
def trade(app: Flask) -> Trade:
    return Trade.delivered()


@pytest.fixture
def office(app: Flask) -> Business:
    with acting():
        return business("Chi cục", kinds=("authority",), role="officer")


def harvested(by: Business, lot: str, **changes: object) -> Ref:
    """Harvest a lot of a product of its own."""
    with acting():
        made = batch(by, product(by, name=f"Rau {lot}", role="finished", label=LABEL), lot)
        record(by, "harvest", outputs=[line(made, "10")], **changes)
    return Ref(by.producer_id, made)


def reasons(batch: Ref, maker: UUID | None = None) -> dict[str, set[Ref]]:
    return {one.reason: set(one.batches) for one in kin_of(batch, maker)}


def packed(trade: Trade, number: int) -> list[Ref]:
    """Pack Minh's greens into so many lots, one step after another."""
    with acting():
        bags = product(trade.minh, name="Túi rau", role="finished", label=LABEL)
        made = [batch(trade.minh, bags, f"T-{one:03}") for one in range(number)]
        for one in made:
            given = {"inputs": [line(trade.greens, "1")], "outputs": [line(one, "1")]}
            record(trade.minh, "pack", **given, event_time=OTHER_DAY)
    return [Ref(trade.minh.producer_id, one) for one in made]


def test_each_lot_stands_once_under_the_first_reason_that_fits(app: Flask, trade: Trade) -> None:
    minh, plot = trade.minh, str(trade.minh.plot_id)
    greens = Ref(minh.producer_id, trade.greens)
    suspected, other = packed(trade, 2)
    soup = soup_of(trade.hoa, greens)
    first = harvested(minh, "H-1", plot_id=plot, event_time="2026-11-10T09:00:00+07:00")
    beside = harvested(minh, "H-2", plot_id=plot, event_time="2026-11-12T09:00:00+07:00")
    long_ago = harvested(minh, "H-3", plot_id=plot, event_time="2026-08-01T09:00:00+07:00")
    on_line = harvested(minh, "H-4", event_time="2026-11-10T15:00:00+07:00")
    with acting():
        made = batch(minh, product(minh, name="Mì", role="finished", label=LABEL), "M-1")
        put = {"outputs": [line(made, "3")], "event_time": "2026-11-10T20:00:00+07:00"}
        record(minh, "stock_in", **put)
    elsewhere = harvested(trade.hoa, "H-5", event_time="2026-11-10T09:00:00+07:00")
    assert reasons(suspected) == {"source": {greens}, "input": {other, soup}}
    assert reasons(suspected, minh.producer_id) == {"source": {greens}, "input": {other}}
    assert reasons(first) == {
        "plot": {beside},
        "line": {on_line},
        "day": {Ref(minh.producer_id, made)},
    }
    everything = set().union(*reasons(first).values(), *reasons(suspected).values())
    assert not everything & {long_ago, elsewhere, suspected, first}


def test_sources_are_offered_however_far_back_with_what_else_was_made_of_them(
    app: Flask, trade: Trade
) -> None:
    flour = Ref(trade.minh.producer_id, trade.greens)
    dough, other = packed(trade, 2)
    noodles = soup_of(trade.minh, dough, "1")
    assert reasons(noodles) == {"source": {dough, flour}, "input": {other}}


def used(by: Business, kind: str, lot: str, season_id: UUID | None, **fields: object) -> None:
    """Write down that a lot of a supply was used in a season, or else on the farm's plot."""
    field = {"sow": "seed_lot", "feed": "feed_lot", "vaccinate": "vaccine_lot"}[kind]
    where = {"season_id": str(season_id)} if season_id else {"plot_id": str(by.plot_id)}
    with acting():
        told = {field: lot, **fields}
        record(by, kind, fields=told, event_time="2026-11-01T07:00:00+07:00", **where)


def season(by: Business, name: str) -> UUID:
    with acting():
        given = {
            "plot_id": str(by.plot_id),
            "name": name,
            "crop": "cải",
            "started_on": "2026-10-01",
        }
        made: UUID = producers.start_season(by.producer_id, given)
    return made


def test_lots_given_the_same_lot_of_a_supply_are_offered(app: Flask, trade: Trade) -> None:
    minh, hoa = trade.minh, trade.hoa
    mine, theirs, third = season(minh, "Vụ một"), season(hoa, "Vụ hai"), season(hoa, "Vụ ba")
    used(minh, "sow", "HG-2026/15", mine, variety="Cải ngọt")
    used(hoa, "sow", "hg-2026/15", theirs, variety="Cải ngọt lá to")
    used(hoa, "sow", "HG-2026/150", third, variety="Cải ngọt")
    first = harvested(minh, "S-1", season_id=str(mine), event_time="2026-11-10T09:00:00+07:00")
    same = harvested(hoa, "S-2", season_id=str(theirs), event_time="2026-11-12T09:00:00+07:00")
    other = harvested(hoa, "S-3", season_id=str(third), event_time="2026-11-12T09:00:00+07:00")
    assert reasons(first)["supply"] == {same}
    assert other not in set().union(*reasons(first).values())
    packs = soup_of(minh, first, "1")
    assert reasons(packs)["supply"] == {same}  # by what it was made from
    assert "supply" not in reasons(first, minh.producer_id)  # a producer is offered his own
    assert "supply" not in reasons(other)


def test_what_a_recall_reaches_anyway_is_not_offered(app: Flask, trade: Trade) -> None:
    greens = Ref(trade.minh.producer_id, trade.greens)
    packs = set(packed(trade, 3))
    assert not packs & set().union(*reasons(greens).values())


def test_all_of_a_group_is_one_field_and_others_lots_wait_for_a_second_person(
    app: Flask, trade: Trade, office: Business
) -> None:
    greens = Ref(trade.minh.producer_id, trade.greens)
    suspected, *others = packed(trade, PACKS)
    soup = soup_of(trade.hoa, greens)
    case = opened(app, office, code_of(*suspected))
    assert posted(app, office, f"{case}/issue", **ORDER, groups="input")[0] == 303
    told = case_queries.find_by_id(UUID(case.rpartition("/")[2]))
    assert told is not None
    assert reached(told.ref) == {suspected, *others}
    (act,) = (one for one in found(told.ref).waiting if one.batches)
    assert act.batches == (soup,)
    second = second_person(office)
    with acting():
        cases.agree(told.ref, act.act_id, second, "", now=act.at)
    assert reached(told.ref) == {suspected, *others, soup}


def test_pages_are_turned_and_what_was_typed_and_ticked_stays(
    app: Flask, trade: Trade, office: Business
) -> None:
    suspected, *_ = packed(trade, PACKS)
    case = opened(app, office, code_of(*suspected))
    first = desk(app, office, case)
    shown = ticks(first)
    assert len(shown) <= SHOWN + 1
    ticked = shown[1]  # the first of those made from the same goods
    typed = ORDER | {"reason": "Mới gõ một nửa", "roots": ticked, "do": f"kin:input:{SHOWN}"}
    status, page = posted(app, office, f"{case}/issue", **typed)
    assert status == 200
    assert "Mới gõ một nửa" in page
    assert f'<input type="hidden" name="roots" value="{ticked}">' in page
    assert set(ticks(page)).isdisjoint(ticks(first)[1:])
    again = posted(app, office, f"{case}/issue", **ORDER, roots=ticked)
    assert again[0] == 303
    told = case_queries.find_by_id(UUID(case.rpartition("/")[2]))
    assert told is not None
    assert {one.id for one in reached(told.ref)} == {suspected.id, UUID(ticked)}


def ticks(page: str) -> list[str]:
    return re.findall(r'type="checkbox" name="roots" value="([^"]+)"', page)


def test_a_producer_is_offered_and_takes_no_lots_of_others(app: Flask, trade: Trade) -> None:
    greens = Ref(trade.minh.producer_id, trade.greens)
    suspected, other = packed(trade, 2)
    soup = soup_of(trade.hoa, greens)
    owner = colleague(trade.minh, "owner")
    case = opened(app, owner, code_of(*suspected))
    assert str(soup.id) not in desk(app, owner, case)
    sent = ORDER | {"groups": "input", "roots": str(soup.id)}
    assert posted(app, owner, f"{case}/issue", **sent)[0] == 303
    told = case_queries.find_by_id(UUID(case.rpartition("/")[2]))
    assert told is not None
    assert reached(told.ref) == {suspected, other}
    assert all(not one.batches for one in told.waiting)
