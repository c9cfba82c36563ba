"""The purchasing board in browsers: buyer and producer at their desks, everybody at `/board`."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.builders import Business, batch, business, product
from tests.conftest import AppMaker
from tests.http.on_sale import page
from tests.http.reported import at_desk
from tests.rooms.test_purchasing import a_product, grown
from tests.signing_in import form
from tests.trade import words_in
from traceapp.database.engine import db
from traceapp.desk.purchasing import need_views
from traceapp.producers.models import Producer
from traceapp.purchasing import operations
from traceapp.purchasing.matching import Shows
from traceapp.purchasing.models import PurchaseContact, PurchaseNeed
from traceapp.trace.facts import Ref
from traceapp.web import lists
from traceapp.web.endpoints import transaction
from traceapp.web.pages import HANOI

TODAY = datetime.now(UTC).astimezone(HANOI).date()
SELLER_PHONE, BUYER_PHONE = "0900 111 222", "0900 333 444"


def typed(**changes: str) -> dict[str, Any]:
    given = {"id": str(uuid4()), "kind": "leafy", "words": "", "quantity": "20", "uom": "kg"}
    given |= {"from_on": f"{TODAY:%d/%m/%Y}", "until_on": f"{TODAY + timedelta(30):%d/%m/%Y}"}
    given |= {"commune": "Bát Tràng", "reach": "anywhere", "level": "self"}
    return given | changes


@dataclass(frozen=True, slots=True)
class Case:
    """Lan's choy sum is on the board; her owner, the shop's, and a stranger at their browsers."""

    app: Flask
    batch: Ref
    seller: FlaskClient
    buyer: FlaskClient
    stranger: FlaskClient
    anybody: FlaskClient
    product_id: str

    def send(self, by: FlaskClient, path: str, **given: str) -> int:
        return by.post(path, data=form(self.app, **given)).status_code

    def posted(self, **changes: str) -> str:
        assert self.send(self.buyer, "/desk/needs/new", **typed(**changes)) == 303
        with self.app.app_context():
            made = db.session.scalars(select(PurchaseNeed.need_id)).first()
        return f"/desk/needs/{made}"

    def contact(self) -> str:
        path = f"{self.posted()}/lots/{self.batch.id}"
        letter = {"id": str(uuid4()), "text": "Còn bao nhiêu?"}
        assert self.send(self.buyer, path, **letter) == 303
        with self.app.app_context():
            made = db.session.scalars(select(PurchaseContact.contact_id)).one()
        return f"/desk/contacts/{made}"


@pytest.fixture
def case(make_app: AppMaker) -> Case:
    app = make_app()
    with app.app_context(), transaction():
        lan = business("HTX Lan", role="owner")
        hoa = business("Cửa hàng Hoa", kinds=("shop",), role="owner")
        tung = business("HTX Tùng", role="owner")
        product_id = a_product(lan)
        lot = grown(lan, "CN-1", "140", product_id)
        for owner, phone in ((lan, SELLER_PHONE), (hoa, BUYER_PHONE)):
            db.session.get_one(Producer, owner.producer_id).phone = phone

    def signed_in(who: Business) -> FlaskClient:
        return at_desk(app, who)

    made = Case(
        *(app, lot, signed_in(lan), signed_in(hoa), signed_in(tung)),
        *(app.test_client(), str(product_id)),
    )
    wish = {f"shows.{product_id}": "range"}
    assert made.send(made.seller, "/desk/board/products", **wish) == 303
    return made


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_buyer_reads_which_lots_would_do_and_why(case: Case, language: str) -> None:
    told = page(case.buyer, f"{case.posted()}?lang={language}")
    assert "CN-1" in told
    assert "100–200 kg" in told
    assert {"vi": "Lô đáp ứng được", "en": "Lots that would do"}[language] in told


def test_matches_are_told_a_page_at_a_time(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(need_views, "MOST_MATCHES", 1)
    with case.app.app_context(), transaction():
        other = business("HTX Mai", role="owner")
        product_id = a_product(other)
        grown(other, "MAI-1", "50", product_id)
        by = Ref(other.producer_id, other.actor.member_id)
        operations.show({product_id: Shows.EXACT}, by, now=datetime.now(UTC))
    need = case.posted()
    pages = [page(case.buyer, f"{need}?page={number}") for number in (1, 2, 9, 0, "x")]
    told = [("CN-1" in said, "MAI-1" in said) for said in pages[:2]]
    assert told == [(True, False), (False, True)]
    assert [said.count("Trang 2 trên 2") for said in pages] == [0, 1, 1, 0, 0]
    assert "Các lô tiếp theo" in pages[0]
    assert "Các lô gần hơn" in pages[1]


def test_a_near_miss_says_what_is_asked_and_what_is_there(case: Case) -> None:
    told = page(case.buyer, case.posted(level="inspector", certificates="vietgap") + "?lang=en")
    assert "own record, nobody else checked" in told
    assert "asked: checked by an inspector" in told
    assert "VietGAP" in told
    assert "<b>none here</b>; asked: valid today" in told


def test_a_price_is_refused_beside_its_field_and_nothing_is_lost(case: Case) -> None:
    sent = typed(note="Giao sớm, trả 20.000đ/kg")
    answer = case.buyer.post("/desk/needs/new?lang=vi", data=form(case.app, **sent))
    assert answer.status_code == 422
    assert "“20.000đ” giống như giá tiền" in answer.text
    assert 'href="#f-note"' in answer.text
    assert "Giao sớm, trả 20.000đ/kg" in answer.text
    with case.app.app_context():
        assert db.session.scalars(select(PurchaseNeed)).all() == []


@pytest.mark.parametrize("path", ["", "/change", "/lots/{batch}"], ids=["need", "change", "letter"])
def test_a_stranger_finds_no_need_of_another(case: Case, path: str) -> None:
    whole = case.posted() + path.format(batch=case.batch.id)
    for other in (case.stranger, case.seller):
        assert other.get(whole).status_code == 404
    assert case.send(case.stranger, f"{case.posted()}/end") == 404


def test_the_public_board_is_searched_without_accents_narrowed_and_taken_along(
    case: Case,
) -> None:
    said = page(case.anybody, "/board")
    assert "Hiện chưa ai đăng nhu cầu" in said
    assert 'href="/desk/needs"' in said
    case.posted(words="cải ngọt", kind="leafy")
    case.posted(words="gà ri", kind="poultry")
    case.posted(words="", kind="fruit")
    for asked, told in {
        "cai ngot": ["cải ngọt"],
        "CẢI": ["cải ngọt"],
        "ri gà": ["gà ri"],
        "QUA": ["Quả"],
        "rau la ngot": ["cải ngọt"],
        "": ["cải ngọt", "gà ri", "Quả"],
    }.items():
        found = page(case.anybody, f"/board?q={quote(asked)}")
        assert sorted(titles(found)) == sorted(told), asked
        table = case.anybody.get(f"/board?format=csv&q={quote(asked)}").text.splitlines()
        assert len(table) == 1 + len(told)
    assert titles(page(case.anybody, "/board?kind=poultry")) == ["gà ri"]
    assert titles(page(case.anybody, "/board?lang=en&q=leafy", language="en")) == ["cải ngọt"]
    nothing = page(case.anybody, "/board?lang=vi&q=khong-co")
    assert "Không có gì khớp" in nothing
    assert "100%" not in page(case.anybody, "/board?q=100%25").partition('class="card')[2]


def test_the_public_board_goes_on_where_a_page_ends(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "PAGE_SIZE", 2)
    for words in ("một", "hai", "ba"):
        case.posted(words=words)
    first = page(case.anybody, "/board")
    further = re.search(r'rel="next" href="([^"]+)"', first)
    assert further
    rest = page(case.anybody, "/board" + unescape(further[1]))
    assert sorted(titles(first) + titles(rest)) == sorted(["một", "hai", "ba"])


def titles(said: str) -> list[str]:
    return [one.strip() for one in re.findall(r"<h2>([^<]+)</h2>", said)]


def test_the_public_board_names_the_buyer_only_where_he_chose_so(case: Case) -> None:
    case.posted(note="Giao trước 6 giờ")
    told = page(case.anybody, "/board?lang=vi")
    assert "Rau ăn lá" in told
    assert "20 kg mỗi tuần" in told
    assert "Giao trước 6 giờ" in told
    assert "Hoa" not in words_in(told)
    with case.app.app_context():
        need = db.session.scalars(select(PurchaseNeed)).one()
    path = f"/desk/needs/{need.need_id}"
    again = {name: value for name, value in typed(is_named="yes").items() if name != "id"}
    assert case.send(case.buyer, f"{path}/change", **again, version="1") == 303
    assert "Cửa hàng Hoa" in page(case.anybody, "/board")
    assert case.send(case.buyer, f"{path}/end") == 303
    assert "Cửa hàng Hoa" not in page(case.anybody, "/board")


def test_a_producer_reads_which_own_lots_would_do(case: Case) -> None:
    case.posted()
    told = page(case.seller, "/desk/board?lang=en")
    assert "Your lot would do: Cải ngọt · CN-1" in told
    assert "Hoa" not in words_in(told)
    assert "Nothing of yours is on the board" in page(case.stranger, "/desk/board?lang=en")


def test_the_board_tells_every_need_and_narrows_to_those_that_own_lots_would_do_for(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "PAGE_SIZE", 1)
    case.posted()
    case.posted(id=str(uuid4()), kind="", words="Mật ong", until_on="01/09/2127")
    first = page(case.seller, "/desk/board?lang=en")
    assert "Mật ong" not in first
    (further,) = re.findall(r'rel="next" href="([^"]+)"', first)
    assert "Mật ong" in page(case.seller, f"/desk/board{unescape(further)}")
    assert "Mật ong" in page(case.seller, "/desk/board?q=mat+ong")
    everything = page(case.seller, "/desk/board?format=csv&lang=en")
    assert everything.count("\r\n") == 3
    fitting = page(case.seller, "/desk/board?format=csv&lang=en&fit=fits")
    assert "Mật ong" not in fitting
    assert "Cải ngọt · CN-1" in fitting
    assert "Hoa" not in words_in(everything)


def test_addresses_are_read_once_both_have_written(case: Case) -> None:
    contact = case.contact()
    assert "wrote to you about Cải ngọt, lot CN-1" in page(case.seller, "/desk?lang=en")
    for reader, other in ((case.buyer, SELLER_PHONE), (case.seller, BUYER_PHONE)):
        assert other not in page(reader, contact)
    answer = {"id": str(uuid4()), "says": "agrees", "text": "Còn, giao được"}
    assert case.send(case.seller, contact, **answer) == 303
    assert "wrote to you about" not in page(case.seller, "/desk?lang=en")
    assert "wrote to you about Cải ngọt, lot CN-1" in page(case.buyer, "/desk?lang=en")
    for reader, other in ((case.buyer, SELLER_PHONE), (case.seller, BUYER_PHONE)):
        assert other in page(reader, contact)
    assert "kind=ship" in page(case.seller, contact)
    assert "kind=ship" not in page(case.buyer, contact)


def test_a_stranger_finds_no_letters_of_others(case: Case) -> None:
    contact = case.contact()
    assert case.stranger.get(contact).status_code == 404
    assert case.send(case.stranger, contact, id=str(uuid4()), text="Tôi cũng có") == 404


def test_nobody_shows_a_product_of_another(case: Case) -> None:
    wish = {f"shows.{case.product_id}": "exact"}
    assert case.send(case.stranger, "/desk/board/products", **wish) == 422


def test_a_word_that_is_none_is_refused_at_its_product(case: Case) -> None:
    wish = {f"shows.{case.product_id}": "everything"}
    answer = case.seller.post("/desk/board/products", data=form(case.app, **wish))
    assert answer.status_code == 422
    assert f'href="#f-shows-{case.product_id}"' in answer.text


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_producer_reads_what_importers_would_miss(case: Case, language: str) -> None:
    path = f"/desk/batches/{case.batch.id}/markets"
    told = page(case.seller, f"{path}?lang={language}")
    assert {"vi": "Còn thiếu", "en": "Missing"}[language] in told
    assert {"vi": "Trung Quốc", "en": "China"}[language] in told
    for other in (case.stranger, case.buyer):
        assert other.get(path).status_code == 404


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_market_without_a_list_for_the_goods_says_so(make_app: AppMaker, language: str) -> None:
    app = make_app()
    with app.app_context(), transaction():
        lan = business("HTX Lan", role="owner")
        baskets = product(lan, name="Giỏ mây", family="craft")
        lot = batch(lan, baskets, "G-12")
    told = page(at_desk(app, lan), f"/desk/batches/{lot}/markets?lang={language}")
    none = {"vi": "Ở đây chưa có danh mục cho loại hàng này", "en": "No list for these goods here"}
    assert told.count(none[language]) == 2
    assert {"vi": "Còn thiếu", "en": "Missing"}[language] not in told
