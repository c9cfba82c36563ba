"""Units and quantities: what people type, what is stored, what is refused."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceapp.trace.units import (
    MAX_BASE,
    UNITS,
    QuantityError,
    convertible,
    from_micro,
    parse_quantity,
    to_micro,
    unit,
)

QUANTITIES = st.decimals(min_value=0, max_value=1000, places=3)


@pytest.mark.parametrize(
    ("text", "language", "quantity"),
    [
        ("1.234,5", "vi", "1234.5"),
        ("1,234.5", "en", "1234.5"),
        ("1.500", "vi", "1500"),
        ("1.500", "en", "1.500"),
        ("1,5", "vi", "1.5"),
        ("1,5", "en", "1.5"),
        ("1.5", "vi", "1.5"),
        ("12 500", "vi", "12500"),
        ("1\u00a0000,25", "vi", "1000.25"),
        ("0", "vi", "0"),
        ("1234.5", None, "1234.5"),
    ],
)
def test_a_number_is_read_as_its_writer_means_it(text, language, quantity):
    assert parse_quantity(text, language) == Decimal(quantity)


@pytest.mark.parametrize(
    "text", ["", "abc", "1e9", "NaN", "Infinity", "1.2.3", "1,2,3", "١٢", "1" * 41, "+5", "5 kg"]
)
@pytest.mark.parametrize("language", ["vi", "en", None])
def test_what_is_no_plain_number_is_refused(text, language):
    with pytest.raises(QuantityError) as refused:
        parse_quantity(text, language)
    assert refused.value.rule == "not_a_number"


@pytest.mark.parametrize("text", ["-1", "\u22121", " -0,5"])
def test_a_negative_number_is_called_negative(text):
    with pytest.raises(QuantityError) as refused:
        parse_quantity(text, "vi")
    assert refused.value.rule == "negative"


def test_a_comma_is_no_machine_number():
    with pytest.raises(QuantityError):
        parse_quantity("1,5")


@pytest.mark.parametrize(
    ("quantity", "uom", "rule"),
    [
        ("-1", "kg", "negative"),
        ("NaN", "kg", "not_a_number"),
        ("Infinity", "kg", "not_a_number"),
        ("1E+999999", "kg", "too_large"),
        (str(MAX_BASE + 1), "kg", "too_large"),
        ("0.0000001", "kg", "too_fine"),
        ("1E-999999", "kg", "too_fine"),
        ("1", "stone", "unknown_unit"),
    ],
)
def test_an_impossible_quantity_is_refused_with_its_rule(quantity, uom, rule):
    with pytest.raises(QuantityError) as refused:
        to_micro(Decimal(quantity), uom)
    assert refused.value.rule == rule


@given(QUANTITIES, st.sampled_from(sorted(UNITS)))
def test_a_stored_quantity_comes_back_as_it_was(quantity, uom):
    assert from_micro(to_micro(quantity, uom), uom) == quantity


@given(QUANTITIES, QUANTITIES)
def test_micro_units_add_up_like_the_quantities(one, other):
    assert to_micro(one, "kg") + to_micro(other, "kg") == to_micro(one + other, "kg")


def test_tonnes_and_grams_meet_in_the_same_base():
    assert to_micro(Decimal("0.4"), "tấn") == to_micro(Decimal(400000), "g") == 400_000_000


def test_only_units_of_one_dimension_and_base_convert():
    assert convertible("tấn", "g")
    assert not convertible("túi", "cái")
    assert not convertible("kg", "lít")


def test_a_sao_is_360_square_metres():
    assert unit("sào Bắc Bộ").factor == 360
    assert to_micro(Decimal("1.5"), "sào Bắc Bộ") == to_micro(Decimal(540), "m²")
