"""Cells of a table: what was printed reads back, and what has two readings is refused."""

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from traceapp.exchange import cells

HANOI = timezone(timedelta(hours=7))
NUMBERS = st.decimals(
    min_value=-(10**9), max_value=10**9, allow_nan=False, allow_infinity=False, places=4
)


@given(NUMBERS, st.sampled_from([("", "."), ("", ","), (",", "."), (".", ","), (" ", ",")]))
def test_every_number_reads_back_as_it_was_printed(number: Decimal, marks: tuple[str, str]) -> None:
    group, mark = marks
    printed = f"{number:,.4f}".replace(",", "G").replace(".", mark).replace("G", group)
    assert Decimal(cells.number(printed)) == number


@given(NUMBERS)
def test_a_number_of_a_spreadsheet_is_taken_as_it_is(number: Decimal) -> None:
    assert Decimal(cells.number(number)) == number


@pytest.mark.parametrize("typed", ["1.500", "1,500", "12.345", "-1.500"])
def test_a_number_with_two_readings_is_refused_and_not_guessed(typed: str) -> None:
    with pytest.raises(ValidationError, match="can be read as"):
        cells.number(typed)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("0,125", "0.125"), ("1.500,0", "1500"), ("2 000", "2000"), ("12,5", "12.5"), ("007", "007")],
)
def test_numbers_are_read_as_people_write_them(typed: str, meant: str) -> None:
    assert Decimal(cells.number(typed)) == Decimal(meant)


@pytest.mark.parametrize("typed", ["", "một", "1e5", "NaN", "1,2,3", "١٢", "1.2.3", "5 kg", "-"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        cells.number(typed)


@given(
    st.dates(min_value=date(1900, 1, 1), max_value=date(2200, 12, 31)),
    st.sampled_from(["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d"]),
)
def test_every_day_reads_back_as_it_was_printed(day: date, form: str) -> None:
    assert cells.day(day.strftime(form)) == day.isoformat()
    assert cells.day(day) == day.isoformat()


@pytest.mark.parametrize("typed", ["31/02/2026", "21/11/26", "2026/11/21", "13/13/2026", "hôm qua"])
def test_what_is_no_day_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        cells.day(typed)


@given(
    st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1)),  # noqa: DTZ001
    st.sampled_from(["%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M", "%d/%m/%Y %Hh%M", "%Y-%m-%dT%H:%M:00"]),
)
def test_every_moment_reads_back_in_the_time_of_viet_nam(moment: datetime, form: str) -> None:
    minute = moment.replace(second=0, microsecond=0, tzinfo=HANOI)
    assert datetime.fromisoformat(cells.moment(moment.strftime(form))) == minute


def test_a_moment_may_say_its_offset() -> None:
    read = datetime.fromisoformat(cells.moment("2026-11-21T05:40:00+09:00"))
    assert read.utcoffset() == timedelta(hours=9)


@pytest.mark.parametrize("typed", ["21/11/2026", "2026-11-21", "05:40", "21/11/2026 25:00"])
def test_a_moment_without_its_time_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        cells.moment(typed)


def test_batches_with_quantities_are_read_one_by_one() -> None:
    read = cells.items("CN-01 = 12,5 kg; Lô 2=3 túi\nX=4")
    assert read == [("CN-01", "12.5", "kg"), ("Lô 2", "3", "túi"), ("X", "4", "")]


@pytest.mark.parametrize("typed", ["CN-01", "CN-01 =", "= 5 kg", "CN-01 = kg"])
def test_a_batch_without_its_quantity_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        cells.items(typed)
