"""Labels with a number of their own: drawn once, different, the same when printed again."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DatabaseError

from tests.builders import NOW
from tests.rooms.test_label_issues import Shop, cabbage, issued, writing
from traceapp import problem
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.gs1.unit_serial import LENGTHS, as_minted, mint
from traceapp.labels import serials
from traceapp.labels.changing import Range, reprint, void
from traceapp.labels.files import Sheet
from traceapp.labels.issuing import MOST_LABELS, issue
from traceapp.labels.serials import length_for, serials_of
from traceapp.labels.sheets import sheet_of
from traceapp.labels.unit_models import LabelUnit
from traceapp.printing import symbol
from traceapp.printing.label import Label
from traceapp.web.endpoints import transaction

LABEL = Label(
    uri="HTTPS://TRUY.VN/B/7K3M9QRT2X",
    name="Cải thảo",
    producer="HTX Bãi Xanh",
    lot="CT-1",
    code="7K3M-9QRT-2X",
    domain="truy.vn",
)


@pytest.fixture
def shop(app: Flask) -> Shop:
    with transaction():
        return cabbage("30000")


def printed(sheet: Sheet) -> list[str]:
    return [copies.label.uri for copies in sheet.run for _ in range(copies.count)]


def test_every_label_of_an_issue_gets_a_number_that_no_other_has(shop: Shop) -> None:
    rows = [issued(shop, shop.order(300, serial_length=12)) for _ in range(2)]
    found = [serials_of(row) for row in rows]
    assert [[*one] for one in found] == [[*range(1, 301)]] * 2
    whole = [serial for one in found for serial in one.values()]
    assert len(set(whole)) == 600
    assert all(as_minted(one) == one and len(one) == 12 for one in whole)


def test_labels_are_alike_unless_numbers_are_asked_for(shop: Shop) -> None:
    row = issued(shop, shop.order(3))
    assert serials_of(row) == {}
    assert printed(sheet_of(row, LABEL)) == [LABEL.uri] * 3
    assert db.session.scalars(select(LabelUnit)).all() == []


def test_the_same_order_again_draws_nothing_and_one_without_numbers_is_another(
    shop: Shop,
) -> None:
    order = shop.order(5, serial_length=10)
    first = serials_of(issued(shop, order))
    assert serials_of(issued(shop, order)) == first
    with pytest.raises(problem.ContentConflict), writing():
        issue(shop.actor, replace(order, serial_length=0), may_exceed=False, now=NOW)
    db.session.rollback()


@settings(max_examples=12, deadline=None, suppress_health_check=[*HealthCheck])
@given(data=st.data())
def test_a_label_has_the_same_number_however_often_and_in_what_range_it_is_printed(
    shop: Shop, data: st.DataObject
) -> None:
    count = data.draw(st.integers(2, 40))
    row = issued(shop, shop.order(count, serial_length=data.draw(st.sampled_from(LENGTHS))))
    numbers = serials_of(row)
    whole = printed(sheet_of(row, LABEL))
    assert whole == [f"{LABEL.uri}/21/{numbers[n]}" for n in range(1, count + 1)]
    first = data.draw(st.integers(1, count))
    last = data.draw(st.integers(first, count))
    with writing():
        again = reprint(shop.actor, row, Range(new_id(), first, last, "Kẹt giấy"), now=NOW)
    assert printed(sheet_of(row, LABEL, again)) == whole[first - 1 : last]
    with writing():
        void(shop.actor, row, Range(new_id(), last, last, "Ướt"), now=NOW + timedelta(hours=1))
    assert printed(sheet_of(row, LABEL)) == [*whole[: last - 1], *whole[last:]]
    assert serials_of(row) == numbers


def test_the_database_refuses_a_number_twice_and_changes_none(shop: Shop) -> None:
    one, two = (issued(shop, shop.order(1, serial_length=10)) for _ in range(2))
    serial = serials_of(one)[1]
    key = {"producer_id": two.producer_id, "issue_id": two.issue_id, "number": 2}
    twin = insert(LabelUnit).values(**key, serial=serial)
    with pytest.raises(problem.AlreadyExists), writing():
        db.session.execute(twin)
    changes = (update(LabelUnit).values(serial="0" * 10), delete(LabelUnit))
    for change in changes:
        db.session.rollback()
        with pytest.raises(DatabaseError, match="append-only"):
            db.session.execute(change)
    db.session.rollback()


def test_a_number_that_is_taken_or_drawn_twice_is_drawn_anew(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = serials_of(issued(shop, shop.order(1, serial_length=10)))[1]
    given_out = [[taken, "A" * 10, "A" * 10, "0" * 10], ["B" * 10, taken, "C" * 10], ["D" * 10]]

    def few(count: int, length: int) -> list[str]:
        return given_out.pop(0) if given_out else [*mint(count, length)]

    monkeypatch.setattr(serials, "mint", few)
    row = issued(shop, shop.order(4, serial_length=10))
    assert [*serials_of(row).values()] == [one * 10 for one in "ABCD"]


def test_numbers_are_as_long_as_the_symbol_allows_without_growing() -> None:
    for host, length in (("A.VN", 13), ("TRUYXUAT.EXAMPLE.COM.VN", 13), ("A" * 26, 10)):
        uri = f"HTTPS://{host}/B/7K3M9QRT2X"
        assert length_for(uri) == length
        shortest = symbol.modules(f"{uri}/21/{'0' * LENGTHS[0]}")
        assert symbol.modules(f"{uri}/21/{'0' * length}") == shortest
    with_gtin = "HTTPS://TRUYX.VN/01/08930000000012/10/CT-VD07S"
    assert length_for(with_gtin) == 11


@pytest.mark.parametrize("labels", [0, MOST_LABELS + 1, 10_000_000])
def test_too_many_labels_are_refused_with_numbers_as_without(shop: Shop, labels: int) -> None:
    with pytest.raises(problem.InvalidInput), writing():
        issue(shop.actor, shop.order(labels, serial_length=10), may_exceed=False, now=NOW)
    db.session.rollback()
