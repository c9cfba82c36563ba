"""The door from a season to a case: all its lots are ticked, whatever else would offer them."""

import re
from html import unescape
from uuid import UUID

import pytest
from flask import Flask

from tests.builders import LABEL, batch, line, product, record
from tests.http.test_desk_cases import ORDER, desk, office, posted, trade
from tests.http.test_stopped_sales import colleague
from tests.rooms.test_recall_cases import acting, reached
from tests.trade import Trade
from traceapp.producers import operations
from traceapp.trace.facts import Ref

__all__ = ["office", "trade"]

DAYS = ("2026-11-18", "2026-11-19", "2026-11-20")


@pytest.fixture
def season(trade: Trade) -> UUID:
    with acting():
        return season_of(trade, "Cải vụ đông")


def season_of(trade: Trade, name: str) -> UUID:
    given = {
        "plot_id": str(trade.minh.plot_id),
        "name": name,
        "crop": "Cải ngọt",
        "started_on": "2026-10-01",
    }
    return operations.start_season(trade.minh.producer_id, given)


def harvested(trade: Trade, season: UUID | None, lot: str, day: str) -> Ref:
    """Harvest on the plot of the season, or on it without one."""
    with acting():
        goods = product(trade.minh, name=f"Rau {lot}", role="finished", label=LABEL)
        made = batch(trade.minh, goods, lot)
        where = {"plot_id": str(trade.minh.plot_id), "season_id": season and str(season)}
        record(
            trade.minh,
            "harvest",
            outputs=[line(made, "10")],
            event_time=f"{day}T07:00:00+07:00",
            **where,
        )
    return Ref(trade.minh.producer_id, made)


def test_all_lots_of_the_season_are_recalled_with_the_newest(
    app: Flask, trade: Trade, season: UUID
) -> None:
    owner = colleague(trade.minh, "owner")
    assert "near=season" not in desk(app, owner, f"/desk/seasons/{season}")
    lots = [harvested(trade, season, f"V-{day[-2:]}", day) for day in DAYS]
    with acting():
        other = season_of(trade, "Cải vụ xuân")
    stays = harvested(trade, other, "V-KHAC", DAYS[1])  # same plot, within 60 days
    told = unescape(desk(app, owner, f"/desk/seasons/{season}"))
    (way,) = re.findall(r'href="(/desk/batches/[^"]+near=season)"', told)
    assert str(lots[-1].id) in way
    assert "all lots of the season are ticked" in desk(app, owner, way)
    status, case = posted(app, owner, way, basis="batch", reason="Phun nhầm thuốc")
    assert (status, "?" in case) == (303, False)
    desk(app, owner, "/desk")  # whoever leaves the form finds the tick again
    shown = desk(app, owner, case)
    assert re.search(r'name="groups" value="season" checked', shown)
    assert "All 2 lots" in shown[shown.index('name="groups" value="season"') :][:300]
    assert 'type="hidden" name="near" value="season"' in shown
    at = case
    sent = ORDER | {"near": "season", "groups": "season"}
    turned = posted(app, owner, f"{at}/issue", **sent, do="kin:plot:0")
    assert re.search(r'name="groups" value="season" checked', turned[1])
    assert posted(app, owner, f"{at}/issue", **sent)[0] == 303
    ref = Ref(trade.minh.producer_id, UUID(at.rpartition("/")[2]))
    assert reached(ref) == set(lots)
    assert stays not in reached(ref)


def test_only_who_may_open_a_case_sees_the_door(app: Flask, trade: Trade, season: UUID) -> None:
    harvested(trade, season, "V-18", DAYS[0])
    path = f"/desk/seasons/{season}"
    assert "near=season" in unescape(desk(app, trade.minh, path))
    assert "near=season" not in unescape(desk(app, colleague(trade.minh, "field_worker"), path))


@pytest.mark.parametrize("near", ["plots", "", "season%00", "SEASON"])
def test_a_group_that_is_none_ticks_nothing(
    app: Flask, trade: Trade, season: UUID, near: str
) -> None:
    made = harvested(trade, season, "V-18", DAYS[0])
    harvested(trade, season, "V-19", DAYS[1])
    way = f"/desk/batches/{made.id}/case?near={near}"
    status, case = posted(app, trade.minh, way, basis="batch", reason="x")
    assert (status, "near" in case) == (303, False)
    assert not re.search(r'name="groups" value="\w+" checked', desk(app, trade.minh, case))
