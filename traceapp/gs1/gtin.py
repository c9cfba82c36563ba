"""GTIN: the number GS1 assigns to a product. Checked here, never made up."""

from dataclasses import dataclass
from typing import Self

from traceapp.gs1.digits import are_digits, ends_in_check_digit, is_restricted
from traceapp.gs1.errors import InvalidKey, Rule

_LENGTHS = (8, 12, 13, 14)
_PRINTED_GAPS = str.maketrans("", "", " \u00a0-")  # as digits are grouped under a barcode


@dataclass(frozen=True, slots=True)
class Gtin:
    """A GTIN of 14 digits with the right check digit, unique in public."""

    digits: str

    def __post_init__(self) -> None:
        if not are_digits(self.digits, 14):
            raise InvalidKey(Rule.GTIN_LINK_LENGTH)
        if not ends_in_check_digit(self.digits):
            raise InvalidKey(Rule.GTIN_CHECK_DIGIT)
        if is_restricted(self.digits[1:]):
            raise InvalidKey(Rule.GTIN_RESTRICTED)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a GTIN as typed, 8, 12, 13 or 14 digits; spaces and hyphens may group them."""
        digits = text.translate(_PRINTED_GAPS)
        if not any(are_digits(digits, length) for length in _LENGTHS):
            raise InvalidKey(Rule.GTIN_LENGTH)
        return cls(digits.zfill(14))

    def __str__(self) -> str:
        return self.digits
