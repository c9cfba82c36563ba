"""Before and after: exact changes, periods of one length, what a claim lacks."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceapp.network.figures import (
    Claim,
    Lack,
    Period,
    from_millionths,
    is_concentration,
    is_per,
    to_millionths,
)
from traceapp.network.vocabulary import INDICATOR_KINDS, PLAUSIBLE
from traceapp.network.wording import amount, per_cent, published_per_cent
from traceapp.trace.words import Words

BEFORE = Period(date(2025, 7, 1), date(2025, 12, 31))
AFTER = Period(date(2026, 2, 1), date(2026, 7, 31))
AMOUNTS = st.decimals("0", "999999999", places=6)


def claim(before: str, after: str, kind: str = "energy") -> Claim:
    return Claim(kind, Decimal(before), Decimal(after), BEFORE, AFTER, "bill")


@pytest.mark.parametrize(
    ("before", "after", "change", "vi", "en"),
    [
        ("1.000", "0.975", "-2.50", "−2,50\u00a0%", "−2.50%"),
        ("0.800", "0.748", "-6.50", "−6,50\u00a0%", "−6.50%"),
        ("3.20", "2.80", "-12.50", "−12,50\u00a0%", "−12.50%"),
        ("11.0", "10.0", "-9.09", "−9,09\u00a0%", "−9.09%"),
        ("10", "10", "0.00", "0,00\u00a0%", "0.00%"),
        ("8", "8.001", "0.01", "+0,01\u00a0%", "+0.01%"),  # 0.0125: halves and more go away from 0
        ("200", "199.99", "-0.01", "−0,01\u00a0%", "−0.01%"),  # -0.005
        ("4", "0", "-100.00", "−100,00\u00a0%", "−100.00%"),
    ],
)
def test_a_change_is_exact_to_a_hundredth(
    before: str, after: str, change: str, vi: str, en: str
) -> None:
    found = claim(before, after).change
    assert found is not None
    assert str(found) == change
    words = per_cent(found)
    assert (words.vi, words.en) == (vi, en)


@given(AMOUNTS.filter(lambda amount: amount > 0), AMOUNTS)
def test_no_change_is_further_off_than_half_a_hundredth(before: Decimal, after: Decimal) -> None:
    found = Claim("dust", before, after, None, None, None).change
    assert found is not None
    exact = (Fraction(after) - Fraction(before)) * 100 / Fraction(before)
    assert abs(Fraction(found) - exact) <= max(Fraction(1, 200), abs(exact) / 10**20)
    assert found >= -100


@given(AMOUNTS)
def test_what_is_kept_comes_back(amount: Decimal) -> None:
    assert from_millionths(to_millionths(amount)) == amount


def test_an_amount_reads_without_zeros_at_its_end() -> None:
    unit = Words("kg/giỏ", "kg/basket")
    words = amount(from_millionths(to_millionths(Decimal("1200.500"))), unit)
    assert (words.vi, words.en) == ("1.200,5 kg/giỏ", "1,200.5 kg/basket")
    assert amount(from_millionths(20_000_000), Words.only_vi("l")).en == "20 l"


@pytest.mark.parametrize(
    ("one", "other", "is_as_long"),
    [
        ("2025-07-01/2025-12-31", "2026-02-01/2026-07-31", True),  # 184, 181 days: six months each
        ("2025-07-01/2025-12-30", "2026-02-01/2026-07-31", False),
        ("2025-01-05/2025-01-09", "2026-03-01/2026-03-05", True),
        ("2025-01-05/2025-01-09", "2026-03-01/2026-03-06", False),
        ("2024-02-01/2024-02-29", "2025-02-01/2025-02-28", True),
        ("2025-02-02/2025-02-28", "2025-04-02/2025-04-30", False),
    ],
)
def test_periods_of_one_length(one: str, other: str, is_as_long: bool) -> None:
    first, second = (Period(*map(date.fromisoformat, text.split("/"))) for text in (one, other))
    assert first.is_as_long_as(second) is is_as_long
    assert second.is_as_long_as(first) is is_as_long


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 900), st.integers(1, 900))
def test_a_day_more_is_another_length_unless_both_are_months(
    start: date, days: int, more: int
) -> None:
    one = Period(start, start + timedelta(days))
    other = Period(start, start + timedelta(days + more))
    both = one.whole_months is not None and one.whole_months == other.whole_months
    assert one.is_as_long_as(other) is both


def test_what_lacks_is_not_shown() -> None:
    assert claim("1", "0.9").is_whole
    lacking = Claim("energy", None, Decimal(1), BEFORE, None, None)
    assert list(lacking.lacks()) == [Lack.BASELINE, Lack.PERIOD, Lack.METHOD]
    assert not lacking.is_whole
    assert lacking.change is None


@pytest.mark.parametrize("kind", INDICATOR_KINDS)
def test_a_change_at_its_bound_is_plausible_and_one_beyond_is_not(kind: str) -> None:
    bound = PLAUSIBLE[kind]
    for sign in (1, -1):
        at = 100 + sign * bound
        assert claim("100", str(at), kind).is_plausible
        assert not claim("100", str(at + sign * Decimal("0.01")), kind).is_plausible


@pytest.mark.parametrize(
    ("unit", "output", "is_one"),
    [
        ("kg/giỏ", "giỏ G-12", True),
        ("kWh / Giỏ", "giỏ G-12", True),
        ("kg/giỏ G-12", "giỏ G-12", True),
        ("kg/giỏ G-1", "giỏ G-12", False),
        ("m³/t", "t", True),
        ("kg", "kg", False),
        ("kg/", "kg", False),
        ("kg/t", "kg", False),
        ("g/kg/ngày", "kg", False),
    ],
)
def test_a_unit_says_per_how_much_is_made(unit: str, output: str, is_one: bool) -> None:
    assert is_per(unit, output) is is_one


@pytest.mark.parametrize(
    ("change", "vi", "en"),
    [
        ("-6.5", "−6,5\u00a0%", "−6.5%"),
        ("-2.50", "−2,50\u00a0%", "−2.50%"),
        ("-2.52", "−2,52\u00a0%", "−2.52%"),
        ("-10", "−10\u00a0%", "−10%"),
        ("0.00", "0,00\u00a0%", "0.00%"),
        ("1.2", "+1,2\u00a0%", "+1.2%"),
    ],
)
def test_a_published_change_keeps_the_decimals_it_was_printed_with(
    change: str, vi: str, en: str
) -> None:
    assert published_per_cent(Decimal(change)) == Words(vi, en)


@pytest.mark.parametrize(
    ("unit", "is_one"),
    [
        ("mg/m³", True),
        ("mg / m3", True),
        ("mg/Nm³", True),
        ("tấn CO2/năm", False),
        ("tấn", False),
        ("m³", False),
        ("/m³", False),
        ("mg/ngày/m³", False),
        ("mg/m³/ngày", False),
    ],
)
def test_a_concentration_says_how_much_is_in_a_cubic_metre(unit: str, is_one: bool) -> None:
    assert is_concentration(unit) is is_one


def test_a_change_of_more_than_the_whole_is_not_compared() -> None:
    assert claim("2", "4", "dust").is_comparable
    assert not claim("2", "4.001", "dust").is_comparable
