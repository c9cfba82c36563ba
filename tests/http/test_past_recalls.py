"""A lot that a recall let go: page and dossier tell of it as past; the dossier is one click."""

import re
from html import unescape

from flask import Flask, g

from tests.builders import Business
from tests.http.dossiers import pdf_of
from tests.http.test_desk_cases import code, desk, issued, office, posted, trade, waiting
from tests.http.test_stopped_sales import colleague
from tests.rooms.test_recall_cases import soup_of
from tests.signing_in import signed_in
from tests.trade import Trade, words_in
from traceapp.database.engine import db
from traceapp.desk.attention import KEPT
from traceapp.trace.facts import Ref

__all__ = ["code", "office", "trade"]

PAST = "Was recalled, is no longer"
IN_FORCE = re.compile(r"<h2>\s*Recall TH-")


def let_go(app: Flask, office: Business, case: str, batch: Ref) -> None:
    """Let a lot go, by two officers."""
    path = f"{case}/ask"
    assert posted(app, office, path, do="narrow", lots=str(batch.id), reason="Lầm lô")[0] == 303
    agree(app, office, case)


def agree(app: Flask, office: Business, case: str, kind: str = "narrow") -> None:
    decide = f"{case}/acts/{waiting(case, kind)}"
    second = colleague(office, "officer")
    assert posted(app, second, decide, do="agree", reason="Đã xem")[0] == 303


def papers(app: Flask, who: Business, batch: Ref) -> str:
    db.session.rollback()
    with app.app_context():
        told = pdf_of(signed_in(app, who), str(batch.id), "en")
    g.pop(KEPT, None)
    return told


def test_the_page_of_a_lot_that_was_let_go_tells_it_as_past(
    app: Flask, trade: Trade, office: Business, code: str
) -> None:
    greens = Ref(trade.minh.producer_id, trade.greens)
    case = issued(app, office, code)
    for who in (trade.minh, trade.hoa, office):
        told = desk(app, who, f"/desk/batches/{code}")
        assert IN_FORCE.search(told)
        assert PAST not in told
    let_go(app, office, case, greens)
    for who in (trade.minh, trade.hoa, office):
        told = desk(app, who, f"/desk/batches/{code}")
        assert not IN_FORCE.search(told)
        past = told[told.index(PAST) :][:900]
        assert "Chi cục: “Dư lượng 0,12 mg/kg”" in past
        assert "This lot was let go." in past
        assert (case in past) is (who == office)
        words = papers(app, who, greens)
        assert "by Chi cục: Dư lượng 0,12 mg/kg" in words
        assert "Let go on" in words


def test_what_was_released_is_past_and_what_was_closed_is_not(
    app: Flask, trade: Trade, office: Business, code: str
) -> None:
    closed = issued(app, office, code)
    posted(app, office, f"{closed}/ask", do="close", reason="Đã thu đủ")
    agree(app, office, closed, "close")
    told = desk(app, trade.hoa, f"/desk/batches/{code}")
    assert PAST not in told
    assert IN_FORCE.search(told)
    assert "the goods are still recalled and may not be sold" in told
    assert "Answer the recall" not in told
    released = issued(app, office, code)
    posted(app, office, f"{released}/ask", do="release", reason="Đạt")
    agree(app, office, released, "release")
    told = desk(app, trade.hoa, f"/desk/batches/{code}")
    assert told.count("All its goods were released.") == 1


def test_whoever_used_up_all_of_a_lot_is_not_asked_about_it(
    app: Flask, trade: Trade, office: Business, code: str
) -> None:
    issued(app, office, code)
    assert "Answer the recall" in desk(app, trade.hoa, f"/desk/batches/{code}")
    soup_of(trade.hoa, Ref(trade.minh.producer_id, trade.greens), "118")
    assert "Answer the recall" not in desk(app, trade.hoa, f"/desk/batches/{code}")


def test_a_lot_of_others_let_go_before_it_was_recalled_to_anybody_was_never_in_it(
    app: Flask, trade: Trade, office: Business, code: str
) -> None:
    soup = soup_of(trade.hoa, Ref(trade.minh.producer_id, trade.greens))
    soup_of(trade.hoa, Ref(trade.minh.producer_id, trade.greens))  # stays
    case = issued(app, office, code)
    let_go(app, office, case, soup)
    agree(app, office, case, "widen")
    told = desk(app, trade.hoa, f"/desk/batches/{soup.id}")
    assert PAST not in told
    assert not any(word.startswith("TH-20") for word in words_in(told))
    assert "Dư lượng" not in papers(app, trade.hoa, soup)
    assert PAST in desk(app, office, f"/desk/batches/{soup.id}")


def test_pdf_and_zip_of_the_dossier_are_one_click_on_the_page_of_the_lot(
    app: Flask, trade: Trade, code: str
) -> None:
    told = unescape(desk(app, trade.hoa, f"/desk/batches/{code}"))
    links = re.findall(r'href="([^"]+/dossier\.(?:pdf|zip))"', told)
    assert {one.rpartition(".")[2] for one in links} == {"pdf", "zip"}
    starts = {"pdf": b"%PDF-", "zip": b"PK"}
    for one in set(links):
        db.session.rollback()
        with app.app_context():
            answer = signed_in(app, trade.hoa).get(one)
        g.pop(KEPT, None)
        assert answer.status_code == 200
        assert answer.data.startswith(starts[one.rpartition(".")[2]])
        assert "attachment" in answer.headers["Content-Disposition"]
