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
from traceapp.trace.facts import Ref
from traceapp.web import lists

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
    assert (doors(nothing), "Nothing fits what you are looking for" in nothing) == ([], True)


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


def test_before_anything_is_looked_for_the_page_asks_what(app: Flask, trade: Trade) -> None:
    bought(trade.minh, "BOT-1", "Nhà máy Hạ Long", "NM-88")
    assert doors(desk(app, trade.minh, PATH)) == []


def test_nobody_but_officials_finds_what_others_received(
    app: Flask, trade: Trade, office: Business
) -> None:
    flour = bought(trade.minh, "BOT-1", "Nhà máy Hạ Long", "NM-88")
    assert not doors(desk(app, colleague(trade.hoa, "owner"), f"{PATH}?q=NM-88"))
    assert PATH in desk(app, office, "/desk/cases")
    told = desk(app, office, f"{PATH}?q=ha+long+NM-88")
    (way,) = doors(told)
    assert str(flour.id) in way
    assert "Nhà máy Hạ Long" in told
    status, case = posted(app, office, way, basis="supplier", reason="Nhà máy báo")
    assert status == 303
    assert "A supplier's notice" in desk(app, office, case)
    by_name = desk(app, office, f"{PATH}?q=nm-88+minh")  # who received it is found as well
    assert doors(by_name) == [way.replace("ha+long+NM-88", "nm-88+minh")]


def test_all_that_fits_is_read_page_by_page_and_as_a_table(
    app: Flask, trade: Trade, office: Business
) -> None:
    for number in range(lists.PAGE_SIZE + 1):
        bought(trade.minh, f"B-{number:03}", "Nhà máy Hạ Long", f"X{number:03}")
    for who in (trade.minh, office):
        told = desk(app, who, f"{PATH}?q=long")
        assert len(doors(told)) == lists.PAGE_SIZE
        (following,) = re.findall(r'rel="next" href="([^"]+)"', unescape(told))
        assert len(doors(desk(app, who, PATH + following))) == 1
        assert len(doors(desk(app, who, f"{PATH}?q=long+x003"))) == 1
        table = desk(app, who, f"{PATH}?q=long&format=csv").splitlines()
        assert len(table) == lists.PAGE_SIZE + 2
        assert "X003" in "".join(table)


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
    assert "Cải vụ xuân" in told
    assert told.count("Nothing was made there since") == 1
    assert str(lots[-1].id) in way
    status, case = posted(app, trade.minh, way, basis="supplier", reason="Hạt giống lỗi")
    assert status == 303
    shown = desk(app, colleague(trade.minh, "owner"), case)
    assert re.search(r'name="groups" value="season" checked', shown)
    assert not doors(desk(app, trade.hoa, f"{PATH}?q=hg-7"))


def test_supplies_without_a_season_lead_to_the_plot_or_say_that_they_lead_nowhere(
    app: Flask, trade: Trade
) -> None:
    with acting():
        fed = {"product": "Phân Sông Hồng", "fert_type": "mineral", "n_pct": 16, "qty_kg": 40}
        where = {"plot_id": str(trade.minh.plot_id)}
        record(trade.minh, "fertilize", fields=fed, event_time="2026-11-01T07:00:00+07:00", **where)
        said = {"item": "Phân Sông Hồng", "qty": 40, "qty_unit": "kg", "supplier": "Đại lý Ba"}
        record(trade.minh, "buy_input", fields=said, event_time="2026-10-30T07:00:00+07:00")
    assert not doors(desk(app, trade.minh, f"{PATH}?q=song+hong"))
    lots = [harvested(trade, None, f"V-{day[-2:]}", day) for day in DAYS]
    told = desk(app, trade.minh, f"{PATH}?q=song+hong")
    (way,) = doors(told)
    assert str(lots[-1].id) in way
    assert told.count("not written down where this was used") == 1
    status, case = posted(app, trade.minh, way, basis="supplier", reason="Phân lỗi")
    assert status == 303
    shown = desk(app, colleague(trade.minh, "owner"), case)
    assert re.search(r'name="groups" value="plot" checked', shown)
