"""The door from a supplier's notice to a case: what was received is found by what it names."""

import re
from html import unescape

from flask import Flask

from tests.builders import Business, batch, line, product, record
from tests.http.on_sale import page
from tests.http.test_case_of_a_season import DAYS, harvested, season_of
from tests.http.test_desk_cases import code, desk, office, posted, trade
from tests.http.test_stopped_sales import colleague
from tests.rooms.test_recall_cases import acting, soup_of
from tests.trade import Trade
from traceapp.desk import supplier_search
from traceapp.trace.facts import Ref

__all__ = ["code", "office", "page", "trade"]

PATH = "/desk/cases/supplier"


def bought(by: Business, lot: str, supplier: str, supplier_lot: str) -> Ref:
    """Receive goods from somebody who is not here."""
    with acting():
        made = batch(by, product(by, name=f"Bột {lot}"), lot)
        said = {"from_party": supplier, "supplier_lot": supplier_lot}
        record(by, "receive", outputs=[line(made, "40")], fields=said)
    return Ref(by.producer_id, made)


def doors(told: str) -> list[str]:
    return re.findall(r'href="(/desk/batches/[^"]+/case\?door=supplier[^"]*)"', unescape(told))


def test_a_suppliers_lot_leads_to_the_lot_that_was_received_and_to_a_case_with_its_words(
    app: Flask, trade: Trade
) -> None:
    flour = bought(trade.minh, "BOT-1", "Nhà máy Hạ Long", "NM-88")
    bought(trade.minh, "BOT-2", "Cửa hàng Đồng Bãi", "T12")
    for asked in ("nm-88", "ha+long", "Hạ+Long+NM-88"):
        assert str(flour.id) in doors(desk(app, trade.minh, f"{PATH}?q={asked}"))[0]
    (way,) = doors(desk(app, trade.minh, f"{PATH}?q=bot-1"))
    told = desk(app, trade.minh, way)
    assert re.search(r'name="basis" value="supplier"[^>]* checked', told)
    assert "A supplier told of: bot-1</textarea>" in told
    status, case = posted(app, trade.minh, way, basis="supplier", reason="Nhà máy báo")
    assert status == 303
    assert "A supplier's notice" in desk(app, trade.minh, case)
    nothing = desk(app, trade.minh, f"{PATH}?q=NM-99")
    assert (doors(nothing), "fits these words" in nothing) == ([], True)


def test_a_delivered_lot_of_another_leads_to_what_was_made_of_it_and_to_its_page(
    app: Flask, trade: Trade
) -> None:
    soup = soup_of(trade.hoa, Ref(trade.minh.producer_id, trade.greens))
    hoa = colleague(trade.hoa, "owner")
    told = desk(app, hoa, f"{PATH}?q=Minh")
    (way,) = doors(told)
    assert str(soup.id) in way
    assert f"/desk/batches/{trade.greens}" in told or "CN-1" in told
    assert posted(app, hoa, way, basis="supplier", reason="Minh báo")[0] == 303
    assert (
        posted(app, hoa, f"/desk/batches/{trade.greens}/case", basis="supplier", reason="x")[0]
        == 404
    )


def test_nobody_finds_what_others_received(app: Flask, trade: Trade, office: Business) -> None:
    bought(trade.minh, "BOT-1", "Nhà máy Hạ Long", "NM-88")
    for who in (colleague(trade.hoa, "owner"), office):
        assert not doors(desk(app, who, f"{PATH}?q=NM-88"))


def test_more_than_a_page_asks_for_another_word(app: Flask, trade: Trade) -> None:
    for number in range(supplier_search.MOST + 1):
        bought(trade.minh, f"B-{number:03}", "Nhà máy Hạ Long", f"X{number:03}")
    told = desk(app, trade.minh, f"{PATH}?q=long")
    assert len(doors(told)) == supplier_search.MOST
    assert "Add a word" in told
    assert len(doors(desk(app, trade.minh, f"{PATH}?q=long+x003"))) == 1


def test_supplies_lead_to_the_season_they_were_used_in_with_all_its_lots_ticked(
    app: Flask, trade: Trade
) -> None:
    with acting():
        season, empty = season_of(trade, "Cải vụ đông"), season_of(trade, "Cải vụ xuân")
        for one in (season, empty):
            where = {"plot_id": str(trade.minh.plot_id), "season_id": str(one)}
            said = {"variety": "Cải ngọt", "seed_source": "Giống Đông Á", "seed_lot": "HG-7"}
            record(trade.minh, "sow", fields=said, event_time="2026-11-01T07:00:00+07:00", **where)
    lots = [harvested(trade, season, f"V-{day[-2:]}", day) for day in DAYS]
    told = desk(app, trade.minh, f"{PATH}?q=hg-7")
    (way,) = doors(told)
    assert "Cải vụ đông" in told
    assert "Cải vụ xuân" not in told  # nothing was made of it
    assert str(lots[-1].id) in way
    status, case = posted(app, trade.minh, way, basis="supplier", reason="Hạt giống lỗi")
    assert status == 303
    shown = desk(app, colleague(trade.minh, "owner"), case)
    assert re.search(r'name="groups" value="season" checked', shown)
    assert not doors(desk(app, trade.hoa, f"{PATH}?q=hg-7"))
