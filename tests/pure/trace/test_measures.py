"""Numbers and quantities as people of a language read them."""

from decimal import Decimal

import pytest

from traceapp.trace.measures import amount, english, measured
from traceapp.trace.units import UNITS
from traceapp.trace.wording import number, percent


@pytest.mark.parametrize(
    ("value", "vi", "en"),
    [
        ("1234.50", "1.234,5", "1,234.5"),
        ("-1234.50", "−1.234,5", "−1,234.5"),
        ("-0.00", "0", "0"),
        ("-100", "−100", "−100"),
    ],
)
def test_a_number_has_the_marks_of_its_language_and_a_true_minus(
    value: str, vi: str, en: str
) -> None:
    words = number(Decimal(value))
    assert (words.vi, words.en) == (vi, en)


def test_per_cent_and_quantities_are_numbers_too() -> None:
    share = percent(Decimal("-1.67"))
    assert (share.vi, share.en) == ("−1,67\N{NO-BREAK SPACE}%", "−1.67%")
    assert amount(Decimal("-2.5"), "kg", "vi") == "−2,5 kg"
    assert amount(Decimal("-2.5"), "kg", "en") == "−2.5 kg"


@pytest.mark.parametrize(
    ("quantity", "uom", "vi", "en"),
    [
        ("20", "con", "20 con", "20 animals"),
        ("1", "con", "1 con", "1 animal"),
        ("3", "thân", "3 thân", "3 carcasses"),
        ("12", "mớ", "12 mớ", "12 bunches"),
        ("2", "hộp", "2 hộp", "2 boxes"),
        ("6", "vỉ", "6 vỉ", "6 egg trays"),
        ("3", "yến", "3 yến", "3 yến"),
        ("4.5", "°C", "4,5 °C", "4.5 °C"),
        ("45", "phút", "45 phút", "45 minutes"),
    ],
)
def test_what_is_counted_reads_naturally(quantity: str, uom: str, vi: str, en: str) -> None:
    words = measured(Decimal(quantity), uom)
    assert (words.vi, words.en) == (vi, en)


@pytest.mark.parametrize("uom", UNITS)
def test_no_unit_explains_itself_in_the_middle_of_a_sentence(uom: str) -> None:
    assert not set("(),0123456789") & set(english(uom))
