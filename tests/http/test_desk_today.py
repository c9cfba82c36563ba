"""The first page of the desk: what waits, one sentence and one thing to do each."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Select, delete, select

from tests.builders import LABEL, Business, batch, business, event, line, product, record
from tests.conftest import AppMaker
from tests.http.on_sale import code_of, page
from tests.signing_in import form, signed_in
from tests.trade import words_in
from traceapp.accounts import factors
from traceapp.accounts.models import Account
from traceapp.batches import operations as batches
from traceapp.database.engine import db
from traceapp.producers import operations as producers
from traceapp.producers.models import Plot
from traceapp.public.operations import receive_report
from traceapp.web.endpoints import transaction

NOW = datetime.now(UTC)
NOTHING = "Không có việc nào đang chờ"


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    """An installation; each request has a context of its own."""
    return make_app()


@pytest.fixture
def lan(app: Flask) -> Business:
    """Lan owns a co-operative with one product."""
    with app.app_context(), transaction():
        owner = business("HTX Lan", role="owner")
        product(owner, name="Rau thơm")
        return owner


def at_desk(app: Flask, who: Business) -> FlaskClient:
    with app.app_context():
        return signed_in(app, who)


def ago(**span: int) -> str:
    return (NOW - timedelta(**span)).isoformat()


OFFER = 'id="second-step"'


def test_an_owner_without_a_second_step_is_offered_one_until_he_says_no(
    app: Flask, lan: Business
) -> None:
    desk = at_desk(app, lan)
    assert OFFER in page(desk, "/desk")
    with app.app_context():
        sent = form(app)
    answer = desk.post("/desk/second-step/later", data=sent)
    assert (answer.status_code, answer.location) == (303, "/desk")
    for browser in (desk, at_desk(app, lan)):
        assert OFFER not in page(browser, "/desk")


def test_whoever_has_a_second_step_is_offered_none(app: Flask, lan: Business) -> None:
    desk = at_desk(app, lan)
    with app.app_context(), transaction():
        account = db.session.scalars(select(Account)).one()
        account.tf_primary_method, account.tf_totp_secret = factors.APP, "kept elsewhere"
    assert OFFER not in page(desk, "/desk")


@pytest.mark.parametrize("role", ["clerk", "field_worker", "shop_seller"])
def test_only_owners_are_offered_a_second_step(app: Flask, role: str) -> None:
    with app.app_context(), transaction():
        minh = business("Minh", role=role)
    assert OFFER not in page(at_desk(app, minh), "/desk")


def test_a_new_co_operative_is_told_where_to_begin(app: Flask) -> None:
    with app.app_context(), transaction():
        minh = business("Minh", role="owner")
    desk = at_desk(app, minh)
    said = page(desk, "/desk")
    assert "Thêm sản phẩm đầu tiên" in said
    assert 'href="/desk/products/new"' in said
    with app.app_context(), transaction():
        product(minh, name="Rau thơm")
    assert 'href="/desk/seasons/new"' in (said := page(desk, "/desk"))
    assert "Bắt đầu mùa vụ đầu tiên" in said
    with app.app_context(), transaction():
        given = {"name": "Vụ 1", "crop": "rau", "started_on": "2026-11-01"}
        producers.start_season(minh.producer_id, given | {"plot_id": str(minh.plot_id)})
    assert "Ghi bước đầu tiên" in page(desk, "/desk")


def test_whoever_grows_nothing_logs_the_first_step_without_a_season(app: Flask) -> None:
    with app.app_context(), transaction():
        hoa = business("Bếp Hoa", role="owner", kinds=("shop",))
        product(hoa, name="Cơm hộp")
    said = page(at_desk(app, hoa), "/desk")
    assert "Ghi bước đầu tiên" in said
    assert "mùa vụ đầu tiên" not in said


def test_a_step_on_land_says_where_there_is_no_land_yet(app: Flask, lan: Business) -> None:
    desk, told = at_desk(app, lan), "Chưa có thửa, chuồng hay mùa vụ nào"
    assert told not in page(desk, "/desk/steps/new?kind=sow")
    with app.app_context(), transaction():
        db.session.execute(delete(Plot).where(Plot.producer_id == lan.producer_id))
    assert told in page(desk, "/desk/steps/new?kind=sow")
    assert told not in page(desk, "/desk/steps/new?kind=pack")


def test_the_body_that_runs_the_installation_is_led_to_those_it_lets_in(app: Flask) -> None:
    with app.app_context(), transaction():
        van = business("Chi cục", role="owner", kinds=("operator",))
    said = page(at_desk(app, van), "/desk")
    assert "Chưa có cơ sở nào tham gia. Hãy mời cơ sở đầu tiên." in said
    assert "Thêm sản phẩm đầu tiên" not in said
    assert "Ghi một bước</a>" not in said.split("<main", 1)[1]
    with app.app_context(), transaction():
        business("HTX Lan")
    assert "Chưa có cơ sở nào tham gia" not in page(at_desk(app, van), "/desk")


def test_where_nothing_waits_the_page_is_calm(app: Flask, lan: Business) -> None:
    said = page(at_desk(app, lan), "/desk")
    assert NOTHING in said
    assert "<em" not in said


def test_a_producer_that_waits_is_told_so(app: Flask, lan: Business) -> None:
    with app.app_context(), transaction():
        producers.decide_admission(
            lan.producer_id, admitted=False, by=None, now=NOW, reason="Trùng tên"
        )
    assert "không được duyệt: Trùng tên" in page(at_desk(app, lan), "/desk")


def test_a_batch_that_lacks_something_leads_to_its_page(app: Flask, lan: Business) -> None:
    with app.app_context(), transaction():
        made = batch(lan, product(lan, name="Cải túi", role="finished", label=LABEL), "T1")
        code = code_of(lan.producer_id, made)
    said = page(at_desk(app, lan), "/desk")
    assert "Cải túi, lô T1, còn thiếu: " in said
    assert f'href="/desk/batches/{code}"' in said
    assert ">1</em>" in said


def test_goods_that_were_sent_are_missed_on_both_sides_until_they_are_received(
    app: Flask, lan: Business
) -> None:
    with app.app_context(), transaction():
        hoa = business("Cửa hàng Hoa", kinds=("shop",), role="shop_seller")
        made = batch(lan, product(lan, name="Cải", name_en="Greens"), "H1")
        record(lan, "harvest", outputs=[line(made, "9")], event_time=ago(hours=40))
        to_hoa = {"to_site": str(hoa.site_id), "doc_no": "1"}
        goods = {"inputs": [line(made, "1")], "fields": to_hoa}
        _, shipped = [
            batches.record_event(
                lan.actor,
                event(lan, "ship", event_time=ago(hours=hours), **goods),
                now=datetime.now(UTC),
            )
            for hours in (30, 3)
        ]
    desk, shop = at_desk(app, lan), at_desk(app, hoa)
    assert page(desk, "/desk").count("Cửa hàng Hoa chưa xác nhận Cải, lô H1, giao") == 1
    assert page(shop, "/desk").count("HTX Lan giao cho bạn Cải, lô H1 lúc") == 2
    in_english = page(desk, "/desk?lang=en")
    assert "has not confirmed Greens, lot H1, sent on" in in_english
    assert "Greens · H1</a>" in in_english  # what was recorded today
    with app.app_context(), transaction():
        took = [line(made, "1", producer_id=str(lan.producer_id))]
        record(hoa, "receive", outputs=took, ship_event_id=str(shipped.event_id))
    assert page(shop, "/desk").count("HTX Lan giao cho bạn Cải, lô H1 lúc") == 1


def test_goods_sent_within_one_s_own_house_are_nobody_s_worry(app: Flask, lan: Business) -> None:
    with app.app_context(), transaction():
        made = batch(lan, product(lan, name="Cải", name_en="Greens"), "H1")
        for place in (str(lan.site_id), "chợ đầu mối"):
            fields = {"to_site": place, "doc_no": "1"}
            record(lan, "ship", inputs=[line(made, "1")], fields=fields, event_time=ago(hours=30))
    assert "chưa xác nhận" not in page(at_desk(app, lan), "/desk")


def test_steps_of_today_are_listed_with_who_recorded_them(app: Flask, lan: Business) -> None:
    desk = at_desk(app, lan)
    with app.app_context(), transaction():
        batches.record_event(lan.actor, event(lan, "weed"), now=NOW - timedelta(days=2))
    assert "Hôm nay chưa ghi gì" in page(desk, "/desk")
    with app.app_context(), transaction():
        batches.record_event(lan.actor, event(lan, "weed"), now=datetime.now(UTC))
    assert "HTX Lan A" in page(desk, "/desk").split("Đã ghi hôm nay")[1]


def test_certificates_that_end_soon_are_named_with_their_day(app: Flask, lan: Business) -> None:
    today = NOW.date()
    with app.app_context(), transaction():
        for number, days in (("VG-1", 10), ("VG-2", 90), ("VG-3", -5), ("VG-4", -90)):
            producers.add_certificate(
                lan.producer_id,
                {
                    "number": number,
                    "scheme": "VietGAP",
                    "scheme_en": "VietGAP",
                    "standard": "TCVN 11892-1:2017",
                    "issuer": "Trung tâm",
                    "scope": "Rau",
                    "issued_on": "2020-01-01",
                    "expires_on": (today + timedelta(days=days)).isoformat(),
                },
            )
    said = page(at_desk(app, lan), "/desk")
    assert "VietGAP VG-1 sẽ hết hạn ngày" in said
    assert "VietGAP VG-3 đã hết hạn ngày" in said
    assert "VG-2" not in words_in(said)
    assert "VG-4" not in words_in(said)


def test_a_season_without_a_step_for_a_week_is_named_until_somebody_logs_one(
    app: Flask, lan: Business
) -> None:
    with app.app_context(), transaction():
        season = producers.start_season(
            lan.producer_id,
            {
                "plot_id": str(lan.plot_id),
                "name": "Vụ đông",
                "crop": "cải",
                "started_on": (NOW - timedelta(days=30)).date().isoformat(),
            },
        )
        record(lan, "weed", season_id=str(season), event_time=ago(days=9))
    assert "7 ngày nay chưa ghi bước nào: Vụ đông" in page(at_desk(app, lan), "/desk")
    with app.app_context(), transaction():
        record(lan, "weed", season_id=str(season), event_time=ago(days=2))
    assert "Vụ đông" not in page(at_desk(app, lan), "/desk")


def test_reports_wait_for_the_producer_they_are_about_and_for_the_office(
    app: Flask, lan: Business
) -> None:
    with app.app_context(), transaction():
        made = batch(lan, product(lan, name="Cải túi", role="finished", label=LABEL), "T1")
        code = code_of(lan.producer_id, made)
        told = {"code": f"B/{code}", "kind": "other", "text": "Rau héo", "area": None}
        receive_report(told, language="vi", now=NOW, is_demo=False)
        minh = business("Minh", role="owner")
        office = business("Cơ quan quản lý", kinds=("authority",), role="officer")
    words = "Số phản ánh của người mua chưa trả lời: 1."
    assert words in page(at_desk(app, lan), "/desk")
    assert words in page(at_desk(app, office), "/desk")
    assert words not in page(at_desk(app, minh), "/desk")


FEW = 8  # without them a page would be put together of forty


def test_the_menu_asks_what_waits_without_writing_each_question_anew(
    app: Flask, lan: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, make, made = at_desk(app, lan), Select.__init__, []

    def noted(query: Select[Any], *columns: Any) -> None:
        made.append(query)
        make(query, *columns)

    page(desk, "/desk/products")
    monkeypatch.setattr(Select, "__init__", noted)
    page(desk, "/desk/products")
    assert 0 < len(made) <= FEW


def test_the_menu_shows_each_the_sections_where_he_may_do_something(
    app: Flask, lan: Business
) -> None:
    with app.app_context(), transaction():
        worker = business("Hộ Tư", role="field_worker")
    headings = re.compile('<p class="section" id="menu-[0-9]+">([^<]+)</p>')
    owned = page(at_desk(app, lan), "/desk")
    assert headings.findall(owned) == ["An toàn", "Sổ sách", "Mạng lưới", "Thiết lập"]
    assert owned.count('aria-current="page"') == 1
    seen = page(at_desk(app, worker), "/desk")
    assert headings.findall(seen) == ["An toàn", "Sổ sách"]
    assert "/desk/people" not in seen
