"""Whoever was told of a recall is told, too, that goods were let go: by a real mail server."""

from flask import Flask

from tests.builders import Business, business
from tests.rooms.test_mail import Post
from tests.rooms.test_recall_cases import (
    LATER,
    NOW,
    acting,
    colleague,
    found,
    greens,
    officer,
    soup_of,
)
from tests.rooms.test_recall_cases import issued as issue
from tests.rooms.test_recall_reminders import post, sending, told, trade, until
from tests.trade import Trade
from traceapp.batches.models import Batch
from traceapp.database.engine import db
from traceapp.recalls import cases
from traceapp.recalls.cases import Wish
from traceapp.trace.facts import Ref

__all__ = ["post", "sending", "trade"]


def decided(case: Ref, office: Business, wish: Wish) -> None:
    """Ask, and let a second officer agree with a reason."""
    with acting():
        cases.ask(case, officer(office), wish, now=NOW)
    (act,) = (one for one in found(case).waiting if one.kind == wish.kind)
    second = colleague(office)
    with acting():
        cases.agree(case, act.act_id, second, "Mẫu lấy nhầm", now=LATER)


def test_holders_are_told_which_lots_were_let_go_and_when_all_were(
    sending: Flask, post: Post, trade: Trade
) -> None:
    soup = soup_of(trade.minh, greens(trade))
    with acting():
        office = business("Chi cục", kinds=("authority",), role="officer")
    case = issue(officer(office), greens(trade))
    decided(case, office, Wish("narrow", "Nấu từ phần khác", (soup,)))
    until(sending, LATER)
    freed = f"Hết hiệu lực: Thu hồi {found(case).number}"
    assert [one for one in told(post, "minh@example.vn") if one == freed] == [freed]
    assert freed not in told(post, "hoa@example.vn")
    text = next(one for one in post.box.letters if freed in str(one["Subject"])).get_content()
    lot = db.session.get_one(Batch, tuple(soup)).lot
    assert f"sắp nhận: {lot}." in text
    decided(case, office, Wish("release", "Đạt"))
    until(sending, LATER)
    assert told(post, "hoa@example.vn")[-1] == freed
    assert told(post, "minh@example.vn").count(freed) == 2


def test_closing_frees_nothing(sending: Flask, post: Post, trade: Trade) -> None:
    with acting():
        office = business("Chi cục", kinds=("authority",), role="officer")
    case = issue(officer(office), greens(trade))
    decided(case, office, Wish("close", "Xong"))
    until(sending, LATER)
    assert all("Hết hiệu lực" not in one for one in told(post, "hoa@example.vn"))


def test_closing_is_told_by_letter_and_says_what_stays(
    sending: Flask, post: Post, trade: Trade
) -> None:
    with acting():
        office = business("Chi cục", kinds=("authority",), role="officer")
    for is_drill in (False, True):
        case = issue(officer(office), greens(trade), is_drill=is_drill)
        decided(case, office, Wish("close", "Xong"))
        until(sending, LATER)
        subject = told(post, "hoa@example.vn")[-1]
        what = "Diễn tập thu hồi" if is_drill else "Thu hồi"
        assert subject == f"Đã đóng: {what} {found(case).number}"
        letter = next(one for one in post.box.letters if subject in str(one["Subject"]))
        text = letter.get_content()
        assert ("vẫn không được bán" in text, "DIỄN TẬP" in text) == (not is_drill, is_drill)
        assert f"/desk/recalls/{case.id}" in text
