"""The public page of a producer: who may read it, what it tells, what it never tells, how fresh."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.builders import LABEL, PLACE, Business, batch, business, line, product, record
from tests.http.on_sale import code_of, finished
from tests.http.test_code_pages import counted, notice
from tests.signing_in import form, signed_in
from traceapp.admission import operations as admission
from traceapp.codes import operations as codes
from traceapp.codes.states import CodeState
from traceapp.database.engine import db
from traceapp.producers import operations as producers
from traceapp.producers.models import Producer
from traceapp.public.stylesheet import stylesheet
from traceapp.web.endpoints import transaction

FLIGHT = 8 * 1024
JSON = {"Accept": "application/json"}
SECRETS = {"phone": "0912 345 678", "email": "lan@dongxanh.example", "tax_code": "0101234567"}


@pytest.fixture
def office(app: Flask) -> Business:
    with transaction():
        return business("Chi cục Nông nghiệp", kinds=("authority",), role="officer")


@pytest.fixture
def lan(app: Flask, office: Business) -> Business:
    """Lan's farm, which the office let in."""
    with transaction():
        made = business("HTX Đồng Xanh", kinds=("coop", "farm"), role="owner")
        row = db.session.get_one(Producer, made.producer_id)
        for name, text in SECRETS.items():
            setattr(row, name, text)
        row.street, row.name_en = "Số 7 ngõ 12 thôn Giang Cao", "Dong Xanh Co-operative"
        row.latitude = 20.123456
        by = (office.actor.producer_id, office.actor.member_id)
        now = datetime(2026, 11, 23, 17, 30, tzinfo=UTC)
        producers.decide_admission(made.producer_id, admitted=True, by=by, now=now)
    return made


@contextmanager
def anew() -> Iterator[None]:
    """Write after something was read in the same context."""
    db.session.rollback()
    with transaction():
        yield


def address(of: Business) -> str:
    return f"/producers/{of.producer_id}"


def read(client: FlaskClient, of: Business) -> dict[str, Any]:
    answer = client.get(address(of), headers=JSON)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()
    return found


def waiting(name: str) -> UUID:
    with transaction():
        about = {"name": name, "legal_form": "hộ kinh doanh", "kinds": ["farm"], "street": "1"}
        return producers.register_producer(PLACE | about, now=datetime.now(UTC))


def certificate(of: Business, number: str, **changes: Any) -> None:
    given = {
        "number": number,
        "scheme": "VietGAP",
        "scheme_en": "VietGAP",
        "standard": "TCVN 11892-1:2017",
        "issuer": "Trung tâm",
        "scope": "Rau",
        "issued_on": "2026-01-01",
        "is_public": True,
    }
    producers.add_certificate(of.producer_id, given | changes)


def test_it_says_what_the_producer_is_where_and_who_let_it_in_when(
    client: FlaskClient, lan: Business
) -> None:
    text = client.get(address(lan), headers={"Accept-Language": "vi"}).text
    assert '<h1 id="name">HTX Đồng Xanh</h1>' in text
    assert "xã Bát Tràng, Hà Nội" in text
    assert "Được Chi cục Nông nghiệp kết nạp ngày 24/11/2026" in text
    told = read(client, lan)
    assert told["admission"] == {
        "by": {"vi": "Chi cục Nông nghiệp", "en": None},
        "on": "2026-11-24",
    }
    assert told["kinds"] == ["coop", "farm"]


def test_it_speaks_english_too(client: FlaskClient, lan: Business) -> None:
    english = client.get(address(lan), headers={"Accept-Language": "en"}).text
    assert "Let in by Chi cục Nông nghiệp on 24/11/2026" in english
    assert "Dong Xanh Co-operative" in english
    told = read(client, lan)
    assert told["admission"] == {
        "by": {"vi": "Chi cục Nông nghiệp", "en": None},
        "on": "2026-11-24",
    }
    assert told["kinds"] == ["coop", "farm"]


def test_it_never_tells_a_street_a_telephone_a_person_or_an_amount(
    app: Flask, client: FlaskClient, lan: Business
) -> None:
    with transaction():
        finished(lan)
    for headers in (JSON, {"Accept": "text/html"}):
        text = client.get(address(lan), headers=headers).text
        for secret in (*SECRETS.values(), "Giang Cao", "20.1234", "HTX Đồng Xanh A", "12.5"):
            assert secret not in text


@pytest.mark.parametrize("decision", ["nobody", "refused"])
def test_who_was_not_let_in_is_not_there(
    app: Flask, client: FlaskClient, office: Business, decision: str
) -> None:
    producer_id = waiting("HTX Chờ")
    if decision == "refused":
        by = (office.actor.producer_id, office.actor.member_id)
        with transaction():
            admission.refuse(producer_id, "Thiếu giấy", by=by, now=datetime.now(UTC))
    foreign = client.get(f"/producers/{producer_id}")
    nowhere = client.get(f"/producers/{uuid4()}")
    assert foreign.status_code == nowhere.status_code == 404
    assert "HTX Chờ" not in foreign.text


def test_being_let_in_opens_the_page(app: Flask, client: FlaskClient, office: Business) -> None:
    producer_id = waiting("HTX Chờ")
    by = (office.actor.producer_id, office.actor.member_id)
    assert client.get(f"/producers/{producer_id}").status_code == 404
    with anew():
        admission.admit(producer_id, by=by, now=datetime.now(UTC))
    assert client.get(f"/producers/{producer_id}").status_code == 200


def test_goods_whose_code_is_in_use_lead_to_their_pages(
    app: Flask, client: FlaskClient, lan: Business
) -> None:
    with transaction():
        code = finished(lan, name="Cải ngọt gói")
    told = read(client, lan)["products"]
    assert [one["name"]["vi"] for one in told] == ["Cải ngọt gói"]
    assert [one["code"] for one in told[0]["batches"]] == [code]
    text = client.get(address(lan)).text
    assert f'<a href="/B/{code}">Lô CN-01</a>' in text
    assert client.get(f"/B/{code}").status_code == 200
    assert f'href="{address(lan)}"' in client.get(f"/B/{code}").text
    body = client.get(f"/B/{code}", headers=JSON).get_json()
    assert body["producer"]["url"] == f"http://localhost:8000{address(lan)}"


def test_goods_past_their_date_held_or_waiting_are_not_offered(
    app: Flask, client: FlaskClient, lan: Business
) -> None:
    with transaction():
        finished(lan, "OLD", expiry_date="2026-11-22", name="Cũ")
        held = finished(lan, "HELD", name="Giữ")
        codes.set_state(held, CodeState.HELD, actor="traceapp", now=datetime.now(UTC))
        finished(lan, "WAITS", name="Chờ", photo_sha256=None)
    assert read(client, lan)["products"] == []
    assert "Hiện không có hàng nào" in client.get(address(lan)).text


def test_only_the_newest_lots_of_a_product_stand_there(
    app: Flask, client: FlaskClient, lan: Business
) -> None:
    with transaction():
        made = product(lan, role="finished", label=LABEL, photo_sha256="ab" * 32)
        for day in range(1, 6):
            lot = batch(
                lan,
                made,
                f"L{day}",
                production_date=f"2026-11-0{day}",
                expiry_date="2126-11-26",
            )
            record(lan, "harvest", outputs=[line(lot, "1")])
            assert code_of(lan.producer_id, lot)
    lots = [one["lot"] for one in read(client, lan)["products"][0]["batches"]]
    assert lots == ["L5", "L4", "L3"]


def test_only_public_certificates_that_are_valid_today_stand_there(
    app: Flask, client: FlaskClient, lan: Business
) -> None:
    today = date(2026, 11, 27)
    with transaction():
        certificate(lan, "VG-OPEN")
        certificate(lan, "VG-DAY", expires_on=datetime.now(UTC).date() + timedelta(days=1))
        certificate(lan, "VG-OVER", expires_on=str(today - timedelta(days=200)))
        certificate(lan, "VG-SECRET", is_public=False)
        certificate(lan, "VG-LATER", issued_on="2099-01-01")
    numbers = {one["number"] for one in read(client, lan)["certificates"]}
    assert numbers == {"VG-OPEN", "VG-DAY"}


def test_what_changes_shows_on_the_kept_page(
    app: Flask, client: FlaskClient, lan: Business
) -> None:
    assert read(client, lan)["products"] == []
    with anew():
        code = finished(lan)
    notice(app)
    assert read(client, lan)["products"][0]["batches"][0]["code"] == code
    with anew():
        codes.set_state(code, CodeState.RECALLED, actor="traceapp", now=datetime.now(UTC))
    notice(app)
    assert read(client, lan)["products"] == []


def test_a_first_certificate_shows_at_once_though_there_is_no_batch(
    app: Flask, client: FlaskClient, lan: Business
) -> None:
    assert read(client, lan)["certificates"] == []
    sent = {
        "number": "VG-1",
        "scheme": "VietGAP",
        "scheme_en": "VietGAP",
        "standard": "TCVN 11892-1:2017",
        "issuer": "Trung tâm",
        "scope": "Rau",
        "issued_on": "2026-01-01",
        "is_public": "on",
    }
    db.session.rollback()
    answer = signed_in(app, lan).post("/desk/certificates/new", data=form(app, **sent))
    assert answer.status_code == 303
    notice(app)
    assert [one["number"] for one in read(client, lan)["certificates"]] == ["VG-1"]


def test_it_is_kept_and_asks_the_application_once(
    app: Flask, client: FlaskClient, lan: Business
) -> None:
    first = client.get(address(lan))
    with counted(app) as said:
        second = client.get(address(lan))
        assert client.get(f"{address(lan)}?utm=x").data == first.data
    assert [text for text in said if "public_generation" not in text] == []
    assert second.headers["ETag"] == first.headers["ETag"]
    again = client.get(address(lan), headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_it_is_made_in_few_queries_without_the_mapper(
    app: Flask, client: FlaskClient, lan: Business
) -> None:
    with transaction():
        finished(lan)
    with counted(app) as said:
        assert client.get(address(lan)).status_code == 200
    assert len(said) <= 8, said
    assert not any("account" in text or "membership" in text for text in said)


def test_it_keeps_to_the_weight_the_style_and_the_policy_of_a_batch_page(
    app: Flask, client: FlaskClient, lan: Business
) -> None:
    with transaction():
        for place in range(30):
            finished(lan, f"CN-{place:02}", name=f"Rau cải ngọt an toàn đóng gói số {place}")
        for place in range(6):
            certificate(lan, f"VG-{place}")
    answer = client.get(address(lan), headers={"Accept-Encoding": "br"})
    assert len(answer.data) <= FLIGHT
    text = brotli.decompress(answer.data).decode()
    assert f"<style>{stylesheet()}</style>" in text
    policy = answer.headers["Content-Security-Policy"]
    assert re.search(r"style-src 'sha256-[\w+/]+='(;|$)", policy)
    assert "unsafe" not in policy
    assert " style=" not in text
    assert len(re.findall("<script", text)) == 1


def test_text_that_a_producer_typed_is_text(app: Flask, client: FlaskClient, lan: Business) -> None:
    with transaction():
        row = db.session.get_one(Producer, lan.producer_id)
        row.about = "<script>alert(1)</script>"
    text = client.get(address(lan)).text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text


@pytest.mark.parametrize("path", ["/producers/", "/producers/1", "/producers/%00", "/producers"])
def test_no_other_address_is_a_producer(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_it_is_only_read(client: FlaskClient, lan: Business) -> None:
    assert client.post(address(lan)).status_code == 405
    head = client.head(address(lan))
    assert (head.status_code, head.data) == (200, b"")
