"""Lists of the desk: folded search, filters, paging by key, and CSV without formulas."""

import csv
import io
from datetime import UTC, date, datetime
from urllib.parse import parse_qsl
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from tests import builders
from traceapp import problem
from traceapp.batches.models import Product
from traceapp.web import lists
from traceapp.web.endpoints import transaction

STATE = lists.Filter("state", "State", {"open": "Open", "done": "Done"})


def test_words_are_found_without_accents_and_in_any_order() -> None:
    assert lists.has_words(lists.Asked("ngọt CAI").words, "Rau muống", "Cải ngọt Đông Dư")
    assert lists.has_words(lists.Asked("đông dư").words, "Cai ngot Dong Du")
    assert not lists.has_words(lists.Asked("cai ngot gom").words, "Cải ngọt", None)


def test_only_known_values_of_a_filter_are_chosen() -> None:
    wish = lists.asked({"q": "  Cải   ngọt ", "state": "open", "odd": "1"}, STATE)
    assert (wish.text, dict(wish.chosen)) == ("Cải ngọt", {"state": "open"})
    assert dict(lists.asked({"state": "' OR 1"}, STATE).chosen) == {}
    assert lists.asked({"state": "nothing"}, STATE).is_narrowed is False


def test_another_filter_keeps_the_search_and_starts_anew() -> None:
    wish = lists.asked({"q": "cải", "state": "open", "format": "csv"}, STATE)
    assert wish.address(state="done") == "?q=c%E1%BA%A3i&state=done"
    assert wish.address(state=None) == "?q=c%E1%BA%A3i"


@pytest.mark.parametrize(
    "after", ["x", "!!!", "é", "W10", "e30=", "W1sidSIsICJ4Il1d", "W1siZCIsIDFdXQ==", "Wzdd"]
)
def test_a_position_that_was_made_up_is_refused(after: str) -> None:
    with pytest.raises(problem.BadRequest):
        lists.page(select(Product.name), ORDER, lists.asked({"after": after}))


@given(
    st.lists(
        st.one_of(
            *(st.text(max_size=20), st.integers(), st.dates(), st.uuids()),
            st.datetimes(timezones=st.just(UTC)),
        ),
        max_size=4,
    )
)
def test_every_position_reads_back(values: list[lists.Value]) -> None:
    assert lists._position(lists._written(values)) == tuple(values)


ORDER = (
    lists.Order(Product.folded_name.expression, is_descending=True),
    lists.Order(Product.product_id.expression),
)


def products(app: Flask, names: list[str]) -> UUID:
    with transaction():
        lan = builders.business("HTX Lan")
        for name in names:
            builders.product(lan, name=name)
        return lan.producer_id


def test_pages_follow_each_other_without_a_gap_also_among_equals(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["Cải", "Đậu", "Đậu", "Đậu", "Đậu", "Ổi", "Sả"]
    products(app, names)
    monkeypatch.setattr(lists, "PAGE_SIZE", 2)
    seen: list[tuple[str, UUID]] = []
    wish = lists.Asked()
    for _ in range(len(names)):
        found = lists.page(select(Product.name, Product.product_id), ORDER, wish)
        seen.extend((row.name, row.product_id) for row in found.rows)
        if found.following is None:
            break
        wish = lists.asked(dict(parse_qsl(found.following.removeprefix("?"))))
    assert [name for name, _ in seen] == ["Sả", "Ổi", *["Đậu"] * 4, "Cải"]
    assert len(set(seen)) == len(names)


def test_a_query_is_narrowed_by_every_word_and_csv_is_all_of_it(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    products(app, ["Cải ngọt", "Cải xanh", "Cải ngọt gói", "Đỗ 50%", "Đỗ 500"])
    monkeypatch.setattr(lists, "PAGE_SIZE", 1)

    def names(typed: str) -> list[str]:
        wish = lists.asked({"q": typed, "format": "csv"})
        query = select(Product.name).where(*lists.matching(wish.words, Product.folded_name))
        return [row.name for row in lists.page(query, ORDER, wish).rows]

    assert names("NGOT cải") == ["Cải ngọt gói", "Cải ngọt"]
    assert names("do 50%") == ["Đỗ 50%"]
    assert names("_") == []


def test_a_file_for_a_spreadsheet_holds_no_formula(app: Flask) -> None:
    rows = [("=1+1", date(2026, 11, 22)), ("Cải, ngọt", None)]
    heads = {"Tên": lambda row: row[0], "Ngày": lambda row: row[1]}
    with app.test_request_context():
        answer = lists.as_csv("san-pham", heads, rows)
    text = answer.get_data(as_text=True)
    assert text.startswith("\ufeffTên,Ngày\r\n")
    read = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert read[1:] == [["'=1+1", "2026-11-22"], ["Cải, ngọt", ""]]
    assert answer.headers["Content-Disposition"] == 'attachment; filename="san-pham.csv"'
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_time_in_a_position_keeps_its_offset() -> None:
    moment = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
    assert lists._position(lists._written([moment])) == (moment,)
