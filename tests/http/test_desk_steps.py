"""Logging steps at the desk: by form, twice, as last time, corrected, and with bad input."""

import io
import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests.builders import LABEL, Business, batch, business, line, product, record
from tests.pictures import jpeg
from tests.signing_in import form, signed_in
from tests.trade import words_in
from traceapp.accounts.visitor import forget
from traceapp.batches import queries
from traceapp.batches.models import Batch, Event, EventPhoto
from traceapp.codes.models import PublicCode
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.desk.steps.step_form import MAKES, NOT_ASKED, TAKES
from traceapp.photos.models import Photo
from traceapp.producers import operations as producers
from traceapp.trace.vocabulary import STEP_KINDS, FieldSpec
from traceapp.web.endpoints import transaction
from traceapp.web.pages import HANOI

NEW = "/desk/steps/new"


@pytest.fixture
def lan(app: Flask) -> Business:
    """Lan's co-operative."""
    with transaction():
        return business("HTX Đồng Xanh")


@pytest.fixture
def desk(app: Flask, lan: Business) -> FlaskClient:
    """Lan at her desk."""
    return signed_in(app, lan)


def now_typed(**earlier: float) -> str:
    return (datetime.now(UTC) - timedelta(**earlier)).astimezone(HANOI).strftime("%Y-%m-%dT%H:%M")


def step(by: Business, kind: str, **changes: Any) -> dict[str, Any]:
    """Fill in the form of a step; names of fields with a dot are written with two underscores."""
    filled = {
        "id": str(new_id()),
        "kind": kind,
        "event_time": now_typed(minutes=1),
        "site_id": str(by.site_id),
    }
    return filled | {name.replace("__", "."): value for name, value in changes.items()}


def page_of(answer: Any) -> str:
    text: str = answer.get_data(as_text=True)
    return text


def events() -> list[Event]:
    db.session.rollback()
    found = list(db.session.scalars(select(Event).order_by(Event.record_time)))
    db.session.expunge_all()
    db.session.rollback()
    return found


def season_of(by: Business) -> UUID:
    given = {
        "plot_id": str(by.plot_id),
        "name": "Cải ngọt vụ đông",
        "crop": "cai_ngot",
        "started_on": "2026-10-01",
    }
    return producers.start_season(by.producer_id, given)


def text_of(batch_id: UUID, by: Business) -> str:
    return f"{by.producer_id}/{batch_id}"


def test_the_first_page_offers_what_this_producer_does_and_what_it_logs_most_first(
    desk: FlaskClient, lan: Business
) -> None:
    with transaction():
        product(lan)
        record(lan, "spray")
    page = page_of(desk.get(f"{NEW}?lang=vi"))
    assert "Phun thuốc" in page
    assert page.index("Phun thuốc") < page.index("Trồng trọt")
    assert "kind=slaughter" not in page
    assert "kind=recall_open" not in page
    assert "kind=slaughter" in page_of(desk.get(f"{NEW}?all=1"))


def test_a_step_of_a_season_is_logged_with_its_fields_and_a_photo(
    app: Flask, desk: FlaskClient, lan: Business
) -> None:
    with transaction():
        season_id = season_of(lan)
    opened = page_of(desk.get(f"{NEW}?kind=irrigate&season={season_id}&lang=vi"))
    assert "Giếng" in opened
    assert f'value="season:{season_id}" selected' in opened
    sent = step(
        lan,
        "irrigate",
        ground=f"season:{season_id}",
        fields__water_source="well",
        fields__minutes="1.500,5",
        photo=[(io.BytesIO(jpeg()), "a.jpg"), (io.BytesIO(jpeg((1, 2, 3))), "b.jpg")],
    )
    answer = desk.post(NEW, data=form(app, **sent))
    assert (answer.status_code, answer.location) == (303, f"/desk/seasons/{season_id}")
    (event,) = events()
    document = json.loads(event.document)
    assert document["fields"] == {"water_source": "well", "minutes": 1500.5}
    assert (event.season_id, event.plot_id) == (season_id, lan.plot_id)
    assert event.event_time_zone_offset == 420
    assert len(db.session.scalars(select(EventPhoto)).all()) == 2
    assert db.session.scalars(select(Photo.is_public)).all() == [False, False]


def test_a_harvest_makes_a_batch_with_a_code_in_one_form(
    app: Flask, desk: FlaskClient, lan: Business
) -> None:
    with transaction():
        product_id = product(lan, name="Cải ngọt", role="finished", label=LABEL, shelf_life_days=5)
    sent = step(
        lan,
        "harvest",
        event_time=now_typed(hours=2),
        outputs__0__product_id=str(product_id),
        outputs__0__quantity="120,5",
    )
    assert desk.post(NEW, data=form(app, **sent)).status_code == 303
    made = db.session.scalars(select(Batch)).one()
    day = (datetime.now(UTC) - timedelta(hours=2)).astimezone(HANOI).date()
    assert (made.lot, made.production_date) == (f"CN-{day:%d%m}A", day)
    assert made.expiry_date == day + timedelta(days=5)
    ref = (lan.producer_id, made.batch_id)
    assert queries.balance(lan.producer_id, ref)["stock"] == Decimal("120.5")
    code = db.session.scalars(select(PublicCode.code)).one()
    told = page_of(desk.get("/desk/places?lang=vi"))
    assert f"{code[:4]}-{code[4:8]}-{code[8:]}" in told


@pytest.mark.parametrize("is_there", [False, True])
def test_a_harvest_of_what_does_not_grow_there_is_asked_about_once_and_then_kept(
    app: Flask, desk: FlaskClient, lan: Business, *, is_there: bool
) -> None:
    with transaction():
        season_id = season_of(lan)
        product_id = product(lan, name="Rau muống")
        batch_id = batch(lan, product_id, "RM-1") if is_there else None
    made = {"batch": text_of(batch_id, lan)} if batch_id else {"product_id": str(product_id)}
    sent = step(
        lan,
        "harvest",
        ground=f"season:{season_id}",
        outputs__1__quantity="60,5",
        **{f"outputs__1__{name}": value for name, value in made.items()},
    )
    asked = desk.post(NEW, data=form(app, **sent), headers={"Accept-Language": "en"})
    assert asked.status_code == 422
    assert "The season grows choy sum, and Rau muống is something else." in page_of(asked)
    assert 'name="outputs.1.sure"' in page_of(asked)
    assert 'value="60,5"' in page_of(asked)
    assert not events()
    assert desk.post(NEW, data=form(app, **sent, **{"outputs.1.sure": "yes"})).status_code == 303
    assert len(events()) == 1


def test_a_harvest_of_the_seasons_crop_is_not_asked_about(
    app: Flask, desk: FlaskClient, lan: Business
) -> None:
    with transaction():
        season_id = season_of(lan)
        product_id = product(lan, name="Cải ngọt vừa thu")
    goods = {"outputs__0__product_id": str(product_id), "outputs__0__quantity": "60"}
    sent = step(lan, "harvest", ground=f"season:{season_id}", **goods)
    assert desk.post(NEW, data=form(app, **sent)).status_code == 303


APRIL, DECEMBER = date(2026, 4, 1), date(2026, 12, 5)
TYPED = {"fields__original_production": "2026-03-30", "fields__original_expiry": "2026-12-01"}


@pytest.mark.parametrize(
    ("kind", "typed", "dates"),
    [
        ("repack", {}, (APRIL, DECEMBER)),
        ("pack", {}, (APRIL, DECEMBER)),
        ("split", {}, (APRIL, DECEMBER)),
        ("grade", {}, (APRIL, DECEMBER)),
        ("repack", TYPED, (date(2026, 3, 30), date(2026, 12, 1))),
        ("mill", {}, None),
    ],
)
def test_goods_that_are_only_handled_keep_their_age(
    app: Flask, lan: Business, kind: str, typed: dict[str, str], dates: tuple[date, date] | None
) -> None:
    """Rice of April is repacked: not a day younger, and its last day does not move."""
    with transaction():
        rice = product(lan, name="Gạo", family="rice", shelf_life_days=300)
        old = {"production_date": APRIL.isoformat(), "expiry_date": DECEMBER.isoformat()}
        young = {"production_date": "2026-06-01", "expiry_date": "2027-03-01"}
        sacks = [batch(lan, rice, "R1", **young), batch(lan, rice, "R2", **old)]
        record(lan, "harvest", outputs=[line(one, "50") for one in sacks], plot_id=str(lan.plot_id))
    lines: dict[str, str] = {}
    for number, one in enumerate(sacks):
        lines |= {f"inputs__{number}__batch": text_of(one, lan), f"inputs__{number}__quantity": "9"}
    out = {"outputs__0__product_id": str(rice), "outputs__0__quantity": "18"}
    sent = step(lan, kind, **lines, **out, **typed)
    answer = signed_in(app, lan).post(NEW, data=form(app, **sent))
    assert answer.status_code == 303, page_of(answer)
    db.session.rollback()
    new = db.session.scalars(select(Batch).where(Batch.lot.not_in(("R1", "R2")))).one()
    today = datetime.now(HANOI).date()
    wanted = dates or (today, today + timedelta(days=300))
    assert (new.production_date, new.expiry_date) == wanted
    assert new.packing_date == (today if kind in ("pack", "repack") else None)


@pytest.mark.parametrize("kind", ["pack", "repack"])
def test_what_is_repacked_without_a_known_age_is_given_none(
    app: Flask, lan: Business, kind: str
) -> None:
    with transaction():
        rice = product(lan, name="Gạo", family="rice", shelf_life_days=300)
        sack = batch(lan, rice, "R1")
        record(lan, "harvest", outputs=[line(sack, "50")], plot_id=str(lan.plot_id))
    used = {"inputs__0__batch": text_of(sack, lan), "inputs__0__quantity": "9"}
    out = {"outputs__0__product_id": str(rice), "outputs__0__quantity": "9"}
    answer = signed_in(app, lan).post(NEW, data=form(app, **step(lan, kind, **used, **out)))
    assert answer.status_code == 303, page_of(answer)
    db.session.rollback()
    new = db.session.scalars(select(Batch).where(Batch.lot != "R1")).one()
    today = datetime.now(HANOI).date()
    wanted = (None, None) if kind == "repack" else (today, today + timedelta(days=300))
    assert (new.production_date, new.expiry_date, new.packing_date) == (*wanted, today)


def test_why_something_was_lost_is_asked_for_and_read(
    app: Flask, desk: FlaskClient, lan: Business
) -> None:
    with transaction():
        rice = product(lan, name="Gạo", family="rice")
        sack = batch(lan, rice, "R1")
        record(lan, "harvest", outputs=[line(sack, "50")], plot_id=str(lan.plot_id))
    assert 'name="fields.loss_reason"' in page_of(desk.get(f"{NEW}?kind=grade"))
    sent = step(
        *(lan, "grade"),
        inputs__0__batch=text_of(sack, lan),
        inputs__0__quantity="50",
        outputs__0__product_id=str(rice),
        outputs__0__quantity="45",
        fields__loss_kg="5",
        fields__loss_reason="Hạt lép",
    )
    assert desk.post(NEW, data=form(app, **sent)).status_code == 303
    assert "Hạt lép" in page_of(desk.get("/desk/steps?kind=grade&lang=vi"))


def test_the_same_form_sent_twice_is_one_step(app: Flask, desk: FlaskClient, lan: Business) -> None:
    with transaction():
        product_id = product(lan, name="Cải ngọt")
    sent = step(lan, "harvest", outputs__0__product_id=str(product_id), outputs__0__quantity="5")
    first = desk.post(NEW, data=form(app, **sent))
    second = desk.post(NEW, data=form(app, **sent))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    assert len(events()) == 1
    assert len(db.session.scalars(select(Batch)).all()) == 1
    changed = desk.post(NEW, data=form(app, **sent | {"outputs.0.quantity": "6"}))
    assert changed.status_code == 422
    assert len(events()) == 1


def test_a_further_line_keeps_everything_typed(
    app: Flask, desk: FlaskClient, lan: Business
) -> None:
    with transaction():
        batch_id = batch(lan, product(lan), "CN-1")
        record(lan, "harvest", outputs=[line(batch_id, "10")], plot_id=str(lan.plot_id))
    sent = step(
        lan,
        "pack",
        inputs__0__batch=text_of(batch_id, lan),
        inputs__0__quantity="4",
        fields__loss_kg="0,5",
        do="line:inputs",
        photo=(io.BytesIO(jpeg()), "a.jpg"),
    )
    answer = desk.post(NEW, data=form(app, **sent))
    page = page_of(answer)
    assert answer.status_code == 200
    assert 'name="inputs.1.batch"' in page
    assert 'name="inputs.0.quantity"' in page
    assert 'value="0,5"' in page
    assert 'name="photos"' in page
    assert len(events()) == 1


def test_taking_more_than_there_is_is_asked_about_kept_and_said(
    app: Flask, desk: FlaskClient, lan: Business
) -> None:
    with transaction():
        batch_id = batch(lan, product(lan), "CN-1")
        record(lan, "harvest", outputs=[line(batch_id, "10")], plot_id=str(lan.plot_id))
    sent = step(
        lan,
        "waste",
        inputs__0__batch=text_of(batch_id, lan),
        inputs__0__quantity="12",
        event_time=now_typed(days=3),
    )
    asked = page_of(desk.post(NEW, data=form(app, **sent)))
    (warned,) = re.findall('value="(warned:[0-9a-f]+)"', asked)
    more = {"inputs.0.quantity": "1200"}
    assert desk.post(NEW, data=form(app, **sent | more, do=warned)).status_code == 422
    assert desk.post(NEW, data=form(app, **sent, do=warned)).status_code == 303
    page = page_of(desk.get("/desk/places?lang=vi"))
    assert "2 kg" in page
    assert "Lý do" in page  # a field that is wanted was left empty
    assert len(events()) == 2


def test_same_as_last_time_takes_over_what_this_person_did_and_marks_it(
    app: Flask, desk: FlaskClient, lan: Business
) -> None:
    with transaction():
        season_id = season_of(lan)
    sent = step(
        lan,
        "spray",
        ground=f"season:{season_id}",
        fields__product="Abatimec",
        fields__qty="20",
        fields__note="gió nhẹ",
        photo=(io.BytesIO(jpeg()), "a.jpg"),
    )
    desk.post(NEW, data=form(app, **sent))
    (last,) = events()
    fresh = step(lan, "spray", fields__qty="35", do="again")
    page = page_of(desk.post(NEW, data=form(app, **fresh)))
    assert 'value="Abatimec"' in page
    assert 'value="35"' in page
    assert "gió nhẹ" not in page
    assert 'name="photos"' not in page
    assert page.count("Như lần trước") >= 2
    assert f'name="copied_from" value="{last.event_id}"' in page
    again = fresh | {"do": "save", "fields.product": "Abatimec", "copied_from": str(last.event_id)}
    assert desk.post(NEW, data=form(app, **again)).status_code == 303
    assert events()[-1].copied_from_event_id == last.event_id


def test_nobody_takes_over_what_a_colleague_did(
    app: Flask, desk: FlaskClient, lan: Business
) -> None:
    with transaction():
        colleague = producers.add_member(lan.producer_id, {"name": "Minh", "roles": ["clerk"]})
        minh = Business(
            lan.producer_id, lan.site_id, lan.plot_id, type(lan.actor)(lan.producer_id, colleague)
        )
        done = record(minh, "spray", fields={"product": "CANARY"})
    page = page_of(desk.get(f"{NEW}?kind=spray&again=1"))
    assert "CANARY" not in page
    sent = step(lan, "spray", copied_from=str(done.event_id))
    assert desk.post(NEW, data=form(app, **sent)).status_code == 404


def test_a_step_is_corrected_from_its_own_form(
    app: Flask, desk: FlaskClient, lan: Business
) -> None:
    with transaction():
        batch_id = batch(lan, product(lan), "CN-1")
        wrong = record(
            lan, "harvest", outputs=[line(batch_id, "100")], fields={"maturity": "right"}
        )
    page = page_of(desk.get(f"{NEW}?corrects={wrong.event_id}"))
    assert 'value="100"' in page
    sent = step(
        lan,
        "harvest",
        corrects=str(wrong.event_id),
        outputs__0__batch=text_of(batch_id, lan),
        outputs__0__quantity="10",
    )
    assert desk.post(NEW, data=form(app, **sent)).status_code == 303
    ref = (lan.producer_id, batch_id)
    assert queries.balance(lan.producer_id, ref)["stock"] == 10
    twice = desk.post(NEW, data=form(app, **sent | {"id": str(new_id())}))
    assert twice.status_code == 422
    assert len(events()) == 2


@pytest.mark.parametrize("receiver", ["Cửa hàng Hoa · Nhà sơ chế", "cua hang hoa"])
def test_goods_arrive_with_the_shipment_that_brings_them(
    app: Flask, desk: FlaskClient, lan: Business, receiver: str
) -> None:
    with transaction():
        hoa = business("Cửa hàng Hoa", kinds=("shop",))
        batch_id = batch(lan, product(lan), "CN-1")
        record(lan, "harvest", outputs=[line(batch_id, "10")], plot_id=str(lan.plot_id))
    sent = step(
        lan,
        "ship",
        inputs__0__batch=text_of(batch_id, lan),
        inputs__0__quantity="4",
        fields__to_site=receiver,
        fields__doc_no="PX-7",
    )
    assert desk.post(NEW, data=form(app, **sent)).status_code == 303
    shipped = events()[-1]
    assert json.loads(shipped.document)["fields"]["to_site"] == str(hoa.site_id)
    forget()  # inside one application context the one who asked stays the one who asks
    shop = signed_in(app, hoa)
    assert "PX-7" in page_of(shop.get(NEW))
    opened = page_of(shop.get(f"{NEW}?kind=receive&shipment={shipped.event_id}"))
    assert f'value="{text_of(batch_id, lan)}" selected' in opened
    received = step(
        hoa,
        "receive",
        fields__ship_event=str(shipped.event_id),
        fields__condition="ok",
        outputs__0__batch=text_of(batch_id, lan),
        outputs__0__quantity="4",
    )
    assert shop.post(NEW, data=form(app, **received)).status_code == 303
    assert events()[-1].ship_event_id == shipped.event_id
    assert queries.balance(hoa.producer_id, (lan.producer_id, batch_id))["stock"] == 4
    assert "PX-7" not in words_in(page_of(shop.get(NEW)))


def test_whoever_sent_goods_is_led_to_the_delivery_with_its_note_and_its_link(
    app: Flask, desk: FlaskClient, lan: Business
) -> None:
    with transaction():
        batch_id = batch(lan, product(lan), "CN-1")
        record(lan, "harvest", outputs=[line(batch_id, "10")], plot_id=str(lan.plot_id))
    goods = {"inputs__0__batch": text_of(batch_id, lan), "inputs__0__quantity": "4"}
    sent = step(lan, "ship", fields__to_site="Bếp ăn Hoa Sen", **goods)
    answer = desk.post(NEW, data=form(app, **sent))
    assert answer.location == f"/desk/hand-offs/{sent['id']}"
    shown = page_of(desk.get(answer.location))
    assert f"{answer.location}/note" in shown
    assert f"{answer.location}/links" in shown
    better = step(lan, "ship", corrects=sent["id"], fields__to_site="Bếp ăn Hoa Sen", **goods)
    assert desk.post(NEW, data=form(app, **better)).location == answer.location


def test_goods_moved_between_ones_own_places_are_no_delivery(
    app: Flask, desk: FlaskClient, lan: Business
) -> None:
    with transaction():
        batch_id = batch(lan, product(lan), "CN-1")
        record(lan, "harvest", outputs=[line(batch_id, "10")], plot_id=str(lan.plot_id))
    goods = {"inputs__0__batch": text_of(batch_id, lan), "inputs__0__quantity": "4"}
    moved = step(lan, "ship", fields__to_site=str(lan.site_id), **goods)
    assert desk.post(NEW, data=form(app, **moved)).location.startswith("/desk/batches/")


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"event_time": "2199-01-01T00:00"}, "#f-event_time"),
        ({"event_time": "hôm qua"}, "#f-event_time"),
        ({"event_time": ""}, "#f-event_time"),
        ({"site_id": ""}, "#f-site_id"),
        ({"site_id": ["a", "b"]}, "#f-site_id"),
        ({"fields__water_source": "sea"}, "#f-fields-water_source"),
        ({"fields__minutes": "nhiều"}, "#f-fields-minutes"),
        ({"fields__unheard": "x"}, ""),
        ({"owner": "x"}, ""),
        ({"id": "x"}, ""),
        ({"photos": "zz"}, ""),
        ({"photo": (io.BytesIO(b"no picture"), "a.pdf")}, "#f-photo"),
        ({"inputs__0__batch": "x"}, ""),
    ],
)
def test_bad_input_is_refused_at_its_field_and_nothing_typed_is_lost(
    app: Flask, desk: FlaskClient, lan: Business, changes: Mapping[str, Any], place: str
) -> None:
    if "photo" in changes:
        changes = {"photo": (io.BytesIO(b"no picture"), "a.pdf")}
    sent = step(lan, "irrigate", fields__note="đất ẩm sẵn") | step(lan, "irrigate", **changes)
    answer = desk.post(NEW, data=form(app, **sent))
    assert answer.status_code == 422
    assert f'href="{place}"' in page_of(answer) or not place
    assert "đất ẩm sẵn" in page_of(answer)
    assert events() == []


@pytest.mark.parametrize("kind", ["pack", "ship", "sell", "harvest", "receive"])
def test_a_step_about_nothing_at_all_is_refused(
    desk: FlaskClient, lan: Business, kind: str
) -> None:
    answer = desk.post(f"{NEW}?lang=vi", data=form(desk.application, **step(lan, kind)))
    assert answer.status_code == 422
    assert "Bạn cần điền ô này." in page_of(answer)
    assert events() == []


def test_correcting_what_was_corrected_leads_to_what_holds_now(
    desk: FlaskClient, lan: Business
) -> None:
    with transaction():
        wrong = record(lan, "weed")
        right = record(lan, "weed", corrects=str(wrong.event_id))
    page = page_of(desk.get(f"{NEW}?corrects={wrong.event_id}"))
    assert f'value="{right.event_id}"' in page
    assert f'value="{wrong.event_id}"' not in page


def test_what_belongs_to_others_is_as_if_it_did_not_exist(
    app: Flask, desk: FlaskClient, lan: Business
) -> None:
    with transaction():
        hoa = business("Cửa hàng Hoa")
        foreign = batch(hoa, product(hoa, name="Miến CANARY"), "MD-1")
        done = record(hoa, "harvest", outputs=[line(foreign, "10")])
        season_id = season_of(hoa)
    here = step(lan, "harvest", ground=f"plot:{lan.plot_id}")
    for changes in (
        {"site_id": str(hoa.site_id)},
        {"ground": f"season:{season_id}"},
        {"ground": f"plot:{hoa.plot_id}"},
        {"corrects": str(done.event_id)},
        {"outputs__0__batch": text_of(foreign, hoa), "outputs__0__quantity": "1"},
        {"outputs__0__product_id": str(new_id()), "outputs__0__quantity": "1"},
        {"kind": "fly"},
        {"photos": "ab" * 32},
    ):
        sent = here | {name.replace("__", "."): text for name, text in changes.items()}
        assert desk.post(NEW, data=form(app, **sent)).status_code == 404, changes
    assert desk.get(f"{NEW}?corrects={done.event_id}").status_code == 404
    assert "CANARY" not in page_of(desk.get(f"{NEW}?kind=waste&batch={foreign}"))
    assert len(events()) == 1


def test_an_inspector_logs_a_check_of_somebody_elses_batch(app: Flask, lan: Business) -> None:
    with transaction():
        office = business("Chi cục (mẫu)", kinds=("authority",), role="inspector")
        batch_id = batch(lan, product(lan, name="Cải ngọt"), "CN-1")
    inspector = signed_in(app, office)
    assert "CN-1" in page_of(inspector.get(f"{NEW}?kind=inspect&batch={batch_id}"))
    sent = step(
        office,
        "inspect",
        about__0__batch=text_of(batch_id, lan),
        fields__scope="Nhãn",
        fields__result="pass",
    )
    assert inspector.post(NEW, data=form(app, **sent)).status_code == 303
    (event,) = events()
    assert json.loads(event.document)["about"][0]["batch_id"] == str(batch_id)


def test_nobody_at_a_desk_is_asked_what_a_machine_refused(desk: FlaskClient) -> None:
    page = page_of(desk.get(f"{NEW}?kind=harvest&lang=vi"))
    assert "Lý do năng suất lạ" in page
    tried = [
        name for name, kind in STEP_KINDS.items() if any("attempt_" in one for one in kind.fields)
    ]
    assert len(tried) > 2
    for kind in tried:
        assert "fields.attempt_" not in page_of(desk.get(f"{NEW}?kind={kind}")), kind


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("pack", {"Hàng đưa vào", "Hàng làm ra"}),
        ("harvest", {"Hàng làm ra"}),
        ("ship", {"Hàng mang đi"}),
        ("receive", {"Hàng nhận về"}),
    ],
)
def test_the_lines_of_a_step_are_called_by_what_happens_to_the_goods(
    desk: FlaskClient, kind: str, said: set[str]
) -> None:
    page = page_of(desk.get(f"{NEW}?kind={kind}&lang=vi"))
    every = {"Hàng đưa vào", "Hàng làm ra", "Hàng mang đi", "Hàng nhận về"}
    assert {words for words in every if f"<legend>{words}</legend>" in page} == said


DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))
LETTERS = "aăâđêôơư ÀẢ12/-·"


def a_number(hundredths: int) -> tuple[str, int | float]:
    whole, rest = divmod(hundredths, 100)
    typed = f"{hundredths / 100:.2f}".replace(".", ",")
    return typed, hundredths / 100 if rest else whole


def a_value(spec: FieldSpec) -> st.SearchStrategy[tuple[str, Any]]:
    """Give what is typed into a field, with what the record then says."""
    match spec.type:
        case "number":
            return st.integers(-99_999 if spec.unit == "°C" else 0, 999_999_999).map(a_number)
        case "choice":
            return st.sampled_from([*spec.options]).map(lambda name: (name, name))
        case "date":
            return DAYS.map(lambda day: (f"{day:%d/%m/%Y}", day.isoformat()))
        case "datetime":
            return DAYS.map(lambda day: (f"{day}T05:40", f"{day}T05:40:00+07:00"))
        case _:
            texts = st.text(st.sampled_from(LETTERS), min_size=1).filter(str.strip)
            return texts.map(lambda text: (text, text))


def goods_of(kind: str, lot: str) -> dict[str, str]:
    """Name the goods that a step of this kind takes or makes; nothing for any other."""
    effect = STEP_KINDS[kind].stock_effect
    side = "inputs" if effect in TAKES else "outputs" if effect in MAKES else ""
    return {f"{side}.0.batch": lot, f"{side}.0.quantity": "1"} if side else {}


@pytest.mark.parametrize("kind", [*STEP_KINDS])
def test_a_form_of_every_kind_records_what_was_typed(
    app: Flask, desk: FlaskClient, lan: Business, kind: str
) -> None:
    specs = {name: spec for name, spec in STEP_KINDS[kind].fields.items() if name not in NOT_ASKED}
    with transaction():
        lot = text_of(batch(lan, product(lan), "T1"), lan)
    goods = goods_of(kind, lot)
    assert desk.get(f"{NEW}?kind={kind}").status_code == 200

    @settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.fixed_dictionaries({}, optional={n: a_value(s) for n, s in specs.items()}))
    def holds(typed: dict[str, tuple[str, Any]]) -> None:
        typed.pop("ship_event", None)
        said = {f"fields.{name}": text for name, (text, _) in typed.items()}
        sent = step(lan, kind) | goods | said | {"do": "happened"}
        answer = desk.post(NEW, data=form(app, **sent))
        assert answer.status_code == 303, page_of(answer)
        db.session.rollback()
        event = db.session.get_one(Event, (lan.producer_id, UUID(sent["id"])))
        told = json.loads(event.document)["fields"]
        assert told == {name: value for name, (_, value) in typed.items()}

    holds()
