"""What a phone sends: each record whole or not at all, answered on its own, exactly once."""

import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from tests.builders import LABEL, Business, business, event, line, product
from tests.http.programs import program
from tests.phones import VirtualPhone, phone_of, statuses
from tests.pictures import jpeg
from traceapp.accounts.models import Phone
from traceapp.api.models import RefusedMessage
from traceapp.audit.models import AuditEntry
from traceapp.batches.models import Batch, Event
from traceapp.batches.recording import canonical_json
from traceapp.codes.models import CodeStateChange, PublicCode, ReservedCode
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.phone.models import PhoneRecord
from traceapp.web.endpoints import transaction


@pytest.fixture
def lan(app: Flask) -> Business:
    with transaction():
        return business("HTX Lan", role="field_worker")


@pytest.fixture
def greens(lan: Business) -> UUID:
    with transaction():
        return product(lan)


@pytest.fixture
def phone(app: Flask, lan: Business) -> VirtualPhone:
    return phone_of(app, lan)


def count(model: type[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_records_arrive_once_however_often_they_are_sent(phone: VirtualPhone, greens: UUID) -> None:
    records = [phone.harvest(greens), phone.record("scout")]
    answer = phone.sync(*records)
    body = answer.get_json()
    assert statuses(body["results"]) == [201, 201]
    assert [one["sequence"] for one in body["results"]] == [1, 2]
    assert [one["id"] for one in body["results"]] == [one["event"]["id"] for one in records]
    assert body["next_sequence_expected"] == 3
    assert statuses(phone.results(*records)) == [200, 200]
    assert (count(Event), count(Batch), count(PhoneRecord)) == (2, 1, 2)
    kept = db.session.get_one(Event, (phone.by.producer_id, UUID(records[1]["event"]["id"])))
    assert json.loads(kept.document) == records[1]["event"]


def test_goods_packed_on_a_phone_say_when_they_were_made_and_packed(
    phone: VirtualPhone, greens: UUID
) -> None:
    dates = {"production_date": "2026-11-18", "packing_date": "2026-11-21"}
    (answer,) = phone.results(phone.harvest(greens, **dates))
    assert answer["status"] == 201
    row = db.session.scalars(select(Batch)).one()
    assert (row.production_date, row.packing_date) == (date(2026, 11, 18), date(2026, 11, 21))


def test_the_same_id_with_other_content_shows_both(phone: VirtualPhone) -> None:
    record = phone.record("scout", fields={"note": "một"})
    phone.results(record)
    changed = {**record, "event": {**record["event"], "fields": {"note": "hai"}}}
    (result,) = phone.results(changed)
    assert result["status"] == 409
    assert result["problem"]["kept"] == record["event"]


def test_a_record_is_the_same_though_the_desk_has_changed_its_batch(
    phone: VirtualPhone, greens: UUID
) -> None:
    made = phone.harvest(greens)
    phone.results(made)
    with transaction():
        db.session.execute(update(Batch).values(expiry_date=date(2026, 12, 1)))
    assert statuses(phone.results(made)) == [200]


def test_one_bad_record_touches_no_other(phone: VirtualPhone, greens: UUID) -> None:
    bad = phone.harvest(greens)
    bad["event"]["step_kind"] = "fly"
    no_product = phone.harvest(new_id())
    twice = phone.harvest(greens, lot="A-1")
    results = phone.results(
        phone.harvest(greens, lot="A-1"), bad, no_product, twice, phone.record("scout"), "x", {}
    )
    assert statuses(results) == [201, 422, 422, 409, 201, 422, 422]
    assert [error["pointer"] for error in results[1]["problem"]["errors"]] == ["/event/step_kind"]
    assert results[2]["problem"]["errors"][0]["pointer"] == "/batches/0/product_id"
    assert results[3]["problem"]["errors"][0]["pointer"] == "/batches/0/lot"
    assert (count(Event), count(Batch)) == (2, 1)


def test_a_record_is_kept_whole_or_not_at_all(phone: VirtualPhone, greens: UUID) -> None:
    lost = phone.harvest(greens)
    lost["event"]["inputs"] = [line(new_id(), "1")]
    good = phone.harvest(greens)
    results = phone.results(lost, good)
    assert statuses(results) == [422, 201]
    assert results[0]["problem"]["errors"][0]["pointer"] == "/event/inputs/0/batch_id"
    assert db.session.scalars(select(Batch.batch_id)).all() == [
        UUID(good["batches"][0]["batch_id"])
    ]


def test_many_batches_at_once_are_registered_as_one_by_one(
    phone: VirtualPhone, lan: Business, greens: UUID
) -> None:
    with transaction():
        sold = product(lan, name="Cải ngọt gói", role="finished", label=LABEL)
    here = {"site_id": str(lan.site_id), "production_date": "2026-11-20", "quantity": "42.50"}
    one = phone.harvest(sold, lot="MỘT", code=phone.codes[0], **here)
    many = [
        phone.harvest(sold, lot="HAI", code=phone.codes[1], **here),
        phone.harvest(sold, lot="BA"),
        phone.harvest(greens, lot="BỐN"),
    ]
    assert statuses(phone.results(one)) == [201]
    assert statuses(phone.results(*many)) == [201, 201, 201]
    rows = {row.lot: row for row in db.session.scalars(select(Batch))}
    names = ("uom", "site_id", "production_date", "expiry_date", "declared_quantity", "external_id")
    alone, together = rows["MỘT"], rows["HAI"]
    assert [getattr(alone, name) for name in names] == [getattr(together, name) for name in names]
    codes = {row.batch_id: row.code for row in db.session.scalars(select(PublicCode))}
    assert codes.keys() == {rows[lot].batch_id for lot in ("MỘT", "HAI", "BA")}
    assert codes[together.batch_id] == phone.codes[1]
    assert count(CodeStateChange) == 3
    noted = select(AuditEntry.about).where(AuditEntry.act == "batch.registered")
    assert set(db.session.scalars(noted)) == {f"batch/{row.batch_id}" for row in rows.values()}
    used = select(ReservedCode.used_batch_id).where(ReservedCode.code == phone.codes[1])
    assert db.session.scalars(used).one() == together.batch_id


def test_a_record_may_name_what_an_earlier_one_of_the_same_call_made(
    phone: VirtualPhone, greens: UUID
) -> None:
    made = phone.harvest(greens)
    wash = phone.record("trim_wash", inputs=[line(made["batches"][0]["batch_id"], "5")])
    assert statuses(phone.results(made, wash)) == [201, 201]


def test_how_wrong_the_clock_is_stands_beside_the_record_and_not_in_it(
    phone: VirtualPhone,
) -> None:
    ahead = datetime.now(UTC) + timedelta(hours=2)
    record = phone.record("scout", device_time=ahead.isoformat(), event_time=ahead.isoformat())
    answer = phone.sync(record, sent_at=ahead.isoformat()).get_json()
    assert abs(answer["skew_seconds"] - 7200) < 60
    kept = db.session.scalars(select(Event)).one()
    assert kept.device_skew_minutes == 120
    assert abs(kept.event_time - datetime.now(UTC)) < timedelta(minutes=1), "not in the future"
    assert json.loads(kept.document) == record["event"]
    assert statuses(phone.results(record)) == [200]


def test_a_phone_cannot_say_how_wrong_its_clock_is_nor_what_is_to_come(
    phone: VirtualPhone,
) -> None:
    claimed = phone.record("scout", device_skew_minutes=1)
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    results = phone.results(claimed, phone.record("scout", event_time=later))
    assert [one["problem"]["errors"][0]["pointer"] for one in results] == [
        "/event/device_skew_minutes",
        "/event/event_time",
    ]


def test_a_record_waits_for_its_photos(phone: VirtualPhone) -> None:
    picture = jpeg()
    sha256 = hashlib.sha256(picture).hexdigest()
    original = "0" * 64
    record = phone.record("scout", photos=[sha256]) | {"originals": {sha256: original}}
    (result,) = phone.results(record)
    assert (result["status"], result["problem"]["missing"]) == (424, [sha256])
    assert count(PhoneRecord) == 0
    assert phone.put_photo(picture) == sha256
    assert statuses(phone.results(record)) == [201]
    assert json.loads(db.session.scalars(select(PhoneRecord.originals)).one() or "") == {
        sha256: original
    }


def test_content_that_changed_on_its_way_is_refused(phone: VirtualPhone) -> None:
    record = phone.record("scout")
    right = hashlib.sha256(canonical_json.dumps(record["event"])).hexdigest()
    (wrong,) = phone.results(record | {"sha256": "0" * 64})
    assert (wrong["status"], wrong["problem"]["errors"][0]["rule"]) == (422, "hash_differs")
    assert statuses(phone.results(record | {"sha256": right})) == [201]


def test_a_batch_takes_a_code_of_the_phones_own_reserve(
    app: Flask, phone: VirtualPhone, lan: Business, greens: UUID
) -> None:
    other = phone_of(app, lan)
    mine, foreign = phone.harvest(greens, code=phone.codes[0]), phone.harvest(greens)
    foreign["batches"][0]["code"] = other.codes[0]
    made_up = phone.harvest(greens, code="7K3M9QRT2X")
    again = phone.harvest(greens, code=phone.codes[0])
    results = phone.results(mine, foreign, made_up, again)
    assert statuses(results) == [201, 422, 422, 422]
    for one in results[1:]:
        assert one["problem"]["errors"][0]["rule"] == "code_not_reserved"
        assert one["problem"]["errors"][0]["pointer"] == "/batches/0/code"
    assert statuses(phone.results(mine)) == [200]
    (code,) = db.session.scalars(select(PublicCode)).all()
    assert (code.code, str(code.batch_id)) == (phone.codes[0], mine["batches"][0]["batch_id"])
    used = select(ReservedCode.code).where(ReservedCode.used_batch_id.is_not(None))
    assert db.session.scalars(used).all() == [phone.codes[0]]


def test_a_batch_without_a_code_of_the_phone_gets_one_here(
    phone: VirtualPhone, lan: Business
) -> None:
    with transaction():
        sold = product(lan, name="Cải ngọt gói", role="finished", label=LABEL)
    assert statuses(phone.results(phone.harvest(sold))) == [201]
    assert count(PublicCode) == 1


def test_a_number_brings_one_record_alone(phone: VirtualPhone) -> None:
    first = phone.record("scout")
    second = phone.record("scout") | {"sequence": 1}
    assert statuses(phone.results(first, second)) == [201, 422]
    (later,) = phone.results(second)
    assert later["problem"]["errors"][0]["rule"] == "sequence_used"
    assert statuses(phone.results(second | {"sequence": 2})) == [201]
    for wrong in (-1, 0, "3", 2.5, True, 10**12, None):
        (refused,) = phone.results(phone.record("scout") | {"sequence": wrong})
        assert (refused["status"], refused["sequence"]) == (422, None)


def test_gaps_are_told_to_the_phone_and_what_was_refused(phone: VirtualPhone) -> None:
    records = [phone.record("scout") for _ in range(5)]
    records[3]["event"]["step_kind"] = "fly"
    phone.results(records[0], records[3], unsent=4)
    state = phone.ask("GET", "/phones/me").get_json()
    assert (state["gaps"], state["missing"], state["refused"]) == ([2, 3, 5], 3, [4])
    assert (state["unsent"], state["phone"]["last_sequence"]) == (4, 5)
    phone.results(*records[1:3], records[4])
    assert phone.ask("GET", "/phones/me").get_json()["missing"] == 0


def test_whoever_may_not_register_batches_sends_none(app: Flask) -> None:
    with transaction():
        shop = business("Cửa hàng Hoa", role="shop_seller", kinds=("shop",))
        sold = product(shop)
    phone = phone_of(app, shop)
    results = phone.results(phone.harvest(sold), phone.record("scout"))
    assert statuses(results) == [403, 201]
    assert results[0]["problem"]["type"] == "/problems/not-allowed"
    assert count(Batch) == 0


def test_a_call_of_another_phone_or_of_a_program_is_refused_whole(
    app: Flask, phone: VirtualPhone, lan: Business
) -> None:
    other = phone_of(app, lan)
    answer = phone.sync(phone.record("scout"), phone_id=other.phone_id)
    assert (answer.status_code, answer.get_json()["type"]) == (403, "/problems/not-allowed")
    machine = program(app, "HTX Minh")
    assert machine.post("/sync", phone.envelope(phone.record("scout"))).status_code == 403
    assert count(Event) == 0


def test_a_call_is_bounded_and_says_what_is_wrong_with_it(phone: VirtualPhone) -> None:
    too_many = phone.sync(*[phone.record("scout") for _ in range(101)])
    assert too_many.status_code == 422
    assert too_many.get_json()["errors"][0]["pointer"] == "/records"
    wrong = phone.sync(unsent=-1, sent_at="yesterday", records={}, more=1)
    pointers = {error["pointer"] for error in wrong.get_json()["errors"]}
    assert pointers == {"/unsent", "/sent_at", "/records", "/more"}
    assert phone.ask("POST", "/sync", json=[]).status_code == 422
    assert phone.ask("POST", "/sync", data=b"x" * 3_000_000).status_code in {413, 415}


def test_nothing_of_another_producer_can_be_named(app: Flask, phone: VirtualPhone) -> None:
    with transaction():
        tung = business("HTX Tùng")
        theirs = product(tung)
    theirs_phone = phone_of(app, tung)
    made = theirs_phone.harvest(theirs)
    theirs_phone.results(made)
    batch_id = made["batches"][0]["batch_id"]
    stolen = [
        phone.harvest(theirs),
        phone.record("scout", site_id=str(tung.site_id)),
        phone.record("trim_wash", inputs=[line(batch_id, "1", producer_id=str(tung.producer_id))]),
        phone.record("harvest", outputs=[line(batch_id, "1", producer_id=str(tung.producer_id))]),
    ]
    assert set(statuses(phone.results(*stolen))) == {422}
    same_id = phone.record("scout") | {"event": event(phone.by, "scout", id=made["event"]["id"])}
    assert statuses(phone.results(same_id)) == [201], "an id of others is free for one's own"
    waiting = phone.record("scout", corrects=theirs_phone.record("scout")["event"]["id"])
    assert statuses(phone.results(waiting)) == [201], "it waits for ever"


def test_what_was_refused_is_kept_for_people_to_look_at(phone: VirtualPhone) -> None:
    phone.results(phone.record("fly"))
    assert "fly" in db.session.scalars(select(RefusedMessage.content)).one()


def test_the_phone_is_seen_with_what_it_said(phone: VirtualPhone) -> None:
    phone.sync(unsent=7, last_sequence=9, app_version="2.1")
    row = db.session.scalars(select(Phone)).one()
    assert (row.unsent, row.last_sequence, row.app_version) == (7, 9, "2.1")
    phone.sync(unsent=0, last_sequence=3)
    assert db.session.scalars(select(Phone.last_sequence)).one() == 9
