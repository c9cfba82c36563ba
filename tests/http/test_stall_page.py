"""The page behind the code of a stall: what it tells shoppers, and that it is never dead."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import brotli
import pytest
from flask import Flask

from tests.builders import PLACE, business
from tests.http.on_sale import finished
from tests.http.test_code_pages import counted
from traceapp.batches import record_changes
from traceapp.codes import operations as codes
from traceapp.codes import queries
from traceapp.codes.states import CodeState
from traceapp.database.engine import db
from traceapp.producers import operations as producers
from traceapp.producers.models import Commune
from traceapp.recalls.stops import stopping
from traceapp.stalls import changing
from traceapp.stalls.changing import NOT_SOLD, Gone
from traceapp.stalls.models import Stall
from traceapp.stalls.page import STATE_WORDS
from traceapp.stalls.queries import find_stall
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import transaction

FLIGHT = 8 * 1024
JSON = {"Accept": "application/json"}


class AtStall:
    """Lan's stall, what she does there, and what a shopper reads."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()
        with transaction():
            self.lan = business("HTX Đồng Xanh", role="shop_seller")
            self.by = (self.lan.producer_id, self.lan.actor.member_id)
            given = {"name": "Sạp 12 <b>", "site_id": str(self.lan.site_id)}
            stall = changing.open_stall(self.by, given, now=datetime.now(UTC))
            self.stall_id, self.code = stall.stall_id, stall.code

    @property
    def path(self) -> str:
        return f"/S/{self.code}"

    def put_on(self, lot: str, **changes: Any) -> str:
        db.session.rollback()
        with transaction():
            code = finished(self.lan, lot, name=f"Cải {lot}", **changes)
            now = datetime.now(UTC)
            changing.put_on(self.by, self.stall_id, code, today=date(2026, 11, 22), now=now)
        return code

    def sold_out(self, code: str) -> None:
        db.session.rollback()
        with transaction():
            changing.take_off(
                self.by, self.stall_id, ref(code), Gone.SOLD_OUT, now=datetime.now(UTC)
            )

    def set_state(self, code: str, state: CodeState) -> None:
        db.session.rollback()
        with transaction():
            now = datetime.now(UTC) + timedelta(seconds=1)
            codes.set_state(code, state, actor="Chi cục", now=now, reason="chờ")

    def stall(self) -> Stall:
        return find_stall(self.lan.producer_id, self.stall_id)

    def read(self) -> dict[str, Any]:
        answer = self.client.get(self.path, headers=JSON)
        assert answer.status_code == 200
        found: dict[str, Any] = answer.get_json()
        return found

    def page(self, language: str = "vi") -> str:
        with self.client.application.app_context():  # a context keeps its language
            answer = self.client.get(self.path, headers={"Accept-Language": language})
        assert answer.status_code == 200
        return answer.get_data(as_text=True)


def ref(code: str) -> Ref:
    fact = queries.find(code)
    assert fact is not None
    return Ref(fact.producer_id, fact.batch_id)


@pytest.fixture
def at_stall(app: Flask) -> AtStall:
    return AtStall(app)


def test_a_shopper_reads_what_is_on_the_stall_now_and_nothing_that_was(at_stall: AtStall) -> None:
    first, second = at_stall.put_on("CN-1"), at_stall.put_on("CN-2")
    told = at_stall.read()
    assert [lot["code"] for lot in told["lots"]] == [second, first]
    at_stall.sold_out(second)
    told = at_stall.read()
    assert [(lot["code"], lot["lot"], lot["is_for_sale"]) for lot in told["lots"]] == [
        (first, "CN-1", True)
    ]
    page = at_stall.page()
    assert re.findall(r'href="/B/(\w+)"', page) == [first]
    assert "Sạp 12 &lt;b&gt;" in page
    assert at_stall.client.get(f"/B/{first}").status_code == 200


def test_the_document_tells_no_amount_no_street_and_no_person(at_stall: AtStall) -> None:
    at_stall.put_on("CN-1")
    told = at_stall.read()
    assert told.keys() == {
        *("format", "code", "url", "state", "name", "place", "seller", "changed_at", "lots")
    }
    assert told["lots"][0].keys() == {
        *("code", "url", "lot", "state", "is_for_sale", "name", "producer"),
        *("made_on", "expires_on"),
    }
    page = at_stall.page()
    for secret in ("12,5", "12.5", "Thôn 1", "HTX Đồng Xanh A"):
        assert secret not in page


@pytest.mark.parametrize("state", sorted(STATE_WORDS.keys() - {CodeState.EXPIRED}))
def test_a_lot_that_may_not_be_sold_is_never_told_as_for_sale(
    at_stall: AtStall, state: CodeState
) -> None:
    code = at_stall.put_on("CN-1")
    assert "Không được bán" not in at_stall.page()
    at_stall.set_state(code, state)
    assert [lot["is_for_sale"] for lot in at_stall.read()["lots"]] == [False]
    page = at_stall.page()
    stopped, _, rest = page.partition('id="name"')
    assert 'role="alert"' in stopped
    assert f'href="/B/{code}"' in stopped
    assert f'href="/B/{code}"' not in rest


def test_every_state_that_stops_a_sale_has_its_word() -> None:
    assert STATE_WORDS.keys() == NOT_SOLD.keys()


def test_a_lot_is_past_its_date_from_midnight_on(at_stall: AtStall) -> None:
    at_stall.put_on("CN-1", production_date="2026-11-20", expiry_date="2026-11-22")
    (lot,) = at_stall.read()["lots"]  # today is later
    assert (lot["state"], lot["is_for_sale"]) == ("expired", False)
    assert "Hết hạn sử dụng" in at_stall.page()


def test_the_kept_page_changes_within_the_second_of_a_tap(at_stall: AtStall) -> None:
    code = at_stall.put_on("CN-1")
    first = at_stall.client.get(at_stall.path)
    tag = first.headers["ETag"]
    again = at_stall.client.get(at_stall.path, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    fresh(at_stall)
    at_stall.sold_out(code)
    fresh(at_stall)
    after = at_stall.client.get(at_stall.path, headers={"If-None-Match": tag})
    assert after.status_code == 200
    assert f"/B/{code}" not in after.text


def fresh(at_stall: AtStall) -> None:
    """Let half a second pass: the generation is read again."""
    cache = at_stall.client.application.extensions["page_cache"]
    cache._read_at = -1.0


def test_a_stop_by_the_seller_shows_at_his_stall_at_once(at_stall: AtStall) -> None:
    code = at_stall.put_on("CN-1")
    assert [lot["is_for_sale"] for lot in at_stall.read()["lots"]] == [True]
    db.session.rollback()
    with transaction():
        actor = stopping.Actor(Ref(*at_stall.by), is_authority=False)
        stopping.stop(ref(code), actor, "stop:cold", now=datetime.now(UTC))
    fresh(at_stall)
    assert [lot["state"] for lot in at_stall.read()["lots"]] == ["sale_stopped"]


def test_a_place_that_is_called_otherwise_shows_at_its_stalls_at_once(at_stall: AtStall) -> None:
    assert "xã Bát Tràng" in at_stall.page()
    db.session.rollback()
    with transaction():
        centre = {"latitude": 21.06, "longitude": 105.82}
        place = {"province": "Hà Nội", "kind": "phường", "name": "Tây Hồ", "legacy": "[]"}
        db.session.add(Commune(**place, **centre))
        db.session.flush()
        site = {**PLACE, "name": "Chợ", "kind": "shop", "commune_kind": "phường"}
        given = site | {"commune": "Tây Hồ"}
        site_id = at_stall.lan.site_id
        record_changes.change_site(at_stall.by, site_id, given, None, now=datetime.now(UTC))
    fresh(at_stall)
    assert "phường Tây Hồ" in at_stall.page()


def test_it_travels_like_the_page_of_a_batch(at_stall: AtStall) -> None:
    code = at_stall.put_on("CN-1")
    stall = at_stall.client.get(at_stall.path, headers={"Accept-Encoding": "br"})
    batch = at_stall.client.get(f"/B/{code}", headers={"Accept-Encoding": "br"})
    for name in ("Vary", "Cache-Control", "Content-Encoding", "Content-Security-Policy"):
        assert stall.headers[name] == batch.headers[name]
    assert at_stall.client.head(at_stall.path).headers["Content-Length"]


def test_a_full_stall_fits_the_first_flight_of_a_phone(at_stall: AtStall) -> None:
    for number in range(30):
        at_stall.put_on(f"CN-VD03-{number:03}")
    answer = at_stall.client.get(at_stall.path, headers={"Accept-Encoding": "br"})
    assert len(answer.data) <= FLIGHT
    assert brotli.decompress(answer.data).count(b'href="/B/') == 30


@pytest.mark.parametrize("count", [1, 12])
def test_it_is_made_in_a_fixed_number_of_queries(at_stall: AtStall, count: int) -> None:
    for number in range(count):
        at_stall.put_on(f"CN-{number}")
    with counted(at_stall.client.application) as queries_asked:
        at_stall.client.get(at_stall.path)
    assert len(queries_asked) <= 7


def test_every_stall_code_has_its_page_whatever_became_of_the_stall(at_stall: AtStall) -> None:
    assert "Sạp chưa bày lô nào" in at_stall.page()
    assert "Nothing is on this stall now" in at_stall.page("en")
    code = at_stall.put_on("CN-1")
    db.session.rollback()
    with transaction():
        at_stall.stall().archived_at = datetime.now(UTC)
    fresh(at_stall)
    told = at_stall.read()
    assert (told["state"], told["lots"]) == ("closed", [])
    page = at_stall.page()
    assert "Sạp hàng này đã đóng" in page
    assert f"/B/{code}" not in page


def test_of_a_seller_who_was_not_let_in_nothing_is_told(at_stall: AtStall) -> None:
    at_stall.put_on("CN-1")
    db.session.rollback()
    with transaction():
        now = datetime.now(UTC)
        producers.decide_admission(at_stall.lan.producer_id, admitted=False, by=None, now=now)
    told = at_stall.read()
    assert (told["state"], told["lots"], "name" in told) == ("not_in_use", [], False)
    page = at_stall.page()
    assert "Sạp 12" not in page
    assert "Đồng Xanh" not in page


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/S/00000000000", 404),
        ("/S/7K3M9QRT2X", 400),  # ten characters are a batch
        ("/S/7K3M9QRT2XU", 400),
        ("/S/7K3M9QRT2U0", 400),
        ("/S/%00", 400),
    ],
)
def test_what_was_never_issued_and_what_is_mistyped_is_said(
    at_stall: AtStall, path: str, status: int
) -> None:
    for accept in ("text/html", "application/json"):
        answer = at_stall.client.get(path, headers={"Accept": accept})
        assert answer.status_code == status


@pytest.mark.parametrize("write", ["/s/{}", "/S/{}/", "/S/{}?lang=en", "/%53/{}"])
def test_one_stall_has_one_page_however_its_address_is_written(
    at_stall: AtStall, write: str
) -> None:
    code = f"{at_stall.code[:4]}-{at_stall.code[4:8]}-{at_stall.code[8:]}".lower()
    answer = at_stall.client.get(write.format(code))
    assert answer.status_code == 200
    assert f'<link rel="canonical" href="http://localhost:8000/S/{at_stall.code}">' in answer.text


def test_a_typed_code_leads_to_the_stall(at_stall: AtStall) -> None:
    answer = at_stall.client.get(f"/find?code={at_stall.code.lower()}")
    assert (answer.status_code, answer.location) == (302, at_stall.path)
