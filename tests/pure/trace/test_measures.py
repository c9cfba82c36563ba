"""Numbers and quantities as people of a language read them."""

from decimal import Decimal

import pytest

from traceapp.trace.measures import amount
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
