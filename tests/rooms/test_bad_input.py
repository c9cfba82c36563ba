"""What bad input gets: the field, the rule and what to do, and nothing half-written.

Everything here goes through operations, in the transaction that a view would give them. What is
monstrous rather than mistaken is in test_monstrous_input, damaged text by itself in
test_plain_text, photos in test_photos, addresses in tests/http.
"""

import json
import unicodedata
from collections.abc import Iterator

import pytest
from flask import Flask

from tests.builders import batch, line, product
from tests.messages import (
    GTIN,
    Farm,
    Given,
    Message,
    Operation,
    add_site,
    admit,
    batch_of,
    define,
    farm_of_lan,
    harvest_of,
    nothing_written,
    producer_of,
    product_of,
    record,
    refusals,
    register,
    site_of,
)
from traceapp import problem
from traceapp.batches.models import Batch, Event, Product
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.producers import operations as producers
from traceapp.web.endpoints import transaction


@pytest.fixture
def farm(app: Flask) -> Iterator[Farm]:
    with farm_of_lan(app) as farm:
        yield farm


TIME, LATE, SOON = "2026-11-21T05:40:00", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00"
NOT_KEPT = "time_out_of_range"
MISTAKES: list[tuple[Operation, Message, Given, str, str]] = [
    # identifiers
    (define, product_of, {"gtin": "9520001000011"}, "/gtin", "gtin_check_digit"),
    (define, product_of, {"gtin": "952000100001"}, "/gtin", "gtin_check_digit"),
    (define, product_of, {"gtin": "95200010"}, "/gtin", "gtin_check_digit"),
    (define, product_of, {"gtin": "95200010000"}, "/gtin", "gtin_length"),
    (define, product_of, {"gtin": "٩٥٢٠٠٠١٠٠٠٠١٠"}, "/gtin", "gtin_length"),
    (define, product_of, {"gtin": "2012345678903"}, "/gtin", "gtin_restricted"),
    (define, product_of, {"gtin": "0201234567899"}, "/gtin", "gtin_restricted"),
    (define, product_of, {"gtin": 9520001000010}, "/gtin", "text"),
    (admit, producer_of, {"gln": "9520001000011"}, "/gln", "gln_check_digit"),
    (add_site, site_of, {"gln": "952000100001"}, "/gln", "gln_length"),
    (add_site, site_of, {"gln": "2012345678903"}, "/gln", "gln_restricted"),
    (register, batch_of, {"product_id": "tea", "lot": "CHÈ-09"}, "/lot", "lot_characters"),
    (register, batch_of, {"product_id": "tea", "lot": "CX 09"}, "/lot", "lot_characters"),
    (register, batch_of, {"product_id": "tea", "lot": ".."}, "/lot", "lot_characters"),
    (register, batch_of, {"lot": "L" * 21}, "/lot", "too_long"),
    (register, batch_of, {"lot": ""}, "/lot", "required"),
    (register, batch_of, {"product_id": "H1"}, "/product_id", "id"),
    # quantities and units
    (register, batch_of, {"quantity": "-1"}, "/quantity", "negative"),
    (register, batch_of, {"quantity": -1}, "/quantity", "negative"),
    (register, batch_of, {"quantity": "−1"}, "/quantity", "negative"),
    (register, batch_of, {"quantity": "1e3"}, "/quantity", "not_a_number"),
    (register, batch_of, {"quantity": True}, "/quantity", "not_a_number"),
    (register, batch_of, {"quantity": float("nan")}, "/quantity", "not_a_number"),
    (register, batch_of, {"quantity": float("inf")}, "/quantity", "not_a_number"),
    (register, batch_of, {"quantity": 1e300}, "/quantity", "not_a_number"),
    (register, batch_of, {"quantity": 2**70}, "/quantity", "too_large"),
    (register, batch_of, {"quantity": "1000000001"}, "/quantity", "too_large"),
    (register, batch_of, {"quantity": "0.0000001"}, "/quantity", "too_fine"),
    (register, batch_of, {"uom": "stone"}, "/uom", "unknown_unit"),
    (define, product_of, {"net_uom": "stone"}, "/net_uom", "unknown_unit"),
    (define, product_of, {"net_quantity": None}, "/net_uom", "with_unit"),
    (define, product_of, {"net_quantity": "0.0000000001"}, "/net_quantity", "too_fine"),
    # words, days and the order of things
    (define, product_of, {"family": "unicorn"}, "/family", "unknown_word"),
    (define, product_of, {"label": None}, "/label", "label_needed"),
    (define, product_of, {"shelf_life_days": 0}, "/shelf_life_days", "out_of_range"),
    (define, product_of, {"shelf_life_days": 2**80}, "/shelf_life_days", "out_of_range"),
    (define, product_of, {"photo_sha256": "ab" * 32 + "\n"}, "/photo_sha256", "photo"),
    (define, product_of, {"price": 3}, "/price", "unknown_field"),
    (register, batch_of, {"expiry_date": "2026-11-20"}, "/expiry_date", "order"),
    (register, batch_of, {"expiry_date": "25/11/2026"}, "/expiry_date", "date"),
    (register, batch_of, {"expiry_date": "9999-12-31"}, "/expiry_date", NOT_KEPT),
    (admit, producer_of, {"kinds": []}, "/kinds", "required"),
    (admit, producer_of, {"kinds": ["bank"]}, "/kinds/0", "unknown_word"),
    (admit, producer_of, {"latitude": 91}, "/latitude", "out_of_range"),
    (admit, producer_of, {"latitude": float("nan")}, "/latitude", "number"),
    (admit, producer_of, {"commune": "Gondor"}, "/commune", "commune_unknown"),
    # events
    (record, harvest_of, {"event_time": TIME}, "/event_time", "time_without_offset"),
    (record, harvest_of, {"event_time": "yesterday"}, "/event_time", "time"),
    (record, harvest_of, {"event_time": LATE}, "/event_time", NOT_KEPT),
    (record, harvest_of, {"device_time": SOON}, "/device_time", NOT_KEPT),
    (record, harvest_of, {"device_skew_minutes": 2**63}, "/device_skew_minutes", "out_of_range"),
    (record, harvest_of, {"step_kind": "teleport"}, "/step_kind", "unknown_word"),
    (record, harvest_of, {"photos": ["AB" * 32]}, "/photos/0", "photo"),
    (record, harvest_of, {"photos": ["ab" * 32] * 21}, "/photos", "too_many"),
    (record, harvest_of, {"id": "7"}, "/id", "id"),
    (record, harvest_of, {"fields": {"price": 3}}, "/fields/price", "unknown_field"),
    (record, harvest_of, {"fields": {"attempt_kg": "١٢"}}, "/fields/attempt_kg", "not_a_number"),
    (record, harvest_of, {"fields": {"attempt_kg": "1_0"}}, "/fields/attempt_kg", "not_a_number"),
    (record, harvest_of, {"fields": {"attempt_kg": 2**60}}, "/fields/attempt_kg", "too_large"),
    (record, harvest_of, {"fields": {"attempt_kg": "-1"}}, "/fields/attempt_kg", "negative"),
    (record, harvest_of, {"fields": {"attempt_kg": -0.5}}, "/fields/attempt_kg", "negative"),
    (record, harvest_of, {"fields": {"attempt_kg": [12]}}, "/fields/attempt_kg", "not_a_number"),
    (record, harvest_of, {"fields": {"weigh_method": "?"}}, "/fields/weigh_method", "unknown_word"),
    (record, harvest_of, {"fields": {"weigh_method": {}}}, "/fields/weigh_method", "unknown_word"),
    (record, harvest_of, {"fields": {"a/b~c": 1}}, "/fields/a~1b~0c", "unknown_field"),
    (record, harvest_of, {"fields": {"\ud800": 1}}, "/fields/\ud800", "unknown_field"),
    (record, harvest_of, {"\ud800": 1}, "/\ud800", "unknown_field"),
]  # fmt: skip


def test_a_mistake_is_named_with_its_field_and_rule_and_nothing_is_written(farm: Farm) -> None:
    with nothing_written():
        for do, valid, change, pointer, rule in MISTAKES:
            known = {"product_id": farm.tea} if change.get("product_id") == "tea" else {}
            found = refusals(farm, do, valid(farm, **change | known))
            rules = {where: said["rule"] for where, said in found.items()}
            assert rules == {pointer: rule}, (do.__name__, change)
            assert all(said["message"] and said["fix"] for said in found.values())


def test_decomposed_text_is_kept_composed(farm: Farm) -> None:
    spread = unicodedata.normalize("NFD", "Cải ngọt Đống Đa")
    with transaction():
        made = define(farm, product_of(farm, name=spread))
        lot = register(farm, batch_of(farm, lot=unicodedata.normalize("NFD", "Mẻ-Ộ")))
        step = record(farm, harvest_of(farm, fields={"note": spread}))
    key = farm.lan.producer_id
    assert db.session.get_one(Product, (key, made)).name == "Cải ngọt Đống Đa"
    assert db.session.get_one(Batch, (key, lot)).lot == "Mẻ-Ộ"
    document = db.session.get_one(Event, (key, step.event_id)).document
    assert json.loads(document)["fields"]["note"] == "Cải ngọt Đống Đa"


def test_a_lot_in_vietnamese_is_fine_where_no_gs1_link_carries_it(farm: Farm) -> None:
    with transaction():
        assert register(farm, batch_of(farm, lot="MẺ CHÈ 09"))


def test_what_was_typed_is_said_in_vietnamese(farm: Farm) -> None:
    found = refusals(farm, register, batch_of(farm, lot="L" * 21, quantity="-1"))
    assert found["/lot"]["message"] == "Chỉ viết tối đa 20 ký tự."
    assert found["/quantity"]["message"] == "Số lượng không thể là số âm."


def test_a_second_claim_of_a_gtin_names_the_field(farm: Farm) -> None:
    with nothing_written():
        found = refusals(farm, define, product_of(farm, gtin=GTIN))
    assert found["/gtin"]["rule"] == "gtin_claimed"


@pytest.mark.parametrize("unknown", ["site_id", "partner_id", "product_id"])
def test_a_batch_at_a_place_that_does_not_exist_is_not_found(farm: Farm, unknown: str) -> None:
    with nothing_written(), pytest.raises(problem.NotFound), transaction():
        register(farm, batch_of(farm, **{unknown: str(new_id())}))


def test_a_step_with_a_bad_last_line_leaves_no_first_line_behind(farm: Farm) -> None:
    lines = [line(farm.cut, "1"), line(farm.cut, "2"), line(new_id(), "3")]
    with nothing_written(), pytest.raises(problem.NotFound), transaction():
        record(farm, harvest_of(farm, outputs=lines))
    with nothing_written(), pytest.raises(problem.NotFound), transaction():
        record(farm, harvest_of(farm, photos=["ab" * 32]))


def test_packs_heavier_than_anything_are_named_as_what_is_wrong(farm: Farm) -> None:
    with transaction():
        sacks = product(farm.lan, name="Bao", uom="bao", net_quantity="1000000000", net_uom="kg")
        lot = batch(farm.lan, sacks, "BAO-1", uom="bao")
    with nothing_written():
        found = refusals(farm, record, harvest_of(farm, outputs=[line(lot, "20", "bao")]))
    assert {where: said["rule"] for where, said in found.items()} == {
        "/outputs/0/quantity": "too_large"
    }


def test_large_quantities_may_not_add_up_to_more_than_can_be_kept(farm: Farm) -> None:
    """A column of the database would overflow at nine of ten thousand such harvests."""
    most = [line(farm.cut, "1000000000") for _ in range(5)]
    with transaction():
        for _ in range(2):
            record(farm, harvest_of(farm, outputs=most))
    with nothing_written():
        found = refusals(farm, record, harvest_of(farm, outputs=[line(farm.cut, "1000001")]))
    assert {where: said["rule"] for where, said in found.items()} == {
        "/outputs/0/quantity": "too_large"
    }
    with transaction():
        record(farm, harvest_of(farm, outputs=[line(farm.cut, "1000000")]))


def test_one_record_may_not_add_up_to_more_than_can_be_kept(farm: Farm) -> None:
    most = [line(farm.cut, "1000000000") for _ in range(12)]
    with nothing_written():
        found = refusals(farm, record, harvest_of(farm, outputs=most))
    assert list(found) == ["/outputs/10/quantity", "/outputs/11/quantity"]


def test_a_season_goes_with_no_plot_but_its_own(farm: Farm) -> None:
    other = {"site_id": str(farm.lan.site_id), "name": "Thửa 2", "household_number": 4}
    with transaction():
        plot_id = producers.add_plot(farm.lan.producer_id, other)
        season = {"plot_id": str(plot_id), "name": "Vụ", "crop": "cải", "started_on": "2026-10-01"}
        season_id = producers.start_season(farm.lan.producer_id, season)
    ground = {"plot_id": str(farm.lan.plot_id), "season_id": str(season_id)}
    with nothing_written():
        found = refusals(farm, record, harvest_of(farm, **ground))
    assert {where: said["rule"] for where, said in found.items()} == {"/season_id": "other_plot"}
    with transaction():
        assert record(farm, harvest_of(farm, **ground | {"plot_id": str(plot_id)}))
